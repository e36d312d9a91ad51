#include "services/indexer/analyse/renewals.h"

#include <stdlib.h>

#include "common/alloc.h"

static void sift_up(struct renewals *r, size_t at)
{
    struct analysis *moved = r->at[at];

    for (size_t parent; at > 0 && r->at[parent = (at - 1) / 2]->renews < moved->renews; at = parent)
        r->at[at] = r->at[parent];
    r->at[at] = moved;
}

static void sift_down(struct renewals *r, size_t at)
{
    struct analysis *moved = r->at[at];

    for (size_t child; (child = 2 * at + 1) < r->count; at = child) {
        if (child + 1 < r->count && r->at[child + 1]->renews > r->at[child]->renews)
            child++;
        if (moved->renews >= r->at[child]->renews)
            break;
        r->at[at] = r->at[child];
    }
    r->at[at] = moved;
}

void renewals_add(struct renewals *r, struct analysis *analysis)
{
    ALLOC_ROOM(r->at, r->count, r->room, 64);
    r->at[r->count] = analysis;
    sift_up(r, r->count++);
}

struct analysis *renewals_take(struct renewals *r)
{
    struct analysis *first = r->count ? r->at[0] : NULL;

    if (!first)
        return NULL;
    r->at[0] = r->at[--r->count];
    if (r->count)
        sift_down(r, 0);
    return first;
}

void renewals_take_of(struct renewals *r, struct id library, struct analysis_queue *to)
{
    size_t all = r->count;

    r->count = 0;
    for (size_t i = 0; i < all; i++) {
        struct analysis *analysis = r->at[i];
        if (id_equal(analysis->library, library))
            analysis_push(to, analysis);
        else
            renewals_add(r, analysis); /* this needs no memory: it writes at most to the place that was read */
    }
}

void renewals_clear(struct renewals *r)
{
    for (size_t i = 0; i < r->count; i++)
        analysis_free(r->at[i]);
    free(r->at);
    *r = (struct renewals){ 0 };
}
