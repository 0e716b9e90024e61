#include "package.h"

#include <sddl.h>

#include <stdlib.h>

#include "../common/fail.h"
#include "failing.h"
#include "words.h"

typedef HRESULT(WINAPI *create_profile)(PCWSTR, PCWSTR, PCWSTR, PSID_AND_ATTRIBUTES, DWORD, PSID *);
typedef HRESULT(WINAPI *derive_sid)(PCWSTR, PSID *);
typedef HRESULT(WINAPI *delete_profile)(PCWSTR);
typedef HRESULT(WINAPI *folder_path)(PCWSTR, PWSTR *);

static FARPROC look_up(const char *name) {
    static HMODULE library;
    if (!library) library = LoadLibraryExW(L"userenv.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    return library ? GetProcAddress(library, name) : NULL;
}

static FARPROC find_function(const char *name) {
    FARPROC found = look_up(name);
    if (!found) fail_because(name, "is missing: AppContainers want Windows 8 or newer");
    return found;
}

/* The attribute is refused where the system knows no AppContainers, before any function of theirs is called. */
void require_appcontainer(void) {
    SIZE_T bytes = 0;
    InitializeProcThreadAttributeList(NULL, 1, 0, &bytes);
    LPPROC_THREAD_ATTRIBUTE_LIST list = grow(NULL, bytes);
    SECURITY_CAPABILITIES none;
    memset(&none, 0, sizeof none);
    BYTE everyone[SECURITY_MAX_SID_SIZE];
    DWORD length = sizeof everyone;
    if (!CreateWellKnownSid(WinWorldSid, NULL, everyone, &length)) fail_windows("SID", NULL, GetLastError());
    none.AppContainerSid = everyone;
    if (!InitializeProcThreadAttributeList(list, 1, 0, &bytes)) fail_windows("attribute list", NULL, GetLastError());
    if (!UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES, &none, sizeof none, NULL, NULL))
        fail_windows("this system cannot confine a program in an AppContainer", NULL, GetLastError());
    DeleteProcThreadAttributeList(list);
    free(list);
}

PSID derive_package_sid(const wchar_t *name) {
    PSID sid = NULL;
    derive_sid derive = (derive_sid)(void *)find_function("DeriveAppContainerSidFromAppContainerName");
    HRESULT result = derive(name, &sid);
    if (FAILED(result) || !sid || !IsValidSid(sid)) fail_windows("SID of the package", name, (DWORD)result);
    return sid;
}

wchar_t *describe_sid(PSID sid) {
    wchar_t *text = NULL;
    if (!ConvertSidToStringSidW(sid, &text)) fail_windows("SID", NULL, GetLastError());
    wchar_t *copy = copy_word(text);
    LocalFree(text);
    return copy;
}

void create_package(const wchar_t *name) {
    PSID sid = NULL;
    create_profile create = (create_profile)(void *)find_function("CreateAppContainerProfile");
    HRESULT result = create(name, name, L"Programs that Sallyport confines", NULL, 0, &sid);
    if (sid) FreeSid(sid);
    if (FAILED(result) && result != HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS)) fail_windows("profile of the package", name, (DWORD)result);
}

bool delete_package(const wchar_t *name, DWORD *error) {
    delete_profile delete = (delete_profile)(void *)look_up("DeleteAppContainerProfile");
    *error = ERROR_PROC_NOT_FOUND;
    if (!delete) return false;
    HRESULT result = delete(name);
    *error = (DWORD)result;
    return SUCCEEDED(result) || result == HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) || result == HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}

wchar_t *find_package_folder(PSID sid) {
    folder_path find = (folder_path)(void *)find_function("GetAppContainerFolderPath");
    wchar_t *text = describe_sid(sid), *folder = NULL, *copy = NULL;
    if (SUCCEEDED(find(text, &folder)) && folder) {
        copy = copy_word(folder);
        CoTaskMemFree(folder);
    }
    free(text);
    return copy;
}
