#include "gate-rpc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common/command-line.h"
#include "../common/fail.h"
#include "gate-state.h"

#define STORE_BYTES_MAX (32u << 20)
#define DROP_BYTES_MIN (1u << 20)
#define FIELDS_MAX 8

static int rpc = -1;
static bool is_broken;
static bool waits_for_room; /* the socket takes no more for now */
static char *store;
static size_t stored, store_capacity;
static struct line_reader reader;

void connect_rpc(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) fail_because("rpc socket", "path too long");
    strcpy(address.sun_path, path);
    rpc = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (rpc < 0 || connect(rpc, (struct sockaddr *)&address, sizeof address) != 0) fail("rpc socket");
    if (fcntl(rpc, F_SETFL, O_NONBLOCK) != 0) fail("rpc socket");
    reader.fd = rpc;
    watch_fd(rpc, EPOLLIN, EVENT_RPC, 0);
}

bool has_rpc(void) {
    return rpc >= 0 && !is_broken;
}

static void want_events(void) {
    if (waits_for_room == (stored > 0)) return;
    waits_for_room = stored > 0;
    struct epoll_event event = {.events = EPOLLIN | (stored ? EPOLLOUT : 0), .data.u64 = (uint64_t)EVENT_RPC << 56};
    epoll_ctl(gate.epoll, EPOLL_CTL_MOD, rpc, &event);
}

static void push(void) {
    size_t done = 0;
    while (done < stored) {
        ssize_t count = send(rpc, store + done, stored - done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno != EAGAIN) is_broken = true;
        if (count <= 0) break;
        done += (size_t)count;
    }
    memmove(store, store + done, stored - done);
    stored -= done;
}

static void send_finished(struct json_line *line) {
    if (has_rpc() && stored + line->length > STORE_BYTES_MAX) is_broken = true;
    if (has_rpc()) {
        if (stored + line->length > store_capacity) {
            size_t capacity = (stored + line->length) * 2;
            char *larger = realloc(store, capacity);
            if (!larger) fail("memory");
            store = larger;
            store_capacity = capacity;
        }
        memcpy(store + stored, line->data, line->length);
        stored += line->length;
        push();
        want_events();
    }
    json_free(line);
}

void send_line(struct json_line *line) {
    json_end(line);
    send_finished(line);
}

void send_droppable_line(struct json_line *line) {
    if (stored > DROP_BYTES_MIN) json_free(line);
    else send_line(line);
}

bool serve_rpc(uint32_t events, bool (*obey)(char **fields, int count)) {
    if (events & EPOLLOUT) {
        push();
        want_events();
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        enum read_result result = line_reader_fill(&reader);
        for (char *text; result == READ_MORE && (text = line_reader_next(&reader));) {
            char *fields[FIELDS_MAX];
            int count = split_fields(text, fields, FIELDS_MAX);
            if (count < 1 || !obey(fields, count)) is_broken = true;
            if (is_broken) break;
        }
        if (result == READ_END) is_broken = true;
    }
    return !is_broken;
}

void flush_rpc(int timeout_ms) {
    while (has_rpc() && stored) {
        struct pollfd ready = {rpc, POLLOUT, 0};
        if (poll(&ready, 1, timeout_ms) <= 0) return;
        push();
    }
}

void close_rpc(void) {
    if (rpc >= 0) close(rpc);
    rpc = -1;
}
