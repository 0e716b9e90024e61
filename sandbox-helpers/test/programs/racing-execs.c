/* racing-execs THREADS ROUNDS: in each round all threads of a new process start the program "true" at the same moment. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static pthread_barrier_t start;

static void *race(void *unused) {
    char *words[] = {"true", NULL};
    pthread_barrier_wait(&start);
    execve("/bin/true", words, environ);
    return unused;
}

/* Ends as one of the programs, whichever was the first. */
static void run_round(int threads) {
    pthread_t thread;
    pthread_barrier_init(&start, NULL, (unsigned)threads);
    for (int i = 0; i < threads; i++)
        if (pthread_create(&thread, NULL, race, NULL) != 0) _exit(2);
    for (;;) pause();
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    int threads = atoi(argv[1]), status = 0;
    for (int round = atoi(argv[2]); round > 0; round--) {
        pid_t child = fork();
        if (child == 0) run_round(threads);
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return 1;
    }
    return 0;
}
