/* See bridge-channel.h. */
#include "bridge-channel.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bridge-copy.h"

#define LINE_MAX_BYTES 8192
#define ANSWER_MAX 512
#define PASSED_MAX 4
#define HANDLE "{\"cmd\":\"NODE_HANDLE\","
#define HANDLE_WORDS HANDLE "\"type\":\"net.Socket\",\"msg\":\"hand "
#define TAKEN "{\"cmd\":\"NODE_HANDLE_ACK\"}\n"

static char buffer[LINE_MAX_BYTES];
static size_t length;
/* Came with the line that is not complete yet; Node sends no second one before the first is acknowledged. */
static int passed = -1;

static int digit(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* How many bytes; -1 for anything that is not hexadecimal or does not fit. */
static int unhex(const char *text, size_t letters, unsigned char *bytes, size_t most) {
    if (letters % 2 != 0 || letters / 2 > most) return -1;
    for (size_t i = 0; i < letters; i += 2) {
        int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0) return -1;
        bytes[i / 2] = (unsigned char)(high * 16 + low);
    }
    return (int)(letters / 2);
}

static bool read_id(const char *text, unsigned char *id) {
    return unhex(text, 2 * BRIDGE_ID_BYTES, id, BRIDGE_ID_BYTES) == BRIDGE_ID_BYTES;
}

/* `words`: behind "hand ", with the end of the JSON. */
static void hand(const char *words, int fd) {
    static unsigned char answer[ANSWER_MAX];
    char id[2 * BRIDGE_ID_BYTES + 1], text[2 * ANSWER_MAX + 1] = "";
    unsigned long long consumed, answered;
    int end = 0;
    struct bridge_handing handing = {.answer = (const char *)answer};
    int fields = sscanf(words, "%16[0-9a-f] %19llu %19llu %1024[0-9a-f]%n", id, &consumed, &answered, text, &end);
    int answer_length = fields == 4 && strcmp(words + end, "\"}") == 0 ? unhex(text, strlen(text), answer, ANSWER_MAX) : -1;
    if (answer_length < 0 || strlen(id) != 2 * BRIDGE_ID_BYTES || !read_id(id, handing.id)) {
        if (fd >= 0) close(fd);
        return;
    }
    handing.consumed = consumed;
    handing.answered = answered;
    handing.answer_length = (size_t)answer_length;
    bridge_hand(&handing, fd);
}

/* One line without its end; false when the engine cannot be answered. */
static bool obey(int fd, const char *line) {
    if (strncmp(line, HANDLE, strlen(HANDLE)) == 0) {
        int taken = passed;
        passed = -1;
        if (strncmp(line, HANDLE_WORDS, strlen(HANDLE_WORDS)) == 0) hand(line + strlen(HANDLE_WORDS), taken);
        else if (taken >= 0) close(taken);
        return send(fd, TAKEN, strlen(TAKEN), MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)strlen(TAKEN);
    }
    unsigned char id[BRIDGE_ID_BYTES];
    const char *words = "\"free ";
    size_t expected = strlen(words) + 2 * BRIDGE_ID_BYTES + 1;
    if (strlen(line) == expected && strncmp(line, words, strlen(words)) == 0 && line[expected - 1] == '"')
        if (read_id(line + strlen(words), id)) bridge_release(id);
    return true;
}

/* False when more came than is ever sent. */
static bool keep_passed(struct msghdr *message) {
    bool is_fine = true;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head; head = CMSG_NXTHDR(message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
        int count = (int)((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(head) + (size_t)i * sizeof fd, sizeof fd);
            if (passed < 0) passed = fd;
            else {
                close(fd);
                is_fine = false;
            }
        }
    }
    return is_fine;
}

bool channel_serve(int fd) {
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(PASSED_MAX * sizeof(int))];
    struct iovec piece = {buffer + length, sizeof buffer - 1 - length};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t count = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (!keep_passed(&message) || count == 0) return false;
    length += (size_t)count;
    char *line = buffer;
    for (char *end; (end = memchr(line, '\n', length - (size_t)(line - buffer)));) {
        *end = '\0';
        if (!obey(fd, line)) return false;
        line = end + 1;
    }
    length -= (size_t)(line - buffer);
    memmove(buffer, line, length);
    return length < sizeof buffer - 1;
}
