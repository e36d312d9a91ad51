#include "services/persist/places/places.h"

#include "common/clock.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/places/kept_places.h"
#include "services/persist/places/merge.h"
#include "services/persist/places/overtaken.h"
#include "services/persist/places/pack.h"
#include "services/persist/places/places_lookup.h"
#include "services/persist/places/takes.h"
#include "services/persist/turn/turn.h"
#include "store/availability.h"
#include "store/catalogue_write.h"

static void set_availability(struct media *media, struct choice availability)
{
    enum item_state kept = availability_kept((enum item_state)availability.value);
    bool missing = kept == ITEM_STATE_MISSING;

    media->availability = availability.value ? (struct choice){ .value = (int32_t)kept } : availability;
    if (missing && !media->has_missing_since)
        media->missing_since = clock_now();
    media->has_missing_since = missing;
}

static enum err write_placed(struct persist *p, const struct media *was, struct media *now, struct outcome *outcome)
{
    now->revision = turn_next(p);
    enum err e = turn_wrote(p, catalogue_put_media(&p->w, was, now));

    outcome->revision = now->revision;
    outcome->id = now->id;
    return e == ERR_OK ? turn_log(p, CHANGE_KIND_MEDIA, now->id, false) : e;
}

/* ---- a file was seen ---- */

static bool is_another_file(const struct media *media, const struct place *place)
{
    bool inode = media->inode && place->inode && media->inode != place->inode;
    bool changed = media->has_changed && place->has_changed && media->changed != place->changed;

    return media->size != place->size || media->mtime != place->mtime || inode || changed ||
           (place->has_again && place->again);
}

static enum err make_item(struct persist *p, const struct place *place, struct outcome *outcome)
{
    struct media media = {
        .id = id_new(),
        .name = places_title(&p->arena, place->file),
        .kind = place->kind,
        .origin = { .value = ORIGIN_IMPORTED },
        .pack = place->pack,
        .lifecycle = { .value = LIFECYCLE_FINAL },
        .folder = place->folder,
        .file = place->file,
        .size = place->size,
        .mtime = place->mtime,
        .inode = place->inode,
        .has_changed = place->has_changed,
        .changed = place->changed,
        .analysis = { .value = ANALYSIS_STATE_WAITING },
        .added = clock_now(),
    };

    set_availability(&media, place->availability);
    outcome->created = outcome->stale = true;
    return write_placed(p, NULL, &media, outcome);
}

/* The file is now only in the cloud. The item keeps the facts of the file that was here; an item whose file never was
 * here has none. */
static enum err see_online_only(struct persist *p, const struct media *was, const struct place *place,
                                struct outcome *outcome)
{
    struct media now = *was;

    set_availability(&now, place->availability);
    if (was->analysis.value == ANALYSIS_STATE_WAITING && place->size > 0) {
        now.size = place->size;
        now.mtime = place->mtime;
        now.inode = place->inode;
        now.has_changed = place->has_changed;
        now.changed = place->changed;
    }
    if (choice_equal(now.availability, was->availability) && now.size == was->size)
        return ERR_OK;
    return write_placed(p, was, &now, outcome);
}

static enum err see_again(struct persist *p, const struct media *was, const struct place *place,
                          struct outcome *outcome)
{
    struct media now = *was;
    bool another = is_another_file(was, place);

    outcome->revision = was->revision;
    outcome->id = was->id;
    if (was->lifecycle.value != LIFECYCLE_FINAL) /* a take: its recorder reports when it ends */
        return ERR_OK;
    if (availability_kept((enum item_state)place->availability.value) == ITEM_STATE_ONLINE_ONLY)
        return see_online_only(p, was, place, outcome);

    if (another)
        now.analysis = (struct choice){ .value = ANALYSIS_STATE_WAITING };
    now.kind = place->kind;
    now.size = place->size;
    now.mtime = place->mtime;
    now.inode = place->inode ? place->inode : was->inode;
    now.has_changed = place->has_changed;
    now.changed = place->changed;
    set_availability(&now, place->availability);
    outcome->stale = now.analysis.value == ANALYSIS_STATE_WAITING;
    if (!another && now.inode == was->inode && now.has_changed == was->has_changed &&
        choice_equal(now.kind, was->kind) && choice_equal(now.availability, was->availability))
        return ERR_OK;
    return write_placed(p, was, &now, outcome);
}

static enum err see_new(struct persist *p, const struct place *place, struct outcome *outcome)
{
    struct key left = overtaken_place(place->folder, place->file);
    struct media take;

    if (takes_own(p, place->folder, place->file, &take))
        return see_again(p, &take, place, outcome);
    if (!overtaken_is(p, &left, place->has_as_of, place->as_of))
        return make_item(p, place, outcome);
    outcome->revision = p->head;
    return ERR_OK;
}

static enum err see_known(struct persist *p, struct id id, const struct place *place, struct outcome *outcome,
                          struct fault *fault)
{
    struct key changed = overtaken_item(id);
    struct media was;
    enum err e = places_find(p, id, &was, fault);

    if (e != ERR_OK || !overtaken_is(p, &changed, place->has_as_of, place->as_of))
        return e == ERR_OK ? see_again(p, &was, place, outcome) : e;
    outcome->revision = was.revision;
    outcome->id = id;
    return ERR_OK;
}

enum err places_put(struct persist *p, const struct place *place, struct outcome *outcome, struct fault *fault)
{
    struct id id;
    enum err e = places_check_name(place->file, "file", fault);

    if (e == ERR_OK)
        e = places_check_folder(p, place->folder, fault);
    if (e != ERR_OK)
        return e;
    e = catalogue_place(p->w.txn, &p->arena, place->folder, place->file, &id);
    if (e == ERR_NOT_FOUND)
        return see_new(p, place, outcome);
    return e == ERR_OK ? see_known(p, id, place, outcome, fault) : e;
}

/* ---- a file vanished or came back ---- */

/* True if the report is about an old place of the item: another scan has found the file at its new place meanwhile. */
static bool is_elsewhere(const struct media *media, const struct presence *presence)
{
    return presence->has_folder &&
           !(id_equal(media->folder, presence->folder) && bytes_equal(media->file, presence->file));
}

enum err places_presence(struct persist *p, const struct presence *presence, struct outcome *outcome,
                         struct fault *fault)
{
    struct key changed = overtaken_item(presence->id);
    struct media was, now;
    enum err e = places_find(p, presence->id, &was, fault);

    if (e != ERR_OK)
        return e;
    now = was;
    set_availability(&now, presence->availability);
    outcome->revision = was.revision;
    outcome->id = was.id;
    if (choice_equal(now.availability, was.availability) || is_elsewhere(&was, presence) ||
        overtaken_is(p, &changed, presence->has_as_of, presence->as_of))
        return ERR_OK;
    return write_placed(p, &was, &now, outcome);
}

/* ---- an item moved ---- */

/* Whether the folder is a library, or lies in one. */
static enum err is_in_library(struct persist *p, struct id id, bool *is)
{
    struct folder folder;
    enum err e = catalogue_folder(p->w.txn, &p->arena, id, &folder);

    *is = e == ERR_OK && folder.library;
    return e != ERR_OK || *is ? e : places_lie_in_library(p, &folder, is);
}

/* Restores an item that was forgotten with its library if its file is found in another library. If the item's own
 * library still exists, a person forgot the item itself, and it stays forgotten. */
static enum err remember_item(struct persist *p, const struct media *was, struct media *now)
{
    bool is_own = false, is_in = false;
    enum err e = was->has_forgotten ? is_in_library(p, was->folder, &is_own) : ERR_NOT_FOUND;

    if (e == ERR_OK)
        e = is_in_library(p, now->folder, &is_in);
    if (e == ERR_OK && !is_own && is_in)
        now->has_forgotten = false;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err move_item(struct persist *p, const struct media *was, const struct move *move, bool is_there,
                          struct outcome *outcome)
{
    struct media now = *was;

    now.folder = move->folder;
    now.file = move->file;
    if (text_equal(was->name, places_title(&p->arena, was->file)))
        now.name = places_title(&p->arena, move->file);
    if (!is_there || was->availability.value == ITEM_STATE_MISSING)
        set_availability(&now, (struct choice){ .value = is_there ? ITEM_STATE_LOCAL : ITEM_STATE_MISSING });
    enum err e = pack_follow(p, was, &now);
    if (e == ERR_OK && is_there)
        e = remember_item(p, was, &now);
    return e == ERR_OK ? write_placed(p, was, &now, outcome) : e;
}

/* Pushes the move on the undo stack: on the open step, or else on the scope of followed moves. */
static enum err push_move(struct persist *p, const struct media *was, const struct move *move)
{
    const struct undo_step row = {
        .before = { .id = was->id },
        .after = { .id = was->id },
        .has_back = true,
        .back = { .id = was->id, .folder = was->folder, .file = was->file },
        .has_again = true,
        .again = *move,
    };

    return undo_push(p, undo_moves, &row);
}

static enum err move_alone(struct persist *p, const struct media *was, const struct move *move, struct outcome *outcome)
{
    enum err e = move_item(p, was, move, true, outcome);

    return e == ERR_OK ? push_move(p, was, move) : e;
}

/* If the moved item is the one that stays, it takes the other's place, and the move is a step for undo. */
static enum err merge_into(struct persist *p, const struct media *was, const struct media *there,
                           const struct move *move, struct outcome *outcome, struct fault *fault)
{
    enum err e = merge_items(p, was, there, outcome, fault);

    return e == ERR_OK && id_equal(outcome->id, was->id) ? push_move(p, was, move) : e;
}

/* Reads the item of the move, and the item at its new place: `there` has a zero id if there is none. */
static enum err find_move(struct persist *p, const struct move *move, struct media *was, struct media *there,
                          struct fault *fault)
{
    struct id id;
    enum err e = places_check_name(move->file, "file", fault);

    *there = (struct media){ 0 };
    if (e == ERR_OK)
        e = places_find(p, move->id, was, fault);
    if (e == ERR_OK)
        e = places_check_folder(p, move->folder, fault);
    if (e != ERR_OK)
        return e;
    e = catalogue_place(p->w.txn, &p->arena, move->folder, move->file, &id);
    if (e == ERR_OK)
        return places_find(p, id, there, fault);
    return e == ERR_NOT_FOUND ? ERR_OK : fault_set(fault, e, "the place cannot be read");
}

enum err places_move(struct persist *p, const struct move *move, struct outcome *outcome, struct fault *fault)
{
    struct media was, there;
    enum err e = find_move(p, move, &was, &there, fault);

    if (e == ERR_OK)
        e = kept_places_check(p, &was, move, fault);
    if (e != ERR_OK)
        return e;
    outcome->revision = was.revision;
    outcome->id = was.id;
    if (id_is_zero(there.id))
        return move_alone(p, &was, move, outcome);
    return id_equal(there.id, was.id) ? ERR_OK : merge_into(p, &was, &there, move, outcome, fault);
}

static enum err refuse_taken(const struct media *there, enum err code, struct fault *fault)
{
    char id[ID_TEXT_SIZE];

    return fault_set(fault, code, "item %s has that place", id_write(there->id, id));
}

enum err places_relocate(struct persist *p, const struct move *move, struct done *done, struct fault *fault)
{
    struct media was, there;
    struct outcome outcome = { 0 };
    enum err e = find_move(p, move, &was, &there, fault);

    if (e != ERR_OK)
        return e;
    *done = (struct done){ .revision = was.revision, .id = was.id };
    if (id_equal(there.id, was.id))
        return ERR_OK;
    if (!id_is_zero(there.id))
        return refuse_taken(&there, ERR_EXISTS, fault);
    e = move_alone(p, &was, move, &outcome);
    done->revision = outcome.revision;
    return e;
}

/* For the undo stack only a missing item is `not_found`; whatever else is missing is a conflict. */
static enum err find_half(struct persist *p, const struct move *move, struct media *was, struct media *there,
                          struct fault *fault)
{
    enum err e = places_find(p, move->id, was, fault);

    if (e != ERR_OK)
        return e;
    e = find_move(p, move, was, there, fault);
    if (e == ERR_NOT_FOUND)
        return fault_set(fault, ERR_CONFLICT, "the folder of its place is no longer in the catalogue");
    if (e == ERR_OK && !id_is_zero(there->id) && !id_equal(there->id, was->id))
        return refuse_taken(there, ERR_CONFLICT, fault);
    return e;
}

enum err places_take_move(struct persist *p, const struct move *move, bool back, struct done *done, struct fault *fault)
{
    struct media was, there;
    struct outcome outcome = { 0 };
    enum err e = find_half(p, move, &was, &there, fault);

    if (e != ERR_OK)
        return e;
    e = move_item(p, &was, move, !back, &outcome);
    *done = (struct done){ .revision = outcome.revision, .id = outcome.id };
    return e;
}
