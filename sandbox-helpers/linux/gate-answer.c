#include "gate-answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../common/exit-codes.h"
#include "gate-caller.h"
#include "gate-capture.h"
#include "gate-perform.h"
#include "gate-refusals.h"
#include "gate-rpc.h"
#include "gate-tell.h"
#include "gate-watch.h"

#define HELD_MAX 8192

struct held {
    uint64_t slot;
    enum held_kind kind;
    struct caller caller;
    struct held_detail detail;
    struct held *next;
};

static struct held *held_calls;
static int held_count;
static uint64_t last_slot;

bool let_pass(uint64_t id) {
    struct seccomp_notif_resp response = {.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    return ioctl(gate.listener, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0;
}

void answer_error(uint64_t id, int error) {
    struct seccomp_notif_resp response = {.id = id, .error = -error};
    ioctl(gate.listener, SECCOMP_IOCTL_NOTIF_SEND, &response); /* fails only when the caller is gone */
}

void answer_done(uint64_t id) {
    answer_error(id, 0);
}

void refuse_call(const struct caller *caller, enum held_kind kind, const char *message) {
    if (is_held(caller->id) && *message) tell_caller(caller->pidfd, message);
    answer_error(caller->id, kind == HELD_EXEC ? EPERM : kind == HELD_CONNECT ? EACCES : EROFS);
}

uint64_t hold_call(const struct caller *caller, enum held_kind kind, const struct held_detail *detail) {
    struct held *held = held_count < HELD_MAX ? calloc(1, sizeof *held) : NULL;
    if (!held) return 0;
    *held = (struct held){.slot = ++last_slot, .kind = kind, .caller = *caller, .next = held_calls};
    if (detail) held->detail = *detail;
    held_calls = held;
    held_count++;
    watch_fd(caller->pidfd, EPOLLIN, EVENT_PENDING, held->slot);
    return held->slot;
}

/* Takes it out of the list; the caller frees it with end_held. */
static struct held *take_held(uint64_t slot) {
    for (struct held **link = &held_calls; *link; link = &(*link)->next) {
        struct held *held = *link;
        if (held->slot != slot) continue;
        *link = held->next;
        held_count--;
        epoll_ctl(gate.epoll, EPOLL_CTL_DEL, held->caller.pidfd, NULL);
        return held;
    }
    return NULL;
}

static void end_held(struct held *held) {
    close(held->caller.pidfd);
    free(held->detail.open.path);
    free_change(held->detail.change);
    free(held);
}

/* NULL in *held for a slot that was given and is gone; false for one that never was. */
static bool find_slot(const char *text, struct held **held) {
    char *end;
    errno = 0;
    unsigned long long slot = strtoull(text, &end, 10);
    if (errno || text[0] < '0' || text[0] > '9' || *end || slot == 0 || slot > last_slot) return false;
    *held = take_held(slot);
    return true;
}

/* The kernel goes on with it, or it is done in the caller's place where the kernel would still meet the wall. */
static void go_on(const struct held *held) {
    bool is_done = false;
    if (held->kind == HELD_WRITE) is_done = open_for_caller(&held->caller, &held->detail.open);
    if (held->kind == HELD_CHANGE) is_done = change_for_caller(&held->caller, held->detail.change);
    if (!is_done) let_pass(held->caller.id);
}

bool answer_allow(const char *slot, bool is_watched) {
    struct held *held;
    if (!find_slot(slot, &held)) return false;
    if (!held) return true;
    if (is_watched && is_held(held->caller.id)) watch_exit(&held->caller);
    if (held->kind == HELD_EXEC) pass_and_compare(&held->caller);
    else go_on(held);
    end_held(held);
    return true;
}

bool answer_through(const char *slot, bool is_watched) {
    struct held *held;
    if (!find_slot(slot, &held)) return false;
    if (!held) return true;
    if (is_watched && is_held(held->caller.id)) watch_exit(&held->caller);
    if (held->kind == HELD_EXEC) pass_and_capture(&held->caller, true);
    else go_on(held);
    end_held(held);
    return true;
}

bool answer_deny(const char *slot, const char *message) {
    struct held *held;
    if (!find_slot(slot, &held)) return false;
    if (!held) return true;
    remember_refusal(held->caller.fingerprint);
    refuse_call(&held->caller, held->kind, message);
    end_held(held);
    return true;
}

void drop_held(uint64_t slot) {
    struct held *held = take_held(slot);
    if (!held) return;
    struct json_line line;
    json_begin(&line, "exit");
    json_number(&line, "pid", held->caller.tgid);
    json_number(&line, "slot", (long long)slot);
    send_line(&line);
    end_held(held);
}

void refuse_all_held(void) {
    while (held_calls) {
        struct held *held = take_held(held_calls->slot);
        refuse_call(&held->caller, held->kind, ENGINE_GONE_MESSAGE);
        end_held(held);
    }
}
