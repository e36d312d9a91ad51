#include "services/search/near/near_query.h"

#include "services/search/near/near_plan.h"

static const float FILTERED = 1.5f;

enum { FEWEST = 10 };

/* ---- the best so far: a heap with the worst at its root ---- */

/* Leaves out the close places that are no longer close. */
static void sift_close(struct near_query *query)
{
    struct near_scored *close = query->work->best + query->wanted;
    const float limit = near_query_limit(query, query->fine);
    uint32_t left = 0;

    for (uint32_t i = 0; i < query->close; i++) {
        close[left] = close[i];
        left += close[i].score < limit;
    }
    query->close = left;
}

static void keep_close(struct near_query *query, struct near_scored one)
{
    const uint32_t room = NEAR_MOST_KEPT - query->wanted;

    if (query->close == room) {
        sift_close(query);
        query->close = query->close < room / 2 ? query->close : room / 2; /* the later ones are not measured */
    }
    if (query->close < room)
        query->work->best[query->wanted + query->close++] = one;
}

static void add_best(struct near_query *query, struct near_scored one)
{
    struct near_scored *heap = query->work->best;
    uint32_t at;

    for (at = query->kept++; at > 0 && heap[(at - 1) / 2].score < one.score; at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = one;
}

static void replace_worst(struct near_query *query, struct near_scored one)
{
    struct near_scored *heap = query->work->best;
    uint32_t at = 0;

    for (uint32_t child; (child = 2 * at + 1) < query->kept; at = child) {
        if (child + 1 < query->kept && heap[child].score < heap[child + 1].score)
            child++;
        if (one.score >= heap[child].score)
            break;
        heap[at] = heap[child];
    }
    heap[at] = one;
}

static void keep_place(struct near_query *query, struct near_scored one)
{
    struct near_scored worst = query->work->best[0];

    if (query->kept < query->wanted) {
        add_best(query, one);
    } else if (one.score < worst.score) {
        replace_worst(query, one);
        keep_close(query, worst);
    } else {
        keep_close(query, one);
    }
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
    float scores[NEAR_WAITING], limit = near_query_limit(query, query->fine);
    const uint32_t *waiting = query->work->waiting;

    if (query->only)
        leave_out(query);
    query->machine->pick(query->parts.fine, waiting, query->waiting, &query->aim, scores);
    for (uint32_t i = 0; i < query->waiting; i++)
        if (scores[i] < limit && query->parts.rows[waiting[i]] != NEAR_NO_ROW) {
            keep_place(query, (struct near_scored){ scores[i], waiting[i] });
            limit = near_query_limit(query, query->fine);
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

    query->reach = here.reach;
    query->coarse = here.coarse * near_file_unit(&query->aim);
    query->fine = here.fine * near_file_unit(&query->aim);
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

uint32_t near_query_wanted(uint32_t limit)
{
    return limit > FEWEST ? limit : FEWEST;
}

void near_query_end(struct near_query *query)
{
    sift_close(query);
    query->kept += query->close;
    query->close = 0;
}
