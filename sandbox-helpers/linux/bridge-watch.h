/*
 * Which ports something listens on in this network namespace.
 * Does not promise more than a look: what listens may end a moment later.
 */
#ifndef SALLYPORT_BRIDGE_WATCH_H
#define SALLYPORT_BRIDGE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* For each of `ports` whether something listens on it at a loopback address or at every address. */
void look_for_listeners(const uint16_t *ports, int count, bool *is_listening);

#endif
