/*
 * common/fail.h on Windows.
 * Promises: a failure is one line on standard error and status 125, and everything that `before_failing` takes back is
 * taken back first, also when that fails in turn.
 */
#include "failing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/exit-codes.h"
#include "../common/fail.h"
#include "words.h"

const char *helper_name = "helper";
void (*before_failing)(void);
void (*on_failure)(const char *what, const char *reason);

_Noreturn void fail_because(const char *what, const char *reason) {
    fprintf(stderr, "sallyport: %s: %s: %s\n", helper_name, what, reason);
    fflush(stderr);
    void (*tell)(const char *, const char *) = on_failure;
    on_failure = NULL;
    if (tell) tell(what, reason);
    void (*take_back)(void) = before_failing;
    before_failing = NULL;
    if (take_back) take_back();
    /* Not exit: nothing of the C library may wait for a stream here. The job's handle closes, and its processes end. */
    TerminateProcess(GetCurrentProcess(), EXIT_HELPER_FAILED);
    abort();
}

_Noreturn void fail(const char *what) {
    fail_because(what, strerror(errno));
}

const char *errno_name(int error) {
    static char number[16];
    snprintf(number, sizeof number, "E%d", error);
    return number;
}

const char *error_text(DWORD error) {
    static char text[400];
    wchar_t wide[256] = L"";
    DWORD flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
    DWORD length = FormatMessageW(flags, NULL, error, 0, wide, 255, NULL);
    while (length > 0 && (wide[length - 1] <= L' ' || wide[length - 1] == L'.')) wide[--length] = 0;
    char *bytes = narrow_for_people(wide);
    snprintf(text, sizeof text, "%.300s (error %lu)", length ? bytes : "no text", (unsigned long)error);
    free(bytes);
    return text;
}

static char *about(const char *what, const wchar_t *path) {
    if (!path) return _strdup(what);
    char *name = narrow_for_people(path);
    size_t bytes = strlen(what) + strlen(name) + 2;
    char *both = grow(NULL, bytes);
    snprintf(both, bytes, "%s %s", what, name);
    free(name);
    return both;
}

_Noreturn void fail_windows(const char *what, const wchar_t *path, DWORD error) {
    fail_because(about(what, path), error_text(error));
}

_Noreturn void fail_about(const char *what, const wchar_t *path, const char *reason) {
    fail_because(about(what, path), reason);
}

void warn_about(const char *what, const wchar_t *path, const char *reason) {
    char *both = about(what, path);
    fprintf(stderr, "sallyport: %s: %s: %s\n", helper_name, both, reason);
    fflush(stderr);
    free(both);
}
