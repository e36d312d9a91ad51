#include "services/search/query/seconds.h"

#include <math.h>
#include <stdlib.h>

#include "services/search/index/index_keep.h"
#include "services/search/query/match.h"

static double sum_rows(const struct index *index, const uint32_t *each, uint32_t count)
{
    const struct numbers *durations = index_numbers(index, TEXT("duration_s"));
    double sum = 0;

    for (uint32_t i = 0; durations && i < count; i++) {
        index_fetch_number(durations, index_ahead(each, i, count));
        double seconds = index_number(durations, each[i]);
        sum += isnan(seconds) ? 0 : seconds;
    }
    return sum;
}

static double sum_set(const struct index *index, const struct bitmap *rows)
{
    uint32_t count, *each = bitmap_array(rows, &count);
    double sum = sum_rows(index, each, count);

    free(each);
    return sum;
}

/* Computes the sum once for each state of the index. A free row still has the numbers of its last item. */
static double sum_all(struct index *index, struct all_seconds *all)
{
    if (!all->is_made || all->writes != index->writes) {
        struct bitmap *live = index_all(index);
        *all = (struct all_seconds){ true, index->writes, sum_set(index, live) };
        bitmap_free(live);
    }
    return all->seconds;
}

/* Subtracts the few rows outside the set from the sum of all. */
static double sum_most(struct index *index, struct all_seconds *all, const struct bitmap *rows)
{
    uint32_t count, *others = match_others(index, rows, &count);
    double sum = sum_all(index, all) - sum_rows(index, others, count);

    free(others);
    return sum;
}

double seconds_of(struct index *index, struct all_seconds *all, const struct bitmap *rows, const uint32_t *each)
{
    uint32_t count = bitmap_count(rows);

    if (count > index_live(index) / 2)
        return sum_most(index, all, rows);
    return each ? sum_rows(index, each, count) : sum_set(index, rows);
}
