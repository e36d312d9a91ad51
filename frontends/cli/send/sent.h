/* sent.h: what earlier sends put into a folder: the file .loophole-sent in it, a line for each file: a key, its size
 * and its name. The key is the hash of all that the file was made of. A line is written before its file gets its name,
 * so a file without a line is a foreign one; a line without its file counts for nothing. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SEND_SENT_H
#define LOOPHOLE_FRONTENDS_CLI_SEND_SENT_H

#include "common/buffer.h"
#include "common/err.h"
#include "common/hash.h"
#include "common/safe_names.h"

#define SENT_FILE     ".loophole-sent"
#define SENT_PART_END ".part"

enum { SENT_PART_SIZE = 40 };

struct sent_name {
    char key[33];
    const char *name;
};

struct sent {
    int folder, fd;            /* the folder, and its list, which is locked; -1 */
    bool is_locked;            /* false: the file system has no locks */
    char part[SENT_PART_SIZE]; /* the name of a file that is being written; without locks no other send has it */
    struct safe_names names;   /* that are taken in the folder */
    struct buffer text;
    struct sent_name *rows; /* of files that are there, by key */
    size_t count, room;
};

/* Opens the folder, which must exist, locks its list, and removes parts that a kill left. Without locks these are parts
 * to which nothing was written for an hour. Errors: busy (another send works in it), io, denied,
 * not_found. */
enum err sent_open(struct sent *sent, const char *folder, struct fault *fault);
void sent_close(struct sent *sent);

/* The name of the file with that key; NULL: there is none. */
const char *sent_find(const struct sent *sent, struct hash key);

/* Notes a file that is about to get its name. Errors: full, io, denied. */
enum err sent_note(struct sent *sent, struct hash key, uint64_t size, const char *name, struct fault *fault);

#endif
