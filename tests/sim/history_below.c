/* Deeds that are done row by row, because others may come between their rows: removals, forgetting, emptying. */
#include "proto/wire/codec.h"
#include "tests/sim/history.h"
#include "tests/sim/journal.h"

bool history_is_by_rows(const struct deed *deed)
{
    return deed->kind == DEED_REMOVE_LIBRARY || deed->kind == DEED_FORGET_LIBRARY || deed->kind == DEED_RECALL ||
           deed->kind == DEED_EMPTY;
}

static bool has_work(struct history *h, const struct deed *deed)
{
    const struct model_work *work = model_work_of(&h->model, deed->request);

    return work && deed_with(deed->request, work->what.digest) == deed;
}

/* Whether the row belongs to this deed: then the model does it. */
static bool is_row_of(struct history *h, const struct deed *deed, const struct change *row)
{
    switch (deed->kind) {
    case DEED_REMOVE_LIBRARY:
        return model_removes(&h->model, deed, row);
    case DEED_FORGET_LIBRARY:
        return has_work(h, deed) ? model_flips(&h->model, row) : model_unmarks(&h->model, deed, row);
    case DEED_RECALL:
        return has_work(h, deed) && model_flips(&h->model, row);
    case DEED_EMPTY:
        return model_empties(&h->model, &h->emptying[deed_number(deed)], row);
    default:
        return false;
    }
}

/* The deed of the next answer or part in this row's commit, or of the work that begins in it; NULL: there is none. */
static struct deed *answered_with(uint64_t number)
{
    const struct note *row = journal_at(number);

    for (uint64_t i = number + 1; i < journal_count() && journal_at(i)->turn == row->turn; i++) {
        const struct note *note = journal_at(i);
        if ((note->kind == NOTE_ANSWER || note->kind == NOTE_PART) && id_equal(note->request, row->change.request))
            return deed_with(note->request, note->digest);
        if (note->kind == NOTE_WORK && id_equal(note->work.request, row->change.request))
            return deed_with(note->work.request, note->work.digest);
    }
    return NULL;
}

/* Of two deeds under one id, only one is done row by row, or the row fits only one. */
static struct deed *owner_of(struct history *h, struct deed *deed, const struct change *row)
{
    if (history_is_by_rows(deed) && is_row_of(h, deed, row))
        return deed;
    return deed->rival && history_is_by_rows(deed->rival) && is_row_of(h, deed->rival, row) ? deed->rival : NULL;
}

static void own_row(struct history *h, const struct deed *deed, const struct change *row)
{
    uint64_t last = h->last[deed_number(deed)];

    sim.counts.interrupted += last && last + 1 != row->revision;
    h->last[deed_number(deed)] = row->revision;
}

/* The rows of all other deeds wait for their answer, or their operation. Rows of undo wait until it has a part. */
void history_row_again(struct history *h, uint64_t number)
{
    const struct change *row = &journal_at(number)->change;
    struct deed *deed = deed_of(row->request), *answered = deed ? answered_with(number) : NULL;

    if (answered && !history_is_by_rows(answered))
        return;
    if (!answered && history_is_taken(number))
        return;
    history_look_at_refusals(h, journal_at(number)->at);
    bool is_work = model_work_of(&h->model, row->request) != NULL; /* that continues without its client */
    if (!deed && !(is_work ? model_flips(&h->model, row) : model_repacks(&h->model, row)))
        sim_fail("change %llu belongs to no request", (unsigned long long)row->revision);
    if (!deed)
        return;
    if (answered && !is_row_of(h, answered, row))
        answered = NULL;
    else if (!answered)
        answered = owner_of(h, deed, row);
    if (!answered)
        sim_fail("request %u, a deed of kind %d: change %llu of kind %d%s is wrong", deed_number(deed), (int)deed->kind,
                 (unsigned long long)row->revision, (int)row->kind.value, row->removed ? ", removed," : "");
    own_row(h, answered, row);
}

/* ---- answers ---- */

void history_begin_emptying(struct history *h, const struct deed *deed)
{
    if (deed->kind == DEED_EMPTY)
        h->emptying[deed_number(deed)] = (struct model_emptying){ .known = h->row_count };
    else if (deed->rival && deed->rival->kind == DEED_EMPTY)
        history_begin_emptying(h, deed->rival);
}

void history_hold_emptied(struct history *h, const struct deed *deed, struct bytes answer)
{
    const struct model_emptying *must = &h->emptying[deed_number(deed)];
    struct emptied got = { 0 };

    model_is_emptied(&h->model, deed, must);
    if (codec_decode(&emptied_shape, answer, &h->arena, &got, NULL) != ERR_OK || got.items != must->items)
        sim_fail("request %u: %llu items were removed, and not %llu", deed_number(deed),
                 (unsigned long long)must->items, (unsigned long long)got.items);
}

/* Everything is removed; nothing was left to do for the part that another removal took. */
static struct verdict end_removal(struct history *h, const struct deed *deed)
{
    const struct model_folder *folder = model_folder(&h->model, deed->id);
    uint64_t last = h->last[deed_number(deed)];

    if (folder && folder->is_library)
        sim_fail("request %u: the library that it removed still exists", deed_number(deed));
    return (struct verdict){ .revision = last ? last : h->model.head, .id = deed->id };
}

struct verdict history_end_of(struct history *h, const struct deed *deed, uint64_t revision)
{
    if (deed->kind == DEED_REMOVE_LIBRARY)
        return end_removal(h, deed);
    if (has_work(h, deed))
        sim_fail("request %u is answered before its end", deed_number(deed));
    return (struct verdict){ .revision = revision ? revision : h->model.head, .id = deed->id };
}
