/* mounts.h: all mounts of this machine, and what the last look at each found. The loop's thread.
 *
 *   state         meaning                                             next look
 *   new           it was mounted, and no look has ended yet           at once
 *   here          its file system answers                             every 3 s while it is in use
 *   dead          a call failed: ENOTCONN, ESTALE, EIO, ENODEV, …     after 3 s, then each time later, up to a minute
 *   hung          it did not answer in time, or the mount above it    as dead
 *                 did not */
#ifndef LOOPHOLE_AVAILABILITY_MOUNTS_H
#define LOOPHOLE_AVAILABILITY_MOUNTS_H

#include "common/arena.h"
#include "common/id.h"
#include "common/text.h"
#include "services/availability/mounts/looks.h"

enum mount_state { MOUNT_NEW, MOUNT_HERE, MOUNT_DEAD, MOUNT_HUNG };

struct mount {
    struct mount_line line;
    uint64_t number; /* never used again */
    enum mount_state state;
    int error; /* dead: the errno */
    int mark_error;
    bool is_marking;           /* the look in progress writes a marker first */
    struct volume_found found; /* here */
    struct id volume;          /* its volume at the last look; zero: none. A lost marker does not change it */
    usec_t parted;             /* steady: a person gave it a new marker, so it is no volume of before; 0: none did */
    bool is_announced;         /* its event was sent */
    bool is_used;              /* a volume of the catalogue, or a question, needs it */
    bool is_pulled;            /* its device was removed */
    bool is_covered;           /* another mount hides it: nothing looks at it before the table changes */
    bool is_looked_at;
    usec_t began, looked; /* steady: begin of the look in progress, and of the last one that ended */
    usec_t next;          /* steady: the next look; 0: none */
    uint32_t failures;
};

struct mounts {
    uint32_t count;
    struct mount *at; /* in the order of the mount table */
    uint32_t bad;     /* of them dead or hung */
    uint64_t numbers;
    usec_t read_at;   /* steady: when the last reading of the table began */
    uint64_t changes; /* grows when a mount comes, goes or is covered, and when the result of a look changes */
    uint32_t left_count, left_room;
    char **left; /* places of mounts that are gone; mounts_take_left takes them */
    struct looks looks;
};

enum err mounts_open(struct mounts *mounts, struct fault *fault); /* errors: io */
void mounts_close(struct mounts *mounts);

/* Reads the mount table and compares all of it. Errors: io, too_large. */
enum err mounts_read(struct mounts *mounts, struct fault *fault);

/* Takes the place of a mount that is gone since; the caller frees it. NULL: there is none. */
char *mounts_take_left(struct mounts *mounts);

/* Takes the results of looks, abandons late looks, and begins those that are due. */
void mounts_turn(struct mounts *mounts);

/* The mount that an absolute path lies on; NULL: none is known yet. */
struct mount *mounts_covering(const struct mounts *mounts, struct bytes path);

/* A number that changes when a mount on the path, or below it, is exchanged. */
uint64_t mounts_seen(const struct mounts *mounts, struct bytes path);

void mounts_look_now(struct mount *mount); /* its next look is due now, unless it is special or / */

/* Notes that a device was removed, or is back. The mounts of a removed device are dead, even if parts of them can
 * still be read. */
struct device_event;
void mounts_note_removal(struct mounts *mounts, const struct device_event *removal);

/* Writes the marker at the next look, which begins at once. A mount that does not answer becomes hung instead. False:
 * there is no process for it. */
bool mounts_mark(struct mounts *mounts, struct mount *mount, const char *word, bool replace);

/* Why it is dead or hung, as a sentence in the arena. */
struct text mounts_why(const struct mount *mount, struct arena *arena);
uint32_t mounts_hung(const struct mounts *mounts);

#endif
