#include "services/indexer/analyse/copies.h"

#include <string.h>

/* ---- entries ---- */

static struct copies_of *entry_of(struct copies *copies, struct id content)
{
    for (int i = 0; i < COPIES_KEPT; i++)
        if (id_equal(copies->each[i].content, content))
            return &copies->each[i];
    return NULL;
}

/* Returns a free entry, or the one that was unused for longest; NULL: all are being checked. */
static struct copies_of *take_entry(struct copies *copies)
{
    struct copies_of *oldest = NULL;

    for (int i = 0; i < COPIES_KEPT; i++) {
        struct copies_of *each = &copies->each[i];
        if (!each->looking && (!oldest || each->used < oldest->used))
            oldest = each;
    }
    if (oldest) {
        gone_free(&oldest->gone);
        *oldest = (struct copies_of){ 0 };
    }
    return oldest;
}

/* ---- checks ---- */

static void give_back_waiting(struct copies *copies, struct analysis_queue *waiting)
{
    struct analysis *analysis;

    while ((analysis = analysis_pop(waiting)))
        copies->again(copies->state, analysis);
}

static void take_gone(void *state, struct id content, struct gone_list *list)
{
    struct copies *copies = state;
    struct copies_of *of = entry_of(copies, content);
    struct analysis_queue waiting = of->waiting, others = copies->waiting;

    of->looking = false;
    of->waiting = copies->waiting = (struct analysis_queue){ 0 };
    gone_free(&of->gone);
    of->gone = *list;
    give_back_waiting(copies, &waiting);
    give_back_waiting(copies, &others);
}

static bool start_look(struct copies *copies, struct copies_of *of, struct id content)
{
    of->content = content;
    of->began = of->used = clock_steady();
    of->looking = reunite_look(copies->errands, copies->catalogue, content, take_gone, copies) == ERR_OK;
    return of->looking;
}

/* ---- choosing ---- */

static const struct gone_item *choose_gone(struct copies_of *of, const struct analysis *analysis,
                                           const struct id_table *claimed)
{
    return gone_take(&of->gone, bytes_of(analysis->path, strlen(analysis->path)), analysis->inode, analysis->id,
                     claimed);
}

/* ---- the functions of copies.h ---- */

enum copies_answer copies_find(struct copies *copies, struct analysis *analysis, const struct id_table *claimed,
                               const struct gone_item **older)
{
    struct copies_of *of = entry_of(copies, analysis->content);

    if (!of && !(of = take_entry(copies))) {
        analysis_push(&copies->waiting, analysis);
        return COPIES_WAIT;
    }
    if (!of->looking && (id_is_zero(of->content) || of->began < analysis->seen) &&
        !start_look(copies, of, analysis->content))
        return COPIES_NONE;
    if (of->looking) {
        analysis_push(&of->waiting, analysis);
        return COPIES_WAIT;
    }
    of->used = clock_steady();
    *older = choose_gone(of, analysis, claimed);
    return *older ? COPIES_FOUND : COPIES_NONE;
}

static bool of_library(const void *library, const struct analysis *analysis)
{
    return id_equal(*(const struct id *)library, analysis->library);
}

struct analysis_queue copies_withdraw(struct copies *copies, struct id library)
{
    struct analysis_queue all = analysis_queue_take(&copies->waiting, of_library, &library);

    for (int i = 0; i < COPIES_KEPT; i++) {
        struct analysis_queue some = analysis_queue_take(&copies->each[i].waiting, of_library, &library);
        analysis_queue_append(&all, &some);
    }
    return all;
}

void copies_free(struct copies *copies)
{
    for (int i = 0; i < COPIES_KEPT; i++) {
        gone_free(&copies->each[i].gone);
        analysis_queue_clear(&copies->each[i].waiting);
    }
    analysis_queue_clear(&copies->waiting);
}
