/*
 * Remembering long texts by a keyed digest (SipHash-2-4).
 * Promises: whoever does not know the key, which is random for each supervisor, cannot make
 * another text with the same digest on purpose. So the words and the environment of a held
 * program need not be kept whole to be compared later.
 */
#ifndef SALLYPORT_GATE_DIGEST_H
#define SALLYPORT_GATE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct digest {
    uint64_t state[4], tail, length;
};

void begin_digest(struct digest *digest);
void add_to_digest(struct digest *digest, const void *bytes, size_t length);
/* The digest of what was added so far; more can be added after it. */
uint64_t read_digest(const struct digest *digest);

#endif
