/*
 * Where the bridge accepts connections, and where it brings them.
 * Promises: a connection from a door goes to the one place the door was opened for; while there is no room for another
 * pair the kernel keeps callers waiting; the sockets are removed at the end.
 */
#ifndef SALLYPORT_BRIDGE_DOORS_H
#define SALLYPORT_BRIDGE_DOORS_H

#include <stdbool.h>

#include "bridge-copy.h"

enum door_kind {
    /* From a port of the loopback here to a unix socket outside. */
    DOOR_IN,
    /* The same; the socket is that of the engine's proxy, which is told an id first. */
    DOOR_PROXY,
    /* From a unix socket, which is made, to a port of the loopback here. */
    DOOR_OUT,
};

/* Ends the process when it cannot be opened. False when there are too many. */
bool open_door(enum door_kind kind, const char *port, const char *path);
void watch_doors(int epoll);
bool has_outward_doors(void);
/* Somebody is at this door. */
void let_in(struct bridge_source *door);
void open_or_shut_doors(void);
/* A line for each port outward that something has begun or ceased to listen on; false when nobody reads it. */
bool tell_listeners(void);
/* Those of the engine too: where it was killed nobody else would remove them. */
void remove_sockets(void);

#endif
