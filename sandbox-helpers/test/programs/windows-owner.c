/*
 * Stands in for the engine: owns the named pipe that the Windows helper speaks to. `windows-owner PIPE PROGRAM WORD...`
 * starts the helper, prints its lines as they come and sends it the lines of standard input. A handle that the helper may
 * inherit, and the program may not, is named to it by the word %HANDLE%.
 */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

#include "../../windows/quote.h"
#include "../../windows/words.h"

static HANDLE pipe_end;

static DWORD WINAPI send_lines(LPVOID unused) {
    (void)unused;
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        OVERLAPPED writing = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
        DWORD written;
        if (!WriteFile(pipe_end, line, (DWORD)strlen(line), NULL, &writing) && GetLastError() != ERROR_IO_PENDING) break;
        GetOverlappedResult(pipe_end, &writing, &written, TRUE);
        CloseHandle(writing.hEvent);
    }
    return 0;
}

static bool receive(void) {
    char bytes[500];
    OVERLAPPED reading = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    DWORD count = 0;
    bool is_begun = ReadFile(pipe_end, bytes, sizeof bytes, NULL, &reading) || GetLastError() == ERROR_IO_PENDING;
    bool is_read = is_begun && GetOverlappedResult(pipe_end, &reading, &count, TRUE) && count > 0;
    CloseHandle(reading.hEvent);
    if (is_read) fwrite(bytes, 1, count, stdout);
    fflush(stdout);
    return is_read;
}

int wmain(int argc, wchar_t **argv) {
    if (argc < 3) return 8;
    DWORD mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE;
    pipe_end = CreateNamedPipeW(argv[1], mode, PIPE_TYPE_BYTE, 1, 65536, 65536, 0, NULL);
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    HANDLE stray = CreateEventW(&inherited, TRUE, FALSE, NULL);
    wchar_t number[32];
    swprintf(number, 32, L"%llu", (unsigned long long)(size_t)stray);
    for (int i = 2; i < argc; i++)
        if (!wcscmp(argv[i], L"%HANDLE%")) argv[i] = number;
    STARTUPINFOW info = {.cb = sizeof info};
    PROCESS_INFORMATION made;
    if (pipe_end == INVALID_HANDLE_VALUE || !CreateProcessW(argv[2], quote_command(argc - 2, argv + 2), NULL, NULL, TRUE, 0, NULL, NULL, &info, &made))
        return 9;
    OVERLAPPED connecting = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    bool is_connected = !ConnectNamedPipe(pipe_end, &connecting) && GetLastError() == ERROR_PIPE_CONNECTED;
    HANDLE events[2] = {connecting.hEvent, made.hProcess};
    is_connected = is_connected || WaitForMultipleObjects(2, events, FALSE, INFINITE) == WAIT_OBJECT_0;
    if (is_connected) {
        CreateThread(NULL, 0, send_lines, NULL, 0, NULL);
        while (receive()) continue;
    }
    WaitForSingleObject(made.hProcess, INFINITE);
    DWORD status = 9;
    GetExitCodeProcess(made.hProcess, &status);
    printf("status %lu\n", status);
    fflush(stdout);
    ExitProcess(0);
}
