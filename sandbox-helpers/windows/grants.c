#include "grants.h"

#include <sddl.h>

#include <stdlib.h>
#include <string.h>

#include "../common/fail.h"
#include "access-entry.h"
#include "failing.h"
#include "journal.h"
#include "package.h"

#define TURN_MILLISECONDS_MAX (10 * 60 * 1000)

static struct journal own;
static bool has_own;
static const wchar_t *own_folder;

/* One process at a time reads and writes access lists and journals. A turn whose owner died is over. */
static HANDLE take_turn(void) {
    HANDLE turn = CreateMutexW(NULL, FALSE, L"Local\\sallyport-access-lists");
    if (!turn) fail_windows("turn", NULL, GetLastError());
    DWORD result = WaitForSingleObject(turn, TURN_MILLISECONDS_MAX);
    if (result != WAIT_OBJECT_0 && result != WAIT_ABANDONED) fail_because("turn", "another Sallyport changes access lists for too long");
    return turn;
}

static void end_turn(HANDLE turn) {
    ReleaseMutex(turn);
    CloseHandle(turn);
}

static bool is_same_record(const struct record *left, const struct record *right) {
    if (left->kind != right->kind || (left->kind == RECORD_ENTRY && left->entry != right->entry)) return false;
    if ((left->sid && right->sid) ? wcscmp(left->sid, right->sid) != 0 : left->sid != right->sid) return false;
    return is_same_name(left->text, right->text);
}

/* Whether another journal of the folder names the same change: whoever is last takes it back. */
static bool is_needed_elsewhere(const struct record *record, const struct journal *mine, const struct word_list *others) {
    bool is_needed = false;
    for (size_t i = 0; i < others->count && !is_needed; i++) {
        struct journal other;
        if (is_same_name(others->items[i], mine->path) || !journal_look(&other, others->items[i])) continue;
        for (size_t k = 0; k < other.count && !is_needed; k++) is_needed = is_same_record(record, &other.records[k]);
        journal_close(&other, false);
    }
    return is_needed;
}

static void free_list(struct word_list *list) {
    for (size_t i = 0; i < list->count; i++) free(list->items[i]);
    free(list->items);
}

static bool is_named_elsewhere(const struct record *record, const struct journal *mine, const wchar_t *folder) {
    struct word_list others = list_journals(folder);
    bool is_named = is_needed_elsewhere(record, mine, &others);
    free_list(&others);
    return is_named;
}

static bool is_gone(const wchar_t *path) {
    wchar_t *longer = long_path(path);
    DWORD attributes = GetFileAttributesW(longer);
    DWORD error = attributes == INVALID_FILE_ATTRIBUTES ? GetLastError() : 0;
    free(longer);
    return error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND;
}

static bool undo_entry(const struct record *record) {
    if (is_gone(record->text)) return true;
    struct place place;
    DWORD error;
    const char *reason = open_place(&place, record->text, LINK_ITSELF, &error);
    if (reason) {
        warn_about("not taken back", record->text, reason);
        return false;
    }
    PSID sid = NULL;
    error = ConvertStringSidToSidW(record->sid, &sid) ? remove_entry(&place, sid, record->entry) : GetLastError();
    LocalFree(sid);
    CloseHandle(place.handle);
    if (error) warn_about("not taken back", record->text, error_text(error));
    return error == 0;
}

/* Only an empty folder goes; one that something was put into stays, and that is no failure. */
static bool undo_folder(const struct record *record) {
    wchar_t *longer = long_path(record->text);
    DWORD attributes = GetFileAttributesW(longer);
    bool is_plain = attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_REPARSE_POINT);
    DWORD error = is_plain && !RemoveDirectoryW(longer) ? GetLastError() : 0;
    free(longer);
    if (error == 0 || error == ERROR_DIR_NOT_EMPTY || error == ERROR_FILE_NOT_FOUND || error == ERROR_DIRECTORY) return true;
    warn_about("not removed", record->text, error_text(error));
    return false;
}

static bool undo_package(const struct record *record) {
    DWORD error;
    if (delete_package(record->text, &error)) return true;
    warn_about("profile not removed", record->text, error_text(error));
    return false;
}

static bool undo_record(const struct record *record) {
    if (record->kind == RECORD_ENTRY) return undo_entry(record);
    return record->kind == RECORD_FOLDER ? undo_folder(record) : undo_package(record);
}

/* Backwards, so that a folder of ours is empty of entries before it goes. The turn is ours. */
static bool undo_journal(struct journal *journal, const wchar_t *folder) {
    struct word_list others = list_journals(folder);
    bool is_done = !journal->is_damaged;
    if (journal->is_damaged) warn_about("journal", journal->path, "holds lines that cannot be read, and stays");
    for (size_t i = journal->count; i-- > 0;)
        if (!is_needed_elsewhere(&journal->records[i], journal, &others) && !undo_record(&journal->records[i])) is_done = false;
    journal_close(journal, is_done);
    free_list(&others);
    return is_done;
}

bool sweep_journals(const wchar_t *folder) {
    HANDLE turn = take_turn();
    struct word_list found = list_journals(folder);
    bool is_done = true;
    for (size_t i = 0; i < found.count; i++) {
        struct journal journal;
        /* One that cannot be adopted belongs to a process that lives. */
        if (journal_adopt(&journal, found.items[i]) && !undo_journal(&journal, folder)) is_done = false;
    }
    free_list(&found);
    end_turn(turn);
    return is_done;
}

bool clean_up_journal(const wchar_t *path) {
    wchar_t *folder = copy_word(path);
    wchar_t *slash = wcsrchr(folder, L'\\');
    if (!slash) fail_about("journal", path, "is not an absolute path");
    *slash = 0;
    HANDLE turn = take_turn();
    struct journal journal;
    bool is_ours = journal_adopt(&journal, path);
    if (!is_ours) warn_about("journal", path, error_text(GetLastError()));
    bool is_done = is_ours && undo_journal(&journal, folder);
    end_turn(turn);
    free(folder);
    return is_done;
}

static const wchar_t *own_sid_text;

static void set_entry(const wchar_t *path, PSID sid, enum entry_kind kind, enum link_rule rule) {
    struct place place;
    DWORD error;
    const char *reason = open_place(&place, path, rule, &error);
    if (reason && error) fail_windows("path", path, error);
    if (reason) fail_about("path", path, reason);
    /* Another name of the same file may lie where nothing was granted. */
    if (kind == ENTRY_WRITE && !place.is_folder && place.links > 1) fail_about("path", path, "is a file with several names");
    journal_add(&own, &(struct record){RECORD_ENTRY, kind, (wchar_t *)own_sid_text, (wchar_t *)path});
    error = add_entry(&place, sid, kind);
    CloseHandle(place.handle);
    if (error) fail_windows("access list of", path, error);
}

static const wchar_t *root_of(const struct grant_plan *plan, const wchar_t *path) {
    for (size_t i = 0; i < plan->writes->count; i++)
        if (is_in_folder(path, plan->writes->items[i]) && !is_same_name(path, plan->writes->items[i])) return plan->writes->items[i];
    fail_about("path", path, "is to be protected but lies in no writable folder");
}

/* A missing one is made, so that its name is taken; every folder above it up to the root cannot be moved away. */
static void protect(const struct grant_plan *plan, const wchar_t *path, PSID sid) {
    const wchar_t *root = root_of(plan, path);
    struct record folder = {RECORD_FOLDER, 0, NULL, (wchar_t *)path};
    bool is_missing = is_gone(path);
    /* The placeholder of another session is ours too, or it would go away with that one. */
    if (is_missing || is_named_elsewhere(&folder, &own, plan->journals)) journal_add(&own, &folder);
    if (is_missing) {
        wchar_t *longer = long_path(path);
        if (!CreateDirectoryW(longer, NULL) && GetLastError() != ERROR_ALREADY_EXISTS) fail_windows("placeholder", path, GetLastError());
        free(longer);
    }
    set_entry(path, sid, ENTRY_PROTECT, LINK_ITSELF);
    wchar_t *above = copy_word(path);
    for (wchar_t *slash; (slash = wcsrchr(above, L'\\')) && (*slash = 0, wcslen(above) > wcslen(root));)
        set_entry(above, sid, ENTRY_FENCE, LINK_REFUSED);
    free(above);
}

static void take_back_all(void) {
    undo_grants();
}

size_t apply_grants(const struct grant_plan *plan, PSID sid) {
    own_sid_text = describe_sid(sid);
    own_folder = plan->journals;
    for (size_t i = 0; i < plan->reads->count + plan->writes->count; i++) {
        bool is_writable = i >= plan->reads->count;
        const wchar_t *path = is_writable ? plan->writes->items[i - plan->reads->count] : plan->reads->items[i];
        const char *reason = why_not_granted(path, is_writable, plan->journals);
        if (reason) fail_about("refused to open", path, reason);
    }
    HANDLE turn = take_turn();
    journal_create(&own, plan->journals);
    has_own = true;
    before_failing = take_back_all;
    journal_add(&own, &(struct record){RECORD_PACKAGE, 0, (wchar_t *)own_sid_text, (wchar_t *)plan->name});
    create_package(plan->name);
    /* What takes away comes first: there is no moment in which something is open that must not be. */
    for (size_t i = 0; i < plan->denies->count; i++) set_entry(plan->denies->items[i], sid, ENTRY_DENY, LINK_ITSELF);
    for (size_t i = 0; i < plan->protects->count; i++) protect(plan, plan->protects->items[i], sid);
    for (size_t i = 0; i < plan->writes->count; i++) set_entry(plan->writes->items[i], sid, ENTRY_FENCE, LINK_REFUSED);
    for (size_t i = 0; i < plan->reads->count; i++) set_entry(plan->reads->items[i], sid, ENTRY_READ, LINK_REFUSED);
    for (size_t i = 0; i < plan->writes->count; i++) set_entry(plan->writes->items[i], sid, ENTRY_WRITE, LINK_REFUSED);
    end_turn(turn);
    return own.count - 1;
}

bool undo_grants(void) {
    if (!has_own) return true;
    has_own = false;
    HANDLE turn = take_turn();
    bool is_done = undo_journal(&own, own_folder);
    end_turn(turn);
    return is_done;
}
