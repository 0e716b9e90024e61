#include "environment-block.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

static size_t name_length(const wchar_t *variable) {
    return (size_t)(wcschr(variable, L'=') - variable);
}

static int compare(const void *left, const void *right) {
    const wchar_t *a = *(wchar_t *const *)left, *b = *(wchar_t *const *)right;
    return CompareStringOrdinal(a, (int)name_length(a), b, (int)name_length(b), TRUE) - CSTR_EQUAL;
}

static bool is_replaced(const wchar_t *variable) {
    static const wchar_t *const names[] = {L"TEMP", L"TMP", L"LOCALAPPDATA"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t length = wcslen(names[i]);
        if (length == name_length(variable) && !_wcsnicmp(variable, names[i], length)) return true;
    }
    return false;
}

static wchar_t *join(const wchar_t *name, const wchar_t *folder, const wchar_t *below) {
    size_t chars = wcslen(name) + wcslen(folder) + wcslen(below) + 1;
    wchar_t *variable = grow(NULL, chars * sizeof *variable);
    wcscpy(variable, name);
    wcscat(variable, folder);
    wcscat(variable, below);
    return variable;
}

wchar_t *build_environment(const struct word_list *variables, const wchar_t *package_folder) {
    struct word_list all = {0};
    for (size_t i = 0; i < variables->count; i++)
        if (!package_folder || !is_replaced(variables->items[i])) word_list_add(&all, variables->items[i]);
    if (package_folder) {
        word_list_add(&all, join(L"LOCALAPPDATA=", package_folder, L""));
        word_list_add(&all, join(L"TEMP=", package_folder, L"\\Temp"));
        word_list_add(&all, join(L"TMP=", package_folder, L"\\Temp"));
        wchar_t *folder = join(L"", package_folder, L"\\Temp");
        CreateDirectoryW(folder, NULL);
        free(folder);
    }
    if (all.count) qsort(all.items, all.count, sizeof *all.items, compare);
    size_t chars = 2;
    for (size_t i = 0; i < all.count; i++) chars += wcslen(all.items[i]) + 1;
    wchar_t *block = grow(NULL, chars * sizeof *block);
    wchar_t *to = block;
    for (size_t i = 0; i < all.count; i++) {
        size_t length = wcslen(all.items[i]) + 1;
        memcpy(to, all.items[i], length * sizeof *to);
        to += length;
    }
    if (all.count == 0) *to++ = 0;
    *to = 0;
    free(all.items);
    return block;
}
