/* What a launch may use at most, and what happens when it wants more. */
#ifndef SALLYPORT_GATE_LIMITS_H
#define SALLYPORT_GATE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/* 0 or NULL: no limit. */
struct limits {
    int64_t processes, memory_bytes, file_bytes, open_files, time_ms;
    const char *pids_base, *memory_base; /* control groups in which we may make one of our own */
};

/* Takes one option of the command line; false when it is no limit. A bad value ends the process with 125. */
bool take_limit(struct limits *limits, const char *name, const char *value);
/* Before the fork: makes the control groups. What they cannot do is done by watching. */
void prepare_limits(const struct limits *limits);
/* In the child, before it joins anything. Failures end the process with 125. */
void enter_limits(bool has_wall);
/* After the fork: the clock starts. */
void start_limits(void);
/* Until the next look, in milliseconds; -1: there is nothing to look at. */
int next_look_ms(void);
/* Looks when it is time. True once the launch is to be ended; the reason has been told then. */
bool is_over_limit(void);
/* Whether a limit was told for which a launch is ended: its status is that of a killed one, whatever its program says. */
bool has_ended_launch(void);
/*
 * Nothing lives any more: tells a reason that shows only now, and removes the control groups. The second number is the
 * signal that ended the wall from outside, 0 for none.
 */
void close_limits(int exit_status, int wall_signal);
/* `exec-gate cap N -- PROGRAM ARGS`, inside: this user's processes in this namespace are N at most from here on. */
int cap_processes(int argc, char **argv);

#endif
