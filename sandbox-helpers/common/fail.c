#include "fail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exit-codes.h"

const char *helper_name = "helper";

_Noreturn void fail_because(const char *what, const char *reason) {
    dprintf(STDERR_FILENO, "sallyport: %s: %s: %s\n", helper_name, what, reason);
    /* _exit: a forked child must not run its parent's exit handlers. */
    _exit(EXIT_HELPER_FAILED);
}

_Noreturn void fail(const char *what) {
    fail_because(what, strerror(errno));
}

const char *errno_name(int error) {
    static const struct {
        int error;
        const char *name;
    } names[] = {
        {EPERM, "EPERM"},     {ENOENT, "ENOENT"},       {ESRCH, "ESRCH"},         {EINTR, "EINTR"},
        {EIO, "EIO"},         {ENXIO, "ENXIO"},         {E2BIG, "E2BIG"},         {ENOEXEC, "ENOEXEC"},
        {EBADF, "EBADF"},     {ECHILD, "ECHILD"},       {EAGAIN, "EAGAIN"},       {ENOMEM, "ENOMEM"},
        {EACCES, "EACCES"},   {EFAULT, "EFAULT"},       {EBUSY, "EBUSY"},         {EEXIST, "EEXIST"},
        {EXDEV, "EXDEV"},     {ENODEV, "ENODEV"},       {ENOTDIR, "ENOTDIR"},     {EISDIR, "EISDIR"},
        {EINVAL, "EINVAL"},   {EMFILE, "EMFILE"},       {ENFILE, "ENFILE"},       {ETXTBSY, "ETXTBSY"},
        {ENOSPC, "ENOSPC"},   {EROFS, "EROFS"},         {EMLINK, "EMLINK"},       {EPIPE, "EPIPE"},
        {ERANGE, "ERANGE"},   {ENAMETOOLONG, "ENAMETOOLONG"}, {ENOSYS, "ENOSYS"}, {ENOTEMPTY, "ENOTEMPTY"},
        {ELOOP, "ELOOP"},     {ESTALE, "ESTALE"},       {EDQUOT, "EDQUOT"},       {ETIMEDOUT, "ETIMEDOUT"},
        {EOPNOTSUPP, "EOPNOTSUPP"}, {ECONNREFUSED, "ECONNREFUSED"}, {EUSERS, "EUSERS"}, {EOVERFLOW, "EOVERFLOW"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].error == error) return names[i].name;
    static char number[16];
    snprintf(number, sizeof number, "E%d", error);
    return number;
}
