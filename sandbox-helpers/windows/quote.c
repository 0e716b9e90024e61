#include "quote.h"

#include <stdbool.h>
#include <stdlib.h>

#include "words.h"

/* Adds one word; backslashes count double in front of a quote, and only there. */
static wchar_t *put_word(wchar_t *to, const wchar_t *word) {
    if (*word && !wcspbrk(word, L" \t\n\v\f\r\"")) {
        while (*word) *to++ = *word++;
        return to;
    }
    *to++ = L'"';
    while (true) {
        size_t slashes = 0;
        for (; *word == L'\\'; word++) slashes++;
        size_t wanted = *word == L'"' ? slashes * 2 + 1 : *word == 0 ? slashes * 2 : slashes;
        for (; wanted; wanted--) *to++ = L'\\';
        if (*word == 0) break;
        *to++ = *word++;
    }
    *to++ = L'"';
    return to;
}

wchar_t *quote_command(int argc, wchar_t **argv) {
    /* The first word has other rules: a quote in it cannot be said, and a backslash is never an escape. */
    if (argc < 1 || wcschr(argv[0], L'"')) return NULL;
    size_t most = 1;
    for (int i = 0; i < argc; i++) most += wcslen(argv[i]) * 2 + 3;
    wchar_t *line = grow(NULL, most * sizeof *line);
    wchar_t *to = line;
    *to++ = L'"';
    for (const wchar_t *from = argv[0]; *from;) *to++ = *from++;
    *to++ = L'"';
    for (int i = 1; i < argc; i++) {
        *to++ = L' ';
        to = put_word(to, argv[i]);
    }
    *to = 0;
    if (to - line < COMMAND_LINE_CHARS_MAX) return line;
    free(line);
    return NULL;
}
