#include "frontends/cli/library/relink_candidates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SHOWN = 8, OF_A_SIZE = 64 };

struct text relink_candidates_file(struct bytes path)
{
    uint32_t at = path.len;

    while (at > 0 && path.at[at - 1] != '/')
        at--;
    return (struct text){ path.len - at, (const char *)path.at + at };
}

static uint32_t stem_of(struct text file)
{
    for (uint32_t i = file.len; i-- > 1;)
        if (file.at[i] == '.')
            return i;
    return file.len;
}

static int compare_stems(struct text a, struct text b)
{
    uint32_t x = stem_of(a), y = stem_of(b);
    int order = strncasecmp(a.at, b.at, x < y ? x : y);

    return order ? order : (x > y) - (x < y);
}

static int by_stem(const void *a, const void *b)
{
    return compare_stems((*(const struct relink_file *const *)a)->file, (*(const struct relink_file *const *)b)->file);
}

static int by_bytes(const void *a, const void *b)
{
    uint64_t x = (*(const struct relink_file *const *)a)->size, y = (*(const struct relink_file *const *)b)->size;

    return (x > y) - (x < y);
}

static const struct relink_file **sort_present(struct arena *arena, const struct relink_file_list *present,
                                               int (*order)(const void *, const void *))
{
    const struct relink_file **at = arena_array(arena, present->count + 1u, sizeof(*at));

    for (uint32_t i = 0; i < present->count; i++)
        at[i] = &present->at[i];
    qsort(at, present->count, sizeof(*at), order);
    return at;
}

void relink_candidates_sort(struct arena *arena, struct relinking *r)
{
    r->by_name = sort_present(arena, &r->present, by_stem);
    r->by_size = sort_present(arena, &r->present, by_bytes);
}

/* The number of last folders that have equal names in both paths. */
static uint64_t count_folders(struct bytes a, struct bytes b)
{
    struct text x = relink_candidates_file(a), y = relink_candidates_file(b);
    uint64_t count = 0;

    for (;;) {
        a.len -= x.len < a.len ? x.len + 1 : a.len;
        b.len -= y.len < b.len ? y.len + 1 : b.len;
        x = relink_candidates_file(a);
        y = relink_candidates_file(b);
        if (x.len == 0 || !text_equal(x, y))
            return count;
        count++;
    }
}

static struct relink_candidate compare_files(const struct relink_file *missing, const struct relink_file *with)
{
    struct relink_why why = {
        .name = compare_stems(missing->file, with->file) ? 0
                : missing->file.len == with->file.len    ? 1
                                                         : 0.5,
        .size = missing->size == with->size,
        .duration = missing->seconds > 0 && fabs(missing->seconds - with->seconds) < 0.01,
        .content = missing->content.len && bytes_equal(missing->content, with->content),
        .folders = count_folders(missing->path, with->path),
        .has_distance = with->distance >= 0,
        .distance = with->distance,
    };
    double folders = why.folders > 3 ? 1 : (double)why.folders / 4;
    double alike = why.has_distance && with->distance < 1 ? 1 - with->distance : 0;
    double score = why.content ? 0.9 : 0.4 * why.name + 0.25 * why.size + 0.15 * why.duration + 0.1 * alike;

    return (struct relink_candidate){ .path = with->path, .id = with->id, .score = score + 0.1 * folders, .why = why };
}

/* Inserts the candidate by its score, unless the list has it. */
static void add_candidate(struct relink_candidate_list *to, const struct relink_candidate *one)
{
    uint32_t at = to->count;

    for (uint32_t i = 0; i < to->count; i++)
        if (id_equal(to->at[i].id, one->id))
            return;
    while (at > 0 && to->at[at - 1].score < one->score)
        at--;
    if (at == SHOWN)
        return;
    to->count += to->count < SHOWN;
    memmove(&to->at[at + 1], &to->at[at], (to->count - at - 1u) * sizeof(*to->at));
    to->at[at] = *one;
}

/* Judges at most `most` files that `order` does not distinguish from the missing one; they follow each other in
 * `sorted`. */
static void add_equal(const struct relinking *r, const struct relink_file **sorted, const struct relink_file *missing,
                      int (*order)(const void *, const void *), uint32_t most, struct relink_candidate_list *to)
{
    uint32_t low = 0, high = r->present.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (order(&sorted[middle], &missing) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; most-- > 0 && low < r->present.count && order(&sorted[low], &missing) == 0; low++) {
        if (id_table_has(&r->taken, sorted[low]->id))
            continue;
        struct relink_candidate one = compare_files(missing, sorted[low]);
        add_candidate(to, &one);
    }
}

struct relink_line relink_candidates_find(struct arena *arena, const struct relinking *r,
                                          const struct relink_file *missing)
{
    struct relink_candidate_list to = { 0, arena_array(arena, SHOWN, sizeof(*to.at)) };

    add_equal(r, r->by_name, missing, by_stem, UINT32_MAX, &to);
    if (missing->size)
        add_equal(r, r->by_size, missing, by_bytes, OF_A_SIZE, &to);
    for (uint32_t i = 0; i < r->present.count && (r->is_named || r->present.at[i].distance >= 0); i++) {
        struct relink_candidate one = compare_files(missing, &r->present.at[i]);
        add_candidate(&to, &one);
    }
    return (struct relink_line){ .id = missing->id, .name = missing->name, .path = missing->path, .candidates = to };
}
