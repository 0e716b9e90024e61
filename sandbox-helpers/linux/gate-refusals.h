/*
 * Refusals that were just given. Some shells (dash) answer an exec that failed by trying the next
 * directory of PATH: the same process, the same words, one question already answered.
 */
#ifndef SALLYPORT_GATE_REFUSALS_H
#define SALLYPORT_GATE_REFUSALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FINGERPRINT_START 14695981039346656037ull

/* Continues a fingerprint (FNV-1a) over more bytes. Two that collide can only refuse too much. */
uint64_t add_to_fingerprint(uint64_t fingerprint, const void *bytes, size_t length);
void remember_refusal(uint64_t fingerprint);
bool was_refused(uint64_t fingerprint);

#endif
