/* document.h: a project as one JSON document, as project.json has it, and back. One thread for each transaction and
 * arena.
 *
 *   { "schema_version": "1.0", "revision": 3, "project": {id name bpm …}, "tracks": [{id …}], "sections": […],
 *     "clips": […], "mixer": […], "pads": […], "sound": […], "patterns": […], "kits": […], "presets": […],
 *     "items": [{id content name storage …}] }
 *
 * and "revision_name", if the save has a name.
 *
 * Unknown keys of the document lie in the project's key `file_keys`; there, `project` is what the file's project has as
 * `file_keys` itself. All memory is in the arena, without a limit. */
#ifndef LOOPHOLE_PROJECT_DOCUMENT_H
#define LOOPHOLE_PROJECT_DOCUMENT_H

#include "common/hash.h"
#include "services/project/parts/listed_items.h"
#include "services/project/parts/parts.h"
#include "services/project/parts/uses.h"

#define DOCUMENT_FILE_KEYS "file_keys"

/* Sets the project's own key of that name in its body; a null removes it. The unknown keys of the document stay. */
void document_set_own_file_keys(struct tree *body, struct arena *arena, const struct tree *own);

enum { DOCUMENT_LISTS = 10 };
extern const int32_t document_lists[DOCUMENT_LISTS]; /* the kinds of parts that it lists */

/* The document of a project without items and revision; its hash in hex says whether two states are equal. */
void document_make(struct arena *arena, const struct element *project, const struct element_list *parts,
                   struct tree *to);
struct text document_hash(const struct tree *document, struct arena *arena);

/* Adds the catalogue's data of each item in use. Data of items that the catalogue lacks comes from the project's
 * parts of kind item and from its last save. A take that is not final is not an item of a save; a draft has it, with
 * its `lifecycle`. */
void document_add_items(struct txn *txn, struct arena *arena, const struct element_list *parts, const struct tree *last,
                        bool is_draft, struct tree *document);

/* The same in steps, for a caller that reads the catalogue in several turns. `one` becomes the entry of an item in use;
 * false: a save has none of it. Its texts point into the map. document_put_items sorts `list`, the entries of `uses`.
 */
bool document_item(struct txn *txn, struct arena *arena, const struct element_list *parts,
                   const struct listed_items *saved, struct id id, bool is_draft, struct tree *one);
void document_put_items(struct arena *arena, const struct element_list *parts, const struct item_uses *uses,
                        struct tree list, struct tree *document);

/* True if an item has a key of another program: the catalogue does not keep it. */
bool document_item_has_more(const struct tree *item);

struct text document_file(const struct tree *document, struct arena *arena); /* the text of project.json */

#endif
