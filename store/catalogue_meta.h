/* catalogue_meta.h: the names of the rows of DB_META beside the version. */
#ifndef LOOPHOLE_STORE_CATALOGUE_META_H
#define LOOPHOLE_STORE_CATALOGUE_META_H

#define META_CATALOGUE "catalogue" /* 16 bytes: drawn when the store is made, and by restore */
#define META_UNDO                                                                                                      \
    "undo"                     /* number of the newest step that is not taken back, number of the newest: 8 bytes
                                      each, big-endian; then a scope's id, for the others */
#define META_ANSWERS "answers" /* bytes of all answers, and of the quiet ones: 8 bytes each, big-endian */
#define META_STAY                                                                                                      \
    "stay " /* then an item's id and a hash of a place: a person said that the item is not there (kept_places.h) */
#define META_PACK "pack " /* then a folder's id and a pack: items below it with this pack get that of their place */

/* Then a folder's id and a file's name, or an item's id: the revision (8 bytes, big-endian) of a change that a scan may
 * not know yet. */
#define META_OVERTAKEN "overtaken "

#endif
