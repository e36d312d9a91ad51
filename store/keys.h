/* keys.h: makes the keys of the databases. The bytes of a key are in the struct, which must outlive their use. Any
 * thread. */
#ifndef LOOPHOLE_STORE_KEYS_H
#define LOOPHOLE_STORE_KEYS_H

#include "common/id.h"

struct key {
    uint32_t len;
    uint8_t b[16 + 16 + 255]; /* the longest: volume, parent, name */
};

struct bytes key_bytes(const struct key *key);

/* Appends bytes; those beyond the room of a key are cut off. */
void key_add(struct key *key, const void *bytes, uint32_t len);

struct key key_id(struct id id);
struct key key_number(uint64_t number);                    /* big-endian: the order of keys is that of numbers */
struct key key_name(const char *name);                     /* of a row of DB_META */
struct key key_place(struct id folder, struct bytes file); /* cut at 255 bytes, which the schema enforces */
struct key key_folder_name(struct id volume, struct id parent, struct bytes name);
struct key key_identity(struct text identity);
struct key key_subject(struct bytes content); /* 16 bytes of content as a subject of facts, …; otherwise an empty key */
struct key key_content(struct bytes content, struct id media);
struct key key_artefact(struct bytes content, struct text type, struct text parameters);
struct key key_quiet(int64_t at, struct id request);
struct key key_forgotten(struct id media);              /* of a row of DB_META */
struct key key_part(struct id request, uint64_t first); /* a part of a request, by its first operation */
struct key key_query(struct text name, int64_t at);     /* a saved query by its name; without a name, a recent one */

/* A track of any length has its digest in the key; one without a name has nothing there. */
struct key key_use(struct id context, struct id media, struct text role, struct text section, struct text track);
struct key key_used_in(struct id media, struct id context);

/* Read an id or a number from a key or a value; zero if there are fewer than 16 (8) bytes after `offset`. */
struct id key_id_at(struct bytes key, uint32_t offset);
uint64_t key_number_at(struct bytes key, uint32_t offset);

/* Returns type and parameters of an artefact's key; they point into it. False: malformed. */
bool key_artefact_parts(struct bytes key, struct text *type, struct text *parameters);

/* ---- the names of the rows of DB_META besides the version ---- */

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
/* Then the id of a folder: a record `forgetting`, which describes what is being done with the items below it. */
#define META_FORGETTING "forgetting "
/* Then a folder's id: the record `library` of a library or tree that was removed with settings of a person. */
#define META_REMOVED "removed "
/* Then a folder's id and a pack: items below it with this pack get that of their place. Without a pack: they become
 * missing or present, as the value (a number of item_state) says. */
#define META_PACK "pack "

/* Then a folder's id and a file's name, or an item's id: the revision (8 bytes, big-endian) of a change that a scan may
 * have missed. */
#define META_OVERTAKEN "overtaken "

/* Then a folder's id and a hash of a line of the settings: a record `exclusion` (exclusions.h). */
#define META_EXCLUDED "excluded "

#define META_COMMUNITY "community" /* a record exchange_state: the exchange with the community's server */
#define META_TEAM      "team"      /* a record team_state */
#define META_TEAM_CONTEXT                                                                                              \
    "team_context " /* then the id of a context: its uses are those that a member of the team said */

#endif
