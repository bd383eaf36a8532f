// Every block of the heap is wiped when it is freed.
//
// A secret on its way lies in many more places than those that wipe it: arrays that grew, texts that were signed and
// sealed, base64, what a library buffered. A program's own `free` and `realloc` go before those of its libraries, for
// everything in the process; blocks still come from where they came from (the C library, or what was preloaded), and go
// back there. `Tools/faults.sh memory` looks into a running custodian for what should be gone.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_ANOTHER_HEAP 1  // the sanitizer's, whose blocks the C library must not be given
#endif
#endif

#ifndef HAS_ANOTHER_HEAP

typedef void (*free_function)(void *);

// The one that comes after ours. Finding it frees nothing.
static free_function next_free(void) {
    static free_function found;
    free_function next = __atomic_load_n(&found, __ATOMIC_RELAXED);
    if (next == NULL) {
        next = (free_function)dlsym(RTLD_NEXT, "free");
        if (next == NULL) abort();
        __atomic_store_n(&found, next, __ATOMIC_RELAXED);
    }
    return next;
}

void free(void *block) {
    if (block == NULL) return;
    explicit_bzero(block, malloc_usable_size(block));
    next_free()(block);
}

// The next one moves a block without wiping what it leaves behind.
void *realloc(void *block, size_t size) {
    if (block == NULL) return malloc(size);
    if (size == 0) {
        free(block);
        return NULL;
    }
    size_t had = malloc_usable_size(block);
    if (size <= had && size >= had / 2) return block;
    void *moved = malloc(size);
    if (moved == NULL) return NULL;
    memcpy(moved, block, size < had ? size : had);
    free(block);
    return moved;
}

#endif
