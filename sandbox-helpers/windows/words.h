/* Text on Windows: UTF-16 inside, UTF-8 in journals, options files and status lines. */
#ifndef SALLYPORT_WORDS_H
#define SALLYPORT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

struct word_list {
    wchar_t **items;
    size_t count;
};

/* realloc that ends the program when memory is out. */
void *grow(void *memory, size_t bytes);

/* Malloc'ed copies; a list owns what is added. */
wchar_t *copy_word(const wchar_t *text);
void word_list_add(struct word_list *list, wchar_t *text);

/* Strict in both directions: NULL for text that is not valid. The result is malloc'ed. */
wchar_t *widen(const char *text);
char *narrow(const wchar_t *text);

/* For messages: as narrow, with "?" for what is not valid. */
char *narrow_for_people(const wchar_t *text);

/* Equal as names of files are on Windows: without regard to case, not by language. */
bool is_same_name(const wchar_t *left, const wchar_t *right);

/* Whether `path` is `folder` or lies below it; both absolute, without a trailing backslash (a drive's own aside). */
bool is_in_folder(const wchar_t *path, const wchar_t *folder);

#endif
