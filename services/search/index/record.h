/* record.h: converts the catalogue's records to an entry of the index. One thread. */
#ifndef LOOPHOLE_SEARCH_RECORD_H
#define LOOPHOLE_SEARCH_RECORD_H

#include "services/search/index/entry.h"
#include "store/catalogue.h"

/* The words of a folder and its parents, up to the library, kept because the next item is mostly in the same folder. */
struct record_folder {
    struct id folder;          /* zero: none */
    struct id volume, library; /* library zero: none */
    uint32_t len;
    char words[4096]; /* the names, each followed by "/" */
};

/* Forgets the folder, whose name may differ in another transaction. */
void record_begin(struct record_folder *kept);

/* Fills `entry` from the item's records in `txn`; its texts are in `arena`. Errors: not_found, internal, full. */
enum err record_read(struct txn *txn, struct arena *arena, struct id id, struct record_folder *kept,
                     struct entry *entry);

/* Writes the 64 numbers of an embedding in the order of the blocks; missing ones are 0. */
void record_vector(const struct embedding *embedding, float to[ENTRY_VECTOR]);

#endif
