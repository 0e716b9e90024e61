/* Building a grant aside, complete with its protections, before the sandbox sees any of it. */
#ifndef SALLYPORT_HOLDER_COMPOSE_H
#define SALLYPORT_HOLDER_COMPOSE_H

#include <stdbool.h>

#include "holder-grant.h"

/*
 * A detached tree ready to be attached, -1 with errno and the step that failed. May leave the
 * calling process in a mount namespace of its own: meant for a throw-away child.
 * *has_layers: attaching it puts two mounts on top of each other.
 */
int compose_grant(const struct grant_request *request, bool *has_layers, const char **step);

#endif
