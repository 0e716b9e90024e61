#include "gate-memory.h"

#include <errno.h>
#include <string.h>

#include "gate-caller.h"

#define PAGE_BYTES 4096u
#define PAGES_KEPT 16u

static struct page {
    uint64_t address;
    bool is_there;
    char bytes[PAGE_BYTES];
} pages[PAGES_KEPT];
static pid_t looked_into;

void look_into(pid_t tid) {
    looked_into = tid;
    for (unsigned i = 0; i < PAGES_KEPT; i++) pages[i].is_there = false;
}

/* A page is readable as a whole or not at all. */
static const char *find_page(uint64_t address) {
    struct page *page = &pages[address / PAGE_BYTES % PAGES_KEPT];
    if (page->is_there && page->address == address) return page->bytes;
    page->address = address;
    page->is_there = read_caller_bytes(looked_into, address, page->bytes, PAGE_BYTES);
    return page->is_there ? page->bytes : NULL;
}

bool read_memory(uint64_t address, void *buffer, size_t size) {
    for (size_t done = 0; done < size;) {
        size_t within = (address + done) % PAGE_BYTES, step = PAGE_BYTES - within;
        if (step > size - done) step = size - done;
        const char *page = find_page(address + done - within);
        if (!page) return false;
        memcpy((char *)buffer + done, page + within, step);
        done += step;
    }
    return true;
}

long read_memory_string(uint64_t address, char *buffer, size_t size) {
    for (size_t done = 0; done < size;) {
        size_t within = (address + done) % PAGE_BYTES, step = PAGE_BYTES - within;
        if (step > size - done) step = size - done;
        const char *page = find_page(address + done - within);
        if (!page) return -1;
        const char *end = memchr(page + within, 0, step);
        size_t used = end ? (size_t)(end - page) - within + 1 : step;
        memcpy(buffer + done, page + within, used);
        done += used;
        if (end) return (long)done - 1;
    }
    errno = ENAMETOOLONG;
    return -1;
}
