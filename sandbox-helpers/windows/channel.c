#include "channel.h"

#include <stdlib.h>
#include <string.h>

#include "failing.h"

static HANDLE channel = INVALID_HANDLE_VALUE;
static bool is_pipe, is_lost, is_reading;
static OVERLAPPED reading;
static char text[64];
static size_t length;

static void begin_reading(void) {
    if (is_reading || is_lost) return;
    if (!ReadFile(channel, text + length, (DWORD)(sizeof text - length), NULL, &reading) && GetLastError() != ERROR_IO_PENDING) {
        is_lost = true;
        SetEvent(reading.hEvent);
        return;
    }
    is_reading = true;
}

static void tell_failure(const char *what, const char *reason) {
    struct json_line line;
    json_begin(&line, "failed");
    json_string(&line, "what", what);
    json_string(&line, "reason", reason);
    channel_tell(&line);
}

void channel_open(const wchar_t *place) {
    if (!place) return;
    is_pipe = !wcsncmp(place, L"\\\\.\\pipe\\", 9);
    /* Anonymous: whoever owns the pipe may not act as us. */
    DWORD flags = is_pipe ? FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS : FILE_ATTRIBUTE_NORMAL;
    DWORD access = is_pipe ? GENERIC_READ | GENERIC_WRITE : GENERIC_WRITE;
    channel = CreateFileW(place, access, is_pipe ? 0 : FILE_SHARE_READ, NULL, is_pipe ? OPEN_EXISTING : CREATE_ALWAYS, flags, NULL);
    if (channel == INVALID_HANDLE_VALUE) fail_windows("status", place, GetLastError());
    if (is_pipe) {
        reading.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
        if (!reading.hEvent) fail_windows("event", NULL, GetLastError());
        begin_reading();
    }
    on_failure = tell_failure;
}

bool channel_tell(struct json_line *line) {
    json_end(line);
    bool is_told = true;
    if (channel != INVALID_HANDLE_VALUE) {
        OVERLAPPED writing = {0};
        if (is_pipe) writing.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
        DWORD written = 0;
        is_told = WriteFile(channel, line->data, (DWORD)line->length, is_pipe ? NULL : &written, is_pipe ? &writing : NULL);
        if (is_pipe && (is_told || GetLastError() == ERROR_IO_PENDING)) is_told = GetOverlappedResult(channel, &writing, &written, TRUE);
        if (written != line->length) is_told = false;
        if (writing.hEvent) CloseHandle(writing.hEvent);
    }
    json_free(line);
    return is_told;
}

HANDLE channel_event(void) {
    return is_pipe ? reading.hEvent : NULL;
}

static enum channel_word word_of(const char *word) {
    static const struct { const char *text; enum channel_word word; } words[] = {
        {"close", WORD_CLOSE}, {"kill", WORD_KILL}, {"break", WORD_BREAK},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (!strcmp(word, words[i].text)) return words[i].word;
    return WORD_LOST;
}

static enum channel_word take_word(void) {
    char *end = memchr(text, '\n', length);
    if (!end) return length == sizeof text ? WORD_LOST : WORD_NONE;
    *end = 0;
    enum channel_word word = word_of(text);
    length -= (size_t)(end - text) + 1;
    memmove(text, end + 1, length);
    return word;
}

enum channel_word channel_read(void) {
    if (!is_pipe) return WORD_NONE;
    enum channel_word word = take_word();
    if (word != WORD_NONE || is_lost) return is_lost ? WORD_LOST : word;
    DWORD count = 0;
    if (is_reading && !GetOverlappedResult(channel, &reading, &count, FALSE)) {
        if (GetLastError() == ERROR_IO_INCOMPLETE) return WORD_NONE;
        count = 0;
    }
    is_reading = false;
    if (count == 0) {
        is_lost = true;
        return WORD_LOST;
    }
    length += count;
    word = take_word();
    begin_reading();
    return word;
}
