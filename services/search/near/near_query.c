#include "services/search/near/near_query.h"

#include "services/search/near/near_plan.h"

static const float FILTERED = 1.5f;

enum { FEWEST = 10 };

/* ---- the best so far: a heap with the worst at its root ---- */

static void keep_best(struct near_query *query, uint32_t place, float score)
{
    struct near_scored *heap = query->work->best, one = { score, place };
    uint32_t at = 0;

    if (query->kept < query->wanted) {
        for (at = query->kept++; at > 0 && heap[(at - 1) / 2].score < score; at = (at - 1) / 2)
            heap[at] = heap[(at - 1) / 2];
        heap[at] = one;
        return;
    }
    for (uint32_t child; (child = 2 * at + 1) < query->kept; at = child) {
        if (child + 1 < query->kept && heap[child].score < heap[child + 1].score)
            child++;
        if (score >= heap[child].score)
            break;
        heap[at] = heap[child];
    }
    heap[at] = one;
}

/* ---- fine codes ---- */

static void leave_out(struct near_query *query)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < query->waiting; i++) {
        uint32_t place = query->work->waiting[i];
        query->work->waiting[left] = place;
        left += near_query_may_find(query, place);
    }
    query->waiting = left;
}

void near_query_score(struct near_query *query)
{
    float scores[NEAR_WAITING], limit = near_query_worst(query);
    const uint32_t *waiting = query->work->waiting;

    if (query->only)
        leave_out(query);
    query->machine->pick(query->parts.fine, waiting, query->waiting, &query->aim, scores);
    for (uint32_t i = 0; i < query->waiting; i++)
        if (scores[i] < limit && query->parts.rows[waiting[i]] != NEAR_NO_ROW) {
            keep_best(query, waiting[i], scores[i]);
            limit = near_query_worst(query);
        }
    query->waiting = 0;
}

void near_query_copy(const struct near_query *query, float *to)
{
    for (uint32_t i = 0; i < query->kept; i++)
        to[i] = query->work->best[i].score;
}

/* ---- effort ---- */

uint32_t near_query_plan(struct near_query *query, const float *weights, float limit, float share)
{
    const struct near_file *file = query->parts.file;
    struct near_plan here = near_plan_for(file, weights, limit / share * (share < 1 ? FILTERED : 1));
    float clusters = (float)file->clusters, least = clusters * NEAR_EACH * limit / (share * (float)file->items);
    float probes = share < 1 ? fmaxf(ceilf(here.probes), least) : ceilf(here.probes);

    query->slack = here.slack;
    return near_work_order(query->work, file->clusters, (uint32_t)fminf(clusters, probes));
}

void near_query_begin(struct near_query *query, struct near *near, const struct vectors *vectors, uint32_t wanted)
{
    query->machine = near_machine();
    query->parts = near_file_parts(near->file);
    query->work = near->work;
    query->wanted = wanted < NEAR_MOST_KEPT ? wanted : NEAR_MOST_KEPT;
    near_file_aim(near->file, vectors->target, vectors->weights, &query->aim);
    query->machine->scan(query->parts.across, near->file->clusters, &query->aim, near->work->scores);
}

uint32_t near_query_wanted(const struct near *near, const struct vectors *vectors, uint32_t limit)
{
    float wanted = limit > FEWEST ? (float)limit : FEWEST;

    return (uint32_t)(near_plan_for(near->file, vectors->weights, wanted).keep * wanted + 0.5f);
}
