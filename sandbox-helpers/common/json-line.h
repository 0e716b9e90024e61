/*
 * One JSON object on one line, built in memory.
 * Promises: the output is valid JSON and valid UTF-8 whatever bytes go in; a byte that is not
 * UTF-8 becomes U+FFFD and the object ends with "lossy":true.
 * Does not promise a bound on size: callers bound what they put in.
 */
#ifndef SALLYPORT_JSON_LINE_H
#define SALLYPORT_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct json_line {
    char *data;
    size_t length, capacity;
    bool lossy, tells_lossy, needs_comma;
};

/* Starts {"type":"<type>". */
void json_begin(struct json_line *line, const char *type);
/* Starts an object without a type. */
void json_begin_plain(struct json_line *line);
/* Makes the object say "lossy" in both cases, not only when it is true. */
void json_tell_lossy(struct json_line *line);
void json_string(struct json_line *line, const char *key, const char *text);
void json_bytes(struct json_line *line, const char *key, const char *bytes, size_t length);
void json_number(struct json_line *line, const char *key, long long number);
void json_bool(struct json_line *line, const char *key, bool value);
/* A nested array or object; key is NULL inside an array. */
void json_open(struct json_line *line, const char *key, char bracket);
void json_shut(struct json_line *line, char bracket);
/* A string as an array's item. */
void json_item(struct json_line *line, const char *bytes, size_t length);
/* Ends the object and the line. */
void json_end(struct json_line *line);
void json_free(struct json_line *line);
/* Writes all of it to fd, waiting where needed; false when the reader is gone. */
bool json_write(const struct json_line *line, int fd);

#endif
