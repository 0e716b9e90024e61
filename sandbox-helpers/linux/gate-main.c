/* exec-gate: holds the programs that a shell starts until the engine has answered. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "../common/expect-folder.h"
#include "../common/fail.h"
#include "gate-run.h"
#include "gate-state.h"
#include "gate-supervise.h"
#include "kernel-calls.h"

static pid_t parse_pid(const char *text) {
    char *end;
    long value = strtol(text, &end, 10);
    if (!*text || *end || value <= 0 || value != (pid_t)value) fail_because("anchor", "not a process number");
    return (pid_t)value;
}

static void parse_gate(const char *names, struct gate_options *options) {
    options->gate_names = names;
    options->gates_exec = strcmp(names, "none") != 0;
    options->gates_reads = strcmp(names, "exec,write,read") == 0;
    options->gates_writes = options->gates_reads || strcmp(names, "exec,write") == 0;
    if (options->gates_exec && !options->gates_writes && strcmp(names, "exec") != 0) fail_because("gate", names);
}

static void parse_options(int argc, char **argv, struct gate_options *options) {
    int at = 0;
    *options = (struct gate_options){.gate_names = "none", .launch = ""};
    while (at < argc && strcmp(argv[at], "--") != 0) {
        const char *name = argv[at], *value = at + 1 < argc ? argv[at + 1] : NULL;
        if (strcmp(name, "--pipes") == 0) {
            options->makes_pipes = 1;
            at++;
            continue;
        }
        if (!value) fail_because("arguments", name);
        if (strcmp(name, "--anchor") == 0) options->anchor = parse_pid(value);
        else if (strcmp(name, "--rpc") == 0) options->rpc_path = value;
        else if (strcmp(name, "--launch") == 0) options->launch = value;
        else if (strcmp(name, "--gate") == 0) parse_gate(value, options);
        else if (strcmp(name, "--wall") == 0) options->wall_path = value;
        else if (strcmp(name, "--expect-cwd") == 0) options->expected_folder = value;
        else if (strcmp(name, "--hold-lock") == 0 && options->lock_count < LOCKS_MAX)
            options->lock_paths[options->lock_count++] = argv[at + 1];
        else if (!take_limit(&options->limits, name, value)) fail_because("arguments", name);
        at += 2;
    }
    if (at + 1 >= argc) fail_because("arguments", "no PROGRAM after --");
    options->command = argv + at + 1;
    if (options->gates_exec && !options->rpc_path) fail_because("arguments", "a gate needs --rpc");
}

/*
 * Dies with the engine. Inside an anchor that alone ends everything: bubblewrap dies with us and
 * its process namespace with it. Without a wall nothing would end the programs, so there the
 * signal is one that can be acted on.
 */
static void die_with(pid_t parent, bool has_wall) {
    if (prctl(PR_SET_PDEATHSIG, has_wall ? SIGKILL : SIGRTMIN) != 0) fail("parent-death signal");
    if (getppid() != parent) _exit(EXIT_HELPER_FAILED);
}

int main(int argc, char **argv) {
    helper_name = "exec-gate";
    pid_t parent = getppid();
    if (argc > 1 && strcmp(argv[1], "run") == 0) return run_inside(argc - 2, argv + 2);
    if (argc > 1 && strcmp(argv[1], "cap") == 0) return cap_processes(argc - 2, argv + 2);
    if (argc < 2 || strcmp(argv[1], "sup") != 0) fail_because("arguments", "sup or run");
    struct gate_options options;
    parse_options(argc - 2, argv + 2, &options);
    die_with(parent, options.anchor != 0);
    if (options.expected_folder) expect_folder(options.expected_folder);
    if (getsid(0) != getpid() && setsid() < 0) fail("setsid");
    if (call_close_range(3, ~0u) != 0) fail("close_range");
    return supervise(&options);
}
