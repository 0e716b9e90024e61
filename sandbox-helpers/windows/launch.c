#include "launch.h"

#include <stdlib.h>
#include <string.h>

#include "../common/fail.h"
#include "environment-block.h"
#include "failing.h"
#include "job.h"
#include "package.h"
#include "quote.h"
#include "verify-token.h"

/*
 * No old hooks into programs (input methods, AppInit), no code from network drives. Not: only images of normal integrity
 * (what a build made inside could not run), only Microsoft's, no win32k (most programs load user32).
 */
static const DWORD64 MITIGATIONS =
    PROCESS_CREATION_MITIGATION_POLICY_EXTENSION_POINT_DISABLE_ALWAYS_ON |
    PROCESS_CREATION_MITIGATION_POLICY_IMAGE_LOAD_NO_REMOTE_ALWAYS_ON;

/* Everything that attributes point at; they must outlive CreateProcessW. */
struct start {
    STARTUPINFOEXW info;
    SECURITY_CAPABILITIES security;
    SID_AND_ATTRIBUTES capabilities[2];
    BYTE capability_sids[2][SECURITY_MAX_SID_SIZE];
    HANDLE handles[3];
    DWORD64 mitigations;
};

static HANDLE own_standard(DWORD which) {
    HANDLE given = GetStdHandle(which), own = NULL, self = GetCurrentProcess();
    if (given && given != INVALID_HANDLE_VALUE && DuplicateHandle(self, given, self, &own, 0, TRUE, DUPLICATE_SAME_ACCESS)) return own;
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    DWORD access = which == STD_INPUT_HANDLE ? GENERIC_READ : GENERIC_WRITE;
    own = CreateFileW(L"NUL", access, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited, OPEN_EXISTING, 0, NULL);
    if (own == INVALID_HANDLE_VALUE) fail_windows("standard stream", NULL, GetLastError());
    return own;
}

static void set(struct start *start, DWORD_PTR attribute, void *value, SIZE_T bytes, const char *what) {
    if (!UpdateProcThreadAttribute(start->info.lpAttributeList, 0, attribute, value, bytes, NULL, NULL))
        fail_windows(what, NULL, GetLastError());
}

static void set_security(struct start *start, const struct options *options, PSID sid) {
    static const struct { unsigned bit; WELL_KNOWN_SID_TYPE type; } rows[2] = {
        {CAPABILITY_INTERNET_CLIENT, WinCapabilityInternetClientSid},
        {CAPABILITY_PRIVATE_NETWORK, WinCapabilityPrivateNetworkClientServerSid},
    };
    start->security.AppContainerSid = sid;
    start->security.Capabilities = start->capabilities;
    for (size_t i = 0; i < 2; i++) {
        if (!(options->capabilities & rows[i].bit)) continue;
        DWORD count = start->security.CapabilityCount++, length = SECURITY_MAX_SID_SIZE;
        if (!CreateWellKnownSid(rows[i].type, NULL, start->capability_sids[count], &length))
            fail_windows("capability", NULL, GetLastError());
        start->capabilities[count].Sid = start->capability_sids[count];
        start->capabilities[count].Attributes = SE_GROUP_ENABLED;
    }
    if (start->security.CapabilityCount == 0) start->security.Capabilities = NULL;
    set(start, PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES, &start->security, sizeof start->security, "AppContainer");
}

static void prepare(struct start *start, const struct options *options, PSID sid) {
    memset(start, 0, sizeof *start);
    SIZE_T bytes = 0;
    InitializeProcThreadAttributeList(NULL, 4, 0, &bytes);
    start->info.StartupInfo.cb = sizeof start->info;
    start->info.lpAttributeList = grow(NULL, bytes);
    if (!InitializeProcThreadAttributeList(start->info.lpAttributeList, 4, 0, &bytes)) fail_windows("attribute list", NULL, GetLastError());
    static const DWORD streams[3] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    for (size_t i = 0; i < 3; i++) start->handles[i] = own_standard(streams[i]);
    start->info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    start->info.StartupInfo.hStdInput = start->handles[0];
    start->info.StartupInfo.hStdOutput = start->handles[1];
    start->info.StartupInfo.hStdError = start->handles[2];
    set(start, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, start->handles, sizeof start->handles, "handle list");
    if (!sid) return;
    start->mitigations = MITIGATIONS;
    set(start, PROC_THREAD_ATTRIBUTE_MITIGATION_POLICY, &start->mitigations, sizeof start->mitigations, "mitigations");
    set_security(start, options, sid);
}

/* A name that is looked up could be found in a folder that the sandbox writes; cmd.exe takes words apart by other rules. */
static void check_program(const wchar_t *program) {
    size_t length = wcslen(program);
    if (length < 4 || program[1] != L':' || program[2] != L'\\') fail_about("program", program, "is not an absolute path");
    const wchar_t *end = program + length - 4;
    if (!_wcsicmp(end, L".bat") || !_wcsicmp(end, L".cmd"))
        fail_about("program", program, "is a batch file: name cmd.exe and let it call the file");
}

static bool start_in(HANDLE job, struct start *start, const struct options *options, wchar_t *environment, PROCESS_INFORMATION *made) {
    wchar_t *line = quote_command(options->argc, options->argv);
    if (!line) fail_because("command line", "is longer than Windows takes, or names a program with a quote");
    set(start, PROC_THREAD_ATTRIBUTE_JOB_LIST, &job, sizeof job, "job");
    DWORD flags = CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
    if (options->has_own_group) flags |= CREATE_NEW_PROCESS_GROUP;
    bool is_made = CreateProcessW(options->argv[0], line, NULL, NULL, TRUE, flags, environment, options->cwd, &start->info.StartupInfo, made);
    DWORD error = GetLastError();
    free(line);
    SetLastError(error);
    return is_made;
}

static _Noreturn void end_and_fail(HANDLE job, HANDLE process, const char *reason) {
    TerminateProcess(process, 125);
    TerminateJobObject(job, 125);
    fail_because("the program was ended before it ran", reason);
}

struct launched launch(const struct options *options, PSID sid) {
    check_program(options->argv[0]);
    wchar_t *folder = sid ? find_package_folder(sid) : NULL;
    wchar_t *environment = build_environment(&options->environment, folder);
    struct launched launched = {.has_ui_limits = sid != NULL};
    struct start start;
    PROCESS_INFORMATION made;
    prepare(&start, options, sid);
    launched.job = create_job(options->processes, options->memory_bytes, launched.has_ui_limits);
    bool is_made = start_in(launched.job, &start, options, environment, &made);
    BOOL is_in_other_job = FALSE;
    DWORD error = GetLastError();
    if (!is_made && launched.has_ui_limits && IsProcessInJob(GetCurrentProcess(), NULL, &is_in_other_job) && is_in_other_job) {
        CloseHandle(launched.job);
        launched.has_ui_limits = false;
        launched.job = create_job(options->processes, options->memory_bytes, false);
        /* The list keeps the first job's handle otherwise: attributes cannot be set twice. */
        prepare(&start, options, sid);
        is_made = start_in(launched.job, &start, options, environment, &made);
        error = GetLastError();
    }
    free(environment);
    free(folder);
    if (!is_made) fail_windows("program", options->argv[0], error);
    launched.process = made.hProcess;
    launched.pid = made.dwProcessId;
    BOOL is_in_job = FALSE;
    if (!IsProcessInJob(made.hProcess, launched.job, &is_in_job) || !is_in_job) end_and_fail(launched.job, made.hProcess, "it is not in its job");
    const char *reason = sid ? why_wrong_token(made.hProcess, sid, start.security.CapabilityCount) : NULL;
    if (reason) end_and_fail(launched.job, made.hProcess, reason);
    if (ResumeThread(made.hThread) == (DWORD)-1) end_and_fail(launched.job, made.hProcess, "it could not be resumed");
    CloseHandle(made.hThread);
    for (size_t i = 0; i < 3; i++) CloseHandle(start.handles[i]);
    return launched;
}
