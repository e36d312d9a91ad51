/* sounds_file.h: CACHE/search.duplicates: what a search for duplicates knows of each sound, so that the next search
 * after a death compares only what came since. A cache: a damaged file is dropped. One thread. */
#ifndef LOOPHOLE_SEARCH_SOUNDS_FILE_H
#define LOOPHOLE_SEARCH_SOUNDS_FILE_H

#include "common/err.h"
#include "common/hash.h"
#include "services/search/duplicates/candidates.h"

/* The catalogue, and its revision at the start of the search. */
struct sounds_file {
    struct id catalogue;
    uint64_t revision;
    struct hash change_hash; /* of that row of the change log */
};

/* Errors: full, io, denied. */
enum err sounds_file_write(const struct candidate_sounds *sounds, const struct sounds_file *file, const char *path,
                           struct fault *fault);

/* Reads and arranges them; candidates_close frees them. Errors: not_found, internal (damaged), version (of another
 * catalogue), full, io. */
enum err sounds_file_read(const char *path, struct id catalogue, struct candidate_sounds *to, struct sounds_file *file,
                          struct fault *fault);

#endif
