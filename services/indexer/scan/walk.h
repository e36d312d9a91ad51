/* walk.h: reads one directory: its media files with their traces, and its folders. It touches the file system, so call
 * it in an errand only. It calls stat once for each media file, if the file system reports types. It opens files
 * without an extension, but not in a cloud.
 *
 * It lists symbolic links to folders, and does not follow them, so there are no loops and no folder is seen twice. A
 * link to a regular file counts as a file if the rules let it lead there: into its own library, into the folder of
 * another library, or anywhere. FIFOs, sockets and devices are ignored and never opened. */
#ifndef LOOPHOLE_INDEXER_WALK_H
#define LOOPHOLE_INDEXER_WALK_H

#include "common/process/errand.h"
#include "services/indexer/base/naming.h"
#include "services/indexer/scan/settle.h"

struct folder_entry {
    struct bytes name; /* followed by a zero byte */
    enum kind kind;
    bool unsure;         /* it exists, but its trace cannot be read */
    bool is_placeholder; /* its file on the disk has another name (naming_real) */
    bool is_online_only; /* its content is in a cloud: it is never opened */
    bool is_counted;     /* a folder that may be a file, and is in folder_listing.failed already */
    struct trace trace;
};

struct entry_list {
    uint32_t count;
    struct folder_entry *at;
};

struct folder_listing {
    struct entry_list files;    /* media, sorted by name */
    struct entry_list folders;  /* sorted by name */
    struct entry_list links;    /* to folders */
    struct entry_list sessions; /* session files of other programs (session_file.h) */
    uint64_t failed;   /* files whose traces cannot be read, other than for lack of permission or behind a link */
    uint64_t too_long; /* media files and folders that are ignored, because their path has PATH_MAX bytes or more */
    struct bytes too_long_first; /* the name of one of them */
    uint64_t led_out;            /* links with the name of a media file that are ignored, because of where they lead */
    struct bytes led_out_first;  /* the name of one of them */
};

/* Reads `path`. `below` is its path below the library, "" for the library itself. `is_cloud`: it lies in a cloud
 * (cloud_file.h). `to` lies in the arena. Errors:
 * not_found, denied, io, full; timeout when the errand must end. */
enum err walk_read(struct errand *errand, const char *path, const char *below, const struct naming_rules *rules,
                   bool is_cloud, struct arena *arena, struct folder_listing *to, struct fault *fault);

bool walk_is_gone(const char *path); /* certainly: an error of the file system proves nothing */

usec_t walk_born(const char *path); /* when the file was made; 0: unknown */

uint64_t walk_inode(const char *path); /* of a file without other hard links; 0: there is none, or it is unknown */

/* False if a folder on the path from `top`, which contains it, certainly lists no such name. */
bool walk_lists(const char *top, const char *path);

/* "FOLDER/NAME", or "NAME" if the folder is "". */
const char *walk_join(struct arena *arena, const char *folder, const char *name);

#endif
