/*
 * Promises: every signal that means something to a launch comes as bytes on a descriptor, and none ends the supervisor
 * before its sandbox; a signal that was ignored when we were started is taken too.
 * Does not promise: SIGKILL and SIGSTOP, which nobody can take.
 * Without it: a Ctrl-C would end the supervisor and not the program, or the other way round.
 */
#include "gate-signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

#include "../common/fail.h"

int take_signals(void) {
    sigset_t taken;
    sigemptyset(&taken);
    const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGCHLD, SIGRTMIN};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        signal(numbers[i], SIG_DFL); /* an inherited "ignore" would swallow them */
        sigaddset(&taken, numbers[i]);
    }
    sigprocmask(SIG_SETMASK, &taken, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTTOU, SIG_IGN); /* telling a caller may write to a terminal whose foreground is the sandbox */
    signal(SIGTTIN, SIG_IGN);
    int fd = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) fail("signalfd");
    return fd;
}
