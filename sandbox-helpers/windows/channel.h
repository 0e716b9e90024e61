/*
 * The line to whoever started this helper: a named pipe (then also from it, and its end ends what the helper guards), or
 * a file that is only written.
 * From it: one word in a line, `close`, `kill` or `break`. Anything else counts as its end.
 */
#ifndef SALLYPORT_CHANNEL_H
#define SALLYPORT_CHANNEL_H

#include <windows.h>

#include <stdbool.h>

#include "../common/json-line.h"

enum channel_word { WORD_NONE, WORD_CLOSE, WORD_KILL, WORD_BREAK, WORD_LOST };

/* NULL for no channel. Ends the program when it cannot be opened. Failures are told on it from then on. */
void channel_open(const wchar_t *place);

/* Ends, writes and frees the line. False when nobody reads it; true without a channel. */
bool channel_tell(struct json_line *line);

/* Signalled when channel_read has something; NULL when nothing can ever come. */
HANDLE channel_event(void);

/* The next whole word, WORD_NONE when there is none yet. */
enum channel_word channel_read(void);

#endif
