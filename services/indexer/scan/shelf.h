/* shelf.h: the libraries as the indexer has them in memory, and what each of them waits for. The loop's. */
#ifndef LOOPHOLE_INDEXER_SHELF_H
#define LOOPHOLE_INDEXER_SHELF_H

#include "services/indexer/scan/scan.h"

/* What a library is to be looked at for. Zeroed: nothing. */
struct wish {
    bool whole;
    bool accept_missing;
    bool retry_failed;
    uint32_t count, room;
    struct scan_target *targets; /* when not whole; owned, and their paths too */
};

struct shelf {
    struct shelf *next;
    struct library library; /* its record */
    struct arena arena;     /* of the record */
    struct wish wish;
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
struct shelf *shelf_put(struct shelf **shelves, const struct library *library);
void shelf_remove(struct shelf **shelves, struct shelf *shelf);
void shelf_free_all(struct shelf **shelves);

struct shelf *shelf_of(struct shelf *shelves, struct id library);

/* The library that is `path` or contains it; NULL. `below` gets the path below it, "" for itself. */
struct shelf *shelf_at(struct shelf *shelves, struct bytes path, const char **below, char copy[PATH_MAX]);

/* Adds to what it waits for. A great many single folders become the whole library. */
void shelf_wish_whole(struct shelf *shelf);
void shelf_wish_folder(struct shelf *shelf, const char *below, bool deep);
bool shelf_wishes(const struct shelf *shelf);
void shelf_wish_granted(struct shelf *shelf); /* it waits for nothing any more */

#endif
