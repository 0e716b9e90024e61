/* What a suspended process really is, asked of its token. */
#ifndef SALLYPORT_VERIFY_TOKEN_H
#define SALLYPORT_VERIFY_TOKEN_H

#include <windows.h>

/* NULL when the token is of an AppContainer, of this package, of low integrity, with that many capabilities; else why not. */
const char *why_wrong_token(HANDLE process, PSID sid, DWORD capabilities);

#endif
