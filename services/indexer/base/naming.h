/* naming.h: what a file's name alone shows: its kind, whether a library ignores it, its pack. Any thread.
 *
 * The kind follows from the extension, in upper or lower case. Of a file without an extension it follows from its first
 * bytes (walk.c). One with an unknown extension is ignored and never opened. The worker finds out the file's real
 * format. */
#ifndef LOOPHOLE_INDEXER_NAMING_H
#define LOOPHOLE_INDEXER_NAMING_H

#include "common/arena.h"
#include "schema_media.h"

/* KIND_OTHER if it is not media. */
enum kind naming_kind(struct bytes name);

/* True for a name without an extension: only its content shows whether it is media. What comes after the last dot is a
 * part of the name if it has a space, only digits, or more than 16 bytes: "Kick 01", "Loop v1.2", "No. 3 dry". */
bool naming_is_bare(struct bytes name);

/* The name without ".nextcloud" or ".owncloud": the file that such a placeholder stands for. Else the name itself. */
struct bytes naming_real(struct bytes name);

/* The files that a library ignores. */
struct naming_rules {
    struct text_list ignore; /* globs of names; a glob with a slash is compared with the path below the library */
    bool hidden_files;       /* accept names that begin with a dot */
    struct bytes_list leads; /* links may lead into the library, and into these folders: leads_find */
};

/* True for an ignored file or folder, with everything below it. `below` is its path below the library, its name
 * included. */
bool naming_passed_over(const struct naming_rules *rules, const char *below);

/* True if a link may lead to a file or folder at this path, which has no links. */
bool naming_may_lead(const struct naming_rules *rules, struct bytes real);

/* The pack of a file: the topmost folder below the library that contains the file, or the library's own name. Valid
 * UTF-8 of at most 255 bytes, in the arena. `below` is the file's path below the library. */
struct text naming_pack(struct arena *arena, const char *library, const char *below);

#endif
