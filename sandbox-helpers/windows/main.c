/*
 * appcontainer-run: the wall of Windows.
 *
 *   run  OPTIONS -- PROGRAM WORD...   starts a program as a package in a job, and passes on its exit status
 *   hold OPTIONS                      lets the package into files until its channel closes, then takes that back
 *   cleanup JOURNAL, sweep FOLDER     take back what a killed holder left
 *
 * Promises: fails closed, with status 125 and one line, whenever the wall is not exactly the one that was asked for; what
 * it starts ends with it, and it ends with whoever holds the other end of its channel.
 * Does not promise anything about what Windows lets every AppContainer do: reading Windows and Program Files, what is
 * open to ALL APPLICATION PACKAGES.
 * Without it a program would run with all the rights of the person.
 */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

#include "../common/exit-codes.h"
#include "../common/fail.h"
#include "channel.h"
#include "failing.h"
#include "grants.h"
#include "launch.h"
#include "options.h"
#include "package.h"

/* The console tells the program by itself; we only have to outlive it. Closing the window ends us, and the job with us. */
static BOOL WINAPI outlive(DWORD event) {
    return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
}

static int tell_end(DWORD status, const char *reason) {
    struct json_line line;
    json_begin(&line, "ended");
    json_number(&line, "status", status);
    json_string(&line, "reason", reason);
    channel_tell(&line);
    return (int)status;
}

static bool tell_start(const struct options *options, const struct launched *launched, PSID sid) {
    struct json_line line;
    json_begin(&line, "started");
    json_number(&line, "pid", launched->pid);
    json_string(&line, "wall", options->is_walled ? "appcontainer" : "none");
    json_bool(&line, "uiLimits", launched->has_ui_limits);
    if (sid) {
        wchar_t *text = describe_sid(sid);
        char *bytes = narrow_for_people(text);
        json_string(&line, "package", bytes);
        free(bytes);
        free(text);
    }
    return channel_tell(&line);
}

/* Ends all of the job; what is left of it may not outlast the program, whose streams it may hold. */
static int end_all(const struct launched *launched, DWORD status, const char *reason) {
    TerminateJobObject(launched->job, status);
    WaitForSingleObject(launched->process, 5000);
    return tell_end(status, reason);
}

static int wait_for_end(const struct options *options, const struct launched *launched) {
    HANDLE events[2] = {launched->process, channel_event()};
    DWORD count = events[1] ? 2 : 1;
    ULONGLONG begin = GetTickCount64(), most = options->wall_milliseconds;
    while (true) {
        ULONGLONG passed = GetTickCount64() - begin;
        DWORD left = most == 0 ? INFINITE : passed >= most ? 0 : (DWORD)(most - passed);
        DWORD result = WaitForMultipleObjects(count, events, FALSE, left);
        if (result == WAIT_TIMEOUT) {
            fprintf(stderr, "sallyport: %s: ended after %lu ms, the wall time of this run\n", helper_name, options->wall_milliseconds);
            return end_all(launched, EXIT_HELPER_FAILED, "wall-time");
        }
        if (result == WAIT_OBJECT_0) {
            DWORD status = EXIT_HELPER_FAILED;
            GetExitCodeProcess(launched->process, &status);
            return end_all(launched, status, "exited");
        }
        if (result != WAIT_OBJECT_0 + 1) fail_windows("waiting", NULL, GetLastError());
        enum channel_word word = channel_read();
        if (word == WORD_BREAK && options->has_own_group) GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, launched->pid);
        else if (word != WORD_NONE) return end_all(launched, 137, word == WORD_LOST ? "lost" : "killed");
    }
}

static int run(const struct options *options) {
    if (options->is_walled) require_appcontainer();
    PSID sid = options->is_walled ? derive_package_sid(options->name) : NULL;
    SetConsoleCtrlHandler(outlive, TRUE);
    struct launched launched = launch(options, sid);
    if (!tell_start(options, &launched, sid)) return end_all(&launched, 137, "lost");
    return wait_for_end(options, &launched);
}

static int hold(const struct options *options) {
    require_appcontainer();
    if (!channel_event()) fail_because("arguments", "hold wants a named pipe for --status");
    SetConsoleCtrlHandler(outlive, TRUE);
    if (!sweep_journals(options->journals)) warn_about("journals", options->journals, "not all that was left could be taken back");
    PSID sid = derive_package_sid(options->name);
    struct grant_plan plan = {
        options->name, options->journals, &options->reads, &options->writes, &options->denies, &options->protects,
    };
    size_t entries = apply_grants(&plan, sid);
    struct json_line line;
    json_begin(&line, "held");
    json_number(&line, "entries", (long long)entries);
    bool is_told = channel_tell(&line);
    while (is_told) {
        WaitForSingleObject(channel_event(), INFINITE);
        if (channel_read() != WORD_NONE) break;
    }
    return undo_grants() ? 0 : EXIT_HELPER_FAILED;
}

int wmain(int argc, wchar_t **argv) {
    helper_name = "appcontainer-run";
    struct options options;
    read_options(&options, argc, argv);
    switch (options.command) {
        case COMMAND_CLEANUP:
            return clean_up_journal(options.target) ? 0 : EXIT_HELPER_FAILED;
        case COMMAND_SWEEP:
            return sweep_journals(options.target) ? 0 : EXIT_HELPER_FAILED;
        case COMMAND_HOLD:
            channel_open(options.status);
            return hold(&options);
        default:
            channel_open(options.status);
            return run(&options);
    }
}
