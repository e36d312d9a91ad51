/* settle.h: decides what happened to the files that a scan misses, and to the files that are new. Pure functions. Any
 * thread.
 *
 *   gone + new, same inode, size and mtime   moved: the item keeps its id. Not if the file is younger than the item's
 *                                            last change: then another file has got the inode
 *   file at the place of an item, with another   exchanged or renumbered: the item follows its file, if change time or
 *   item's inode, size and mtime                age prove that it is that file
 *   gone, few                                missing: the scan marks the items
 *   gone, over 5 % of the library            the scan asks a person first, and marks nothing
 *   gone, over half of the library           the volume counts as away: offline, not missing
 *
 * All scans within an hour count together (scan_settle.c). */
#ifndef LOOPHOLE_INDEXER_SETTLE_H
#define LOOPHOLE_INDEXER_SETTLE_H

#include "common/clock.h"
#include "common/id.h"

/* A file's state in the catalogue or on the disk. */
struct trace {
    uint64_t inode; /* 0: unknown, matches nothing */
    uint64_t size;
    usec_t mtime;
    usec_t changed; /* ctime: the last change of content, name or attributes. 0: unknown */
};

/* Compares inode, size and mtime, which a rename keeps. It changes `changed` on most file systems. */
int settle_compare(const struct trace *a, const struct trace *b);

struct gone {
    struct id id;
    struct id folder; /* with file: the place where its file is gone */
    struct bytes file;
    struct trace trace;
    bool missing;    /* it was missing before */
    bool offline;    /* its row says that it is away */
    bool waiting;    /* it is not analysed yet */
    size_t taken_by; /* 1 + the index of the fresh file that lies at its place now; 0: no file lies there */
    bool moved;      /* result: it moved to a new place … */
    size_t to;       /* … where this fresh file lies */
    bool left;       /* for the caller: persist has the report that it left its place */
};

struct fresh {
    struct trace trace;
    bool is_at_known; /* it lies at the place of an item that had another file */
    usec_t born;      /* when the file was made; 0: the file system does not keep it */
    int64_t was;      /* result: index of the gone item that moved here; -1: none */
};

/* Pairs each new place with at most one gone item, and each gone item with at most one place. If several items match,
 * takes the one with the oldest id. Sorts `gone`. */
void settle_moves(struct gone *gone, size_t gone_count, struct fresh *fresh, size_t fresh_count);

/* False for a file that was just saved: a program that saves a file again makes it just before, so no item had it. */
bool settle_is_old(const struct fresh *fresh);

/* True if the file, whose inode, size and mtime are those of `was`, is certainly that file. Copies of files on another
 * disk may have equal sizes and times, and any inode numbers. */
bool settle_is_proven(const struct fresh *fresh, const struct trace *was);

enum verdict { VERDICT_MARK, VERDICT_ASK, VERDICT_LOST };

enum { SETTLE_FEW = 10 }; /* even in a small library, a scan marks up to this number of files without a question */

/* Returns what the scan must do if `missing` of `of` items have vanished since the last scan. */
enum verdict settle_verdict(uint64_t missing, uint64_t of, bool accept_missing);

#endif
