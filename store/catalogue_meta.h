/* catalogue_meta.h: the names of the rows of DB_META besides the version. */
#ifndef LOOPHOLE_STORE_CATALOGUE_META_H
#define LOOPHOLE_STORE_CATALOGUE_META_H

#define META_CATALOGUE "catalogue" /* 16 bytes: a new one when the store is made, and by a restore */
/* Number of the newest step that is not undone, and number of the newest step: 8 bytes each, big-endian. For other
 * scopes the scope's id follows the name. */
#define META_UNDO    "undo"
#define META_ANSWERS "answers" /* bytes of all answers, and of those without changes: 8 bytes each, big-endian */
/* Then an item's id and a hash of a place: a person said that the item is not there (kept_places.h). */
#define META_STAY "stay "
/* Then a folder's id and a hash of a place: items below the folder do not follow their files to below that place. */
#define META_STAY_FOLDER "stay_folder "
#define META_FORGOTTEN   "forgotten " /* then the id of an item that a person forgot: its media record says when */
/* Then the id of a folder: a record `forgetting`, which says what is being done with the items below it. */
#define META_FORGETTING "forgetting "
/* Then a folder's id: the record `library` of a library or tree that was removed with settings of a person. */
#define META_REMOVED "removed "
/* Then a folder's id and a pack: items below it with this pack get that of their place. Without a pack: they become
 * missing or present, as the value (a number of item_state) says. */
#define META_PACK "pack "

/* Then a folder's id and a file's name, or an item's id: the revision (8 bytes, big-endian) of a change that a scan may
 * have missed. */
#define META_OVERTAKEN "overtaken "

#define META_COMMUNITY "community" /* a record exchange_state: the exchange with the community's server */

#endif
