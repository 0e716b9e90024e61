/* Starts /usr/bin/uname in the way its argument names; used to see that the gate knows every way. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char *words[] = {"uname", NULL};
static const char program[] = "/usr/bin/uname";

static int wait_for(pid_t pid) {
    int status;
    if (pid < 0 || waitpid(pid, &status, __WALL) != pid) return 99;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

static int run_clone(void *unused) {
    (void)unused;
    execve(program, words, environ);
    _exit(errno);
}

static void *run_thread(void *unused) {
    (void)unused;
    execve(program, words, environ);
    _exit(errno);
}

/* Path and words end exactly where the mapping ends. */
static int run_edge(void) {
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page + 4096, 4096);
    char *path = page + 4096 - sizeof program;
    memcpy(path, program, sizeof program);
    char *word = path - 6;
    memcpy(word, "uname", 6);
    char *page2 = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page2 + 4096, 4096);
    char **list = (char **)(page2 + 4096 - 2 * sizeof(char *));
    list[0] = word;
    list[1] = NULL;
    execve(path, list, environ);
    return errno;
}

int main(int argc, char **argv) {
    const char *how = argc > 1 ? argv[1] : "";
    if (strcmp(how, "spawn") == 0) {
        pid_t pid;
        return posix_spawn(&pid, program, NULL, NULL, words, environ) ? 97 : wait_for(pid);
    }
    if (strcmp(how, "vfork") == 0) {
        pid_t pid = vfork();
        if (pid == 0) {
            execve(program, words, environ);
            _exit(errno);
        }
        return wait_for(pid);
    }
    if (strcmp(how, "clone") == 0) {
        static char stack[65536] __attribute__((aligned(16)));
        return wait_for(clone(run_clone, stack + sizeof stack, CLONE_VM | CLONE_VFORK, NULL));
    }
    if (strcmp(how, "thread") == 0) {
        pthread_t thread;
        pthread_create(&thread, NULL, run_thread, NULL);
        pthread_join(thread, NULL);
        return 96;
    }
    if (strcmp(how, "execveat") == 0) {
        int dir = open("/usr/bin", O_PATH);
        syscall(SYS_execveat, dir, "uname", words, environ, 0);
        return errno;
    }
    if (strcmp(how, "fexecve") == 0) {
        int file = open(program, O_PATH | O_CLOEXEC);
        syscall(SYS_execveat, file, "", words, environ, AT_EMPTY_PATH);
        return errno;
    }
    if (strcmp(how, "traced") == 0) {
        /* A launcher that is traced by its parent: nobody else can attach to it. */
        pid_t pid = fork();
        if (pid == 0) {
            static char *shell[] = {"sh", "-c", "uname; exit 7", NULL};
            ptrace(PTRACE_TRACEME, 0, NULL, NULL);
            execve("/bin/sh", shell, environ);
            _exit(errno);
        }
        int status;
        waitpid(pid, &status, 0);
        ptrace(PTRACE_DETACH, pid, NULL, NULL);
        return wait_for(pid);
    }
    if (strcmp(how, "edge") == 0) return run_edge();
    if (strcmp(how, "badpath") == 0) {
        syscall(SYS_execve, 8, words, environ);
        return errno;
    }
    return 95;
}
