#include "services/search/near/near.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/search/near/near_among.h"
#include "services/search/near/near_build.h"
#include "services/search/near/near_find.h"
#include "services/search/near/near_groups.h"
#include "services/search/near/near_plan.h"

enum {
    FEW = 2048,     /* so few rows are measured directly */
    DEEPEST = 1000, /* if more are wanted, all rows are measured */
    SPARSE = 32,    /* a filter with fewer than one placed row in 32 is sparse */
    TAIL_SHARE = 16,
    TAIL_LEAST = 2000
};

/* ---- open, close, adopt ---- */

void near_close(struct near *near)
{
    near_build_end(near);
    near_groups_drop(near);
    near_state_close(near);
}

static void find_tail(struct near *near, const struct near_parts *parts, const uint32_t *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (rows[i] >= parts->file->rows || parts->places[rows[i]] == NEAR_NO_PLACE)
            bitmap_add(near->tail, rows[i]);
}

enum err near_adopt(struct near *near, uint32_t rows, const struct bitmap *with_vector)
{
    uint32_t count, *list;
    struct near_parts parts;

    if (near->made.count == 0)
        return ERR_OK;
    if (!near_file_is_sound(&near->made, rows))
        return ERR_INTERNAL;
    parts = near_file_parts((struct near_file *)(void *)near->made.at);
    if (!limits_leave(bitmap_count(with_vector) * sizeof(*list)))
        return ERR_FULL;
    near_groups_drop(near);
    near_work_free(near->work);
    near->work = near_work_new(parts.file->clusters);
    list = bitmap_array(with_vector, &count);
    find_tail(near, &parts, list, count);
    free(list);
    near->file = parts.file;
    return ERR_OK;
}

/* ---- changes ---- */

bool near_has(const struct near *near, uint32_t row)
{
    if (near->build || !near->file)
        return false;
    return (row < near->file->rows && near_file_parts(near->file).places[row] != NEAR_NO_PLACE) ||
           bitmap_has(near->tail, row);
}

void near_change(struct near *near, uint32_t row, bool has_vector)
{
    near_build_change(near, row);
    near_state_change(near, row, has_vector);
}

bool near_is_due(const struct near *near, uint32_t with_vector)
{
    uint32_t tail = near->file ? bitmap_count(near->tail) : with_vector;

    if (near->build || with_vector < NEAR_LEAST)
        return false;
    return !near->file || (tail > TAIL_LEAST && tail > with_vector / TAIL_SHARE);
}

/* ---- finding ---- */

struct finding {
    struct near *near;
    const struct vectors *vectors;
    const struct bitmap *only; /* NULL: all */
    uint32_t among;            /* number of its rows */
    uint32_t limit;
    uint32_t *rows; /* to measure exactly */
    uint32_t count;
};

static void add_set_rows(struct finding *f, const struct bitmap *set)
{
    uint32_t count = bitmap_count(set);

    f->rows = alloc_grow(f->rows, f->count + count, sizeof(*f->rows));
    bitmap_rows(set, f->rows + f->count);
    f->count += count;
}

/* Adds the rows without a place. */
static void add_tail(struct finding *f)
{
    struct bitmap *tail;

    if (bitmap_count(f->near->tail) == 0)
        return;
    tail = bitmap_copy(f->near->tail);
    if (f->only)
        bitmap_and(tail, f->only);
    add_set_rows(f, tail);
    bitmap_free(tail);
}

static void add_best(struct finding *f, uint32_t kept)
{
    struct near_parts parts = near_file_parts(f->near->file);

    f->rows = alloc_grow(f->rows, f->count + kept, sizeof(*f->rows));
    for (uint32_t i = 0; i < kept; i++)
        f->rows[f->count++] = parts.rows[f->near->work->best[i].place];
}

/* ---- few rows ---- */

static void find_sparse(struct finding *f)
{
    add_best(f, near_find_among(f->near, f->vectors, f->only, f->among, f->limit));
}

/* ---- many rows: through the clusters ---- */

static void find_dense(struct finding *f)
{
    struct bitmap_view view;
    uint32_t kept;

    if (!f->only) {
        add_best(f, near_find_places(f->near, f->vectors, NULL, 1, f->limit));
        return;
    }
    bitmap_view_open(&view, f->only);
    kept = near_find_places(f->near, f->vectors, &view, (float)f->among / (float)f->near->file->items, f->limit);
    bitmap_view_close(&view);
    add_best(f, kept);
}

/* True if visiting each row costs less than scanning clusters, which costs half as much per row. */
static bool is_sparse(const struct finding *f)
{
    uint64_t items = f->near->file->items, among = f->among, looked_at = NEAR_EACH * f->limit * items / among;

    return f->only && (among < items / SPARSE || among < looked_at / 2);
}

bool near_is_estimated(const struct near *near, const struct bitmap *only, uint32_t limit)
{
    return near->file && (!only || (bitmap_count(only) > FEW && limit <= DEEPEST));
}

static void find_rows(struct finding *f)
{
    if (f->only && (!f->near->file || f->among <= FEW || f->limit > DEEPEST)) {
        add_set_rows(f, f->only);
        return;
    }
    add_tail(f);
    (is_sparse(f) ? find_sparse : find_dense)(f);
}

uint32_t near_find(struct near *near, const struct vectors *vectors, const struct bitmap *only, uint32_t limit,
                   struct nearby *to)
{
    struct finding f = { .near = near, .vectors = vectors, .only = only, .limit = limit };
    uint32_t count;

    f.among = only ? bitmap_count(only) : near->file ? near->file->items : 0;
    if (limit == 0 || f.among == 0)
        return 0;
    find_rows(&f);
    count = vectors_nearest(vectors, f.rows, f.count, limit, to);
    free(f.rows);
    return count;
}
