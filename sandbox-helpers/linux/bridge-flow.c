/* See bridge-flow.h. */
#include "bridge-flow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK 131072
#define PIPE_BYTES 1048576
#define RECORD_FIRST 1024

/* Read into first: a chunk that the other side takes at once needs no buffer of its own. */
static char shared[CHUNK];
/* Empty, and taken by whoever needs one; -1 when there is none. */
static int spare[2] = {-1, -1};

static bool is_later(void) {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static void shut_pipe(int ends[2]) {
    close(ends[0]);
    close(ends[1]);
    ends[0] = ends[1] = -1;
}

static bool have_spare(void) {
    if (spare[0] >= 0) return true;
    if (pipe2(spare, O_CLOEXEC | O_NONBLOCK) != 0) {
        spare[0] = spare[1] = -1;
        return false;
    }
    /* Who has many pipes already may be refused a large one: a small one serves too. */
    fcntl(spare[1], F_SETPIPE_SZ, PIPE_BYTES);
    return true;
}

/* Keeps what the other side did not take. */
static bool keep(struct bridge_flow *flow, const char *bytes, size_t length) {
    flow->bytes = malloc(length);
    if (!flow->bytes) return false;
    memcpy(flow->bytes, bytes, length);
    flow->from = 0;
    flow->upto = length;
    return true;
}

static bool flush_bytes(struct bridge_flow *flow, int to) {
    while (flow->upto > flow->from) {
        ssize_t sent = send(to, flow->bytes + flow->from, flow->upto - flow->from, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return is_later();
        flow->from += (size_t)sent;
    }
    free(flow->bytes);
    flow->bytes = NULL;
    flow->from = flow->upto = 0;
    return true;
}

/* From a pipe that holds `flow->piped` bytes. */
static bool flush_pipe(struct bridge_flow *flow, int from, int to) {
    while (flow->piped > 0) {
        ssize_t sent = splice(from, NULL, to, NULL, flow->piped, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return is_later();
        if (sent == 0) return false;
        flow->piped -= (size_t)sent;
    }
    return true;
}

bool flow_flush(struct bridge_flow *flow, int to) {
    if (!flush_bytes(flow, to)) return false;
    if (flow->upto > flow->from || flow->piped == 0) return true;
    if (!flush_pipe(flow, flow->pipe[0], to)) return false;
    if (flow->piped > 0) return true;
    if (spare[0] < 0) {
        memcpy(spare, flow->pipe, sizeof spare);
        return true;
    }
    shut_pipe(flow->pipe);
    return true;
}

static size_t record_room(const struct bridge_record *record) {
    return RECORD_MAX - record->length;
}

static bool record_add(struct bridge_record *record, const char *bytes, size_t length) {
    size_t capacity = record->capacity ? record->capacity : RECORD_FIRST;
    while (capacity < record->length + length) capacity *= 2;
    if (capacity > record->capacity) {
        char *larger = realloc(record->bytes, capacity);
        if (!larger) return false;
        record->bytes = larger;
        record->capacity = capacity;
    }
    memcpy(record->bytes + record->length, bytes, length);
    record->length += length;
    return true;
}

enum flow_result flow_copy(struct bridge_flow *flow, int from, int to, struct bridge_record *record) {
    size_t most = sizeof shared;
    if (record && record_room(record) < most) most = record_room(record);
    if (most == 0) return FLOW_LATER;
    ssize_t count = recv(from, shared, most, 0);
    if (count < 0) return is_later() ? FLOW_LATER : FLOW_BROKEN;
    if (count == 0) return FLOW_OVER;
    flow->carried += (uint64_t)count;
    if (record && !record_add(record, shared, (size_t)count)) return FLOW_BROKEN;
    ssize_t sent = send(to, shared, (size_t)count, MSG_NOSIGNAL);
    if (sent < 0 && !is_later()) return FLOW_BROKEN;
    if (sent < 0) sent = 0;
    if (sent == count) return FLOW_MORE;
    return keep(flow, shared + sent, (size_t)(count - sent)) ? FLOW_LATER : FLOW_BROKEN;
}

enum flow_result flow_splice(struct bridge_flow *flow, int from, int to, bool is_first) {
    if (!have_spare()) return flow_copy(flow, from, to, NULL);
    ssize_t count = splice(from, NULL, spare[1], NULL, PIPE_BYTES, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (count < 0) {
        /* Something is there that no pipe takes, such as a byte marked urgent: it would be announced without end. */
        if (is_first || !is_later()) return flow_copy(flow, from, to, NULL);
        return FLOW_LATER;
    }
    if (count == 0) return FLOW_OVER;
    flow->carried += (uint64_t)count;
    flow->piped = (size_t)count;
    if (!flush_pipe(flow, spare[0], to)) {
        flow->piped = 0;
        shut_pipe(spare);
        return FLOW_BROKEN;
    }
    if (flow->piped == 0) return FLOW_MORE;
    memcpy(flow->pipe, spare, sizeof spare);
    spare[0] = spare[1] = -1;
    return FLOW_LATER;
}

void flow_drop(struct bridge_flow *flow) {
    free(flow->bytes);
    if (flow->piped > 0) shut_pipe(flow->pipe);
    *flow = (struct bridge_flow){.carried = flow->carried};
}
