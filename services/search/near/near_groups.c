#include "services/search/near/near_groups.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/search/near/near_file.h"
#include "services/search/near/near_work.h"

struct kept_chunk {
    uint32_t first, count;
    uint32_t at; /* in the filter's rows */
};

struct kept_filter {
    uint32_t count;            /* rows; 0: unused */
    uint16_t *rows;            /* as in struct bitmap_chunk */
    struct kept_chunk *chunks; /* of the rows */
    uint32_t chunk_count;
    uint64_t used;             /* number of its last query */
    struct near_groups groups; /* firsts NULL: not made */
};

struct near_filters {
    struct kept_filter each[NEAR_FILTERS];
    uint64_t queries;
};

static void clear_filter(struct kept_filter *filter)
{
    free(filter->rows);
    free(filter->chunks);
    free(filter->groups.firsts);
    free(filter->groups.places);
    *filter = (struct kept_filter){ 0 };
}

void near_groups_drop(struct near *near)
{
    for (uint32_t i = 0; near->filters && i < NEAR_FILTERS; i++)
        clear_filter(&near->filters->each[i]);
    free(near->filters);
    near->filters = NULL;
}

/* ---- the same filter ---- */

static bool note_row(uint32_t rows[NEAR_DIFFERING], uint32_t *count, uint32_t row)
{
    if (*count == NEAR_DIFFERING)
        return false;
    rows[(*count)++] = row;
    return true;
}

static bool is_alike(struct near_groups *groups, const uint16_t *rows, uint32_t count, const struct bitmap_chunk *now)
{
    uint32_t i = 0, j = 0;
    bool alike = true;

    if (count == now->count && memcmp(rows, now->at, count * sizeof(*rows)) == 0)
        return true;
    while (alike && (i < count || j < now->count))
        if (j == now->count || (i < count && rows[i] < now->at[j]))
            alike = note_row(groups->removed, &groups->removed_count, now->first + rows[i++]);
        else if (i == count || now->at[j] < rows[i])
            alike = note_row(groups->added, &groups->added_count, now->first + now->at[j++]);
        else
            i++, j++;
    return alike;
}

/* True if at most NEAR_DIFFERING rows are added, and as many removed. */
static bool is_same(struct kept_filter *filter, const struct bitmap *only, uint32_t count, uint16_t *room)
{
    uint32_t differing = count < filter->count ? filter->count - count : count - filter->count;
    bool same = differing <= NEAR_DIFFERING && filter->chunk_count == bitmap_chunks(only);

    filter->groups.added_count = filter->groups.removed_count = 0;
    for (uint32_t i = 0; same && i < filter->chunk_count; i++) {
        const struct kept_chunk *chunk = &filter->chunks[i];
        struct bitmap_chunk now = bitmap_chunk(only, i, room);
        same = now.first == chunk->first && is_alike(&filter->groups, filter->rows + chunk->at, chunk->count, &now);
    }
    return same;
}

static struct kept_filter *find_filter(struct near *near, const struct bitmap *only, uint32_t count)
{
    for (uint32_t i = 0; i < NEAR_FILTERS; i++) {
        struct kept_filter *filter = &near->filters->each[i];
        if (filter->count && is_same(filter, only, count, near->work->chunk))
            return filter;
    }
    return NULL;
}

/* ---- a new filter ---- */

/* Replaces the filter whose last query is the oldest. */
static void keep_filter(struct near *near, const struct bitmap *only, uint32_t count)
{
    struct kept_filter *to = near->filters->each;
    uint32_t chunks = bitmap_chunks(only), at = 0;

    for (uint32_t i = 1; i < NEAR_FILTERS; i++)
        if (near->filters->each[i].used < to->used)
            to = &near->filters->each[i];
    clear_filter(to);
    if (!limits_leave(count * sizeof(*to->rows) + chunks * sizeof(*to->chunks)))
        return;
    *to = (struct kept_filter){ .count = count,
                                .rows = alloc_array(count, sizeof(*to->rows)),
                                .chunks = alloc_array(chunks, sizeof(*to->chunks)),
                                .chunk_count = chunks,
                                .used = near->filters->queries };
    for (uint32_t i = 0; i < chunks; i++) {
        struct bitmap_chunk now = bitmap_chunk(only, i, near->work->chunk);
        memcpy(to->rows + at, now.at, now.count * sizeof(*to->rows));
        to->chunks[i] = (struct kept_chunk){ now.first, now.count, at };
        at += now.count;
    }
}

/* Counts the rows of each cluster, or, if `places` is there, writes their places. `next` is by cluster. */
static void visit_rows(const struct near *near, const struct kept_filter *filter, uint32_t *next, uint32_t *places)
{
    const struct near_parts parts = near_file_parts(near->file);

    for (uint32_t i = 0; i < filter->chunk_count; i++)
        for (uint32_t j = 0; j < filter->chunks[i].count; j++) {
            uint32_t row = filter->chunks[i].first + filter->rows[filter->chunks[i].at + j];
            if (row >= parts.file->rows || parts.places[row] == NEAR_NO_PLACE)
                continue;
            if (places)
                places[next[parts.row_clusters[row]]] = parts.places[row];
            next[parts.row_clusters[row]]++;
        }
}

static void make_groups(const struct near *near, struct kept_filter *filter)
{
    uint32_t clusters = near->file->clusters, *firsts, *places;

    if (!limits_leave((filter->count + clusters + 2) * sizeof(*places)))
        return;
    firsts = alloc_zeroed(clusters + 2, sizeof(*firsts));
    places = alloc_array(filter->count, sizeof(*places));
    visit_rows(near, filter, firsts + 2, NULL);
    for (uint32_t i = 2; i < clusters + 2; i++)
        firsts[i] += firsts[i - 1];
    visit_rows(near, filter, firsts + 1, places);
    filter->groups.firsts = firsts;
    filter->groups.places = places;
}

const struct near_groups *near_groups_find(struct near *near, const struct bitmap *only, uint32_t count)
{
    struct kept_filter *filter;

    if (count > NEAR_FILTER_ROWS)
        return NULL;
    if (!near->filters)
        near->filters = alloc_zeroed(1, sizeof(*near->filters));
    near->filters->queries++;
    filter = find_filter(near, only, count);
    if (!filter) {
        keep_filter(near, only, count);
        return NULL;
    }
    filter->used = near->filters->queries;
    if (!filter->groups.firsts)
        make_groups(near, filter);
    return filter->groups.firsts ? &filter->groups : NULL;
}
