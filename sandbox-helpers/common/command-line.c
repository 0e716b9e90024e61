#include "command-line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

static bool is_plain(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '.' || c == '_' || c == '-';
}

bool percent_decode(char *field) {
    if (strcmp(field, "%") == 0) {
        field[0] = 0;
        return true;
    }
    if (!field[0]) return false;
    char *to = field;
    for (const char *from = field; *from;) {
        if (*from == '%') {
            int high = hex_value(from[1]), low = high < 0 ? -1 : hex_value(from[2]);
            if (low < 0 || (high == 0 && low == 0)) return false;
            *to++ = (char)(high * 16 + low);
            from += 3;
        } else if (is_plain(*from)) {
            *to++ = *from++;
        } else {
            return false;
        }
    }
    *to = 0;
    return true;
}

char *percent_encode(const char *text) {
    static const char digits[] = "0123456789ABCDEF";
    char *encoded = malloc(strlen(text) * 3 + 2);
    if (!encoded) fail("memory");
    char *to = encoded;
    if (!*text) *to++ = '%';
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (is_plain(*text)) {
            *to++ = *text;
        } else {
            *to++ = '%';
            *to++ = digits[c >> 4];
            *to++ = digits[c & 15];
        }
    }
    *to = 0;
    return encoded;
}

int split_fields(char *line, char **fields, int fields_max) {
    int count = 0;
    for (char *rest = line; rest;) {
        if (count == fields_max) return -1;
        char *field = rest;
        rest = strchr(rest, ' ');
        if (rest) *rest++ = 0;
        if (!percent_decode(field)) return -1;
        fields[count++] = field;
    }
    return count;
}

enum read_result line_reader_fill(struct line_reader *reader) {
    if (!reader->buffer) {
        reader->buffer = malloc(COMMAND_LINE_BYTES_MAX);
        if (!reader->buffer) fail("memory");
    }
    memmove(reader->buffer, reader->buffer + reader->consumed, reader->length - reader->consumed);
    reader->length -= reader->consumed;
    reader->consumed = 0;
    if (reader->length == COMMAND_LINE_BYTES_MAX) return READ_END;
    ssize_t count = read(reader->fd, reader->buffer + reader->length, COMMAND_LINE_BYTES_MAX - reader->length);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return READ_LATER;
    if (count <= 0) return READ_END;
    reader->length += (size_t)count;
    return READ_MORE;
}

char *line_reader_next(struct line_reader *reader) {
    char *start = reader->buffer + reader->consumed;
    char *newline = memchr(start, '\n', reader->length - reader->consumed);
    if (!newline) return NULL;
    *newline = 0;
    reader->consumed = (size_t)(newline - reader->buffer) + 1;
    /* A NUL inside would make the text that is judged shorter than the line that was sent. */
    if (strlen(start) != (size_t)(newline - start)) start[0] = 0;
    return start;
}
