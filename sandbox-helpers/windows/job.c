#include "job.h"

#include <string.h>

#include "failing.h"

HANDLE create_job(DWORD processes, ULONGLONG memory_bytes, bool has_ui_limits) {
    HANDLE job = CreateJobObjectW(NULL, NULL);
    if (!job) fail_windows("job", NULL, GetLastError());
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    memset(&limits, 0, sizeof limits);
    /* Without the two breakaway flags nothing leaves the job. */
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
    if (processes) {
        limits.BasicLimitInformation.LimitFlags |= JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
        limits.BasicLimitInformation.ActiveProcessLimit = processes;
    }
    if (memory_bytes) {
        limits.BasicLimitInformation.LimitFlags |= JOB_OBJECT_LIMIT_JOB_MEMORY;
        limits.JobMemoryLimit = (SIZE_T)memory_bytes;
    }
    if (!SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits))
        fail_windows("limits of the job", NULL, GetLastError());
    if (!has_ui_limits) return job;
    JOBOBJECT_BASIC_UI_RESTRICTIONS ui = {
        JOB_OBJECT_UILIMIT_HANDLES | JOB_OBJECT_UILIMIT_READCLIPBOARD | JOB_OBJECT_UILIMIT_WRITECLIPBOARD |
        JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS | JOB_OBJECT_UILIMIT_DISPLAYSETTINGS | JOB_OBJECT_UILIMIT_GLOBALATOMS |
        JOB_OBJECT_UILIMIT_DESKTOP | JOB_OBJECT_UILIMIT_EXITWINDOWS,
    };
    if (!SetInformationJobObject(job, JobObjectBasicUIRestrictions, &ui, sizeof ui))
        fail_windows("limits of the job", NULL, GetLastError());
    return job;
}
