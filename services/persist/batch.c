#include "services/persist/batch.h"
#include "services/persist/analysis.h"
#include "services/persist/edit.h"
#include "services/persist/folders.h"
#include "services/persist/places.h"
#include "services/persist/turn.h"

static enum err edit_one(struct persist *p, const struct edit *edit, struct outcome *outcome,
                         struct fault *fault)
{
    struct done done = { 0 };
    enum err e = edit_apply(p, edit, EDIT_BY_PERSON, &done, fault);

    outcome->revision = done.revision;
    outcome->id = edit->id;
    return e;
}

static enum err folder_one(struct persist *p, const struct folder *folder, struct outcome *outcome,
                           struct fault *fault)
{
    struct done done = { 0 };
    enum err e = folders_put(p, folder, &done, fault);

    outcome->revision = done.revision;
    outcome->id = done.id;
    return e;
}

static enum err do_one(struct persist *p, const struct operation *op, struct outcome *outcome,
                       struct fault *fault)
{
    if (op->has_place + op->has_analysed + op->has_move + op->has_presence + op->has_edit + op->has_folder !=
        1)
        return fault_set(fault, ERR_BAD_REQUEST,
                         "an operation is one of place, analysed, move, presence, edit, folder");
    if (op->has_place)
        return places_put(p, &op->place, outcome, fault);
    if (op->has_analysed)
        return analysis_put(p, &op->analysed, outcome, fault);
    if (op->has_move)
        return places_move(p, &op->move, outcome, fault);
    if (op->has_presence)
        return places_presence(p, &op->presence, outcome, fault);
    if (op->has_folder)
        return folder_one(p, &op->folder, outcome, fault);
    return edit_one(p, &op->edit, outcome, fault);
}

/* A refusal is this operation's own outcome; only a write that failed ends them all. */
static enum err try_one(struct persist *p, const struct operation *op, struct arena *arena,
                        struct outcome *outcome)
{
    struct fault fault = { 0 };
    uint64_t writes = p->writes;
    enum err e;

    arena_reset(&p->arena);
    p->operations++;
    e = do_one(p, op, outcome, &fault);
    if (e != ERR_OK)
        turn_refused(p, writes, e);
    if (turn_is_broken(p))
        return p->broken.code;
    outcome->error = text_of(err_name(e));
    if (e == ERR_OK)
        return ERR_OK;
    *outcome = (struct outcome){ .error = text_of(err_name(e)) };
    outcome->what = arena_text(arena, text_of(fault.what));
    return ERR_OK;
}

enum err batch_apply(struct persist *p, const struct persist_batch *ask, struct arena *arena,
                     struct outcomes *answer, struct fault *fault)
{
    uint32_t count = ask->operations.count;
    enum err e = ERR_OK;

    answer->each.at = arena_array(arena, count, sizeof(*answer->each.at));
    if (!answer->each.at)
        return fault_set(fault, ERR_FULL, "no memory for so many outcomes");
    answer->each.count = count;
    for (uint32_t i = 0; e == ERR_OK && i < count; i++)
        e = try_one(p, &ask->operations.at[i], arena, &answer->each.at[i]);
    return e == ERR_OK ? e : fault_set(fault, e, "%s", p->broken.what);
}
