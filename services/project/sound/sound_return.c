#include "services/project/sound/sound_return.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "services/project/parts/sound_body.h"
#include "services/project/parts/uses.h"

enum { BUDGET_MS = 10000 };

/* ---- what is away ---- */

static void add_away(struct sound_away *to, struct away_item item)
{
    if (to->count < AWAY_MOST)
        to->at[to->count++] = item;
}

static void add_away_id(struct sound_away *to, struct id id)
{
    add_away(to, (struct away_item){ .id = id });
}

static void add_given(struct sound_away *to, const struct item_use *use)
{
    if (!id_equal(use->id, use->resolved))
        add_away(to, (struct away_item){ .id = use->id, .given = use->resolved });
}

void sound_return_note(struct txn *txn, struct arena *arena, struct id project, struct text body, struct sound_away *to)
{
    struct item_uses uses;

    to->count = to->tries = 0;
    to->again = 0;
    to->is_known = true;
    sound_body_items(txn, arena, project, body, &uses);
    for (uint32_t i = 0; i < uses.count; i++)
        if (uses.at[i].state != USE_HERE)
            add_away_id(to, uses.at[i].id);
        else
            add_given(to, &uses.at[i]);
}

static bool is_of_use(const struct away_item *item, const struct item_use *use)
{
    return id_equal(item->id, use->id) || id_equal(item->id, use->resolved);
}

/* True if the core must get an item again because its file has returned. */
static bool is_over(struct txn *txn, struct arena *arena, const struct away_item *item, const struct item_use *use,
                    usec_t again)
{
    struct media media;

    if (item->is_momentary && again <= clock_steady())
        return true;
    if (item->revision)
        return catalogue_media(txn, arena, use->resolved, &media) != ERR_OK || media.revision != item->revision;
    return !id_equal(item->given, use->resolved);
}

static void sort_use(struct txn *txn, struct arena *arena, const struct item_use *use, const struct sound_away *away,
                     struct sound_away *returned, struct sound_away *still)
{
    bool is_noted = false, is_back = false, lacks = true;

    for (uint32_t i = 0; i < away->count; i++) {
        const struct away_item *item = &away->at[i];
        if (!is_of_use(item, use))
            continue;
        is_noted = true;
        if (use->state == USE_HERE && is_over(txn, arena, item, use, away->again)) {
            is_back = true;
            lacks &= item->is_momentary;
        } else if (use->state == USE_HERE || !item->revision)
            add_away(still, *item);
        else
            add_away_id(still, use->id); /* its file may be the same when it is here again */
    }
    if (use->state != USE_HERE && !is_noted)
        add_away_id(still, use->id);
    if (is_back) {
        add_away(returned, (struct away_item){ .id = use->resolved, .is_momentary = lacks });
        add_given(still, use);
    }
}

/* Sorts the items of the sound into those of `away` that may be loaded now, as the core knows them, and those that are
 * still away. */
static void find_returned(struct txn *txn, struct arena *arena, const struct item_uses *uses,
                          const struct sound_away *away, struct sound_away *returned, struct sound_away *still)
{
    returned->count = still->count = 0;
    still->is_known = true;
    still->tries = away->count ? away->tries : 0;
    still->again = away->again > clock_steady() ? away->again : 0;
    for (uint32_t i = 0; i < uses->count; i++)
        sort_use(txn, arena, &uses->at[i], away, returned, still);
}

/* ---- the project's own ids ---- */

struct own_ids {
    struct txn *txn;
    struct arena *arena;
    struct id project;
    const struct item_uses *uses;
    const struct sound_away *away;
    struct item_uses *of_project; /* read when the part names an item in none of these ways: the pattern of a slot */
};

static struct id own_id_of_project(const struct own_ids *ids, struct id given)
{
    if (!ids->of_project->at)
        sound_body_project_items(ids->txn, ids->arena, ids->project, ids->of_project);
    return uses_own_id(ids->of_project, given);
}

static struct id own_id(const void *state, struct id given)
{
    const struct own_ids *ids = state;
    const struct id own = uses_own_id(ids->uses, given);

    if (id_is_zero(given) || uses_have(ids->uses, own))
        return own;
    for (uint32_t i = 0; i < ids->away->count; i++)
        if (id_equal(ids->away->at[i].given, given) && uses_have(ids->uses, ids->away->at[i].id))
            return ids->away->at[i].id;
    return own_id_of_project(ids, given);
}

void sound_return_own_ids(struct txn *txn, struct arena *arena, const struct sound_away *away, struct sounding *now)
{
    struct item_uses uses, of_project = { 0 };
    struct element part;
    const struct own_ids ids = { txn, arena, now->project, &uses, away, &of_project };

    if (!now->has_project || sound_body_get(txn, arena, now->project, &part) != ERR_OK)
        return;
    sound_body_items(txn, arena, now->project, part.body, &uses);
    sound_body_rename(now, own_id, &ids);
}

/* ---- what uses it ----
 *
 * An item that the core could not load for a moment may still sound elsewhere, as it was loaded before. Only what lacks
 * its sound is set again then: otherwise it would fall silent too if this try fails. */

static bool has_returned(const struct sound_away *returned, bool has_id, struct id id, bool for_all)
{
    for (uint32_t i = 0; has_id && i < returned->count; i++)
        if (id_equal(returned->at[i].id, id) && !(for_all && returned->at[i].is_momentary))
            return true;
    return false;
}

/* With `for_all`, only items count that are set again also where the core has a sound. */
static bool is_pad_concerned(const struct sound_away *returned, const struct pad *pad, bool for_all)
{
    bool is = has_returned(returned, pad->has_id, pad->id, for_all);

    for (uint32_t i = 0; i < pad->layers.count; i++)
        is |= has_returned(returned, pad->layers.at[i].has_id, pad->layers.at[i].id, for_all);
    return is;
}

static bool is_row_concerned(const struct sound_away *returned, const struct row_list *rows, bool for_all)
{
    bool is = false;

    for (uint32_t i = 0; i < rows->count; i++)
        is |= has_returned(returned, rows->at[i].has_id, rows->at[i].id, for_all);
    return is;
}

/* Leaves the pads that use a returned item, and the pattern if a row does. */
static void leave_concerned(const struct sound_away *returned, struct sounding *want)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < want->pads.count; i++)
        if (is_pad_concerned(returned, &want->pads.at[i], false))
            want->pads.at[kept++] = want->pads.at[i];
    want->pads.count = kept;
    want->has_pattern = want->has_pattern && is_row_concerned(returned, &want->pattern.sequencer.tracks, false);
}

/* ---- setting ---- */

struct sound_returning {
    struct project *p;
    struct arena *arena;
    struct sounding want, now;
    struct item_uses uses;
    struct sound_away returned, *away, still; /* still: afterwards */
    void (*done)(void *state, bool is_set);
    void *state;
};

/* Items that the core did not get, because it does not answer, still count as away. */
static void end_returning(void *state, bool is_set)
{
    const struct sound_returning r = *(struct sound_returning *)state;

    free(state);
    if (is_set)
        *r.away = r.still;
    r.done(r.state, is_set);
}

static void set_returned(struct sound_returning *r)
{
    sound_set_again(r->p, r->arena, &r->want, &r->now, &r->still, end_returning, r);
}

static void take_transport(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sound_returning *r = state;

    (void)fault;
    r->want.has_pattern = error == ERR_OK && !((const struct transport_state *)answer)->has_song;
    set_returned(r);
}

/* ---- what lacks its sound ---- */

/* The core lists a layer whose sound it lacks by its id, or not at all. */
static bool lacks_sound(const struct pad *want, const struct pad_list *now)
{
    const struct pad *pad = NULL;
    uint32_t layers = 0;

    for (uint32_t i = 0; i < now->count; i++)
        if (now->at[i].pad == want->pad)
            pad = &now->at[i];
    for (uint32_t i = 0; pad && i < pad->layers.count; i++)
        layers += pad->layers.at[i].has_sound;
    return (want->has_id && !(pad && pad->has_sound)) || layers < want->layers.count;
}

static void leave_lacking_rows(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sound_returning *r = state;
    const struct row_list *rows = &r->want.pattern.sequencer.tracks;
    const struct pattern_rows *now = answer;
    bool lacks = r->now.rows_again.count > 0 || is_row_concerned(&r->returned, rows, true);

    (void)fault;
    for (uint32_t i = 0; error == ERR_OK && i < now->each.count; i++)
        lacks |= now->each.at[i].has_absent && now->each.at[i].absent;
    r->want.has_pattern = r->want.has_pattern && lacks;
    if (!r->want.has_pattern || service_ask(r->p->service, "audio.transport", &(const char){ 0 }, BUDGET_MS, NULL,
                                            take_transport, r, NULL) != ERR_OK) {
        r->want.has_pattern = false;
        set_returned(r);
    }
}

static void leave_lacking_pads(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sound_returning *r = state;
    struct pad_list *pads = &r->want.pads;
    uint32_t kept = 0;

    (void)fault;
    for (uint32_t i = 0; error == ERR_OK && i < pads->count; i++)
        if (is_pad_concerned(&r->returned, &pads->at[i], true) ||
            lacks_sound(&pads->at[i], &((const struct pads *)answer)->each))
            pads->at[kept++] = pads->at[i];
    pads->count = kept;
    if (error != ERR_OK || service_ask(r->p->service, "audio.rows", &(const char){ 0 }, BUDGET_MS, NULL,
                                       leave_lacking_rows, r, NULL) != ERR_OK)
        end_returning(r, false);
}

/* ---- after a start: what the core has without a sound ---- */

static void add_lacking(struct sound_away *to, struct id id)
{
    add_away(to, (struct away_item){ .id = id, .is_momentary = true });
}

/* True if a predecessor gave the core an item that the project no longer uses. */
static bool is_stale(const struct sound_returning *r, bool has_id, struct id id)
{
    return has_id && !id_is_zero(id) && !uses_have(&r->uses, id);
}

static void find_stale_pads(struct sound_returning *r)
{
    for (uint32_t i = 0; i < r->want.pads.count; i++)
        for (uint32_t n = 0; n < r->now.pads.count; n++)
            if (r->now.pads.at[n].pad == r->want.pads.at[i].pad && r->want.pads.at[i].has_id &&
                is_stale(r, r->now.pads.at[n].has_id, r->now.pads.at[n].id))
                add_away_id(&r->still, r->want.pads.at[i].id);
}

static void find_stale_rows(struct sound_returning *r)
{
    const struct row_list *want = &r->want.pattern.sequencer.tracks, *now = &r->now.pattern.sequencer.tracks;

    for (uint32_t i = 0; i < want->count && i < now->count; i++)
        if (want->at[i].has_id && is_stale(r, now->at[i].has_id, now->at[i].id))
            add_away_id(&r->still, want->at[i].id);
}

static void end_asking(struct sound_returning *r)
{
    find_stale_pads(r);
    find_stale_rows(r);
    for (uint32_t i = 0; i < r->uses.count; i++)
        add_given(&r->still, &r->uses.at[i]);
    r->still.is_known = true;
    end_returning(r, true);
}

static void add_away_row(struct sound_away *to, const struct row_list *rows, uint64_t row)
{
    if (row < rows->count && rows->at[row].has_id)
        add_lacking(to, rows->at[row].id);
}

static void take_rows(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sound_returning *r = state;
    const struct row_list *rows = &r->want.pattern.sequencer.tracks;
    const struct pattern_rows *now = answer;

    (void)fault;
    for (uint32_t i = 0; error == ERR_OK && i < now->each.count; i++)
        if (now->each.at[i].has_absent && now->each.at[i].absent)
            add_away_row(&r->still, rows, now->each.at[i].row);
    for (uint32_t i = 0; i < r->now.rows_again.count; i++) /* of a pattern that may wait for its bar */
        add_away_row(&r->still, rows, r->now.rows_again.at[i]);
    if (error == ERR_OK || error == ERR_NOT_FOUND) /* no pattern plays */
        end_asking(r);
    else
        end_returning(r, false);
}

/* All items of a pad count that lacks one of them. */
static void find_absent_pad(struct sound_returning *r, const struct pad *want, const struct pad_list *now)
{
    if (!lacks_sound(want, now))
        return;
    if (want->has_id)
        add_lacking(&r->still, want->id);
    for (uint32_t i = 0; i < want->layers.count; i++)
        if (want->layers.at[i].has_id)
            add_lacking(&r->still, want->layers.at[i].id);
}

static void take_pads(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sound_returning *r = state;

    (void)fault;
    for (uint32_t i = 0; error == ERR_OK && i < r->want.pads.count; i++)
        find_absent_pad(r, &r->want.pads.at[i], &((const struct pads *)answer)->each);
    if (error != ERR_OK ||
        service_ask(r->p->service, "audio.rows", &(const char){ 0 }, BUDGET_MS, NULL, take_rows, r, NULL) != ERR_OK)
        end_returning(r, false);
}

static bool ask_what_is_absent(struct sound_returning *r)
{
    r->still = (struct sound_away){ 0 };
    if (service_ask(r->p->service, "audio.pads", &(const char){ 0 }, BUDGET_MS, NULL, take_pads, r, NULL) == ERR_OK)
        return true;
    free(r);
    return false;
}

bool sound_return_begin(struct project *p, struct txn *txn, struct arena *arena, const struct element *project,
                        const struct element *part, const struct sounding *now, struct sound_away *away,
                        void (*done)(void *state, bool is_set), void *state)
{
    struct sound_away returned, still;
    struct sound_returning *r;
    struct item_uses uses;

    sound_body_items(txn, arena, project->project, part->body, &uses);
    find_returned(txn, arena, &uses, away, &returned, &still);
    if (away->is_known && returned.count == 0) {
        *away = still;
        return false;
    }
    r = alloc_zeroed(1, sizeof(*r));
    *r = (struct sound_returning){
        .p = p, .arena = arena, .now = *now, .uses = uses, .away = away, .still = still, .done = done, .state = state
    };
    if (sound_body_read(txn, arena, project, part->body, &r->want, NULL) != ERR_OK)
        r->want = (struct sounding){ 0 };
    if (!away->is_known)
        return ask_what_is_absent(r);
    r->returned = returned;
    leave_concerned(&returned, &r->want);
    if (service_ask(p->service, "audio.pads", &(const char){ 0 }, BUDGET_MS, NULL, leave_lacking_pads, r, NULL) ==
        ERR_OK)
        return true;
    free(r);
    return false;
}
