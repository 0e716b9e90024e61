/*
 * The working directory against the one that was decided about.
 *
 * Promises: returns only where the kernel itself gives "." the expected path, and "." is the folder that was measured.
 * What happens to names afterwards does not change it.
 * Does not promise where relative arguments lead that go through links: programs follow these themselves.
 * Without it a folder exchanged for a link between decision and start has a program without a wall work elsewhere.
 */
#include "expect-folder.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exit-codes.h"
#include "fail.h"

/* A number with a colon behind it; moves on behind both. */
static unsigned long long take_number(const char **text) {
    char *end;
    errno = 0;
    unsigned long long number = strtoull(*text, &end, 10);
    if (!isdigit((unsigned char)**text) || *end != ':' || errno) fail_because("arguments", "--expect-cwd");
    *text = end + 1;
    return number;
}

void expect_folder(const char *expected) {
    unsigned long long device = take_number(&expected), inode = take_number(&expected);
    if (*expected != '/') fail_because("arguments", "--expect-cwd");
    char path[PATH_MAX];
    struct stat found;
    bool is_there = getcwd(path, sizeof path) && stat(".", &found) == 0;
    if (is_there && strcmp(path, expected) == 0 && (unsigned long long)found.st_dev == device &&
        (unsigned long long)found.st_ino == inode)
        return;
    dprintf(STDERR_FILENO, "sallyport: %s: the working folder was moved or replaced since it was decided about\n", helper_name);
    _exit(EXIT_FOLDER_MOVED);
}
