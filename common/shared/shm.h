/* shm.h: named shared memory. An object is a 64-byte header and its payload. It is complete or absent, and outlives
 * every process; a process checks it before mapping it. Any thread. */
#ifndef LOOPHOLE_COMMON_SHM_H
#define LOOPHOLE_COMMON_SHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/paths.h"

/* The maker of the object writes it once, the magic last. */
struct shm_header {
    _Atomic uint64_t magic; /* "LOOPHOLE" */
    uint32_t version;       /* of the payload's layout */
    uint32_t unused;
    uint64_t size; /* of the payload in bytes */
    uint8_t reserved[40];
};
_Static_assert(sizeof(struct shm_header) == 64, "the payload begins on a cache line");

/* A mapping; a zeroed struct is none. */
struct shm {
    void *at; /* the payload */
    size_t size;
    uint64_t file; /* inode that identifies this object among others of its name */
};

enum { SHM_NAME_SIZE = 48 };

/* Writes "/loophole-TAG-OBJECT"; returns `to`. */
const char *shm_name(const struct paths *paths, const char *object, char to[SHM_NAME_SIZE]);

/* Takes over the object of that name if it is complete and ours (magic, version, size). Otherwise makes a new, zeroed
 * one with all its memory allocated. Errors: full, io, denied. */
enum err shm_make(const char *name, uint32_t version, size_t size, struct shm *to, struct fault *fault);

/* Maps an existing object. Errors: offline (missing, or not complete yet), version (another layout, size or magic),
 * denied (another user's), io. */
enum err shm_attach(const char *name, uint32_t version, size_t size, struct shm *to, struct fault *fault);

/* As shm_attach, to read it: what this process writes stays its own, and pages that it does not write are those of the
 * object. */
enum err shm_attach_copy(const char *name, uint32_t version, size_t size, struct shm *to, struct fault *fault);

/* A mapping of no object: zeroed memory of this process. Errors: full. */
enum err shm_make_own(uint32_t version, size_t size, struct shm *to, struct fault *fault);

/* True if the mapped header is unchanged. */
bool shm_whole(const struct shm *shm, uint32_t version);

/* Checks that the name still refers to the mapped object. Errors: offline (the object was removed), version (the name
 * refers to another object, or the file has another size). An inaccessible object counts as unchanged. */
enum err shm_check(const struct shm *shm, const char *name);

void shm_detach(struct shm *shm);      /* a zeroed struct is allowed */
enum err shm_remove(const char *name); /* a missing one: ok; another user's: denied */

#endif
