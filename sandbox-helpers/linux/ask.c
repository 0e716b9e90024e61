/*
 * ask: puts one question to the engine from inside the sandbox and says its answer as a status.
 *
 * Promises: 0 only after the engine has said "allow"; 126 with a reason in every other case. With
 * --instead: prints what the engine says runs in place of a step, with 0; else 1 and not a word.
 * Does not promise that what follows was asked: it is put in front of builtins and redirections
 * by the engine's rewriting of the script.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common/command-line.h"
#include "../common/exit-codes.h"
#include "../common/fail.h"
#include "../common/json-line.h"

#define QUESTION_BYTES_MAX (64 * 1024)

static bool is_for_instead;

static int refuse(const char *message) {
    if (is_for_instead) return 1;
    dprintf(STDERR_FILENO, "%s\n", message);
    return EXIT_NOT_RUNNABLE;
}

static int connect_engine(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return -1;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return -1;
    return connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

static void write_question(struct json_line *line, int argc, char **argv) {
    char cwd[PATH_MAX];
    json_begin_plain(line);
    json_string(line, "step", argv[2]);
    json_number(line, "pid", getpid());
    json_string(line, "cwd", getcwd(cwd, sizeof cwd) ? cwd : "");
    json_bool(line, "instead", is_for_instead);
    json_open(line, "words", '[');
    for (int i = 3; i < argc; i++) json_item(line, argv[i], strlen(argv[i]));
    json_shut(line, ']');
    json_end(line);
}

static int print_text(const char *text) {
    for (size_t length = strlen(text); length > 0;) {
        ssize_t count = write(STDOUT_FILENO, text, length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return 1; /* whoever reads half of it must not run it */
        text += count;
        length -= (size_t)count;
    }
    return 0;
}

/* The status that the engine's line stands for. */
static int obey(char *text) {
    char *fields[2];
    int count = split_fields(text, fields, 2);
    if (is_for_instead && count == 2 && strcmp(fields[0], "run") == 0) return print_text(fields[1]);
    if (is_for_instead) return 1;
    if (count == 1 && strcmp(fields[0], "allow") == 0) return 0;
    if (count == 2 && strcmp(fields[0], "deny") == 0) return refuse(fields[1]);
    return refuse(ENGINE_GONE_MESSAGE);
}

int main(int argc, char **argv) {
    helper_name = "ask";
    if (argc > 1 && strcmp(argv[1], "--instead") == 0) {
        is_for_instead = true;
        argv++;
        argc--;
    }
    if (argc < 3) fail_because("arguments", "ask [--instead] SOCKET STEP [WORD...]");
    struct json_line question;
    write_question(&question, argc, argv);
    if (question.length > QUESTION_BYTES_MAX) return refuse("sallyport: refused: the words of this step are too long to be asked about");
    int fd = connect_engine(argv[1]);
    if (fd < 0) return refuse(ENGINE_GONE_MESSAGE);
    for (size_t done = 0; done < question.length;) {
        ssize_t count = send(fd, question.data + done, question.length - done, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return refuse(ENGINE_GONE_MESSAGE);
        done += (size_t)count;
    }
    struct line_reader reader = {.fd = fd};
    for (enum read_result result; (result = line_reader_fill(&reader)) != READ_END;) {
        char *text = result == READ_MORE ? line_reader_next(&reader) : NULL;
        if (text) return obey(text);
    }
    return refuse(ENGINE_GONE_MESSAGE);
}
