#include "verify-token.h"

#include <stdbool.h>
#include <stdlib.h>

#include "words.h"

static void *ask(HANDLE token, TOKEN_INFORMATION_CLASS what) {
    DWORD bytes = 0;
    GetTokenInformation(token, what, NULL, 0, &bytes);
    void *answer = grow(NULL, bytes);
    if (bytes && GetTokenInformation(token, what, answer, bytes, &bytes)) return answer;
    free(answer);
    return NULL;
}

static bool is_low(HANDLE token) {
    TOKEN_MANDATORY_LABEL *label = ask(token, TokenIntegrityLevel);
    bool is_known = label && IsValidSid(label->Label.Sid) && *GetSidSubAuthorityCount(label->Label.Sid) == 1;
    bool is = is_known && *GetSidSubAuthority(label->Label.Sid, 0) <= SECURITY_MANDATORY_LOW_RID;
    free(label);
    return is;
}

static bool is_package(HANDLE token, PSID sid) {
    TOKEN_APPCONTAINER_INFORMATION *container = ask(token, TokenAppContainerSid);
    bool is = container && container->TokenAppContainer && EqualSid(container->TokenAppContainer, sid);
    free(container);
    return is;
}

static bool has_capabilities(HANDLE token, DWORD wanted) {
    TOKEN_GROUPS *groups = ask(token, TokenCapabilities);
    bool has = groups && groups->GroupCount == wanted;
    free(groups);
    return has;
}

static const char *why_wrong(HANDLE token, PSID sid, DWORD capabilities) {
    DWORD is_container = 0, bytes;
    if (!GetTokenInformation(token, TokenIsAppContainer, &is_container, sizeof is_container, &bytes) || !is_container)
        return "its token is not of an AppContainer";
    if (!is_package(token, sid)) return "its token is of another package";
    if (!is_low(token)) return "its token is not of low integrity";
    return has_capabilities(token, capabilities) ? NULL : "its token has other capabilities than were asked for";
}

const char *why_wrong_token(HANDLE process, PSID sid, DWORD capabilities) {
    HANDLE token;
    if (!OpenProcessToken(process, TOKEN_QUERY, &token)) return "its token cannot be asked";
    const char *reason = why_wrong(token, sid, capabilities);
    CloseHandle(token);
    return reason;
}
