/* naming.h: what a file's name alone says: its kind, whether a library passes it over, its pack. Any thread.
 *
 * Kinds go by the extension, in any case; a name without a known one is passed over and never opened. What the file
 * really is, the worker finds out. */
#ifndef LOOPHOLE_INDEXER_NAMING_H
#define LOOPHOLE_INDEXER_NAMING_H

#include "common/arena.h"
#include "schema_media.h"

/* KIND_OTHER for what is no media. */
enum kind naming_kind(struct bytes name);

/* What a library does not want to see. */
struct naming_rules {
    struct text_list ignore; /* globs of names; one with a slash is held against the path below the library */
    bool hidden_files;       /* take names that begin with a dot */
};

/* True for a file or folder that is passed over, with all that lies below it. `below` is its path below the library,
 * its name included. */
bool naming_passed_over(const struct naming_rules *rules, const char *below);

/* The pack of a file: the topmost folder below the library that contains it, or the library's own name. Valid UTF-8
 * of at most 255 bytes, from the arena. `below` is the file's path below the library. */
struct text naming_pack(struct arena *arena, const char *library, const char *below);

#endif
