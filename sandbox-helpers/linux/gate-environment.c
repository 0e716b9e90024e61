#include "gate-environment.h"

#include <stdlib.h>
#include <string.h>

#include "gate-digest.h"
#include "gate-memory.h"

#define ENVIRONMENT_BYTES_MAX (128 * 1024)
#define ENTRIES_MAX 2048
#define TOLD_MAX 256
#define TOLD_BYTES_MAX (32 * 1024)
#define VALUE_BYTES_MAX 1024

struct entry {
    const char *text;
    size_t length, name_length;
    uint64_t digest;
};

struct environment {
    char bytes[ENVIRONMENT_BYTES_MAX];
    struct entry entries[ENTRIES_MAX];
    int count;
    size_t used;
    bool is_cut;
};

static struct environment launch, held;

/* Shells count and tell places in these; nobody runs code by them. */
static bool is_shells_own(const struct entry *entry) {
    static const char *const names[] = {"_", "SHLVL", "PWD", "OLDPWD"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (entry->name_length == strlen(names[i]) && memcmp(entry->text, names[i], entry->name_length) == 0) return true;
    return false;
}

static struct entry make_entry(const char *text, size_t length) {
    /* An entry may begin with "=": that is no end of a name. */
    const char *sign = length ? memchr(text + 1, '=', length - 1) : NULL;
    struct digest digest;
    begin_digest(&digest);
    add_to_digest(&digest, text, length);
    return (struct entry){text, length, sign ? (size_t)(sign - text) : length, read_digest(&digest)};
}

static void read_environment(struct environment *into, uint64_t address) {
    into->count = 0;
    into->used = 0;
    into->is_cut = false;
    for (uint64_t at = address; address; at += sizeof at) {
        uint64_t word;
        if (!read_memory(at, &word, sizeof word)) into->is_cut = true;
        else if (!word) return;
        char *text = into->bytes + into->used;
        long length = -1;
        if (!into->is_cut && into->count < ENTRIES_MAX) length = read_memory_string(word, text, sizeof into->bytes - into->used);
        if (length < 0) {
            into->is_cut = true;
            return;
        }
        into->entries[into->count++] = make_entry(text, (size_t)length);
        into->used += (size_t)length + 1;
    }
}

void keep_launch_environment(uint64_t address) {
    read_environment(&launch, address);
}

static bool has_same(const struct environment *where, const struct entry *entry, int hint) {
    if (hint < where->count && where->entries[hint].digest == entry->digest) return true;
    for (int i = 0; i < where->count; i++)
        if (where->entries[i].digest == entry->digest) return true;
    return false;
}

static bool has_name(const struct environment *where, const struct entry *entry) {
    for (int i = 0; i < where->count; i++)
        if (where->entries[i].name_length == entry->name_length && memcmp(where->entries[i].text, entry->text, entry->name_length) == 0)
            return true;
    return false;
}

struct text_mark tell_environment(struct json_line *line, uint64_t address) {
    read_environment(&held, address);
    size_t told = 0, told_bytes = 0;
    bool is_cut = held.is_cut;
    bool was_lossy = line->lossy;
    line->lossy = false;
    json_open(line, "env", '[');
    for (int i = 0; i < held.count; i++) {
        const struct entry *entry = &held.entries[i];
        if (has_same(&launch, entry, i) || is_shells_own(entry)) continue;
        size_t shown = entry->length;
        if (shown > entry->name_length + VALUE_BYTES_MAX) shown = entry->name_length + VALUE_BYTES_MAX;
        if (told == TOLD_MAX || told_bytes + shown > TOLD_BYTES_MAX) {
            is_cut = true;
            break;
        }
        json_item(line, entry->text, shown);
        told++, told_bytes += shown;
    }
    for (int i = 0; i < launch.count && told < TOLD_MAX; i++) {
        const struct entry *entry = &launch.entries[i];
        if (has_same(&held, entry, i) || is_shells_own(entry) || has_name(&held, entry)) continue;
        json_item(line, entry->text, entry->name_length);
        told++;
    }
    json_shut(line, ']');
    json_bool(line, "envCut", is_cut || told == TOLD_MAX || line->lossy);
    line->lossy = was_lossy; /* that is about the words */
    struct digest digest;
    begin_digest(&digest);
    add_to_digest(&digest, held.bytes, held.used);
    return (struct text_mark){read_digest(&digest), held.used, held.is_cut};
}
