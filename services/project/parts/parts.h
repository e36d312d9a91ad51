/* parts.h: finds projects and reads their parts, in a transaction. Strings point into the map or the arena, which has
 * no limit. Errors: those of the store. One thread for each transaction and arena. */
#ifndef LOOPHOLE_PROJECT_PARTS_H
#define LOOPHOLE_PROJECT_PARTS_H

#include "proto/wire/tree.h"
#include "schema_project.h"
#include "store/elements.h"

/* Parts of a project, with the kept data of its items; bytes of a save; saves. */
enum { PARTS_MOST = 16000, SAVE_BYTES = 3 << 20, SAVES_KEPT = 64 };

struct choice parts_kind(int32_t kind); /* an enum element_kind as the value of a field */

/* Finds a project by its id or name. Errors (explained): not_found, also if it is not complete. */
enum err parts_find(struct txn *txn, struct arena *arena, struct text named, struct element *to, struct fault *fault);
enum err parts_get(struct txn *txn, struct arena *arena, struct id project, struct element *to);
struct id parts_next_project(struct txn *txn, struct arena *arena, struct id after); /* by id; zero: there is none */

/* Returns all other parts of a project, in the order of their ids, and one of them. Errors (explained): not_found. */
enum err parts_all(struct txn *txn, struct arena *arena, struct id project, struct element_list *to);
const struct element *parts_in(const struct element_list *all, struct id id); /* NULL: it is not one of them */
enum err parts_one(struct txn *txn, struct arena *arena, struct id project, struct id id, struct element *to,
                   struct fault *fault);

/* True if the note `copy` of a part names a file in Media, which begins with PARTS_MEDIA: not ../kick.wav, but
 * kick..wav. */
#define PARTS_MEDIA "Media/"
bool parts_is_copy(struct text copy);

/* Reads where a project is: `folder`, and `saved`, the number of its last save. An empty object if it is unknown. */
void parts_place(struct txn *txn, struct arena *arena, struct id project, struct tree *to);

/* The saves of a project. */
struct parts_save {
    uint64_t number; /* 0: there is none */
    struct element element;
    struct tree body; /* number, at, content, file, document */
};
enum err parts_last_save(struct txn *txn, struct arena *arena, struct id project, struct parts_save *to);
enum err parts_save_of(struct txn *txn, struct arena *arena, struct id project, uint64_t number, struct parts_save *to);

/* True if the project.json of that save has this digest. Of another save nothing but its bytes is looked at. */
bool parts_save_is(struct txn *txn, struct arena *arena, struct id project, uint64_t number, struct text digest);
struct id parts_save_id(struct id project, uint64_t number);

/* Notes a save in a place: `saved`, and in `saves` its number, time and name, for the newest SAVES_KEPT. */
void parts_note_save(struct tree *place, struct arena *arena, uint64_t number, struct text name);

#endif
