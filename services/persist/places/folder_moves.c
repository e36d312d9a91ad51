#include "services/persist/places/folder_moves.h"

#include "services/persist/edit/undo_stack.h"
#include "services/persist/places/folders.h"
#include "services/persist/places/kept_places.h"
#include "services/persist/places/places_lookup.h"
#include "services/persist/places/repack.h"
#include "store/catalogue.h"

static struct folder_place place_of(const struct folder *folder)
{
    return (struct folder_place){
        .id = folder->id, .volume = folder->volume, .parent = folder->parent, .name = folder->name
    };
}

static enum err push_move(struct persist *p, const struct folder *was, const struct folder *now)
{
    const struct undo_step row = {
        .before = { .id = was->id },
        .after = { .id = was->id },
        .has_folder_back = true,
        .folder_back = place_of(was),
        .has_folder_again = true,
        .folder_again = place_of(now),
    };

    return undo_push(p, undo_moves, &row);
}

/* The mount's own folder counts as none. */
static enum err find_parent(struct persist *p, struct id *parent, struct fault *fault)
{
    struct folder around;
    enum err e = id_is_zero(*parent) ? ERR_OK : places_find_folder(p, *parent, &around, fault);

    if (e == ERR_OK && !id_is_zero(*parent) && id_is_zero(around.parent) && around.name.len == 0)
        *parent = (struct id){ { 0 } };
    return e;
}

/* What cannot be found is ok here: folders_move refuses it. */
static enum err check_kept(struct persist *p, const struct persist_move_folder *ask, const struct folder *was,
                           struct fault *fault)
{
    struct folder_place place = { .id = ask->id, .volume = was->volume, .parent = ask->parent, .name = ask->name };
    struct fault unused = { 0 };

    if (find_parent(p, &place.parent, &unused) != ERR_OK)
        return ERR_OK;
    return kept_places_check_folder(p, &place, fault);
}

enum err folder_moves_follow(struct persist *p, const struct persist_move_folder *ask, struct done *done,
                             struct fault *fault)
{
    struct folder was = { 0 }, now;
    struct fault unused = { 0 };
    enum err e = ERR_OK;

    if (places_find_folder(p, ask->id, &was, &unused) == ERR_OK)
        e = check_kept(p, ask, &was, fault);
    if (e == ERR_OK)
        e = folders_move(p, ask->id, ask->parent, ask->name, done, fault);
    if (e == ERR_OK)
        e = places_find_folder(p, ask->id, &now, fault);
    if (e != ERR_OK || (id_equal(now.parent, was.parent) && bytes_equal(now.name, was.name)))
        return e;
    return push_move(p, &was, &now);
}

/* ---- undone ---- */

/* For the undo stack only a missing folder is `not_found`. */
static enum err move_to(struct persist *p, const struct folder_place *place, struct done *done, struct fault *fault)
{
    struct folder folder;
    enum err e = places_find_folder(p, place->id, &folder, fault);

    if (e != ERR_OK)
        return e;
    if (!id_is_zero(place->parent))
        e = places_find_folder(p, place->parent, &folder, fault);
    if (e == ERR_NOT_FOUND)
        return fault_set(fault, ERR_CONFLICT, "the folder around its place is no longer in the catalogue");
    if (e == ERR_OK)
        e = folders_move(p, place->id, place->parent, place->name, done, fault);
    return e == ERR_EXISTS ? fault_set(fault, ERR_CONFLICT, "another folder has that place") : e;
}

enum err folder_moves_take(struct persist *p, const struct undo_step *row, bool back, struct done *done,
                           struct fault *fault)
{
    enum err e = move_to(p, back ? &row->folder_back : &row->folder_again, done, fault);

    if (e == ERR_OK)
        e = kept_places_note_folder(p, &row->folder_again, back);
    if (e == ERR_OK)
        e = repack_begin_presence(p, row->before.id, back ? ITEM_STATE_MISSING : ITEM_STATE_LOCAL);
    return e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_CONFLICT ? e
                                                                  : fault_set(fault, e, "the folder cannot be moved");
}
