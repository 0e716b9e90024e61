/*
 * Promises: a launch that has more processes or memory than its limit, or lasts longer, is ended as
 * a whole, and one line says which limit it was; a file grows no larger than its limit; no program
 * inside can raise one.
 * With a control group the kernel itself keeps the number and the memory. Without one we look four
 * times a second, and twenty times when a launch comes near: it may be above for that long.
 * Without it: a fork bomb or a leak behind the wall takes the whole machine down with it.
 */
#include "gate-limits.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "../common/fail.h"
#include "gate-control-group.h"
#include "gate-rpc.h"
#include "gate-usage.h"

#define LOOK_MS 250
#define CLOSE_LOOK_MS 50
#define FIRST_LOOK_MS 20
#define SHARE_LOOK_MS 1000
#define RULE_BYTES 160
#define OPEN_FILES_MIN 64 /* what builds the wall needs some itself */
#define PREFERRED_VICTIM "500"
#define WATCHING_NICENESS (-10)

static struct limits limits;
static bool counts_processes, counts_memory; /* by watching */
static bool is_told, has_ended;
static char unsaid[RULE_BYTES];
static int64_t end_at_ms, look_at_ms, share_at_ms;

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t parse_amount(const char *name, const char *value) {
    char *end;
    errno = 0;
    long long amount = strtoll(value, &end, 10);
    if (!*value || *end || errno || amount <= 0) fail_because(name, "not a positive number");
    return amount;
}

bool take_limit(struct limits *into, const char *name, const char *value) {
    if (strcmp(name, "--max-processes") == 0) into->processes = parse_amount(name, value);
    else if (strcmp(name, "--max-memory") == 0) into->memory_bytes = parse_amount(name, value);
    else if (strcmp(name, "--max-file-size") == 0) into->file_bytes = parse_amount(name, value);
    else if (strcmp(name, "--max-open-files") == 0) into->open_files = parse_amount(name, value);
    else if (strcmp(name, "--max-time") == 0) into->time_ms = parse_amount(name, value);
    else if (strcmp(name, "--pids-group") == 0) into->pids_base = value;
    else if (strcmp(name, "--memory-group") == 0) into->memory_base = value;
    else return false;
    if (into->open_files && into->open_files < OPEN_FILES_MIN) fail_because(name, "too few");
    return true;
}

void prepare_limits(const struct limits *given) {
    limits = *given;
    make_control_groups(&limits);
    counts_processes = limits.processes && !has_pids_group();
    counts_memory = limits.memory_bytes && !has_memory_group();
}

static void set_limit(int resource, int64_t amount, const char *what) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0) fail(what);
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < (rlim_t)amount) return; /* a lower one holds already */
    limit.rlim_cur = limit.rlim_max = (rlim_t)amount;
    if (setrlimit(resource, &limit) != 0) fail(what);
}

/* When the machine itself runs out of memory, what runs inside goes before the engine and the desktop. */
static void offer_as_victim(void) {
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    ssize_t ignored = write(fd, PREFERRED_VICTIM, strlen(PREFERRED_VICTIM));
    (void)ignored;
    close(fd);
}

void enter_limits(bool has_wall) {
    enter_control_groups();
    if (has_wall) {
        offer_as_victim();
        set_limit(RLIMIT_CORE, 0, "limit of core files");
    }
    if (limits.file_bytes) set_limit(RLIMIT_FSIZE, limits.file_bytes, "limit of file sizes");
    if (limits.open_files) set_limit(RLIMIT_NOFILE, limits.open_files, "limit of open files");
}

void start_limits(void) {
    look_at_ms = now_ms();
    if (limits.time_ms) end_at_ms = look_at_ms + limits.time_ms;
    /* Whoever watches a crowd must get its turn; root alone may do this. */
    if (counts_processes) setpriority(PRIO_PROCESS, 0, WATCHING_NICENESS);
    look_at_ms += FIRST_LOOK_MS;
}

static void write_bytes(char *text, size_t size, int64_t bytes) {
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double amount = (double)bytes;
    size_t unit = 0;
    for (; amount >= 1024 && unit + 1 < sizeof units / sizeof units[0]; unit++) amount /= 1024;
    bool is_whole = amount == (double)(int64_t)amount;
    snprintf(text, size, is_whole ? "%.0f %s" : "%.1f %s", amount, units[unit]);
}

static void write_time(char *text, size_t size, int64_t ms) {
    int64_t seconds = ms / 1000;
    if (seconds && seconds % 3600 == 0) snprintf(text, size, "%lld h", (long long)(seconds / 3600));
    else if (seconds && seconds % 60 == 0) snprintf(text, size, "%lld min", (long long)(seconds / 60));
    else snprintf(text, size, "%g s", (double)ms / 1000);
}

/* Waits for nobody before the launch has been ended: its own output may be what nobody reads. */
static void say_unsaid(bool may_wait) {
    struct pollfd ready = {STDERR_FILENO, POLLOUT, 0};
    if (!unsaid[0] || (!may_wait && poll(&ready, 1, 0) != 1)) return;
    dprintf(STDERR_FILENO, "sallyport: stopped: %s\n", unsaid);
    unsaid[0] = 0;
}

/* The one line about it: to the engine, which tells it in its places, or here. */
static void tell(const char *name, const char *rule) {
    if (is_told) return;
    is_told = true;
    has_ended = strcmp(name, "file-size") != 0; /* that one ends by itself, with its own signal */
    if (!has_rpc()) {
        snprintf(unsaid, sizeof unsaid, "%s", rule);
        say_unsaid(false);
        return;
    }
    struct json_line line;
    json_begin(&line, "limit");
    json_string(&line, "name", name);
    json_string(&line, "rule", rule);
    send_line(&line);
}

static void tell_processes(void) {
    char rule[RULE_BYTES];
    snprintf(rule, sizeof rule, "more than %lld processes and threads (limits.max_processes; --max-procs N)", (long long)limits.processes);
    tell("processes", rule);
}

static void tell_memory(void) {
    char amount[32], rule[RULE_BYTES];
    write_bytes(amount, sizeof amount, limits.memory_bytes);
    snprintf(rule, sizeof rule, "more than %s of memory (limits.max_memory; --max-memory SIZE)", amount);
    tell("memory", rule);
}

static void tell_time(void) {
    char amount[32], rule[RULE_BYTES];
    write_time(amount, sizeof amount, limits.time_ms);
    snprintf(rule, sizeof rule, "longer than %s (limits.max_time; --max-time DURATION)", amount);
    tell("time", rule);
}

static void tell_file_size(void) {
    char amount[32], rule[RULE_BYTES];
    write_bytes(amount, sizeof amount, limits.file_bytes);
    snprintf(rule, sizeof rule, "a file of more than %s (limits.max_file_size; --max-file-size SIZE)", amount);
    tell("file-size", rule);
}

static void tell_wall_ended(int signal) {
    char rule[RULE_BYTES];
    snprintf(rule, sizeof rule, "the wall was ended from outside (bubblewrap, signal %d); everything in it has ended", signal);
    tell("wall", rule);
}

/* Memory that processes share is in the sum of what is resident many times, so a sum alone ends nothing. */
static bool uses_too_much(int64_t resident_bytes, int64_t now) {
    if (resident_bytes <= limits.memory_bytes || now < share_at_ms) return false;
    share_at_ms = now + SHARE_LOOK_MS;
    return measure_usage(MEMORY_SHARE, 0).memory_bytes > limits.memory_bytes;
}

static bool is_over(int64_t now) {
    look_at_ms = now + LOOK_MS;
    if (has_group_refused_fork()) return tell_processes(), true;
    if (has_group_run_out()) return tell_memory(), true;
    if (!counts_processes && !counts_memory) return false;
    struct usage usage = measure_usage(counts_memory ? MEMORY_RESIDENT : MEMORY_NONE, counts_processes ? limits.processes : 0);
    if (counts_processes && usage.tasks > limits.processes) return tell_processes(), true;
    if (counts_memory && uses_too_much(usage.memory_bytes, now)) return tell_memory(), true;
    bool is_near = (counts_processes && usage.tasks > limits.processes / 4) || (counts_memory && usage.memory_bytes > limits.memory_bytes / 4);
    look_at_ms = now_ms() + (is_near ? CLOSE_LOOK_MS : LOOK_MS);
    return false;
}

static bool is_looking(void) {
    return !is_told && (limits.processes || limits.memory_bytes);
}

int next_look_ms(void) {
    int64_t next = is_looking() ? look_at_ms : 0;
    if (end_at_ms && !is_told && (!next || end_at_ms < next)) next = end_at_ms;
    if (!next) return -1;
    int64_t left = next - now_ms();
    return left > 0 ? (int)(left < 60000 ? left : 60000) : 0;
}

bool is_over_limit(void) {
    int64_t now = now_ms();
    if (is_told) return false;
    if (end_at_ms && now >= end_at_ms) return tell_time(), true;
    return is_looking() && now >= look_at_ms && is_over(now);
}

bool has_ended_launch(void) {
    return has_ended;
}

void close_limits(int exit_status, int wall_signal) {
    if (has_group_refused_fork()) tell_processes();
    if (has_group_run_out()) tell_memory();
    if (limits.file_bytes && exit_status == 128 + SIGXFSZ) tell_file_size();
    if (wall_signal) tell_wall_ended(wall_signal);
    say_unsaid(true);
    remove_control_groups();
    limits = (struct limits){0};
    end_at_ms = 0;
}

int cap_processes(int argc, char **argv) {
    if (argc < 3 || strcmp(argv[1], "--") != 0) fail_because("arguments", "cap N -- PROGRAM ARGS...");
    set_limit(RLIMIT_NPROC, parse_amount("cap", argv[0]), "limit of processes");
    execvp(argv[2], argv + 2);
    int problem = errno;
    dprintf(STDERR_FILENO, "sallyport: %s: %s\n", argv[2], problem == ENOENT ? "command not found" : strerror(problem));
    return problem == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUNNABLE;
}
