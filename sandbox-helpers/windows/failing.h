/* What this helper adds to common/fail.h: causes that Windows names by number, and what is done before the end. */
#ifndef SALLYPORT_FAILING_H
#define SALLYPORT_FAILING_H

#include <windows.h>

/* Prints `sallyport: appcontainer-run: <what>: <Windows' text> (<number>)` and ends with 125. `path` may be NULL. */
_Noreturn void fail_windows(const char *what, const wchar_t *path, DWORD error);

/* The same for a sentence of ours about a path. */
_Noreturn void fail_about(const char *what, const wchar_t *path, const char *reason);

/* One warning line; the program goes on. */
void warn_about(const char *what, const wchar_t *path, const char *reason);

/* Called once, before a failing program ends: takes back what was granted. It may itself fail. */
extern void (*before_failing)(void);

/* Called with the words of a failure, before it is printed: tells the engine. */
extern void (*on_failure)(const char *what, const char *reason);

/* Windows' text for an error, in a static buffer, without line ends. */
const char *error_text(DWORD error);

#endif
