/* slot_io.h: reads and writes the files of slots in a thread, under the lock of the folder that all engines share.
 * The folder may come from a stranger: no link leads out of it unless a person trusts it (common/beneath/beneath.h).
 * The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SLOT_IO_H
#define LOOPHOLE_PROJECT_SLOT_IO_H

#include "services/project/base/project.h"
#include "services/project/pattern/slot.h"

enum { SLOT_BACKUPS = 10, SLOT_LOCK_MS = 3000 };

/* A slot's file. */
struct slot_file {
    uint32_t number;
    char name[SLOT_NAME];  /* in the project's folder */
    bool removes;          /* of a write */
    struct buffer earlier; /* of a write: what the slot had; the backup if the file is a link that is not followed */
    struct buffer bytes;   /* read, or to be written */
    struct fault fault;    /* of a read; not_found: there is none */
    bool is_out;           /* of a read: it is a link out of the folder, which is not followed: fault not_found */
    char backup[NAME_MAX +
                1]; /* of a file that is not a pattern, or cannot be read: the newest backup that is one; or "" */
};

struct slot_io {
    struct errand errand;
    bool writes;
    bool needs_no_backup;  /* a read leaves `backup` empty */
    bool finds;            /* a read of all files that are there; `files` has them then */
    char folder[PATH_MAX]; /* of the project */
    uint32_t count;
    struct slot_file *files;
    struct in_hand *hand; /* of the service */
    struct fault fault;   /* of the lock, or of the first write that failed; the slots before it are written */
    struct project *p;
    void (*done)(void *owner, struct slot_io *io); /* with the files, unless `fault` is timeout */
    void *owner;
};

/* A file operation for `count` files, freed after `done`; the caller fills the files and then starts it. A write keeps
 * what was in the file as a backup, writes a temporary file, syncs it, renames it, and syncs the folder: start it with
 * slot_writes.h. */
struct slot_io *slot_io_new(struct text folder, uint32_t count, bool writes);
void slot_io_hurry(struct slot_io *io, usec_t deadline); /* before the start: the call that waits for it ends then */
void slot_io_start(struct project *p, struct slot_io *io, void (*done)(void *owner, struct slot_io *io), void *owner);

#endif
