#include "gate-refusals.h"

#define REFUSALS_MAX 256

static uint64_t refusals[REFUSALS_MAX];
static unsigned next_refusal;

uint64_t add_to_fingerprint(uint64_t fingerprint, const void *bytes, size_t length) {
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < length; i++) fingerprint = (fingerprint ^ byte[i]) * 1099511628211ull;
    return fingerprint;
}

void remember_refusal(uint64_t fingerprint) {
    if (fingerprint) refusals[next_refusal++ % REFUSALS_MAX] = fingerprint;
}

bool was_refused(uint64_t fingerprint) {
    for (unsigned i = 0; fingerprint && i < REFUSALS_MAX; i++)
        if (refusals[i] == fingerprint) return true;
    return false;
}
