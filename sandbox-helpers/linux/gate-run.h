/* `exec-gate run 9 -- CMD ARGS...`: the inner half. */
#ifndef SALLYPORT_GATE_RUN_H
#define SALLYPORT_GATE_RUN_H

int run_inside(int argc, char **argv);

#endif
