#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/command-line.h"
#include "../common/fail.h"
#include "failing.h"

#define OPTIONS_FILE_BYTES_MAX (1 << 20)

static _Noreturn void refuse(const wchar_t *word, const char *reason) {
    fail_about("argument", word, reason);
}

static void set_once(wchar_t **place, const wchar_t *name, const wchar_t *value) {
    if (*place) refuse(name, "is given twice");
    *place = copy_word(value);
}

static ULONGLONG read_number(const wchar_t *name, const wchar_t *value, ULONGLONG most) {
    if (wcslen(value) > 18 || wcsspn(value, L"0123456789") != wcslen(value)) refuse(name, "wants a whole number");
    ULONGLONG number = wcstoull(value, NULL, 10);
    if (number == 0 || number > most) refuse(name, "is out of range");
    return number;
}

static void read_wall(struct options *options, const wchar_t *value) {
    if (options->is_wall_said) refuse(L"--wall", "is given twice");
    options->is_wall_said = true;
    if (!wcscmp(value, L"appcontainer")) options->is_walled = true;
    else if (wcscmp(value, L"none")) refuse(value, "is no wall: appcontainer or none");
}

static void read_capability(struct options *options, const wchar_t *value) {
    if (!wcscmp(value, L"internetClient")) options->capabilities |= CAPABILITY_INTERNET_CLIENT;
    else if (!wcscmp(value, L"privateNetworkClientServer")) options->capabilities |= CAPABILITY_PRIVATE_NETWORK;
    else refuse(value, "is no capability that is given");
}

/* The name of a package is also a folder's and a registry key's. */
static void read_name(struct options *options, const wchar_t *value) {
    size_t length = wcslen(value);
    if (length > 64 || wcsspn(value, L"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") != length)
        refuse(value, "cannot name a package");
    set_once(&options->name, L"--name", value);
}

static void add_variable(struct options *options, const wchar_t *value) {
    const wchar_t *equals = wcschr(value, L'=');
    if (!equals || equals == value) refuse(L"--env", "wants NAME=VALUE");
    word_list_add(&options->environment, copy_word(value));
}

static void read_option(struct options *options, const wchar_t *name, const wchar_t *value) {
    if (*value == 0) refuse(name, "has an empty value");
    struct { const wchar_t *name; wchar_t **once; struct word_list *list; } places[] = {
        {L"--cwd", &options->cwd, NULL},         {L"--journals", &options->journals, NULL},
        {L"--status", &options->status, NULL},   {L"--read", NULL, &options->reads},
        {L"--write", NULL, &options->writes},    {L"--deny", NULL, &options->denies},
        {L"--protect", NULL, &options->protects},
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (wcscmp(name, places[i].name)) continue;
        if (places[i].once) set_once(places[i].once, name, value);
        else word_list_add(places[i].list, copy_word(value));
        return;
    }
    if (!wcscmp(name, L"--wall")) read_wall(options, value);
    else if (!wcscmp(name, L"--name")) read_name(options, value);
    else if (!wcscmp(name, L"--capability")) read_capability(options, value);
    else if (!wcscmp(name, L"--env")) add_variable(options, value);
    else if (!wcscmp(name, L"--processes")) options->processes = (DWORD)read_number(name, value, 1000000);
    else if (!wcscmp(name, L"--memory")) options->memory_bytes = read_number(name, value, 1ull << 50);
    else if (!wcscmp(name, L"--wall-time")) options->wall_milliseconds = (DWORD)read_number(name, value, 0xFFFFFFFE);
    else refuse(name, "is unknown");
}

static char *read_file(const wchar_t *path) {
    FILE *file = _wfopen(path, L"rb");
    if (!file) fail_about("options file", path, strerror(errno));
    char *text = grow(NULL, OPTIONS_FILE_BYTES_MAX + 1);
    size_t length = fread(text, 1, OPTIONS_FILE_BYTES_MAX + 1, file);
    if (ferror(file) || length > OPTIONS_FILE_BYTES_MAX) fail_about("options file", path, "cannot be read, or is too long");
    fclose(file);
    text[length] = 0;
    /* What is cut off could be the line that denies something. */
    if (length == 0 || strlen(text) != length || text[length - 1] != '\n')
        fail_about("options file", path, "is not whole");
    return text;
}

/* One option in each line: its name and its value, percent-encoded. */
static void read_options_file(struct options *options, const wchar_t *path) {
    char *text = read_file(path);
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n');
        *end = 0;
        char *fields[2];
        if (split_fields(line, fields, 2) != 2) fail_about("options file", path, "has a line that is no option");
        wchar_t *name = widen(fields[0]), *value = widen(fields[1]);
        if (!name || !value) fail_about("options file", path, "has text that is not UTF-8");
        read_option(options, name, value);
        free(name);
        free(value);
        line = end + 1;
    }
    /* The environment may hold what others must not read. */
    memset(text, 0, strlen(text));
    free(text);
}

static enum command read_command(const wchar_t *word) {
    static const wchar_t *const names[] = {L"run", L"hold", L"cleanup", L"sweep"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!wcscmp(word, names[i])) return (enum command)i;
    refuse(word, "is no command: run, hold, cleanup or sweep");
}

static void check_run(const struct options *options) {
    bool has_grants = options->reads.count || options->writes.count || options->denies.count || options->protects.count;
    if (options->argc == 0) fail_because("arguments", "run wants -- and a program");
    if (!options->is_wall_said) fail_because("arguments", "run wants --wall appcontainer or --wall none");
    if (options->is_walled && !options->name) fail_because("arguments", "a wall wants --name");
    if (!options->is_walled && (options->name || options->capabilities))
        fail_because("arguments", "a name and capabilities want --wall appcontainer");
    if (has_grants || options->journals) fail_because("arguments", "files are opened by hold, not by run");
}

static void check_hold(const struct options *options) {
    if (options->argc) fail_because("arguments", "hold starts no program");
    if (!options->is_walled || !options->name || !options->journals || !options->status)
        fail_because("arguments", "hold wants --wall appcontainer, --name, --journals and --status");
}

void read_options(struct options *options, int argc, wchar_t **argv) {
    memset(options, 0, sizeof *options);
    if (argc < 2) fail_because("arguments", "run, hold, cleanup or sweep is missing");
    options->command = read_command(argv[1]);
    if (options->command == COMMAND_CLEANUP || options->command == COMMAND_SWEEP) {
        if (argc != 3 || *argv[2] == 0) fail_because("arguments", "cleanup and sweep want one path");
        options->target = argv[2];
        return;
    }
    int i = 2;
    for (; i < argc && wcscmp(argv[i], L"--"); i += 2) {
        if (i + 1 >= argc) refuse(argv[i], "has no value");
        if (!wcscmp(argv[i], L"--options")) read_options_file(options, argv[i + 1]);
        else if (!wcscmp(argv[i], L"--group") && !wcscmp(argv[i + 1], L"own")) options->has_own_group = true;
        else read_option(options, argv[i], argv[i + 1]);
    }
    if (i < argc) {
        options->argc = argc - i - 1;
        options->argv = argv + i + 1;
    }
    if (options->command == COMMAND_RUN) check_run(options);
    else check_hold(options);
}
