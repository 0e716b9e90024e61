/* See holder-bridge.h. */
#include "holder-bridge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "../common/fail.h"

#define OWN_WORDS 4

static _Noreturn void be_bridge(char **words, int count, pid_t holder, int ready) {
    char parent_text[16], ready_text[16];
    snprintf(parent_text, sizeof parent_text, "%d", (int)holder);
    snprintf(ready_text, sizeof ready_text, "%d", ready);
    char **argv = calloc((size_t)count + OWN_WORDS + 1, sizeof *argv);
    int null = open("/dev/null", O_RDONLY);
    /* The commands on the holder's input are for the holder alone. */
    if (!argv || null < 0 || dup2(null, STDIN_FILENO) < 0 || fcntl(ready, F_SETFD, 0) != 0) fail("net-bridge");
    close(null);
    char *own[OWN_WORDS] = {"--parent", parent_text, "--ready", ready_text};
    argv[0] = words[0];
    for (int i = 0; i < OWN_WORDS; i++) argv[1 + i] = own[i];
    for (int i = 1; i < count; i++) argv[OWN_WORDS + i] = words[i];
    execv(argv[0], argv);
    fail(argv[0]);
}

pid_t start_bridge(char **words, int count) {
    int ends[2];
    pid_t holder = getpid();
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    pid_t bridge = fork();
    if (bridge < 0) fail("fork");
    if (bridge == 0) be_bridge(words, count, holder, ends[1]);
    close(ends[1]);
    char byte;
    ssize_t count_read;
    while ((count_read = read(ends[0], &byte, 1)) < 0 && errno == EINTR) continue;
    if (count_read != 1) _exit(EXIT_HELPER_FAILED); /* it has said why */
    close(ends[0]);
    return bridge;
}
