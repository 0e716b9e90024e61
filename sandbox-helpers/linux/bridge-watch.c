/* See bridge-watch.h. */
#include "bridge-watch.h"

#include <stdio.h>
#include <string.h>

#define STATE_LISTEN 0x0A

/* As the kernel writes addresses there: 32-bit words in the order of the machine, in hexadecimal. */
static bool is_reachable(const char *address) {
    static const char *const known[] = {
        "00000000", "0100007F", "00000000000000000000000000000000", "00000000000000000000000001000000",
        "0000000000000000FFFF00000100007F", "0000000000000000FFFF000000000000",
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(address, known[i]) == 0) return true;
    return false;
}

static void look_at(const char *table, const uint16_t *ports, int count, bool *is_listening) {
    FILE *file = fopen(table, "re");
    char line[512];
    if (!file) return;
    while (fgets(line, sizeof line, file)) {
        char address[40];
        unsigned port, state;
        if (sscanf(line, " %*d: %39[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", address, &port, &state) != 3) continue;
        if (state != STATE_LISTEN || !is_reachable(address)) continue;
        for (int i = 0; i < count; i++)
            if (ports[i] == port) is_listening[i] = true;
    }
    fclose(file);
}

void look_for_listeners(const uint16_t *ports, int count, bool *is_listening) {
    memset(is_listening, 0, (size_t)count * sizeof *is_listening);
    look_at("/proc/self/net/tcp", ports, count, is_listening);
    look_at("/proc/self/net/tcp6", ports, count, is_listening);
}
