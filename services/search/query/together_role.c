#include "services/search/query/together_role.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/search/index/role_counts.h"
#include "services/search/query/shrunk.h"
#include "store/community.h"

/* A term of the word: its rows have one score. */
struct ranked_term {
    const struct posting *posting;
    uint32_t contexts, studios; /* that use the item so */
    float score;
    uint32_t place; /* among the terms of the word */
};

static int by_score(const void *a, const void *b)
{
    const struct ranked_term *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

int together_role_by_row(const void *a, const void *b)
{
    const struct together_item *x = a, *y = b;

    return (x->row > y->row) - (x->row < y->row);
}

static enum err read_sums(struct txn *txn, struct arena *arena, struct shrunk_sums *to)
{
    struct lesson total = { 0 };
    enum err e = ERR_OK;

    if (txn_count(txn, DB_COMMUNITY))
        e = community_about(txn, arena, LESSON_KIND_TOTAL, (struct bytes){ 0, NULL }, TEXT(""), &total);
    to->contexts = to->of = (uint32_t)txn_count(txn, DB_CONTEXT);
    to->studios = to->studios_of = total.studios;
    return e;
}

static uint32_t rank_terms(const struct terms *terms, struct term_range range, const struct shrunk_sums *sums,
                           struct ranked_term *to)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < range.count; i++) {
        const struct posting *posting = terms_posting(terms, range.at[i]);
        struct role_counts counts;

        if (posting->count == 0 || !role_counts_read(terms_key(terms, range.at[i]), &counts))
            continue;
        to[count++] = (struct ranked_term){
            posting, counts.contexts, counts.studios,
            shrunk_item(sums, counts.contexts, counts.studios, counts.used.contexts, counts.used.studios), i
        };
    }
    qsort(to, count, sizeof(*to), by_score);
    return count;
}

static void take_rows(const struct ranked_term *term, const struct shrunk_sums *sums, struct companions *to)
{
    uint32_t rows[TOGETHER_ITEMS], count = posting_first(term->posting, rows, TOGETHER_ITEMS - to->count);

    for (uint32_t i = 0; i < count; i++)
        to->at[to->count++] = (struct together_item){ rows[i],          term->contexts, sums->of,   term->studios,
                                                      sums->studios_of, false,          term->score };
}

enum err together_find_role(struct index *index, struct txn *txn, struct arena *arena, struct text word,
                            struct companions *to)
{
    char key[TERM_LONGEST];
    struct term_range range = terms_starting(&index->terms, role_counts_start(key, word));
    struct ranked_term *ranked;
    struct shrunk_sums sums;
    uint32_t count;
    enum err e = read_sums(txn, arena, &sums);

    to->at = arena_array(arena, TOGETHER_ITEMS, sizeof(*to->at));
    if (!to->at || !limits_leave(range.count * sizeof(*ranked)))
        e = ERR_FULL;
    if (e == ERR_OK) {
        ranked = alloc_array(range.count, sizeof(*ranked));
        count = rank_terms(&index->terms, range, &sums, ranked);
        for (uint32_t i = 0; i < count && to->count < TOGETHER_ITEMS; i++)
            take_rows(&ranked[i], &sums, to);
        qsort(to->at, to->count, sizeof(*to->at), together_role_by_row);
        free(ranked);
    }
    return e;
}
