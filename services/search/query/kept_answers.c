#include "services/search/query/kept_answers.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "services/search/query/score.h"

static void clear_answer(struct kept_answer *answer)
{
    for (uint32_t i = 0; i < answer->field_count; i++)
        free(answer->fields[i].at);
    answer->is_made = false;
    answer->field_count = 0;
}

void kept_answers_free(struct kept_answers *kept)
{
    for (uint32_t i = 0; i < KEPT_ANSWERS; i++)
        clear_answer(&kept->each[i]);
    clear_answer(&kept->last);
}

/* ---- the query ---- */

static bool node_may(const struct node *node)
{
    switch (node->kind) {
    case NODE_NUMBER:
        return !node->filter || node->filter->unit != UNIT_AGE;
    case NODE_IS:
        return !volumes_is_state(node->text);
    case NODE_LIKE:
    case NODE_USED:
    case NODE_AFTER:
    case NODE_WITH:
    case NODE_FOR:
    case NODE_VIEW:
    case NODE_PLACE:
    case NODE_UNDER:
        return false;
    default:
        return true;
    }
}

bool kept_answers_may(const struct node *root)
{
    bool may = node_may(root);

    for (const struct node *child = root->first; may && child; child = child->next)
        may = kept_answers_may(child);
    return may;
}

/* Lengths and ends are written, so that no two trees give the same bytes. */
static void write_tree(struct buffer *to, const struct node *node)
{
    const struct {
        uint32_t kind, keys;
        uint8_t is_start, min_open, max_open, spare[5];
        double min, max;
    } head = { .kind = (uint32_t)node->kind,
               .keys = node->keys,
               .is_start = node->is_start,
               .min_open = node->range.min_open,
               .max_open = node->range.max_open,
               .min = node->range.min,
               .max = node->range.max };

    buffer_add(to, &head, sizeof(head));
    buffer_printf(to, "%s %u ", node->filter ? node->filter->name : "", node->text.len);
    buffer_add(to, node->text.at, node->text.len);
    for (const struct node *child = node->first; child; child = child->next)
        write_tree(to, child);
    buffer_add(to, "", 1);
}

static bool hash_ask(const struct kept_ask *ask, struct hash *to)
{
    struct buffer bytes = { 0 };
    bool is_written;

    write_tree(&bytes, ask->root);
    buffer_add(&bytes, ask->sort.at, ask->sort.len);
    is_written = !bytes.failed;
    if (is_written)
        *to = hash_of(bytes.at, bytes.len);
    buffer_free(&bytes);
    return is_written;
}

/* ---- finding ---- */

const struct kept_counts *kept_counts_of(const struct kept_answer *answer, enum term_field field)
{
    for (uint32_t i = 0; i < answer->field_count; i++)
        if (answer->fields[i].field == field)
            return &answer->fields[i];
    return NULL;
}

static bool is_enough(const struct kept_answer *answer, const struct kept_ask *ask)
{
    if (answer->count < ask->limit && answer->count < answer->total)
        return false;
    for (uint32_t i = 0; i < ask->field_count; i++) {
        const struct kept_counts *counts = kept_counts_of(answer, ask->fields[i]);

        if (!counts || (counts->most < ask->most && counts->count == counts->most))
            return false;
    }
    return true;
}

static struct kept_answer *find_answer(struct kept_answers *kept, const struct hash *of, uint64_t writes)
{
    for (uint32_t i = 0; i < KEPT_ANSWERS; i++) {
        struct kept_answer *one = &kept->each[i];

        if (one->is_made && one->writes == writes && memcmp(&one->of, of, sizeof(*of)) == 0)
            return one;
    }
    return NULL;
}

static bool goes_before(const struct kept_answer *a, const struct kept_answer *b)
{
    return a->is_usual != b->is_usual ? b->is_usual : a->used < b->used;
}

/* The place of an outdated answer, else of the one that was not used for the longest time; usual ones last. */
static struct kept_answer *pick_place(struct kept_answers *kept, uint64_t writes)
{
    struct kept_answer *oldest = &kept->each[0];

    for (uint32_t i = 0; i < KEPT_ANSWERS; i++) {
        struct kept_answer *one = &kept->each[i];

        if (!one->is_made || one->writes != writes)
            return one;
        if (goes_before(one, oldest))
            oldest = one;
    }
    return oldest;
}

/* ---- making ---- */

struct answer_making {
    const struct kept_ask *ask;
    struct kept_answer *to;
    struct bitmap *rows;
    uint32_t *each; /* lists `rows`; NULL: they are most of the index, and in the page's order */
    struct sort_order order;
};

static void list_rows(struct answer_making *m)
{
    const struct index *index = m->ask->match.index;
    uint32_t count;

    m->to->differs = score_differs(&m->ask->match, m->ask->root, m->rows);
    if (!m->to->differs && m->to->total > index_live(index) / 2 && sort_is_of_rows(&m->order, index))
        return;
    m->each = bitmap_array(m->rows, &count);
}

static void take_page(struct answer_making *m)
{
    const struct index *index = m->ask->match.index;
    uint32_t first[KEPT_PAGE + 1], page[KEPT_PAGE + 1], count = m->to->total;
    struct scores *scores = NULL;
    bool more;

    if (m->to->differs)
        scores = score_rows(&m->ask->match, m->ask->root, m->rows, m->each);
    m->order.scores = scores;
    if (!m->each)
        count = bitmap_first(m->rows, first, m->ask->limit);
    m->to->count = sort_page(&m->order, index, m->each ? m->each : first, count, NULL, m->ask->limit, page, &more);
    for (uint32_t i = 0; i < m->to->count; i++) {
        m->to->rows[i] = page[i];
        m->to->scores[i] = (float)score_of(scores, page[i]);
    }
    free(scores);
}

static bool count_field(struct answer_making *m, const struct facet_set *set, enum term_field field)
{
    struct kept_counts *to = &m->to->fields[m->to->field_count];

    *to = (struct kept_counts){ .field = field, .most = m->ask->most };
    to->at = alloc_array(to->most, sizeof(*to->at));
    m->to->field_count++;
    return facets_terms(m->ask->match.index, field, set, to->most, to->at, &to->count) == ERR_OK;
}

static bool count_facets(struct answer_making *m)
{
    struct facet_set set;
    bool is_done = true;

    if (m->ask->field_count == 0)
        return true;
    facets_open(m->ask->match.index, m->rows, m->each, &set);
    for (uint32_t i = 0; is_done && i < m->ask->field_count; i++)
        is_done = kept_counts_of(m->to, m->ask->fields[i]) || count_field(m, &set, m->ask->fields[i]);
    facets_close(&set);
    return is_done;
}

static bool make_answer(const struct kept_ask *ask, struct kept_answer *to)
{
    struct answer_making m = { .ask = ask, .to = to };
    bool is_made;

    clear_answer(to);
    if (sort_read(ask->match.index, ask->sort, &m.order, NULL) != ERR_OK)
        return false;
    m.rows = match_query(&ask->match, ask->root);
    to->total = bitmap_count(m.rows);
    list_rows(&m);
    take_page(&m);
    is_made = count_facets(&m);
    if (is_made)
        to->seconds = seconds_of(ask->match.index, ask->seconds, m.rows, m.each);
    free(m.each);
    bitmap_free(m.rows);
    to->writes = ask->match.index->writes;
    to->is_made = is_made;
    return is_made;
}

/* Exchanges the two, so that what one of them has allocated is freed once. */
static struct kept_answer *keep_last(struct kept_answers *kept, struct kept_answer *place)
{
    struct kept_answer last = kept->last;

    kept->last = *place;
    *place = last;
    return place;
}

const struct kept_answer *kept_answers_find(struct kept_answers *kept, const struct kept_ask *ask)
{
    uint64_t writes = ask->match.index->writes;
    struct kept_answer *answer;
    struct hash of;

    if (!hash_ask(ask, &of))
        return NULL;
    answer = find_answer(kept, &of, writes);
    if (!answer || !is_enough(answer, ask)) {
        struct kept_answer *place = answer ? answer : pick_place(kept, writes);

        if (!make_answer(ask, &kept->last))
            return NULL;
        kept->last.of = of;
        kept->last.is_usual = ask->is_usual || (answer && answer->is_usual);
        answer = kept->last.total >= KEPT_FROM ? keep_last(kept, place) : &kept->last;
    }
    answer->used = ++kept->uses;
    return answer;
}

/* ---- reading ---- */

struct scores *kept_scores(const struct kept_answer *answer, uint32_t count)
{
    struct scores *scores = alloc_bytes(sizeof(*scores) + count * (sizeof(float) + sizeof(uint32_t)));
    uint32_t *rows = (uint32_t *)(void *)(scores->at + count);

    for (uint32_t i = 0, at; i < count; i++) {
        for (at = i; at > 0 && rows[at - 1] > answer->rows[i]; at--)
            rows[at] = rows[at - 1], scores->at[at] = scores->at[at - 1];
        rows[at] = answer->rows[i], scores->at[at] = answer->scores[i];
    }
    scores->rows = rows;
    scores->count = count;
    return scores;
}
