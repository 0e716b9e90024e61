/*
 * The guard: a process of the holder's that covers hidden names anew as soon as something else stands there.
 *
 * Promises: a hidden file that somebody outside replaces, removes and makes again, or makes where none was, is covered
 * in every launch that was named and in the anchor's view, without the engine; what could not be covered is told.
 * Does not promise that nothing reads it before: between the change and the cover lies a moment. A file that is open stays
 * open.
 * Without it such a file could be read until the next launch: the kernel takes a mount away with the name it lies on.
 */
#ifndef SALLYPORT_HOLDER_GUARD_H
#define SALLYPORT_HOLDER_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether a command of the engine is for the guard: guard, enter, leave. */
bool is_for_guard(const char *text);

/*
 * Hands a command over; the guard answers it itself, on standard output. It is started by the first one, and then ends
 * with this process. False with errno when it cannot be told.
 *
 * guard ID [near:|inner:]PATH...   hides exactly these names; says "unwatched" of each that it cannot watch, before its
 *                                  answer
 * enter ID PID              hides them in the mount namespace of that process too
 * leave ID PID              no longer
 *
 * By itself it says "changed", once after each `guard`, when something has come to stand at a name or above it, and
 * "exposed" where it could not cover that.
 */
bool tell_guard(const char *text, pid_t anchor);

/* A descriptor that is readable when the guard has ended; -1 while there is none. */
int guard_ending(void);

void end_guard(void);

#endif
