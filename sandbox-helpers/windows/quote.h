/* Words to one command line, as the C library of nearly every program takes it apart again. */
#ifndef SALLYPORT_QUOTE_H
#define SALLYPORT_QUOTE_H

#include <wchar.h>

/* CreateProcessW's bound, with the final NUL. */
#define COMMAND_LINE_CHARS_MAX 32767

/*
 * The line for argv, malloc'ed; NULL when it is longer than Windows takes or the program's own name holds a quote.
 * Promises: a program that reads its line by the C library's or CommandLineToArgvW's rules gets exactly these words.
 * Does not promise it for programs with rules of their own, of which cmd.exe is one: batch files are refused elsewhere.
 */
wchar_t *quote_command(int argc, wchar_t **argv);

#endif
