/*
 * The engine's way to hand connections to the bridge: the channel that Node opens to a child, in its form (lines of JSON;
 * a descriptor comes with the line that speaks of it, and is acknowledged).
 * Promises: a line that is not understood changes nothing, and a descriptor that fits no pair is closed; nothing here
 * opens a connection. Two kinds of words are known, as JSON strings without anything to escape:
 *   hand ID CONSUMED ANSWERED ANSWER   with a connected socket; see struct bridge_handing, ID and ANSWER in hexadecimal
 *   free ID                            this connection will not be handed anything
 * Without it: everything a program inside loads goes through the engine.
 */
#ifndef SALLYPORT_BRIDGE_CHANNEL_H
#define SALLYPORT_BRIDGE_CHANNEL_H

#include <stdbool.h>

/* Reads what has come and does it; false when the channel is over or not one. */
bool channel_serve(int fd);

#endif
