#include "words.h"

#include <windows.h>

#include <stdlib.h>

#include "../common/fail.h"

void *grow(void *memory, size_t bytes) {
    void *grown = realloc(memory, bytes ? bytes : 1);
    if (!grown) fail_because("memory", "there is none left");
    return grown;
}

wchar_t *copy_word(const wchar_t *text) {
    size_t bytes = (wcslen(text) + 1) * sizeof *text;
    return memcpy(grow(NULL, bytes), text, bytes);
}

void word_list_add(struct word_list *list, wchar_t *text) {
    list->items = grow(list->items, (list->count + 1) * sizeof *list->items);
    list->items[list->count++] = text;
}

wchar_t *widen(const char *text) {
    int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    if (length <= 0) return NULL;
    wchar_t *wide = grow(NULL, (size_t)length * sizeof *wide);
    MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, length);
    return wide;
}

static char *narrow_with(const wchar_t *text, DWORD flags) {
    int length = WideCharToMultiByte(CP_UTF8, flags, text, -1, NULL, 0, NULL, NULL);
    if (length <= 0) return NULL;
    char *bytes = grow(NULL, (size_t)length);
    WideCharToMultiByte(CP_UTF8, flags, text, -1, bytes, length, NULL, NULL);
    return bytes;
}

/* Half of a surrogate pair is looked for by hand: not every version of Windows (nor wine) refuses it. */
static bool has_lone_surrogate(const wchar_t *text) {
    for (; *text; text++) {
        bool is_high = *text >= 0xD800 && *text < 0xDC00;
        if (is_high && text[1] >= 0xDC00 && text[1] < 0xE000) text++;
        else if (*text >= 0xD800 && *text < 0xE000) return true;
    }
    return false;
}

char *narrow(const wchar_t *text) {
    return has_lone_surrogate(text) ? NULL : narrow_with(text, 0);
}

char *narrow_for_people(const wchar_t *text) {
    char *bytes = narrow_with(text, 0);
    if (bytes) return bytes;
    bytes = grow(NULL, 2);
    memcpy(bytes, "?", 2);
    return bytes;
}

static bool is_same_start(const wchar_t *left, const wchar_t *right, size_t length) {
    return length == 0 || CompareStringOrdinal(left, (int)length, right, (int)length, TRUE) == CSTR_EQUAL;
}

bool is_same_name(const wchar_t *left, const wchar_t *right) {
    size_t length = wcslen(left);
    return length == wcslen(right) && is_same_start(left, right, length);
}

bool is_in_folder(const wchar_t *path, const wchar_t *folder) {
    size_t length = wcslen(folder);
    if (wcslen(path) < length || !is_same_start(path, folder, length)) return false;
    return path[length] == 0 || path[length] == L'\\' || (length > 0 && folder[length - 1] == L'\\');
}
