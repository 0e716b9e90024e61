/* What the Windows helper starts in tests: says what it got, and does as it is told. */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static void say(const char *kind, const wchar_t *text) {
    printf("%s ", kind);
    for (; *text; text++) printf("%04x", *text);
    printf("\n");
}

/* A child that outlives its parent unless something ends it; it says so by the file that it goes on writing. */
static void start_child(const wchar_t *self, const wchar_t *file) {
    wchar_t line[1000];
    swprintf(line, 1000, L"\"%ls\" beat \"%ls\"", self, file);
    STARTUPINFOW info = {.cb = sizeof info};
    PROCESS_INFORMATION made;
    if (!CreateProcessW(self, line, NULL, NULL, FALSE, 0, NULL, NULL, &info, &made)) exit(9);
}

static _Noreturn void beat(const wchar_t *file) {
    for (int count = 1;; count++) {
        FILE *out = _wfopen(file, L"wb");
        if (out) {
            fprintf(out, "%d", count);
            fclose(out);
        }
        Sleep(50);
    }
}

static BOOL WINAPI on_event(DWORD event) {
    printf("event %lu\n", event);
    fflush(stdout);
    ExitProcess(30 + event);
}

int wmain(int argc, wchar_t **argv) {
    if (argc < 2) return 8;
    if (!wcscmp(argv[1], L"words")) {
        for (int i = 2; i < argc; i++) say("word", argv[i]);
        return 0;
    }
    if (!wcscmp(argv[1], L"environment")) {
        wchar_t *block = GetEnvironmentStringsW();
        for (; *block; block += wcslen(block) + 1) say("variable", block);
        return 0;
    }
    if (!wcscmp(argv[1], L"exit")) return (int)wcstoul(argv[2], NULL, 10);
    if (!wcscmp(argv[1], L"beat")) beat(argv[2]);
    if (!wcscmp(argv[1], L"parent")) {
        start_child(argv[0], argv[2]);
        if (argc > 3) beat(argv[3]);
        return 0;
    }
    if (!wcscmp(argv[1], L"wait-for-break")) {
        SetConsoleCtrlHandler(on_event, TRUE);
        printf("ready\n");
        fflush(stdout);
        Sleep(INFINITE);
    }
    if (!wcscmp(argv[1], L"handle")) {
        DWORD flags;
        return GetHandleInformation((HANDLE)(size_t)wcstoull(argv[2], NULL, 10), &flags) ? 1 : 0;
    }
    if (!wcscmp(argv[1], L"echo")) {
        char bytes[4096];
        for (size_t count; (count = fread(bytes, 1, sizeof bytes, stdin)) > 0;) fwrite(bytes, 1, count, stdout);
        return 0;
    }
    return 8;
}
