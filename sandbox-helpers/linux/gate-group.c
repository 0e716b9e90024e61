#include "gate-group.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

void lead_own_group(void) {
    if (setpgid(0, 0) != 0) return; /* a session leader already leads its group */
    if (tcgetpgrp(STDIN_FILENO) < 0) return;
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    sigprocmask(SIG_BLOCK, &stop, &before);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    sigprocmask(SIG_SETMASK, &before, NULL);
}
