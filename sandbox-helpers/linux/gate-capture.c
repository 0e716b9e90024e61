#include "gate-capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gate-answer.h"
#include "gate-caller.h"
#include "gate-compare.h"
#include "gate-image.h"
#include "gate-rpc.h"

#define POLLED_MS_MAX 200
#define SPIN_US_MAX 2000
#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP 128
#endif

struct capture {
    uint64_t id; /* of the held call */
    pid_t tid, tgid;
    int pidfd;
    bool is_waiting; /* for another thread of the process: the call is still held */
    bool is_traced, is_reported, had_image;
    bool gates;       /* what the new image starts is asked */
    bool is_exposed;  /* something inside may have changed what was read: nothing is taken on trust */
    struct image before;
    struct expected_start expected;
    int64_t started_us;
    struct capture *next;
};

static struct capture *captures;
static bool has_one_ended; /* who waits may have its turn */

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void end_capture(struct capture *capture, bool is_lost) {
    struct capture **link = &captures;
    while (*link && *link != capture) link = &(*link)->next;
    if (*link) *link = capture->next;
    has_one_ended = true;
    if (is_lost && capture->gates) gate_everything();
    if (capture->is_reported) {
        struct json_line line;
        json_begin(&line, "captured");
        json_number(&line, "pid", capture->tgid);
        json_bool(&line, "ok", !is_lost);
        send_line(&line);
    }
    close(capture->pidfd);
    free(capture);
}

/* The exec has succeeded. */
static void compare_start(const struct capture *capture) {
    if (!capture->expected.is_known) return;
    const char *difference = find_difference(capture->tgid, &capture->expected);
    /* A program that nobody may look at is believed only of a caller that nobody could have disturbed. */
    if (difference && (capture->is_exposed || strcmp(difference, "unknown") != 0)) end_swapped(capture->tgid, capture->pidfd, difference);
}

/* True once the image is another one than before the exec; it is gated then, and compared. */
static bool take_image(struct capture *capture) {
    struct image image;
    if (!read_image(capture->tgid, &image)) return false;
    if (capture->had_image && is_same_image(&image, &capture->before)) return false;
    if (capture->gates) gate_image(&image);
    compare_start(capture);
    return true;
}

static bool has_ended(int pidfd) {
    struct pollfd ended = {pidfd, POLLIN, 0};
    return poll(&ended, 1, 0) == 1;
}

static bool attach(pid_t tid) {
    /* Without WAIT_KILLABLE the stop request would break the held call off. */
    if (!gate.holds_until_killed) return false;
    if (ptrace(PTRACE_SEIZE, tid, NULL, (void *)PTRACE_O_TRACEEXEC) != 0) return false;
    /* Takes effect at the end of the held call, when that was no exec: only a deadly signal can wake it before. */
    ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
    return true;
}

static bool is_in_flight(pid_t tgid) {
    struct capture *capture = captures;
    while (capture && (capture->is_waiting || capture->tgid != tgid)) capture = capture->next;
    return capture;
}

static void start_capture(struct capture *capture) {
    capture->is_waiting = false;
    capture->started_us = now_us();
    /* A thread's number may belong to another by now: to the one whose exec has succeeded. */
    if (!is_held(capture->id)) {
        end_capture(capture, false);
        return;
    }
    capture->is_traced = attach(capture->tid);
    /* Held as it is, its image stays the one before the exec. Only polling compares with it. */
    if (!capture->is_traced) capture->had_image = read_image(capture->tgid, &capture->before);
    if (!let_pass(capture->id) && !capture->is_traced) {
        end_capture(capture, false); /* gone before it could become anything */
        return;
    }
    if (capture->is_traced) return;
    while (now_us() - capture->started_us < SPIN_US_MAX) {
        if (!take_image(capture)) continue;
        end_capture(capture, false);
        return;
    }
}

static void pass_and_watch(const struct caller *caller, bool gates, bool is_reported) {
    struct capture *capture = calloc(1, sizeof *capture);
    int pidfd = capture ? fcntl(caller->pidfd, F_DUPFD_CLOEXEC, 3) : -1;
    if (pidfd < 0) {
        free(capture);
        if (gates) gate_everything();
        /* What nobody compares is not started: a caller could use up our descriptors for that. */
        if (caller->is_exposed || caller->expected.is_known) answer_error(caller->id, EAGAIN);
        else let_pass(caller->id);
        return;
    }
    *capture = (struct capture){
        .id = caller->id, .tid = caller->tid, .tgid = caller->tgid, .pidfd = pidfd, .gates = gates, .is_reported = is_reported,
        .is_waiting = is_in_flight(caller->tgid), .is_exposed = caller->is_exposed, .expected = caller->expected, .next = captures,
    };
    captures = capture;
    if (!capture->is_waiting) start_capture(capture);
}

/* Who waits for a thread whose exec neither ends nor fails: attaching would wait for it too. */
static void break_off_waiting(pid_t tgid) {
    for (struct capture *capture = captures, *next; capture; capture = next) {
        next = capture->next;
        if (!capture->is_waiting || capture->tgid != tgid) continue;
        answer_error(capture->id, EAGAIN);
        end_capture(capture, false);
    }
}

static void start_waiting(void) {
    while (has_one_ended) {
        has_one_ended = false;
        for (struct capture *capture = captures, *next; capture; capture = next) {
            next = capture->next;
            if (!capture->is_waiting || is_in_flight(capture->tgid)) continue;
            if (gate.is_refusing) answer_error(capture->id, EPERM); /* it is not held any more then */
            start_capture(capture);
        }
    }
}

void pass_and_capture(const struct caller *caller, bool is_reported) {
    pass_and_watch(caller, true, is_reported);
}

void pass_and_compare(const struct caller *caller) {
    /* Where only polling is possible it is worth its cost, and its uncertainty, for an exposed caller alone. */
    if (caller->is_exposed || (gate.holds_until_killed && caller->expected.is_known)) pass_and_watch(caller, false, false);
    else let_pass(caller->id);
}

static struct capture *find_traced(pid_t tid) {
    struct capture *capture = captures;
    while (capture && !(capture->is_traced && capture->tid == tid)) capture = capture->next;
    return capture;
}

static struct capture *find_other_of(pid_t tgid, const struct capture *except) {
    struct capture *capture = captures;
    while (capture && (capture == except || !capture->is_traced || capture->tgid != tgid)) capture = capture->next;
    return capture;
}

/* A thread that execs takes over the number of its process, and all the others are gone. */
static void serve_start(pid_t pid) {
    unsigned long former = 0;
    ptrace(PTRACE_GETEVENTMSG, pid, NULL, &former);
    struct capture *capture = find_traced((pid_t)former);
    if (!capture) capture = find_traced(pid);
    for (struct capture *other; (other = find_other_of(pid, capture));) end_capture(other, false);
    struct image image;
    bool is_gating = capture && capture->gates, is_known = is_gating && read_image(pid, &image);
    if (is_known) gate_image(&image);
    if (capture) compare_start(capture);
    ptrace(PTRACE_DETACH, pid, NULL, NULL);
    if (capture) end_capture(capture, is_gating && !is_known);
}

bool serve_traced(pid_t pid, int status) {
    struct capture *capture = find_traced(pid);
    if (!capture) capture = find_other_of(pid, NULL);
    if (!capture) return false;
    if (!WIFSTOPPED(status)) {
        end_capture(capture, false); /* ended before the new program ran anything */
        return true;
    }
    if (status >> 16 == PTRACE_EVENT_EXEC) {
        serve_start(pid);
        return true;
    }
    if (status >> 16 != PTRACE_EVENT_STOP) {
        /* A signal got in first: it is delivered, the stop is still to come. */
        ptrace(PTRACE_CONT, pid, NULL, (void *)(long)WSTOPSIG(status));
        return true;
    }
    ptrace(PTRACE_DETACH, pid, NULL, NULL); /* the exec has failed */
    end_capture(capture, false);
    return true;
}

void poll_captures(void) {
    for (struct capture *capture = captures, *next; capture; capture = next) {
        next = capture->next;
        if (capture->is_traced || capture->is_waiting) continue;
        if (take_image(capture)) {
            end_capture(capture, false);
            continue;
        }
        if (!has_ended(capture->pidfd) && now_us() - capture->started_us <= POLLED_MS_MAX * 1000) continue;
        break_off_waiting(capture->tgid);
        next = capture->next; /* what stood behind it may be gone */
        end_capture(capture, true);
    }
    start_waiting();
}

bool has_polled_captures(void) {
    for (struct capture *capture = captures; capture; capture = capture->next)
        if (!capture->is_traced && !capture->is_waiting) return true;
    return false;
}
