/* See holder-bridge.h. */
#include "holder-bridge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "../common/fail.h"
#include "kernel-calls.h"

#define OWN_WORDS 6

/* Node says in its variable which descriptor it is. */
static int find_channel(void) {
    const char *text = getenv("NODE_CHANNEL_FD");
    char *end = NULL;
    long fd = text && *text ? strtol(text, &end, 10) : -1;
    int kind;
    socklen_t size = sizeof kind;
    if (fd <= STDERR_FILENO || fd > 1 << 20 || *end) return -1;
    return getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &kind, &size) == 0 ? (int)fd : -1;
}

int keep_channel_alone(void) {
    int channel = find_channel();
    unsetenv("NODE_CHANNEL_FD");
    unsetenv("NODE_CHANNEL_SERIALIZATION_MODE");
    unsigned from = STDERR_FILENO + 1;
    if (channel > (int)from && call_close_range(from, (unsigned)channel - 1) != 0) fail("close_range");
    if (call_close_range(channel >= 0 ? (unsigned)channel + 1 : from, ~0u) != 0) fail("close_range");
    if (channel >= 0 && fcntl(channel, F_SETFD, FD_CLOEXEC) != 0) fail("channel");
    return channel;
}

static _Noreturn void be_bridge(char **words, int count, int ready, int channel, char *parent_text) {
    char ready_text[16], channel_text[16];
    snprintf(ready_text, sizeof ready_text, "%d", ready);
    snprintf(channel_text, sizeof channel_text, "%d", channel);
    char **argv = calloc((size_t)count + OWN_WORDS + 1, sizeof *argv);
    int null = open("/dev/null", O_RDONLY);
    /* The commands on the holder's input are for the holder alone. */
    if (!argv || null < 0 || dup2(null, STDIN_FILENO) < 0 || fcntl(ready, F_SETFD, 0) != 0) fail("net-bridge");
    if (channel >= 0 && fcntl(channel, F_SETFD, 0) != 0) fail("net-bridge");
    close(null);
    char *own[OWN_WORDS] = {"--parent", parent_text, "--ready", ready_text, "--channel", channel_text};
    int own_count = channel >= 0 ? OWN_WORDS : OWN_WORDS - 2;
    argv[0] = words[0];
    for (int i = 0; i < own_count; i++) argv[1 + i] = own[i];
    for (int i = 1; i < count; i++) argv[own_count + i] = words[i];
    execv(argv[0], argv);
    fail(argv[0]);
}

pid_t start_bridge(char **words, int count, int channel) {
    int ends[2];
    char holder_text[16];
    snprintf(holder_text, sizeof holder_text, "%d", (int)getpid());
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    pid_t bridge = fork();
    if (bridge < 0) fail("fork");
    if (bridge == 0) be_bridge(words, count, ends[1], channel, holder_text);
    if (channel >= 0) close(channel);
    close(ends[1]);
    char byte;
    ssize_t count_read;
    while ((count_read = read(ends[0], &byte, 1)) < 0 && errno == EINTR) continue;
    if (count_read != 1) _exit(EXIT_HELPER_FAILED); /* it has said why */
    close(ends[0]);
    return bridge;
}
