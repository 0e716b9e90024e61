#include "json-line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

static void put(struct json_line *line, const char *bytes, size_t length) {
    if (line->length + length > line->capacity) {
        size_t capacity = line->capacity ? line->capacity * 2 : 512;
        while (capacity < line->length + length) capacity *= 2;
        char *data = realloc(line->data, capacity);
        if (!data) fail("memory");
        line->data = data;
        line->capacity = capacity;
    }
    memcpy(line->data + line->length, bytes, length);
    line->length += length;
}

static void put_text(struct json_line *line, const char *text) {
    put(line, text, strlen(text));
}

/* Length of the valid UTF-8 sequence at bytes, 0 when there is none (overlong, surrogate, cut off, too high). */
static size_t utf8_length(const unsigned char *bytes, size_t left) {
    unsigned char first = bytes[0];
    if (first < 0x80) return 1;
    size_t length = first >= 0xC2 && first <= 0xDF ? 2 : first >= 0xE0 && first <= 0xEF ? 3 : first >= 0xF0 && first <= 0xF4 ? 4 : 0;
    if (length == 0 || left < length) return 0;
    for (size_t i = 1; i < length; i++)
        if ((bytes[i] & 0xC0) != 0x80) return 0;
    if (first == 0xE0 && bytes[1] < 0xA0) return 0;
    if (first == 0xED && bytes[1] > 0x9F) return 0;
    if (first == 0xF0 && bytes[1] < 0x90) return 0;
    if (first == 0xF4 && bytes[1] > 0x8F) return 0;
    return length;
}

static void put_quoted(struct json_line *line, const char *text, size_t length) {
    const unsigned char *bytes = (const unsigned char *)text;
    put(line, "\"", 1);
    for (size_t i = 0; i < length;) {
        unsigned char c = bytes[i];
        size_t step = utf8_length(bytes + i, length - i);
        if (step == 0) {
            put_text(line, "\xEF\xBF\xBD");
            line->lossy = true;
            i++;
        } else if (c == '"' || c == '\\') {
            char escaped[2] = {'\\', (char)c};
            put(line, escaped, 2);
            i++;
        } else if (c < 0x20 || c == 0x7F) {
            char escaped[8];
            snprintf(escaped, sizeof escaped, "\\u%04x", c);
            put_text(line, escaped);
            i++;
        } else {
            put(line, text + i, step);
            i += step;
        }
    }
    put(line, "\"", 1);
}

static void put_key(struct json_line *line, const char *key) {
    if (line->needs_comma) put(line, ",", 1);
    line->needs_comma = true;
    if (!key) return;
    put_quoted(line, key, strlen(key));
    put(line, ":", 1);
}

void json_begin_plain(struct json_line *line) {
    memset(line, 0, sizeof *line);
    put(line, "{", 1);
}

void json_begin(struct json_line *line, const char *type) {
    json_begin_plain(line);
    json_string(line, "type", type);
}

void json_tell_lossy(struct json_line *line) {
    line->tells_lossy = true;
}

void json_bytes(struct json_line *line, const char *key, const char *bytes, size_t length) {
    put_key(line, key);
    put_quoted(line, bytes, length);
}

void json_string(struct json_line *line, const char *key, const char *text) {
    json_bytes(line, key, text, strlen(text));
}

void json_item(struct json_line *line, const char *bytes, size_t length) {
    json_bytes(line, NULL, bytes, length);
}

void json_number(struct json_line *line, const char *key, long long number) {
    char text[24];
    snprintf(text, sizeof text, "%lld", number);
    put_key(line, key);
    put_text(line, text);
}

void json_bool(struct json_line *line, const char *key, bool value) {
    put_key(line, key);
    put_text(line, value ? "true" : "false");
}

void json_open(struct json_line *line, const char *key, char bracket) {
    put_key(line, key);
    put(line, &bracket, 1);
    line->needs_comma = false;
}

void json_shut(struct json_line *line, char bracket) {
    put(line, &bracket, 1);
    line->needs_comma = true;
}

void json_end(struct json_line *line) {
    if (line->lossy || line->tells_lossy) json_bool(line, "lossy", line->lossy);
    put_text(line, "}\n");
}

void json_free(struct json_line *line) {
    free(line->data);
    memset(line, 0, sizeof *line);
}

bool json_write(const struct json_line *line, int fd) {
    for (size_t done = 0; done < line->length;) {
        ssize_t count = write(fd, line->data + done, line->length - done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        done += (size_t)count;
    }
    return true;
}
