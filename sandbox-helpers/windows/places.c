#include "places.h"

#include <stdlib.h>

#include "failing.h"
#include "words.h"

#define PATH_CHARS_MAX 32000

wchar_t *long_path(const wchar_t *path) {
    size_t length = wcslen(path);
    wchar_t *longer = grow(NULL, (length + 5) * sizeof *longer);
    memcpy(longer, L"\\\\?\\", 4 * sizeof *longer);
    memcpy(longer + 4, path, (length + 1) * sizeof *longer);
    return longer;
}

/* X:\name\name: nothing in it that Windows would rewrite, or that names a stream or a device. */
static const char *why_not_plain(const wchar_t *path) {
    size_t length = wcslen(path);
    if (length > 1 && path[0] == L'\\' && path[1] == L'\\') return "is a network or device path";
    bool has_drive = length >= 3 && ((path[0] | 32) >= L'a' && (path[0] | 32) <= L'z') && path[1] == L':' && path[2] == L'\\';
    if (!has_drive) return "is not an absolute path of a drive";
    if (length > PATH_CHARS_MAX) return "is too long";
    if (wcspbrk(path + 2, L"/:*?\"<>|")) return "holds a character that no name has";
    for (const wchar_t *name = path + 3; *name;) {
        size_t part = wcscspn(name, L"\\");
        if (part == 0 || name[part - 1] == L'.' || name[part - 1] == L' ') return "holds a name that Windows reads otherwise";
        name += part;
        if (*name == L'\\' && *++name == 0) return "ends with a backslash";
    }
    return NULL;
}

static const char *why_not_volume(HANDLE handle, const wchar_t *path, DWORD *error) {
    wchar_t root[4] = {path[0], L':', L'\\', 0};
    UINT drive = GetDriveTypeW(root);
    if (drive == DRIVE_REMOTE) return "is on a network drive";
    if (drive != DRIVE_FIXED && drive != DRIVE_REMOVABLE && drive != DRIVE_RAMDISK) return "is on no drive of this machine";
    DWORD flags = 0;
    if (!GetVolumeInformationByHandleW(handle, NULL, 0, NULL, NULL, &flags, NULL, 0)) {
        *error = GetLastError();
        return "its volume cannot be asked";
    }
    return flags & FILE_PERSISTENT_ACLS ? NULL : "is on a volume that keeps no access lists (FAT, exFAT)";
}

static const char *why_elsewhere(HANDLE handle, const wchar_t *wanted, DWORD *error) {
    DWORD length = GetFinalPathNameByHandleW(handle, NULL, 0, FILE_NAME_NORMALIZED);
    wchar_t *final = grow(NULL, (length + 2) * sizeof *final);
    DWORD got = length ? GetFinalPathNameByHandleW(handle, final, length + 1, FILE_NAME_NORMALIZED) : 0;
    bool is_known = got > 0 && got <= length;
    if (!is_known) *error = GetLastError();
    bool is_same = is_known && is_same_name(final, wanted);
    free(final);
    if (!is_known) return "its real path cannot be asked";
    return is_same ? NULL : "leads elsewhere, or is a short or substituted name";
}

static const char *look_at(struct place *place, const wchar_t *path, const wchar_t *wanted, DWORD *error) {
    BY_HANDLE_FILE_INFORMATION facts;
    if (!GetFileInformationByHandle(place->handle, &facts)) {
        *error = GetLastError();
        return "it cannot be asked what it is";
    }
    place->is_folder = (facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    place->is_link = (facts.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
    place->links = facts.nNumberOfLinks;
    const char *reason = why_elsewhere(place->handle, wanted, error);
    return reason ? reason : why_not_volume(place->handle, path, error);
}

const char *open_place(struct place *place, const wchar_t *path, enum link_rule rule, DWORD *error) {
    *error = 0;
    place->handle = INVALID_HANDLE_VALUE;
    const char *reason = why_not_plain(path);
    if (reason) return reason;
    wchar_t *wanted = long_path(path);
    /* FILE_READ_DATA: the system lists the folder to hand the entry down. */
    DWORD access = READ_CONTROL | WRITE_DAC | FILE_READ_ATTRIBUTES | FILE_READ_DATA;
    DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    DWORD flags = FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT;
    place->handle = CreateFileW(wanted, access, share, NULL, OPEN_EXISTING, flags, NULL);
    if (place->handle == INVALID_HANDLE_VALUE) {
        *error = GetLastError();
        reason = "cannot be opened to change its access list";
    } else {
        reason = look_at(place, path, wanted, error);
        if (!reason && place->is_link && rule == LINK_REFUSED) reason = "is a link or another reparse point";
        if (reason) CloseHandle(place->handle);
    }
    free(wanted);
    return reason;
}

/* The profile of whoever runs this, from the token: the variable may have been changed. */
static wchar_t *find_profile(void) {
    typedef BOOL(WINAPI * get_profile)(HANDLE, LPWSTR, LPDWORD);
    HMODULE library = LoadLibraryExW(L"userenv.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    get_profile get = library ? (get_profile)(void *)GetProcAddress(library, "GetUserProfileDirectoryW") : NULL;
    HANDLE token = NULL;
    wchar_t folder[MAX_PATH + 1];
    DWORD length = MAX_PATH;
    if (!get || !OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token) || !get(token, folder, &length))
        fail_windows("profile folder", NULL, GetLastError());
    CloseHandle(token);
    return copy_word(folder);
}

const char *why_not_granted(const wchar_t *path, bool is_writable, const wchar_t *journals) {
    static wchar_t *profile;
    const char *reason = why_not_plain(path);
    if (reason) return reason;
    if (wcslen(path) <= 3) return "is a whole drive";
    if (!profile) profile = find_profile();
    if (is_in_folder(profile, path)) return "holds your whole profile";
    wchar_t windows[MAX_PATH + 1];
    if (!GetWindowsDirectoryW(windows, MAX_PATH)) fail_windows("Windows' folder", NULL, GetLastError());
    if (is_in_folder(windows, path)) return "holds Windows itself";
    if (is_writable && is_in_folder(path, windows)) return "belongs to Windows";
    if (is_in_folder(path, journals) || is_in_folder(journals, path)) return "holds the notes of what was changed";
    return NULL;
}
