/*
 * bare: carries a bare run out, `bare NODE PLANNER MAIN WORD...`.
 *
 * The planner, a program for NODE, thinks; what it plans is started here: holder, janitors and the
 * supervisor with the program. It is ended as soon as its plan is whole, so that neither its end
 * nor its memory are paid for. Whatever is odd, and every run that is more than bare, is left to
 * MAIN in the place of this process, after everything that was started is over: nothing of the
 * person's has run then.
 * Promises: what is started ends with this process; its status is that of the program, 128 + n for
 * a signal; signals sent to it reach the supervisor; placeholders are gone when it ends, also
 * when somebody has ended their janitor; a wall that is ended from outside is told in one line.
 * Does not promise a wall: that is what the plan says, by the helpers that it names.
 * Without it: the same runs, by MAIN, in twice the time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "../common/fail.h"
#include "bare-plan.h"
#include "kernel-calls.h"

#define PLAN_FD 3
#define LINE_BYTES_MAX (1u << 20)
#define ENDING_MS 1000
#define GROUP_ROUNDS 20
#define GROUP_STEP_MS 5

/* A helper of ours with a pipe to it and one from it. */
struct helper {
    pid_t pid;
    int to, from;
};

extern char **environ;

static struct helper holder;
static struct helper janitors[JANITORS_MAX];
static int janitor_count;
static char **janitor_words[JANITORS_MAX];
static pid_t planner;

/* As if nothing had been set: what is ignored or blocked here is not what the program should meet. */
static void reset_signals(void) {
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void start_helper(struct helper *helper, char **words, char **environment) {
    int to[2], from[2];
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) fail("pipe");
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        reset_signals();
        setsid(); /* a Ctrl-C at the terminal is for the program, not for the wall around it */
        /* What it says of a failure is said again, and explained, by MAIN. */
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (null < 0 || dup2(to[0], 0) < 0 || dup2(from[1], 1) < 0 || dup2(null, 2) < 0 || chdir("/") != 0) _exit(EXIT_HELPER_FAILED);
        execve(words[0], words, environment);
        _exit(EXIT_HELPER_FAILED);
    }
    close(to[0]);
    close(from[1]);
    *helper = (struct helper){pid, to[1], from[0]};
}

/* Started as soon as they are known; the planner thinks on meanwhile. */
static void start_planned(const struct bare_plan *plan) {
    static char *path_only[] = {"PATH=/usr/bin:/bin", NULL}, *nothing[] = {NULL};
    if (plan->holder && !holder.pid) start_helper(&holder, plan->holder, path_only);
    for (; janitor_count < plan->janitor_count; janitor_count++) {
        janitor_words[janitor_count] = plan->janitors[janitor_count];
        start_helper(&janitors[janitor_count], plan->janitors[janitor_count], nothing);
    }
}

static int start_planner(char **argv) {
    int ends[2];
    pid_t parent = getpid();
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    planner = fork();
    if (planner < 0) fail("fork");
    if (planner == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(EXIT_HELPER_FAILED);
        /* dup2 onto itself would leave it to close on exec */
        if (ends[1] == PLAN_FD ? fcntl(PLAN_FD, F_SETFD, 0) != 0 : dup2(ends[1], PLAN_FD) < 0) _exit(EXIT_HELPER_FAILED);
        argv[3] = argv[2];
        argv[2] = "--no-rehash-snapshot"; /* see build/bin/sallyport */
        execv(argv[1], argv + 1);
        _exit(EXIT_HELPER_FAILED);
    }
    close(ends[1]);
    return ends[0];
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for the end of a helper that was told to end; SIGCHLD is blocked. */
static void await_end(pid_t pid, int limit_ms) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    for (int64_t until = now_ms() + limit_ms; waitpid(pid, NULL, WNOHANG) == 0;) {
        int64_t left = until - now_ms();
        if (left <= 0) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
            return;
        }
        struct timespec wait = {left / 1000, left % 1000 * 1000000};
        sigtimedwait(&child, NULL, &wait);
    }
}

static char *read_line(int fd);

/* One that somebody has ended is followed by another: what it made would stay in the folder. */
static void replace_janitor(int number) {
    static char *nothing[] = {NULL};
    close(janitors[number].to);
    close(janitors[number].from);
    start_helper(&janitors[number], janitor_words[number], nothing);
    free(read_line(janitors[number].from));
}

/* Lets go of everything that was started; every launch is over. */
static void end_helpers(void) {
    signal(SIGPIPE, SIG_IGN);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    if (holder.pid) close(holder.to);
    for (int i = 0; i < janitor_count; i++) {
        if (!janitors[i].pid || waitpid(janitors[i].pid, NULL, WNOHANG) == janitors[i].pid) replace_janitor(i);
        /* a last word: there is nothing to wait for */
        if (write(janitors[i].to, "end\n", 4) != 4) kill(janitors[i].pid, SIGTERM);
        close(janitors[i].to);
    }
    if (holder.pid) await_end(holder.pid, ENDING_MS);
    for (int i = 0; i < janitor_count; i++) while (waitpid(janitors[i].pid, NULL, 0) < 0 && errno == EINTR) continue;
    if (planner) {
        kill(planner, SIGKILL);
        while (waitpid(planner, NULL, 0) < 0 && errno == EINTR) continue;
    }
}

static _Noreturn void be_main(char **argv) {
    end_helpers();
    reset_signals();
    char *main_program = argv[3], *node = argv[1];
    argv[0] = node;
    argv[1] = "--no-rehash-snapshot";
    argv[2] = main_program;
    argv[3] = "sandbox";
    execv(node, argv);
    fail(node);
}

/* The first line that a helper says; NULL when it ended without. */
static char *read_line(int fd) {
    size_t size = 4096, length = 0;
    char *line = malloc(size);
    while (line) {
        ssize_t count = read(fd, line + length, size - length - 1);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return NULL;
        line[length + (size_t)count] = 0;
        if (memchr(line + length, '\n', (size_t)count)) return line;
        length += (size_t)count;
        if (length + 1 < size) continue;
        if (size >= LINE_BYTES_MAX) return NULL;
        line = realloc(line, size *= 2);
    }
    fail("memory");
}

static long anchor_of(const char *line) {
    const char *name = "\"anchorPid\":";
    const char *at = line && strstr(line, "\"type\":\"ready\"") ? strstr(line, name) : NULL;
    return at ? strtol(at + strlen(name), NULL, 10) : 0;
}

/* Whether everything that is going to be mounted upon is there. */
static bool has_placeholders(const struct bare_plan *plan) {
    for (int i = 0; i < janitor_count; i++) {
        char *line = read_line(janitors[i].from);
        if (!line || !strstr(line, "\"type\":\"ready\"")) return false;
    }
    struct stat status;
    for (char **path = plan->expect; *path; path++)
        if (lstat(*path, &status) != 0 || S_ISLNK(status.st_mode)) return false;
    return true;
}

static pid_t start_supervisor(const struct bare_plan *plan, long anchor) {
    size_t count = 0;
    while (plan->launch[count]) count++;
    char number[24];
    char **words = calloc(count + 4, sizeof *words);
    if (!words || count == 0) fail("memory");
    snprintf(number, sizeof number, "%ld", anchor);
    words[0] = plan->launch[0];
    words[1] = "sup";
    words[2] = "--anchor";
    words[3] = number;
    memcpy(words + 4, plan->launch + 1, (count - 1) * sizeof *words);
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid > 0) return pid;
    reset_signals();
    if (call_close_range(3, ~0u) != 0 || chdir("/") != 0) fail("supervisor");
    execve(words[0], words, plan->environment);
    fail(words[0]);
}

/* Somebody else has ended a part of the wall. */
static void say_ended(const char *part) {
    dprintf(STDERR_FILENO, "sallyport: stopped: the wall was ended from outside (%s); everything in it has ended\n", part);
}

/* Until the supervisor has ended; its status as a shell shows it. A holder that ends takes the launch along. */
static int supervise(pid_t supervisor, const sigset_t *signals) {
    bool is_told = false;
    for (;;) {
        int number = sigwaitinfo(signals, NULL);
        if (number > 0 && number != SIGCHLD) kill(supervisor, number);
        int status;
        for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
            if (pid == planner) planner = 0;
            for (int i = 0; i < janitor_count; i++) if (pid == janitors[i].pid) janitors[i].pid = 0;
            if (pid == holder.pid) {
                close(holder.to);
                holder.pid = 0;
                kill(supervisor, SIGKILL);
                say_ended("its holder");
                is_told = true;
            }
            if (pid == supervisor && WIFSIGNALED(status) && !is_told) say_ended("its supervisor");
            if (pid == supervisor) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
}

/* The group of a supervisor that could not take it away itself; the kernel may need a moment. */
static void remove_groups(char **places, pid_t supervisor) {
    for (char **place = places; *place; place++) {
        char path[4096];
        if (snprintf(path, sizeof path, "%s/sallyport-%d", *place, supervisor) >= (int)sizeof path) continue;
        for (int round = 0; rmdir(path) != 0 && errno == EBUSY && round < GROUP_ROUNDS; round++) usleep(GROUP_STEP_MS * 1000);
    }
}

/* The notes of the wall, in one piece. */
static void say(char **notes) {
    for (; *notes; notes++) dprintf(STDERR_FILENO, "sallyport: %s\n", *notes);
}

int main(int argc, char **argv) {
    helper_name = "bare";
    if (argc < 4) fail_because("arguments", "NODE PLANNER MAIN WORD...");
    for (int i = 4; i < argc && argv[i][0] == '-' && strcmp(argv[i], "--") != 0; i++)
        if (strncmp(argv[i], "--report", 8) == 0 || strstr(argv[i], "-domain") || strncmp(argv[i], "--publish", 9) == 0) be_main(argv);
    struct bare_plan plan = {0};
    if (!read_plan(start_planner(argv), &plan, start_planned)) be_main(argv);
    kill(planner, SIGKILL); /* it has said all; its end is not waited for */
    long anchor = has_placeholders(&plan) ? anchor_of(read_line(holder.from)) : 0;
    if (anchor <= 0) be_main(argv);
    say(plan.note);
    sigset_t signals;
    sigemptyset(&signals);
    for (const int *number = (const int[]){SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, 0}; *number; number++) sigaddset(&signals, *number);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    pid_t supervisor = start_supervisor(&plan, anchor);
    int status = supervise(supervisor, &signals);
    end_helpers();
    remove_groups(plan.group, supervisor);
    return status;
}
