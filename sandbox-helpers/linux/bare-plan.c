/*
 * Reads the plan of a bare run: parts of a name, a number and as many words, each ended by a NUL.
 *
 * Promises: a plan counts as complete only with its last part, "go"; anything that is no part ends
 * the reading. Does not judge what the words say: they are our own code's.
 * Without it: half a plan, of a process that was killed, could be carried out.
 */
#include "bare-plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/fail.h"

#define PLAN_BYTES_MAX (16u << 20)
#define READ_BYTES 65536u
#define WORDS_MAX 100000

/* The end of the `count` words from `at`; NULL when not all of them have come. */
static char *skip_words(char *at, char *end, long count) {
    for (; count > 0; count--) {
        char *stop = memchr(at, 0, (size_t)(end - at));
        if (!stop) return NULL;
        at = stop + 1;
    }
    return at;
}

static char **copy_words(const char *at, long count) {
    char **words = calloc((size_t)count + 1, sizeof *words);
    if (!words) fail("memory");
    for (long i = 0; i < count; i++, at += strlen(at) + 1)
        if (!(words[i] = strdup(at))) fail("memory");
    return words;
}

static bool keep_part(struct bare_plan *plan, const char *name, char **words) {
    if (strcmp(name, "holder") == 0) plan->holder = words;
    else if (strcmp(name, "janitor") == 0 && plan->janitor_count < JANITORS_MAX) plan->janitors[plan->janitor_count++] = words;
    else if (strcmp(name, "expect") == 0) plan->expect = words;
    else if (strcmp(name, "group") == 0) plan->group = words;
    else if (strcmp(name, "note") == 0) plan->note = words;
    else if (strcmp(name, "environment") == 0) plan->environment = words;
    else if (strcmp(name, "launch") == 0) plan->launch = words;
    else if (strcmp(name, "go") == 0) plan->is_complete = true;
    else return false;
    return true;
}

/* Takes one part from the front of the text; 0 when it has not all come, -1 for what is none. */
static long take_part(struct bare_plan *plan, char *text, char *end) {
    char *number = skip_words(text, end, 1);
    char *words = number ? skip_words(number, end, 1) : NULL;
    if (!words) return 0;
    char *stop;
    long count = strtol(number, &stop, 10);
    if (*stop || stop == number || count < 0 || count > WORDS_MAX) return -1;
    char *after = skip_words(words, end, count);
    if (!after) return 0;
    return keep_part(plan, text, copy_words(words, count)) ? after - text : -1;
}

static bool is_whole(const struct bare_plan *plan) {
    return plan->is_complete && plan->holder && plan->expect && plan->group && plan->note && plan->environment && plan->launch;
}

bool read_plan(int fd, struct bare_plan *plan, void (*on_part)(const struct bare_plan *plan)) {
    size_t size = READ_BYTES, length = 0, taken = 0;
    char *text = malloc(size);
    if (!text) fail("memory");
    while (!plan->is_complete) {
        if (length == size) {
            if (size >= PLAN_BYTES_MAX) return false;
            if (!(text = realloc(text, size *= 2))) fail("memory");
        }
        ssize_t count = read(fd, text + length, size - length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        length += (size_t)count;
        for (long part; (part = take_part(plan, text + taken, text + length)) != 0; taken += (size_t)part) {
            if (part < 0) return false;
            on_part(plan);
        }
    }
    return is_whole(plan);
}
