#include "journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/command-line.h"
#include "failing.h"
#include "words.h"

#define JOURNAL_BYTES_MAX (16 << 20)

void journal_create(struct journal *journal, const wchar_t *folder) {
    memset(journal, 0, sizeof *journal);
    size_t chars = wcslen(folder) + 64;
    journal->path = grow(NULL, chars * sizeof *journal->path);
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    swprintf(journal->path, chars, L"%ls\\%lu-%08lx%08lx.journal", folder, GetCurrentProcessId(),
             (unsigned long)now.dwHighDateTime, (unsigned long)now.dwLowDateTime);
    DWORD access = GENERIC_READ | GENERIC_WRITE | DELETE;
    journal->file = CreateFileW(journal->path, access, FILE_SHARE_READ, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    if (journal->file == INVALID_HANDLE_VALUE) fail_windows("journal", journal->path, GetLastError());
}

static char *encode(const wchar_t *text) {
    char *bytes = narrow(text);
    if (!bytes) fail_about("path", text, "is not valid Unicode");
    char *encoded = percent_encode(bytes);
    free(bytes);
    return encoded;
}

static void keep(struct journal *journal, const struct record *record) {
    journal->records = grow(journal->records, (journal->count + 1) * sizeof *journal->records);
    journal->records[journal->count++] = *record;
}

void journal_add(struct journal *journal, const struct record *record) {
    static const char *const kinds[] = {"package", "entry", "folder"};
    char *sid = record->sid ? encode(record->sid) : NULL;
    char *text = encode(record->text);
    size_t bytes = strlen(text) + (sid ? strlen(sid) : 0) + 64;
    char *line = grow(NULL, bytes);
    int length = snprintf(line, bytes, "%s", kinds[record->kind]);
    if (record->kind == RECORD_ENTRY) length += snprintf(line + length, bytes - length, " %ls", entry_names[record->entry]);
    if (sid) length += snprintf(line + length, bytes - length, " %s", sid);
    length += snprintf(line + length, bytes - length, " %s\n", text);
    DWORD written = 0;
    if (!WriteFile(journal->file, line, (DWORD)length, &written, NULL) || written != (DWORD)length || !FlushFileBuffers(journal->file))
        fail_windows("journal", journal->path, GetLastError());
    struct record own = *record;
    own.sid = record->sid ? copy_word(record->sid) : NULL;
    own.text = copy_word(record->text);
    keep(journal, &own);
    free(line);
    free(text);
    free(sid);
}

static bool read_entry_kind(const char *word, enum entry_kind *kind) {
    wchar_t *wide = widen(word);
    bool is_known = false;
    for (int i = 0; wide && i < ENTRY_KINDS && !is_known; i++) {
        is_known = !wcscmp(wide, entry_names[i]);
        if (is_known) *kind = (enum entry_kind)i;
    }
    free(wide);
    return is_known;
}

/* Only a package's own SID is ever touched, whatever a journal says. */
static bool is_package_sid(const wchar_t *sid) {
    return sid && !wcsncmp(sid, L"S-1-15-2-", 9) && wcslen(sid) > 12;
}

static bool parse_line(char *line, struct record *record) {
    char *fields[4];
    memset(record, 0, sizeof *record);
    int count = split_fields(line, fields, 4);
    if (count == 3 && !strcmp(fields[0], "package")) {
        record->kind = RECORD_PACKAGE;
        record->sid = widen(fields[1]);
        record->text = widen(fields[2]);
        return is_package_sid(record->sid) && record->text;
    }
    if (count == 4 && !strcmp(fields[0], "entry") && read_entry_kind(fields[1], &record->entry)) {
        record->kind = RECORD_ENTRY;
        record->sid = widen(fields[2]);
        record->text = widen(fields[3]);
        return is_package_sid(record->sid) && record->text;
    }
    if (count != 2 || strcmp(fields[0], "folder")) return false;
    record->kind = RECORD_FOLDER;
    record->text = widen(fields[1]);
    return record->text != NULL;
}

static bool read_records(struct journal *journal) {
    LARGE_INTEGER size;
    if (!GetFileSizeEx(journal->file, &size) || size.QuadPart > JOURNAL_BYTES_MAX) return false;
    char *text = grow(NULL, (size_t)size.QuadPart + 1);
    DWORD length = 0;
    if (!ReadFile(journal->file, text, (DWORD)size.QuadPart, &length, NULL)) length = 0;
    text[length] = 0;
    for (char *line = text, *end; (end = memchr(line, '\n', (size_t)(text + length - line))); line = end + 1) {
        *end = 0;
        struct record record;
        if (strlen(line) == (size_t)(end - line) && parse_line(line, &record)) keep(journal, &record);
        else journal->is_damaged = true;
    }
    free(text);
    return true;
}

static bool open_existing(struct journal *journal, const wchar_t *path, DWORD access, DWORD share) {
    memset(journal, 0, sizeof *journal);
    journal->file = CreateFileW(path, access, share, NULL, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (journal->file == INVALID_HANDLE_VALUE) return false;
    journal->path = copy_word(path);
    if (read_records(journal)) return true;
    warn_about("journal", path, "cannot be read");
    journal_close(journal, false);
    return false;
}

bool journal_adopt(struct journal *journal, const wchar_t *path) {
    return open_existing(journal, path, GENERIC_READ | GENERIC_WRITE | DELETE, FILE_SHARE_READ);
}

bool journal_look(struct journal *journal, const wchar_t *path) {
    return open_existing(journal, path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE);
}

void journal_close(struct journal *journal, bool is_done) {
    /* By the handle: a path could name something else by now. */
    FILE_DISPOSITION_INFO gone = {TRUE};
    if (is_done && !SetFileInformationByHandle(journal->file, FileDispositionInfo, &gone, sizeof gone))
        warn_about("journal", journal->path, error_text(GetLastError()));
    CloseHandle(journal->file);
    for (size_t i = 0; i < journal->count; i++) {
        free(journal->records[i].sid);
        free(journal->records[i].text);
    }
    free(journal->records);
    free(journal->path);
    memset(journal, 0, sizeof *journal);
}

struct word_list list_journals(const wchar_t *folder) {
    struct word_list found = {0};
    size_t chars = wcslen(folder) + 300;
    wchar_t *path = grow(NULL, chars * sizeof *path);
    swprintf(path, chars, L"%ls\\*.journal", folder);
    WIN32_FIND_DATAW entry;
    HANDLE search = FindFirstFileW(path, &entry);
    if (search == INVALID_HANDLE_VALUE) {
        DWORD error = GetLastError();
        if (error != ERROR_FILE_NOT_FOUND) fail_windows("journals", folder, error);
        free(path);
        return found;
    }
    do {
        swprintf(path, chars, L"%ls\\%ls", folder, entry.cFileName);
        word_list_add(&found, copy_word(path));
    } while (FindNextFileW(search, &entry));
    FindClose(search);
    free(path);
    return found;
}
