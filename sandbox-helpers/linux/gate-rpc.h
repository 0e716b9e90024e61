/* The line to the engine. Writes never wait; what does not fit into a bounded store ends the line. */
#ifndef SALLYPORT_GATE_RPC_H
#define SALLYPORT_GATE_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../common/json-line.h"

/* Connects to the engine's socket; any failure ends the process with 125. */
void connect_rpc(const char *path);
bool has_rpc(void);
/* Ends the object, sends it and frees it. */
void send_line(struct json_line *line);
/* As send_line, but dropped when the engine is far behind: for lines nobody waits for. */
void send_droppable_line(struct json_line *line);
/* Handles readiness; false when the engine is gone or has said something that is no command. */
bool serve_rpc(uint32_t events, bool (*obey)(char **fields, int count));
/* Sends what is left, waiting at most the given time. */
void flush_rpc(int timeout_ms);
void close_rpc(void);

#endif
