/* Exit statuses every helper shares: a shell's own 126 and 127, and 125 for "the helper itself failed". */
#ifndef SALLYPORT_EXIT_CODES_H
#define SALLYPORT_EXIT_CODES_H

#define EXIT_HELPER_FAILED 125
#define EXIT_NOT_RUNNABLE 126
#define EXIT_NOT_FOUND 127

/* The one sentence a person reads when the process that decides has gone away. */
#define ENGINE_GONE_MESSAGE "sallyport: refused: the engine is gone"

#endif
