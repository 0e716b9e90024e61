/*
 * Preloaded into a launcher: its exec is asked for as it should be, and while that is held, another
 * thread waits for the file "go", changes the first argument to "ran" and makes the file "swapped".
 */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static void *swap(void *words) {
    while (access("go", F_OK) != 0) usleep(1000);
    strcpy(((char **)words)[1], "ran");
    close(open("swapped", O_CREAT | O_WRONLY, 0644));
    return NULL;
}

int execvp(const char *file, char *const words[]) {
    pthread_t thread;
    char path[256] = "/usr/bin/";
    pthread_create(&thread, NULL, swap, (void *)words);
    return execve(strncat(path, file, 200), words, environ);
}
