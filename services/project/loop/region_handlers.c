#include "services/project/loop/region_handlers.h"

#include "services/project/loop/region_pads.h"
#include "services/project/parts/action.h"

static enum err answer_clip(struct work *work, struct txn *txn, struct text named, struct fault *fault)
{
    struct region_clip clip;
    enum err e = region_find(work, txn, named, &clip, fault);

    if (e == ERR_OK && !(work->has_changed && region_pads_send(work, txn, &clip)))
        region_answer(work, &clip);
    return e;
}

static enum err answer_regions(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_region_list *ask = work->ask;

    return answer_clip(work, txn, ask->clip, fault);
}

const struct handler region_handler_list = { .answer = answer_regions };

/* ---- changing ---- */

static enum err send_region(struct work *work, struct region_clip *clip, const struct region *region, const char *what,
                            struct fault *fault)
{
    char scope[ID_TEXT_SIZE];
    struct action actions[2];

    work->p->armed = clock_steady();
    region_body_put(&clip->body, &work->arena, region);
    actions[0] = action_put(ELEMENT_KIND_CLIP, work->id, clip->row.id, tree_canonical(&clip->body, &work->arena),
                            clip->row.revision);
    actions[1] = region_arm(&work->arena, work->id, clip);
    const struct persist_apply apply = {
        .label = arena_printf(&work->arena, "%s region %d", what, region_digit(region->key)),
        .scope = text_of(id_write(work->id, scope)),
        .actions = { 2, actions },
    };
    return work_apply(work, &apply, fault);
}

static enum err refuse_end(const struct region *region, struct fault *fault)
{
    fault_set(fault, ERR_BAD_REQUEST, "the end %lld is not after the start %lld", (long long)region->end,
              (long long)region->start);
    return fault ? fault_field(fault, "end") : ERR_BAD_REQUEST;
}

/* What the ask does not give is as the region of the key has it. */
static enum err find_wanted(const struct project_region_save *ask, const struct region_clip *clip, struct region *to,
                            struct fault *fault)
{
    enum err e = ERR_OK;
    uint32_t place;

    *to = (struct region){ .key = ask->key, .volume = 1 };
    if (!ask->has_start || !ask->has_end)
        e = region_find_key(clip, ask->key, &place, fault);
    if (e != ERR_OK)
        return e;
    if (!ask->has_start || !ask->has_end)
        *to = clip->at[place];
    to->start = ask->has_start ? ask->start : to->start;
    to->end = ask->has_end ? ask->end : to->end;
    to->volume = ask->has_volume ? ask->volume : to->volume;
    return to->end > to->start ? ERR_OK : refuse_end(to, fault);
}

static enum err plan_save(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_region_save *ask = work->ask;
    struct region_clip clip;
    struct region region;
    enum err e = region_check_key(ask->key, fault);

    if (e == ERR_OK)
        e = region_find(work, txn, ask->clip, &clip, fault);
    if (e == ERR_OK)
        e = find_wanted(ask, &clip, &region, fault);
    if (e == ERR_OK)
        e = region_check_unlocked(&clip.at[region_place(region_digit(ask->key))], fault);
    return e == ERR_OK ? send_region(work, &clip, &region, "save", fault) : e;
}

static enum err answer_save(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_region_save *ask = work->ask;

    return answer_clip(work, txn, ask->clip, fault);
}

const struct handler region_handler_save = { .ends_when_done = true, .plan = plan_save, .answer = answer_save };

static enum err plan_lock(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_region_lock *ask = work->ask;
    struct region_clip clip;
    uint32_t place;
    enum err e = region_find(work, txn, ask->clip, &clip, fault);

    if (e == ERR_OK)
        e = region_find_key(&clip, ask->key, &place, fault);
    if (e != ERR_OK)
        return e;
    clip.at[place].locked = ask->has_on ? ask->on : !clip.at[place].locked;
    return send_region(work, &clip, &clip.at[place], clip.at[place].locked ? "lock" : "unlock", fault);
}

static enum err answer_lock(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_region_lock *ask = work->ask;

    return answer_clip(work, txn, ask->clip, fault);
}

const struct handler region_handler_lock = { .ends_when_done = true, .plan = plan_lock, .answer = answer_lock };

static enum err plan_delete(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_region_delete *ask = work->ask;
    struct region_clip clip;
    uint32_t place;
    enum err e = region_find(work, txn, ask->clip, &clip, fault);

    if (e == ERR_OK)
        e = region_find_key(&clip, ask->key, &place, fault);
    if (e == ERR_OK)
        e = region_check_unlocked(&clip.at[place], fault);
    if (e != ERR_OK)
        return e;
    clip.at[place].end = 0;
    return send_region(work, &clip, &clip.at[place], "delete", fault);
}

static enum err answer_delete(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_region_delete *ask = work->ask;

    return answer_clip(work, txn, ask->clip, fault);
}

const struct handler region_handler_delete = { .ends_when_done = true, .plan = plan_delete, .answer = answer_delete };
