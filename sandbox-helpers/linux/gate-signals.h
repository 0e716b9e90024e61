/* The signals that the supervisor takes. */
#ifndef SALLYPORT_GATE_SIGNALS_H
#define SALLYPORT_GATE_SIGNALS_H

/* Blocks them, and gives the descriptor they come by. Failures end the process with 125. */
int take_signals(void);

#endif
