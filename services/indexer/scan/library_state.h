/* library_state.h: the libraries as the indexer has them in memory, and what each of them waits for. The loop's. */
#ifndef LOOPHOLE_INDEXER_LIBRARY_STATE_H
#define LOOPHOLE_INDEXER_LIBRARY_STATE_H

#include "services/indexer/scan/scan.h"

/* The scan that a library is to have. Zeroed: none. */
struct scan_wanted {
    bool whole;
    bool accept_missing;
    bool retry_failed;
    uint32_t count, room;
    struct scan_target *targets; /* when not whole; owned, and their paths too */
};

struct library_state {
    struct library_state *next;
    struct library library; /* its record */
    struct arena arena;     /* of the record */
    struct scan_wanted wanted;
    struct ticket removal;            /* of the ask that removes it */
    struct sender remover;            /* that ask */
    struct scan *scan;                /* under way */
    uint64_t seen;                    /* media files, by the whole scan under way */
    bool unwatched;                   /* some folders could not be watched: it is looked at now and then */
    bool hung;                        /* its file system did not answer */
    bool asked_removal;               /* of persist */
    bool removing;                    /* once no scan is under way; nothing else is done with it */
    uint64_t asked_missing, asked_of; /* the open question (question.h); 0: none */
    bool asked_lost;
    usec_t look_at; /* when to look by itself; 0: never */
};

/* Adds, or changes the record of one that is there. NULL: no memory. */
struct library_state *library_state_put(struct library_state **libraries, const struct library *library);
void library_state_remove(struct library_state **libraries, struct library_state *lib);
void library_state_free_all(struct library_state **libraries);

struct library_state *library_state_of(struct library_state *libraries, struct id library);

/* The library that is `path` or contains it; NULL. `below` gets the path below it, "" for itself. */
struct library_state *library_state_at(struct library_state *libraries, struct bytes path, const char **below,
                                       char copy[PATH_MAX]);

/* Adds to what it waits for. A great many single folders become the whole library. */
void library_state_want_all(struct library_state *lib);
void library_state_want_folder(struct library_state *lib, const char *below, bool deep);
bool library_state_wants_scan(const struct library_state *lib);
void library_state_scan_begins(struct library_state *lib); /* it waits for nothing any more */

#endif
