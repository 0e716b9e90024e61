#include "gate-digest.h"

#include <stdbool.h>
#include <sys/random.h>

#include "../common/fail.h"

static uint64_t key[2];

static uint64_t rotate(uint64_t word, int bits) {
    return word << bits | word >> (64 - bits);
}

static void mix(uint64_t *v) {
    v[0] += v[1], v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0], v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1], v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2], v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static void take_word(uint64_t *v, uint64_t word) {
    v[3] ^= word;
    mix(v), mix(v);
    v[0] ^= word;
}

void begin_digest(struct digest *digest) {
    static bool has_key;
    if (!has_key && getrandom(key, sizeof key, 0) != sizeof key) fail("getrandom");
    has_key = true;
    *digest = (struct digest){.state = {
        key[0] ^ 0x736f6d6570736575ull, key[1] ^ 0x646f72616e646f6dull,
        key[0] ^ 0x6c7967656e657261ull, key[1] ^ 0x7465646279746573ull,
    }};
}

void add_to_digest(struct digest *digest, const void *bytes, size_t length) {
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < length; i++) {
        digest->tail |= (uint64_t)byte[i] << (digest->length % 8 * 8);
        if (++digest->length % 8) continue;
        take_word(digest->state, digest->tail);
        digest->tail = 0;
    }
}

uint64_t read_digest(const struct digest *digest) {
    uint64_t v[4] = {digest->state[0], digest->state[1], digest->state[2], digest->state[3]};
    take_word(v, digest->tail | digest->length << 56);
    v[2] ^= 0xff;
    for (int round = 0; round < 4; round++) mix(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
