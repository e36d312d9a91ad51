/* record.h: from the catalogue's records to an entry of the index. One thread. */
#ifndef LOOPHOLE_SEARCH_RECORD_H
#define LOOPHOLE_SEARCH_RECORD_H

#include "services/search/index/entry.h"
#include "store/catalogue.h"

/* The words of a folder and those above it, up to the library: kept for the next item, which mostly lies beside
 * it. */
struct record_folder {
    struct id folder; /* zero: none */
    struct id volume;
    uint32_t len;
    char words[4096]; /* the names, each with a "/" after it */
};

/* Forgets the folder: within another transaction it may have another name. */
void record_begin(struct record_folder *kept);

/* Fills `entry`, whose texts are in `arena`, from the item's records in `txn`. Errors: not_found, internal,
 * full. */
enum err record_read(struct txn *txn, struct arena *arena, struct id id, struct record_folder *kept,
                     struct entry *entry);

/* The 64 numbers of an embedding in the order of their blocks; what is absent is 0. */
void record_vector(const struct embedding *embedding, float to[ENTRY_VECTOR]);

#endif
