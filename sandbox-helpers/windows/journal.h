/*
 * What a process changed, on disk before it is changed.
 * Promises: a record is flushed to the disk before `journal_add` returns; the file cannot be written or removed by others
 * while its maker lives, which is also how others tell that it does, whatever became of its number; a last line that was
 * cut off is not there, for what it announces was not done.
 */
#ifndef SALLYPORT_JOURNAL_H
#define SALLYPORT_JOURNAL_H

#include <windows.h>

#include <stdbool.h>

#include "access-entry.h"

enum record_kind { RECORD_PACKAGE, RECORD_ENTRY, RECORD_FOLDER };

struct record {
    enum record_kind kind;
    /* Of an entry. */
    enum entry_kind entry;
    /* Of a package and of an entry: the package's SID in text. */
    wchar_t *sid;
    /* Of a package its name, else a path. */
    wchar_t *text;
};

struct journal {
    HANDLE file;
    wchar_t *path;
    struct record *records;
    size_t count;
    /* A whole line could not be read: the journal is kept for a person to look at. */
    bool is_damaged;
};

/* A new empty one in an existing folder. Ends the program when it cannot be made. */
void journal_create(struct journal *journal, const wchar_t *folder);

/* Adds and flushes. Ends the program when that fails: the change is not made then. */
void journal_add(struct journal *journal, const struct record *record);

/* Takes over the journal of a process that is gone: opened as its maker had it. False while the maker lives. */
bool journal_adopt(struct journal *journal, const wchar_t *path);

/* Reads the journal of a living process. False when it is gone. */
bool journal_look(struct journal *journal, const wchar_t *path);

/* Frees, and removes the file where `is_done`. */
void journal_close(struct journal *journal, bool is_done);

/* Paths of all journals in a folder. */
struct word_list list_journals(const wchar_t *folder);

#endif
