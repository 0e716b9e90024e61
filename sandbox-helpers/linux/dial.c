/*
 * dial: reaches a host through the session's proxy, with its standard streams as the connection. For programs that speak
 * no proxy's language themselves, such as ssh (ProxyCommand).
 *
 * Promises: it knows one way, the proxy that HTTPS_PROXY names on this loopback; where the proxy refuses, its words are
 * said. Does not judge: the proxy does. Without it: git over ssh would find no route.
 *
 * dial HOST PORT
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "../common/fail.h"

#define TEXT_MAX 1024
#define HEAD_MAX 8192
#define CHUNK 65536

struct proxy {
    char login[TEXT_MAX];
    uint16_t port;
};

/* http://USER:PASSWORD@127.0.0.1:PORT, as the session sets it. */
static struct proxy read_proxy(void) {
    static const char scheme[] = "http://", place[] = "@127.0.0.1:";
    const char *text = getenv("HTTPS_PROXY");
    struct proxy proxy = {.port = 0};
    if (!text || strncmp(text, scheme, sizeof scheme - 1) != 0) fail_because("HTTPS_PROXY", "this session has no proxy");
    text += sizeof scheme - 1;
    const char *at = strstr(text, place);
    if (!at || at - text >= TEXT_MAX) fail_because("HTTPS_PROXY", "it does not name the proxy of this session");
    memcpy(proxy.login, text, (size_t)(at - text));
    proxy.port = (uint16_t)atoi(at + sizeof place - 1);
    return proxy;
}

static void encode_base64(const char *text, char *out) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = strlen(text);
    for (size_t at = 0; at < length; at += 3) {
        unsigned bits = 0;
        for (size_t i = 0; i < 3; i++) bits = bits << 8 | (at + i < length ? (unsigned char)text[at + i] : 0);
        for (size_t i = 0; i < 4; i++) *out++ = at + i > length ? '=' : letters[bits >> (18 - 6 * i) & 63];
    }
    *out = 0;
}

static int connect_proxy(uint16_t port) {
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof name) != 0) fail("the proxy of this session");
    return fd;
}

static void write_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t count = write(fd, bytes, length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) _exit(EXIT_HELPER_FAILED);
        bytes += count;
        length -= (size_t)count;
    }
}

/* Byte by byte: what comes behind the head is the connection's. */
static void read_head(int fd, char *head) {
    size_t length = 0;
    while (length < HEAD_MAX - 1 && (length < 4 || memcmp(head + length - 4, "\r\n\r\n", 4) != 0)) {
        ssize_t count = read(fd, head + length, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) fail_because("the proxy of this session", "it said nothing");
        length++;
    }
    head[length] = 0;
}

static void say_refusal(int fd, const char *head) {
    char words[TEXT_MAX];
    ssize_t count = read(fd, words, sizeof words - 1);
    words[count > 0 ? count : 0] = 0;
    /* Only what can be shown on a terminal: the words name a host that somebody else chose. */
    for (char *at = words; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 127) *at = ' ';
    fail_because(count > 0 ? words : "refused", strtok((char *)head, "\r\n"));
}

static void carry(int fd) {
    static char chunk[CHUNK];
    struct pollfd polls[2] = {{STDIN_FILENO, POLLIN, 0}, {fd, POLLIN, 0}};
    for (;;) {
        if (poll(polls, 2, -1) < 0) continue;
        if (polls[0].revents) {
            ssize_t count = read(STDIN_FILENO, chunk, sizeof chunk);
            if (count > 0) write_all(fd, chunk, (size_t)count);
            else if (count == 0 || errno != EINTR) {
                shutdown(fd, SHUT_WR);
                polls[0].fd = -1;
            }
        }
        if (polls[1].revents) {
            ssize_t count = read(fd, chunk, sizeof chunk);
            if (count > 0) write_all(STDOUT_FILENO, chunk, (size_t)count);
            else if (count == 0 || errno != EINTR) return;
        }
    }
}

/* What would end a line of the request, or begin another one, is no host. */
static bool is_plain(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || *text == 127 || *text == '@' || *text == '/') return false;
    return true;
}

int main(int argc, char **argv) {
    helper_name = "dial";
    signal(SIGPIPE, SIG_IGN);
    if (argc != 3 || strlen(argv[1]) > 255 || strlen(argv[2]) > 5 || !is_plain(argv[1]) || !is_plain(argv[2]))
        fail_because("arguments", "dial HOST PORT");
    struct proxy proxy = read_proxy();
    char login[2 * TEXT_MAX], request[4 * TEXT_MAX], head[HEAD_MAX];
    encode_base64(proxy.login, login);
    bool is_ipv6 = strchr(argv[1], ':') && argv[1][0] != '[';
    const char *left = is_ipv6 ? "[" : "", *right = is_ipv6 ? "]" : "";
    int length = snprintf(request, sizeof request, "CONNECT %s%s%s:%s HTTP/1.1\r\nHost: %s%s%s:%s\r\nProxy-Authorization: Basic %s\r\n\r\n",
                          left, argv[1], right, argv[2], left, argv[1], right, argv[2], login);
    int fd = connect_proxy(proxy.port);
    write_all(fd, request, (size_t)length);
    read_head(fd, head);
    if (strncmp(head, "HTTP/1.", 7) != 0 || strncmp(head + 8, " 200", 4) != 0) say_refusal(fd, head);
    carry(fd);
    return 0;
}
