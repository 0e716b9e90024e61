/* A pair is handed a connection that the engine has made; see bridge-copy.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bridge-pair.h"

/* What the proxy may have said to a client and the client not have got when a connection is handed over. */
#define LATE_MAX 4096

/* What the proxy has said and the client has not got yet, with its last words behind. */
static bool gather_answer(struct bridge_end *engine, const struct bridge_handing *handing, struct bridge_flow *flow) {
    struct bridge_flow *kept = &engine->flow;
    if (handing->answered < kept->carried || handing->answered - kept->carried > LATE_MAX) return false;
    size_t waiting = kept->upto - kept->from, late = (size_t)(handing->answered - kept->carried);
    char *bytes = malloc(waiting + late + handing->answer_length + 1);
    if (!bytes) return false;
    memcpy(bytes, kept->bytes ? kept->bytes + kept->from : "", waiting);
    /* It has been written before the connection was handed over. */
    for (size_t got = 0; got < late;) {
        ssize_t count = recv(engine->fd, bytes + waiting + got, late - got, MSG_DONTWAIT);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            free(bytes);
            return false;
        }
        got += (size_t)count;
    }
    memcpy(bytes + waiting + late, handing->answer, handing->answer_length);
    *flow = (struct bridge_flow){.bytes = bytes, .upto = waiting + late + handing->answer_length};
    return true;
}

/* False when it does not fit what this pair has seen. */
static bool take_over(struct bridge_pair *pair, const struct bridge_handing *handing, int fd) {
    struct bridge_end *client = &pair->ends[CLIENT], *engine = &pair->ends[ENGINE], *far = &pair->ends[FAR];
    struct bridge_flow answer;
    int flags = fcntl(fd, F_GETFL);
    /* A client that stops speaking before it has an answer has gone away. */
    if (client->is_over || engine->is_over || handing->consumed > pair->record.length) return false;
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) return false;
    if (!gather_answer(engine, handing, &answer)) return false;
    flow_drop(&client->flow);
    flow_drop(&engine->flow);
    client->flow.bytes = pair->record.bytes;
    client->flow.from = (size_t)handing->consumed;
    client->flow.upto = pair->record.length;
    pair->record = (struct bridge_record){0};
    pair->consumed = handing->consumed;
    pair->is_talk = false;
    pair->is_handed = true;
    far->fd = fd;
    far->flow = answer;
    client->other = far;
    return true;
}

void bridge_hand(const struct bridge_handing *handing, int fd) {
    struct bridge_pair *pair = find_talk(handing->id);
    if (!pair || fd < 0 || !take_over(pair, handing, fd)) {
        if (fd >= 0) close(fd);
        if (pair) end_pair(pair);
        return;
    }
    struct bridge_end *client = &pair->ends[CLIENT], *far = &pair->ends[FAR];
    if (!pump(far, false) || !pump(client, false)) return end_pair(pair);
    watch_end(&pair->ends[ENGINE], EPOLLIN, true);
    if (!pair->is_dead) arm(client);
    if (!pair->is_dead) arm(far);
}
