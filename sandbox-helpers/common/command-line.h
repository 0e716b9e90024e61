/*
 * The engine's commands: one per line, fields separated by exactly one space, each field
 * percent-encoded so that no byte in it can end a field or a line.
 */
#ifndef SALLYPORT_COMMAND_LINE_H
#define SALLYPORT_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define COMMAND_LINE_BYTES_MAX (256 * 1024)

/* Decodes one field in place; "%" alone is the empty field. False for anything odd, NUL bytes included. */
bool percent_decode(char *field);

/* The encoding's other direction: every byte outside [A-Za-z0-9/._-] as %XX. The result is malloc'ed. */
char *percent_encode(const char *text);

/* Splits and decodes a line in place. The number of fields, or -1 when the line is not well formed. */
int split_fields(char *line, char **fields, int fields_max);

struct line_reader {
    int fd;
    char *buffer;
    size_t length, consumed;
};

enum read_result { READ_MORE, READ_LATER, READ_END };

/* One read(2) into the buffer. READ_END also for a line longer than the bound: nobody honest sends one. */
enum read_result line_reader_fill(struct line_reader *reader);

/* The next whole line without its newline, or NULL. Valid until the next fill. */
char *line_reader_next(struct line_reader *reader);

#endif
