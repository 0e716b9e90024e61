/* See bridge-copy.h. */
#include "bridge-copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK 131072
/* So that one fast pair does not starve the others. */
#define ROUNDS 8

struct bridge_pair;

/* One socket, and what was read from it and not yet written to the other. */
struct bridge_end {
    struct bridge_source source;
    struct bridge_pair *pair;
    struct bridge_end *other;
    int fd;
    uint32_t armed;
    char *waiting;
    size_t from, upto;
    bool is_over, is_told, is_watched;
};

struct bridge_pair {
    struct bridge_end ends[2];
    struct bridge_pair *next;
    int epoll;
    bool is_connecting, is_dead;
};

static unsigned pair_count;
static struct bridge_pair *dead;
/* Read into first: a chunk that the other side takes at once needs no buffer of its own. */
static char shared[CHUNK];

unsigned bridge_pairs(void) {
    return pair_count;
}

static void end_pair(struct bridge_pair *pair) {
    if (pair->is_dead) return;
    pair->is_dead = true;
    for (int i = 0; i < 2; i++) {
        close(pair->ends[i].fd);
        free(pair->ends[i].waiting);
    }
    pair->next = dead;
    dead = pair;
    pair_count--;
}

static void arm(struct bridge_end *end) {
    struct bridge_end *other = end->other;
    bool has_waiting = end->upto > end->from;
    uint32_t wanted = 0;
    if (!end->is_over && !has_waiting && !end->pair->is_connecting) wanted |= EPOLLIN;
    if (other->upto > other->from || (end->pair->is_connecting && end == &end->pair->ends[1])) wanted |= EPOLLOUT;
    /* A side that hung up says so without end: while the other is slow it must not be listened to. */
    bool is_watched = wanted != 0 || !has_waiting;
    if (wanted == end->armed && is_watched == end->is_watched) return;
    struct epoll_event event = {.events = wanted, .data.ptr = end};
    int change = !is_watched ? EPOLL_CTL_DEL : end->is_watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(end->pair->epoll, change, end->fd, &event) != 0) return end_pair(end->pair);
    end->armed = wanted;
    end->is_watched = is_watched;
}

void bridge_bury(void) {
    while (dead) {
        struct bridge_pair *next = dead->next;
        free(dead);
        dead = next;
    }
}

/* Writes what waits; false when the other side is gone for good. */
static bool flush(struct bridge_end *end) {
    while (end->upto > end->from) {
        ssize_t sent = send(end->other->fd, end->waiting + end->from, end->upto - end->from, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
        end->from += (size_t)sent;
    }
    free(end->waiting);
    end->waiting = NULL;
    end->from = end->upto = 0;
    return true;
}

/* Keeps what the other side did not take. */
static bool keep(struct bridge_end *end, const char *bytes, size_t length) {
    end->waiting = malloc(length);
    if (!end->waiting) return false;
    memcpy(end->waiting, bytes, length);
    end->from = 0;
    end->upto = length;
    return true;
}

/* One chunk across; false when the pair must end. `*more`: worth another round. */
static bool carry_chunk(struct bridge_end *end, bool *more) {
    *more = false;
    ssize_t count = recv(end->fd, shared, sizeof shared, 0);
    if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (count == 0) {
        end->is_over = true;
        return true;
    }
    ssize_t sent = send(end->other->fd, shared, (size_t)count, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return false;
        sent = 0;
    }
    if (sent < count) return keep(end, shared + sent, (size_t)(count - sent));
    *more = true;
    return true;
}

static bool pump(struct bridge_end *end) {
    if (!flush(end)) return false;
    bool more = end->upto == 0 && !end->is_over;
    for (int round = 0; more && round < ROUNDS; round++)
        if (!carry_chunk(end, &more)) return false;
    if (end->is_over && end->upto == 0 && !end->is_told) {
        end->is_told = true;
        shutdown(end->other->fd, SHUT_WR);
    }
    return true;
}

/* False while the far side has not answered, or never will. */
static bool is_connected(struct bridge_pair *pair, uint32_t events) {
    int error = 0;
    socklen_t size = sizeof error;
    if (!(events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) return false;
    if (getsockopt(pair->ends[1].fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        end_pair(pair);
        return false;
    }
    pair->is_connecting = false;
    return true;
}

void bridge_carry(struct bridge_source *source, uint32_t events) {
    struct bridge_end *end = (struct bridge_end *)source;
    struct bridge_pair *pair = end->pair;
    if (pair->is_dead) return;
    if (pair->is_connecting) {
        if (end == &pair->ends[0] && (events & (EPOLLERR | EPOLLHUP))) return end_pair(pair);
        if (end != &pair->ends[1] || !is_connected(pair, events)) return;
    }
    bool goes_on = pump(end) && pump(end->other);
    bool is_done = end->is_told && end->other->is_told;
    /* Hung up and read to the end: nothing can be brought to it any more. */
    bool is_broken = (events & EPOLLERR) || ((events & EPOLLHUP) && end->is_over);
    if (!goes_on || is_done || is_broken) return end_pair(pair);
    arm(end);
    if (!pair->is_dead) arm(end->other);
}

bool bridge_join(int epoll, int from, int to, bool is_connecting) {
    struct bridge_pair *pair = pair_count < BRIDGE_PAIRS_MAX ? calloc(1, sizeof *pair) : NULL;
    if (!pair) {
        close(from);
        close(to);
        return false;
    }
    pair->epoll = epoll;
    pair->is_connecting = is_connecting;
    pair_count++;
    for (int i = 0; i < 2; i++) {
        struct bridge_end *end = &pair->ends[i];
        *end = (struct bridge_end){.source = {SOURCE_END}, .pair = pair, .other = &pair->ends[1 - i], .fd = i ? to : from};
    }
    for (int i = 0; i < 2; i++) {
        struct bridge_end *end = &pair->ends[i];
        end->armed = is_connecting ? (i ? EPOLLOUT : 0u) : (uint32_t)EPOLLIN;
        struct epoll_event event = {.events = end->armed, .data.ptr = end};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, end->fd, &event) != 0) {
            end_pair(pair);
            return false;
        }
        end->is_watched = true;
    }
    return true;
}
