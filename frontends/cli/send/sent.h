/* sent.h: the list of the files that earlier sends put into a folder. It is the file .loophole-sent in that folder,
 * with a line for each file: a key, the size and the name. The key is a hash of everything that determines the file. A
 * send writes the line before it gives the file its name, so a file without a line is foreign. A line without a file
 * has no effect. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SEND_SENT_H
#define LOOPHOLE_FRONTENDS_CLI_SEND_SENT_H

#include "common/buffer.h"
#include "common/err.h"
#include "common/hash.h"
#include "common/naming/safe_names.h"

#define SENT_FILE     ".loophole-sent"
#define SENT_PART_END ".part"

enum { SENT_PART_SIZE = 40 };

struct sent_name {
    char key[33];
    const char *name;
};

struct sent {
    int folder, fd;            /* the folder, and the locked list in it; -1: not open */
    bool is_locked;            /* false: the file system has no locks */
    char part[SENT_PART_SIZE]; /* the name of the unfinished file; without locks, no other send uses it */
    struct safe_names names;   /* the names that the folder contains */
    struct buffer text;
    struct sent_name *rows; /* lines whose files exist, by key */
    size_t count, room;
};

/* Opens the folder, which must exist, locks its list, and removes the unfinished files of killed sends. Without locks,
 * removes those that no send has written to for an hour. Errors: busy (another send uses the folder), io, denied,
 * not_found. */
enum err sent_open(struct sent *sent, const char *folder, struct fault *fault);
void sent_close(struct sent *sent);

/* The name of the file with that key; NULL: there is none. */
const char *sent_find(const struct sent *sent, struct hash key);

/* Adds the line of a file. Call it before the file gets its name. Errors: full, io, denied. */
enum err sent_note(struct sent *sent, struct hash key, uint64_t size, const char *name, struct fault *fault);

#endif
