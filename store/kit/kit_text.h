/* kit_text.h: a kit as a text that means the same on each engine of a team: one line of canonical JSON with its name,
 * family, tags, author, licence, key, seed and slots. A slot has its values, and its sounds by content; a layer with a
 * preset has no content. Nothing else is in the text: no ids of items, and nothing of how the kit was made here.
 * Strings point into the map or the arena, which has no limit. The owner of the transaction. */
#ifndef LOOPHOLE_STORE_KIT_TEXT_H
#define LOOPHOLE_STORE_KIT_TEXT_H

#include "store/kit/kit_body.h"
#include "store/store.h"

enum { KIT_TEXT_MOST = 29184 /* bytes: a statement has room for it and for what its member knew */ };

/* A name that the kit has here because its own one was taken; empty: none. */
struct kit_alias {
    struct text name, of;
};

/* Writes the kit of a part, with its own name. `to` stays empty if a sound has no content, or the kit cannot be read.
 * Errors (explained, for a person): not_found (a sound has no content yet), denied (a sound lies in an excluded
 * folder), too_large (KIT_TEXT_MOST), bad_request. */
enum err kit_text_write(struct txn *txn, struct arena *arena, const struct element *part, const struct kit_alias *alias,
                        struct text *to, struct fault *fault);

/* Reads a text of another engine, which is untrusted. Keys that this version does not know are left out. A sound is the
 * item here with its content; without one it has an id that follows from the content. Errors (explained): bad_request,
 * too_large. */
enum err kit_text_read(struct txn *txn, struct arena *arena, struct text from, struct kit *to, struct fault *fault);

/* The body of the kit. Slots of `was`, the body here ("": none), whose sounds stay keep what is of this engine only:
 * the lock, the neighbours of a swap, and why the sounds were chosen. */
struct text kit_text_body(struct txn *txn, struct arena *arena, struct kit *kit, struct text was);

/* True if a sound of the text lies in an excluded folder here, or if that is unknown. `paths`:
 * community_excluded_paths. */
bool kit_text_is_excluded(struct txn *txn, struct arena *arena, const struct bytes_list *paths, struct text text);

/* For people: the name in a text or a body, and the name and the number of slots; empty: it has none. */
struct text kit_text_name(struct arena *arena, struct text text);
struct text kit_text_words(struct arena *arena, struct text text);

#endif
