/* library_state.h: the indexer's state of each library, and the scan that it waits for. The loop's thread. */
#ifndef LOOPHOLE_INDEXER_LIBRARY_STATE_H
#define LOOPHOLE_INDEXER_LIBRARY_STATE_H

#include "services/indexer/scan/scan.h"

struct scan_targets {
    uint32_t count, room;
    struct scan_target *at; /* owned, with their paths */
};

/* The next scans of a library. A zeroed struct: none. */
struct scan_wanted {
    bool whole;
    bool accept_missing; /* in the whole library */
    bool retry_failed;
    bool full;                /* every file is read again */
    struct scan_targets some; /* if not whole */
    struct scan_targets
        accepted; /* in which a person accepts missing files; they have a scan of their own, the first */
};

struct library_state {
    struct library_state *next;
    struct library library; /* its record in the catalogue */
    struct arena arena;     /* for the record */
    struct scan_wanted wanted;
    struct ticket removal;            /* for the ask that removes it */
    struct sender remover;            /* that ask */
    struct scan *scan;                /* in progress */
    bool cancelled;                   /* a person cancelled it, or the one before */
    uint64_t seen;                    /* media files that the whole scan in progress has seen */
    uint64_t volume_mark;             /* of its volume's row at the last look; 0: none */
    bool unwatched;                   /* some folders could not be watched: it is scanned regularly */
    bool hung;                        /* its file system did not answer */
    bool asked_removal;               /* persist was asked to remove it */
    bool asked_again;                 /* a person adds a library at its path while it is being removed … */
    bool added_again;                 /* … and it was this library, not that of another disk */
    bool removing;                    /* it is removed after the scan in progress; nothing else happens with it */
    bool is_removed;                  /* by persist; its removal ends when it is known whether it was added again */
    uint64_t asked_missing, asked_of; /* the open question (question.h); 0: none */
    bool asked_lost;
    uint64_t unread; /* files and folders that the last scan could not read; 0 after a whole scan that read all */
    usec_t look_at;  /* when to scan all of it without a reason, steady clock; 0: never */
};

/* Adds the library, or updates its record, and copies it. */
struct library_state *library_state_put(struct library_state **libraries, const struct library *library);
/* True if both pass over the same names. */
bool library_state_same_rules(const struct library *a, const struct library *b);

/* Copies the rules; `library` borrows them from the row. */
void library_state_take_rules(struct library *library, const struct library *row);
void library_state_remove(struct library_state **libraries, struct library_state *lib);
void library_state_free_all(struct library_state **libraries);

/* NULL: the library is unknown. */
struct library_state *library_state_of(struct library_state *libraries, struct id library);

/* The innermost library that is `path` or contains it, but no tree that is away, and a library that is away only if
 * there is no other one. NULL: none. `below` points to the path below the library; "" for the library itself. */
struct library_state *library_state_at(struct library_state *libraries, struct bytes path, const char **below,
                                       char copy[PATH_MAX]);

/* The part of `path` below the library, also inside its trees; NULL: it lies elsewhere. */
const char *library_state_below(const struct library_state *lib, const char *path);

/* True for a tree that lies in the library. */
bool library_state_is_in(const struct library_state *tree, const struct library_state *lib);

/* Add to the wanted scan. Too many single folders become the whole library. */
void library_state_want_all(struct library_state *lib);
void library_state_want_folder(struct library_state *lib, const char *below, bool deep);
/* The same, and a person accepts that files are missing there: the answer counts for no other folder. */
void library_state_want_accepted(struct library_state *lib, const char *below, bool deep);
bool library_state_wants_scan(const struct library_state *lib);
/* Scans the whole library after `wait` at the latest; scans of some folders before that do not change the time. */
void library_state_look_within(struct library_state *lib, usec_t wait);

/* What the next scan visits; NULL: the whole library. */
const struct scan_targets *library_state_next_targets(const struct library_state *lib);
void library_state_scan_begins(struct library_state *lib); /* that scan is no longer wanted */
void library_state_want_nothing(struct library_state *lib);

#endif
