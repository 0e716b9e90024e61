/* What the files of the exec gate share. One supervisor, one thread, one of each. */
#ifndef SALLYPORT_GATE_STATE_H
#define SALLYPORT_GATE_STATE_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../common/json-line.h"

#define GATE_SOCKET_FD 9
#define WALL_FD 10

enum write_mode { WRITES_HOLD, WRITES_PASS, WRITES_REPORT };

struct gate {
    int listener;         /* -1 until the inner half has sent it */
    int epoll;
    int socket;           /* to the inner half, -1 once it is done */
    bool gates_writes, gates_reads;
    bool holds_until_killed; /* a held call is not disturbed by signals (WAIT_KILLABLE_RECV) */
    enum write_mode write_mode;
    pid_t child;          /* PROGRAM */
    pid_t anchor;         /* 0 without a wall */
    pid_t root;           /* the sandbox's root program, 0 before its exec */
    int root_fd;          /* its pidfd */
    bool is_refusing;     /* the engine is gone: everything is refused */
};

extern struct gate gate;

/* What is remembered of a text: a keyed digest of its first bytes; whether more follow. */
struct text_mark {
    uint64_t digest, length;
    bool is_cut;
};

/* What a held exec will have made of the process, if nobody changes what was read of it. */
struct expected_start {
    bool is_known;
    bool has_file;          /* the file that will be running is known */
    bool has_words;
    uint64_t device, inode;
    struct text_mark words, environment;
};

/* A thread that is stopped in a held call. */
struct caller {
    uint64_t id;
    pid_t tid, tgid;
    int threads;
    pid_t parent, tracer; /* 0: none, or outside */
    int pidfd; /* of the process */
    uint64_t fingerprint; /* of an exec: who starts what; 0 when not known */
    bool is_exposed;      /* another thread, a process with the same memory or a debugger could change what was read */
    struct expected_start expected; /* of an exec */
};

/* Tags of epoll entries; the number below 2^56 belongs to the tag's owner. */
enum event_tag { EVENT_LISTENER, EVENT_RPC, EVENT_SIGNAL, EVENT_SOCKET, EVENT_PENDING, EVENT_WATCH, EVENT_PIPES, EVENT_ROOT };

void watch_fd(int fd, uint32_t events, enum event_tag tag, uint64_t number);

#endif
