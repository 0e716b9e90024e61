/* See bridge-copy.h. */
#include "bridge-copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bridge-pair.h"

/* So that one fast pair does not starve the others. */
#define ROUNDS 8
/* Two sockets and a third one that was handed over, and something for what is no pair. */
#define DESCRIPTORS_PER_PAIR 3
#define DESCRIPTORS_APART 100

static struct bridge_pair *live[BRIDGE_PAIRS_MAX];
static unsigned pair_count, pairs_max = BRIDGE_PAIRS_MAX;
static struct bridge_pair *dead;
/* Until the channel is lost. */
static bool may_hand = true;

bool bridge_has_room(void) {
    return pair_count < pairs_max;
}

void bridge_limit(uint64_t descriptors) {
    uint64_t room = descriptors > DESCRIPTORS_APART ? (descriptors - DESCRIPTORS_APART) / DESCRIPTORS_PER_PAIR : 1;
    pairs_max = room < 1 ? 1 : room < BRIDGE_PAIRS_MAX ? (unsigned)room : BRIDGE_PAIRS_MAX;
}

void forget_record(struct bridge_pair *pair) {
    free(pair->record.bytes);
    pair->record = (struct bridge_record){0};
    pair->is_talk = false;
}

/* The engine counts what went through a connection that it has given away. */
static void tell_counts(struct bridge_pair *pair) {
    uint64_t counts[2] = {pair->ends[CLIENT].flow.carried - pair->consumed, pair->ends[FAR].flow.carried};
    /* Where it cannot be told, it has ended the pair itself. */
    (void)!send(pair->ends[ENGINE].fd, counts, sizeof counts, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void end_pair(struct bridge_pair *pair) {
    if (pair->is_dead) return;
    if (pair->is_handed) tell_counts(pair);
    pair->is_dead = true;
    forget_record(pair);
    for (int i = 0; i < ENDS; i++) {
        struct bridge_end *end = &pair->ends[i];
        /* What was handed over may still be open in the engine: closing it here alone would leave it in the list. */
        if (end->is_watched) epoll_ctl(pair->epoll, EPOLL_CTL_DEL, end->fd, NULL);
        if (end->fd >= 0) close(end->fd);
        flow_drop(&end->flow);
    }
    live[pair->slot] = live[--pair_count];
    live[pair->slot]->slot = pair->slot;
    pair->next = dead;
    dead = pair;
}

void bridge_bury(void) {
    while (dead) {
        struct bridge_pair *next = dead->next;
        free(dead);
        dead = next;
    }
}

/* A client is not read beyond what is kept of it: until the engine has decided, all of it may be needed again. */
static bool has_room(const struct bridge_end *end) {
    return !end->pair->is_talk || end != &end->pair->ends[CLIENT] || end->pair->record.length < RECORD_MAX;
}

void watch_end(struct bridge_end *end, uint32_t wanted, bool is_watched) {
    if (wanted == end->armed && is_watched == end->is_watched) return;
    struct epoll_event event = {.events = wanted, .data.ptr = end};
    int change = !is_watched ? EPOLL_CTL_DEL : end->is_watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(end->pair->epoll, change, end->fd, &event) != 0) return end_pair(end->pair);
    end->armed = wanted;
    end->is_watched = is_watched;
}

void arm(struct bridge_end *end) {
    struct bridge_pair *pair = end->pair;
    bool has_waiting = flow_waits(&end->flow);
    uint32_t wanted = 0;
    if (!end->is_over && !has_waiting && !pair->is_connecting && has_room(end)) wanted |= EPOLLIN;
    if (flow_waits(&end->other->flow) || (pair->is_connecting && end == &pair->ends[ENGINE])) wanted |= EPOLLOUT;
    /* A side that hung up says so without end: while the other is slow it must not be listened to. */
    watch_end(end, wanted, wanted != 0 || !has_waiting);
}

bool pump(struct bridge_end *end, bool is_said) {
    struct bridge_pair *pair = end->pair;
    int from = end->fd, to = end->other->fd;
    struct bridge_record *record = pair->is_talk && end == &pair->ends[CLIENT] ? &pair->record : NULL;
    if (!flow_flush(&end->flow, to)) return false;
    enum flow_result result = end->is_over || flow_waits(&end->flow) ? FLOW_LATER : FLOW_MORE;
    for (int round = 0; result == FLOW_MORE && round < ROUNDS; round++) {
        bool is_first = is_said && round == 0;
        result = pair->is_handed ? flow_splice(&end->flow, from, to, is_first) : flow_copy(&end->flow, from, to, record);
        if (result == FLOW_BROKEN) return false;
        if (result == FLOW_OVER) end->is_over = true;
    }
    if (end->is_over && !flow_waits(&end->flow) && !end->is_told) {
        end->is_told = true;
        shutdown(to, SHUT_WR);
    }
    return true;
}

/* False while the far side has not answered, or never will. */
static bool is_connected(struct bridge_pair *pair, uint32_t events) {
    int error = 0;
    socklen_t size = sizeof error;
    if (!(events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) return false;
    if (getsockopt(pair->ends[ENGINE].fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        end_pair(pair);
        return false;
    }
    pair->is_connecting = false;
    return true;
}

/* The engine has nothing to say any more: when its end is closed, the pair is to end. */
static void look_at_engine(struct bridge_end *end) {
    char byte;
    ssize_t count = recv(end->fd, &byte, 1, MSG_DONTWAIT);
    if (count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) end_pair(end->pair);
}

void bridge_carry(struct bridge_source *source, uint32_t events) {
    struct bridge_end *end = (struct bridge_end *)source;
    struct bridge_pair *pair = end->pair;
    if (pair->is_dead) return;
    if (pair->is_handed && end == &pair->ends[ENGINE]) return look_at_engine(end);
    bool is_said = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
    if (pair->is_connecting) {
        if (end == &pair->ends[CLIENT] && (events & (EPOLLERR | EPOLLHUP))) return end_pair(pair);
        if (end != &pair->ends[ENGINE] || !is_connected(pair, events)) return;
    }
    bool goes_on = (!is_said || pump(end, true)) && (!flow_waits(&end->other->flow) || pump(end->other, false));
    bool is_done = end->is_told && end->other->is_told;
    /* Hung up and read to the end, or as far as it may be: nothing can be brought to it any more. */
    bool is_broken = (events & EPOLLERR) || ((events & EPOLLHUP) && (end->is_over || !has_room(end)));
    if (!goes_on || is_done || is_broken) return end_pair(pair);
    arm(end);
    if (!pair->is_dead) arm(end->other);
}

static void open_end(struct bridge_pair *pair, int which, int other, int fd) {
    struct bridge_end *end = &pair->ends[which];
    *end = (struct bridge_end){.source = {SOURCE_END}, .pair = pair, .other = &pair->ends[other], .fd = fd};
}

static bool tell_id(struct bridge_pair *pair) {
    char words[1 + BRIDGE_ID_BYTES] = {0};
    if (getrandom(pair->id, sizeof pair->id, 0) != (ssize_t)sizeof pair->id) return false;
    memcpy(words + 1, pair->id, sizeof pair->id);
    pair->is_talk = may_hand;
    return send(pair->ends[ENGINE].fd, words, sizeof words, MSG_NOSIGNAL) == (ssize_t)sizeof words;
}

bool bridge_join(int epoll, int from, int to, enum bridge_kind kind) {
    struct bridge_pair *pair = bridge_has_room() ? calloc(1, sizeof *pair) : NULL;
    if (!pair) {
        close(from);
        close(to);
        return false;
    }
    pair->epoll = epoll;
    pair->is_connecting = kind == BRIDGE_CONNECTING;
    pair->slot = pair_count;
    live[pair_count++] = pair;
    open_end(pair, CLIENT, ENGINE, from);
    open_end(pair, ENGINE, CLIENT, to);
    open_end(pair, FAR, CLIENT, -1);
    if (kind == BRIDGE_PROXY && !tell_id(pair)) end_pair(pair);
    for (int i = CLIENT; i <= ENGINE && !pair->is_dead; i++)
        watch_end(&pair->ends[i], !pair->is_connecting ? (uint32_t)EPOLLIN : i == ENGINE ? (uint32_t)EPOLLOUT : 0u, true);
    return !pair->is_dead;
}

struct bridge_pair *find_talk(const unsigned char id[BRIDGE_ID_BYTES]) {
    for (unsigned i = 0; i < pair_count; i++)
        if (live[i]->is_talk && memcmp(live[i]->id, id, BRIDGE_ID_BYTES) == 0) return live[i];
    return NULL;
}

void bridge_release(const unsigned char id[BRIDGE_ID_BYTES]) {
    struct bridge_pair *pair = find_talk(id);
    if (!pair) return;
    forget_record(pair);
    arm(&pair->ends[CLIENT]);
}

void bridge_release_all(void) {
    may_hand = false;
    /* A pair that ends on the way leaves its place to the last one: from the end none is overlooked. */
    for (unsigned i = pair_count; i-- > 0;)
        if (live[i]->is_talk) bridge_release(live[i]->id);
}
