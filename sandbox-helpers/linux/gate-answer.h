/* Answers to held calls, and the calls that wait for the engine's answer. */
#ifndef SALLYPORT_GATE_ANSWER_H
#define SALLYPORT_GATE_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "gate-change.h"
#include "gate-open.h"
#include "gate-state.h"

enum held_kind { HELD_EXEC, HELD_WRITE, HELD_CHANGE, HELD_CONNECT };

/* What is needed to do a held call in the caller's place. */
struct held_detail {
    struct held_open open;      /* of a write */
    struct held_change *change; /* of a change */
};

/* The kernel goes on with the call as it stands; false when the caller is gone. */
bool let_pass(uint64_t id);
void answer_error(uint64_t id, int error);
/* The call has been done in the caller's place: 0 is what it returns. */
void answer_done(uint64_t id);
/* Says why on the caller's stderr, then answers EPERM to an exec, EACCES to a connect and EROFS to the others. */
void refuse_call(const struct caller *caller, enum held_kind kind, const char *message);

/*
 * Keeps a call until the engine answers; takes over the caller's pidfd and what `detail` points
 * to (NULL: nothing is needed). The slot is never used again, so that a late answer cannot let another call
 * pass. 0 when too many are held: nothing was taken over.
 */
uint64_t hold_call(const struct caller *caller, enum held_kind kind, const struct held_detail *detail);
/* The engine's verdicts; false when the text is no such verdict. A slot that is gone is not an error. */
bool answer_allow(const char *slot, bool is_watched);
bool answer_through(const char *slot, bool is_watched);
bool answer_deny(const char *slot, const char *message);
/* The caller of a held call ended: forgets it and tells the engine. */
void drop_held(uint64_t slot);
/* The engine is gone. */
void refuse_all_held(void);

#endif
