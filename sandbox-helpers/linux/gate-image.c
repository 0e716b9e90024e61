#include "gate-image.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IMAGES_MAX 65536

static struct image *images;
static int image_count, image_capacity;
static bool is_strict;

bool read_image(pid_t pid, struct image *image) {
    char path[64], text[2048];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0) return false;
    text[length] = 0;
    /* The name in field 2 may hold spaces and brackets: fields count from its last bracket. */
    char *rest = strrchr(text, ')');
    if (!rest) return false;
    unsigned long values[49] = {0};
    int field = 3;
    char *save = NULL;
    for (char *word = strtok_r(rest + 1, " ", &save); word && field < 49; word = strtok_r(NULL, " ", &save)) values[field++] = strtoul(word, NULL, 10);
    *image = (struct image){values[26], values[28], values[48]};
    /* 0 and 1 stand for "no memory" and "not for you"; the stack is set last while an exec goes on. */
    return field == 49 && image->code > 1 && image->stack > 1 && image->arguments > 1;
}

bool is_same_image(const struct image *a, const struct image *b) {
    return a->code == b->code && a->stack == b->stack && a->arguments == b->arguments;
}

void gate_everything(void) {
    is_strict = true;
}

bool gates_everything(void) {
    return is_strict;
}

bool is_gated(const struct image *image) {
    for (int i = image_count - 1; i >= 0; i--)
        if (is_same_image(&images[i], image)) return true;
    return false;
}

void gate_image(const struct image *image) {
    if (is_gated(image)) return;
    if (image_count == image_capacity) {
        int capacity = image_capacity ? image_capacity * 2 : 64;
        struct image *larger = capacity > IMAGES_MAX ? NULL : realloc(images, (size_t)capacity * sizeof *images);
        if (!larger) {
            gate_everything();
            return;
        }
        images = larger;
        image_capacity = capacity;
    }
    images[image_count++] = *image;
}
