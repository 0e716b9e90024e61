/* Reporting a helper's own failure: one line on stderr, status 125. */
#ifndef SALLYPORT_FAIL_H
#define SALLYPORT_FAIL_H

/* Set once at the top of main; names the helper in every failure line. */
extern const char *helper_name;

/* Prints `sallyport: <helper>: <what>: <text of errno>` and ends the process with 125. */
_Noreturn void fail(const char *what);

/* The same for a failure that has no errno, such as wrong arguments. */
_Noreturn void fail_because(const char *what, const char *reason);

/* "EPERM" for EPERM; a number in text for one that has no entry. The text is static. */
const char *errno_name(int error);

#endif
