/*
 * Grants without a package: the real journal, places and access lists, with profiles that exist only here. (wine has no
 * AppContainers; on Windows it shows the same without leaving a profile behind.)
 *
 *   windows-grants apply JOURNALS (read|write|deny|protect PATH)...   then lines: `undo`, `die`, `list PATH`
 *   windows-grants sweep JOURNALS, windows-grants cleanup JOURNAL
 */
#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../common/fail.h"
#include "../../windows/failing.h"
#include "../../windows/grants.h"
#include "../../windows/package.h"

#define NAME L"sallyport.test"
#define SID_TEXT L"S-1-15-2-11-22-33-44-55-66-77"

void create_package(const wchar_t *name) {
    printf("create %ls\n", name);
}

bool delete_package(const wchar_t *name, DWORD *error) {
    printf("delete %ls\n", name);
    fflush(stdout);
    *error = 0;
    return true;
}

wchar_t *describe_sid(PSID sid) {
    (void)sid;
    return copy_word(SID_TEXT);
}

static void list_entries(const wchar_t *path) {
    ACL *list = NULL;
    PSECURITY_DESCRIPTOR descriptor = NULL;
    if (GetNamedSecurityInfoW(path, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, &list, NULL, &descriptor)) return;
    wchar_t *text = NULL;
    ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, NULL);
    printf("entries %ls\n", text ? text : L"?");
}

static void obey(wchar_t *line) {
    line[wcscspn(line, L"\r\n")] = 0;
    if (!wcscmp(line, L"die")) TerminateProcess(GetCurrentProcess(), 1);
    if (!wcscmp(line, L"undo")) {
        bool is_done = undo_grants();
        printf("undone %d\n", is_done);
        fflush(stdout);
        exit(is_done ? 0 : 1);
    }
    if (!wcsncmp(line, L"list ", 5)) list_entries(line + 5);
    fflush(stdout);
}

int wmain(int argc, wchar_t **argv) {
    helper_name = "windows-grants";
    if (argc < 3) return 8;
    if (!wcscmp(argv[1], L"sweep")) return sweep_journals(argv[2]) ? 0 : 1;
    if (!wcscmp(argv[1], L"cleanup")) return clean_up_journal(argv[2]) ? 0 : 1;
    static struct word_list lists[4];
    static const wchar_t *const kinds[4] = {L"read", L"write", L"deny", L"protect"};
    for (int i = 3; i + 1 < argc; i += 2)
        for (int k = 0; k < 4; k++)
            if (!wcscmp(argv[i], kinds[k])) word_list_add(&lists[k], argv[i + 1]);
    PSID sid;
    if (!ConvertStringSidToSidW(SID_TEXT, &sid)) return 9;
    struct grant_plan plan = {NAME, argv[2], &lists[0], &lists[1], &lists[2], &lists[3]};
    printf("held %llu\n", (unsigned long long)apply_grants(&plan, sid));
    fflush(stdout);
    wchar_t line[2000];
    while (fgetws(line, 2000, stdin)) obey(line);
    return 1;
}
