/*
 * Exit statuses every helper shares: a shell's own 126 and 127, 125 for "the helper itself failed", and 124 where nothing
 * was started because the working folder is another one.
 */
#ifndef SALLYPORT_EXIT_CODES_H
#define SALLYPORT_EXIT_CODES_H

#define EXIT_FOLDER_MOVED 124
#define EXIT_HELPER_FAILED 125
#define EXIT_NOT_RUNNABLE 126
#define EXIT_NOT_FOUND 127

/* The one sentence a person reads when the process that decides has gone away. */
#define ENGINE_GONE_MESSAGE "sallyport: refused: the engine is gone"

#endif
