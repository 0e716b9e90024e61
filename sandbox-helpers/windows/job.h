/* The job object: what ends with this helper, and how much it may take. */
#ifndef SALLYPORT_JOB_H
#define SALLYPORT_JOB_H

#include <windows.h>

#include <stdbool.h>

/*
 * A job whose processes end when its last handle closes, that no process can leave. `has_ui_limits`: no clipboard, no
 * windows of others, no settings of the desktop. Such a job cannot lie inside another; that is for the caller to try.
 */
HANDLE create_job(DWORD processes, ULONGLONG memory_bytes, bool has_ui_limits);

#endif
