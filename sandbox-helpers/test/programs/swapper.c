/*
 * Asks for one program and starts another: while its exec is held, somebody with the same memory
 * changes what the kernel reads after the answer. `swapper WHAT WHO`; waits for the file "go",
 * swaps, makes the file "swapped". What was shown makes no file "ran"; what is started would.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char program[64] = "/usr/bin/touch";
static char word[64] = "shown";
static char mark[64] = "MARK=shown";
static char *words[] = {"touch", word, NULL};
static char *marks[] = {mark, NULL};
static char *const script[] = {"sh", "-c", "[ \"$MARK\" = shown ] || : > ran", NULL};
static const char *what;

static void swap_when_told(void) {
    while (access("go", F_OK) != 0) usleep(1000);
    if (strcmp(what, "arguments") == 0) strcpy(word, "ran");
    if (strcmp(what, "more") == 0) words[1] = "ran";
    if (strcmp(what, "program") == 0) strcpy(program, "/usr/bin/touch");
    if (strcmp(what, "environment") == 0) strcpy(mark, "MARK=other");
    close(open("swapped", O_CREAT | O_WRONLY, 0644));
}

static int start(void *unused) {
    (void)unused;
    if (strcmp(what, "program") == 0) strcpy(program, "/usr/bin/true"), words[1] = "ran";
    if (strcmp(what, "environment") == 0) execve("/bin/sh", script, marks);
    else execve(program, words, marks);
    _exit(errno);
}

static void *swap_in_thread(void *unused) {
    swap_when_told();
    return unused;
}

static void *start_in_thread(void *unused) {
    start(unused);
    return unused;
}

int main(int argc, char **argv) {
    static char stack[65536] __attribute__((aligned(16)));
    pthread_t thread;
    int status = 0;
    if (argc != 3) return 95;
    what = argv[1];
    if (strcmp(argv[2], "thread") == 0) {
        pthread_create(&thread, NULL, swap_in_thread, NULL);
        start(NULL);
    }
    if (strcmp(argv[2], "other-thread") == 0) {
        pthread_create(&thread, NULL, start_in_thread, NULL);
        swap_when_told();
        pthread_join(thread, NULL);
    }
    if (strcmp(argv[2], "parent") == 0) {
        pid_t pid = clone(start, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
        swap_when_told();
        waitpid(pid, &status, 0);
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return 96;
}
