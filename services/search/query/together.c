#include "services/search/query/together.h"

#include <stdlib.h>

#include "common/id_table.h"
#include "common/naming/fold.h"
#include "services/search/index/index_keep.h"
#include "services/search/query/shrunk.h"
#include "services/search/query/together_role.h"
#include "store/catalogue.h"
#include "store/community.h"
#include "store/uses.h"

static const char *const SECTIONS[] = { "intro", "verse", "pre-chorus", "chorus", "bridge", "drop", "outro" };
enum { SECTION_COUNT = sizeof(SECTIONS) / sizeof(SECTIONS[0]) };

/* ---- counting items ---- */

/* An item, and the last context that counted it. */
struct counted_item {
    struct id id, context;
    uint32_t both;
    uint64_t studios; /* of the community */
    bool is_mate;     /* nothing is public about the pair; it is of the same pack */
};

struct counting_uses {
    struct index *index;
    struct txn *txn;
    struct arena *arena;
    const struct node *node;
    struct counted_item *items; /* TOGETHER_ITEMS at most */
    struct id_table numbers;    /* of the items by id: the first is 1 */
    uint32_t count, rows;
    struct shrunk_sums sums;
    struct id context;           /* being read */
    const struct use *anchor;    /* the use of the clause's item there */
    const struct lesson *lesson; /* being read */
    bool denied;                 /* the clause is below a NOT */
    bool adds_mates;             /* items of the pack follow, without those of published pairs with a count of 0 */
    enum err e;
};

/* Returns the item, with counts of zero if it is new; NULL: there is no room. */
static struct counted_item *add_counted_item(struct counting_uses *c, struct id id)
{
    bool has_room = c->count < TOGETHER_ITEMS || id_table_has(&c->numbers, id);
    uint32_t *number = has_room ? id_table_number(&c->numbers, id) : NULL;

    if (!number)
        return NULL;
    if (*number == 0) {
        c->items[c->count].id = id;
        *number = ++c->count;
    }
    return &c->items[*number - 1];
}

static void count_item(struct counting_uses *c, struct id id)
{
    struct counted_item *item = add_counted_item(c, id);

    if (!item || (item->both && id_equal(item->context, c->context)))
        return;
    item->context = c->context;
    item->both++;
}

/* ---- with and after ---- */

static int order_of_section(struct text section)
{
    for (int i = 0; i < SECTION_COUNT; i++)
        if (text_is(section, SECTIONS[i]))
            return i;
    return -1;
}

/* Two sounds of one role mostly take turns, but the drums are one instrument of several sounds. */
static bool is_stacked(const struct use *anchor, const struct use *use)
{
    bool same_section = !anchor->section.len || !use->section.len || text_equal(anchor->section, use->section);
    bool same_role = anchor->role.len && text_equal(anchor->role, use->role);

    return same_section && (!same_role || text_is(use->role, "drums"));
}

static bool comes_after(const struct use *anchor, const struct use *use)
{
    int first = order_of_section(anchor->section), second = order_of_section(use->section);

    return first < 0 || second < 0 || second >= first;
}

static bool count_other(void *state, const struct use *use)
{
    struct counting_uses *c = state;
    bool fits =
        !uses_is_of_kit(use) && (c->node->kind == NODE_WITH ? is_stacked(c->anchor, use) : comes_after(c->anchor, use));

    if (fits && !id_equal(use->media, c->node->id))
        count_item(c, use->media);
    return ++c->rows < TOGETHER_ROWS;
}

/* Ended uses count too: history ranks. */
static bool read_context(void *state, struct id context, const struct use *use)
{
    struct counting_uses *c = state;

    c->sums.of += !id_equal(c->context, context);
    c->context = context;
    c->anchor = use;
    return uses_each_place(c->txn, context, count_other, c) == ERR_OK && c->rows < TOGETHER_ROWS;
}

/* ---- what the community counted ---- */

static uint64_t count_studios(struct counting_uses *c, enum lesson_kind kind, struct bytes content)
{
    struct lesson lesson;

    return community_about(c->txn, c->arena, kind, content, TEXT(""), &lesson) == ERR_OK ? lesson.studios : 0;
}

static uint64_t count_of(const struct counting_uses *c)
{
    return c->node->kind == NODE_WITH ? c->lesson->stacked : c->lesson->later;
}

static bool add_studios(void *state, struct id media)
{
    struct counting_uses *c = state;
    struct counted_item *item = id_equal(media, c->node->id) ? NULL : add_counted_item(c, media);

    if (item)
        item->studios = count_of(c);
    return true;
}

static bool take_lesson(void *state, const struct lesson *lesson)
{
    struct counting_uses *c = state;
    c->lesson = lesson;
    if (count_of(c) || c->adds_mates)
        c->e = catalogue_each_with_content(c->txn, lesson->other, add_studios, c);
    return c->e == ERR_OK && ++c->rows < 2 * TOGETHER_ROWS;
}

static void add_mate(struct counting_uses *c, struct id id)
{
    bool is_new = !id_is_zero(id) && !id_equal(id, c->node->id) && !id_table_has(&c->numbers, id);
    struct counted_item *item = is_new ? add_counted_item(c, id) : NULL;

    if (item)
        item->is_mate = true;
}

/* Adds the items of the pack. The community publishes no pair of few studios, and most such pairs are of one pack. */
static void add_mates(struct counting_uses *c, struct text pack)
{
    struct bitmap *rows = index_valued(c->index, TERM_PACK, fold_text(c->arena, pack), NULL);
    uint32_t at[TOGETHER_MATES], count;

    count = bitmap_first(rows, at, TOGETHER_MATES);
    for (uint32_t i = 0; i < count; i++)
        add_mate(c, index_id(c->index, at[i]));
    bitmap_free(rows);
}

static enum err count_community(struct counting_uses *c)
{
    struct media media = { 0 };
    enum err e;

    if (txn_count(c->txn, DB_COMMUNITY) == 0)
        return ERR_OK;
    c->sums.studios = count_studios(c, LESSON_KIND_TOTAL, media.content);
    if (catalogue_media(c->txn, c->arena, c->node->id, &media) != ERR_OK || media.content.len == 0)
        return ERR_OK;
    c->sums.studios_of = count_studios(c, LESSON_KIND_USE, media.content);
    c->adds_mates = c->node->kind == NODE_AFTER && !c->denied && c->sums.studios && media.pack.len;
    e = community_each(c->txn, c->arena, LESSON_KIND_PAIR, media.content, take_lesson, c);
    if (e == ERR_OK)
        e = c->e;
    if (e == ERR_OK && c->adds_mates)
        add_mates(c, media.pack);
    return e;
}

/* ---- items ---- */

static struct together_item make_item(struct counting_uses *c, const struct counted_item *item, uint32_t row)
{
    struct entry_used used = index_used(c->index, row);
    float score = shrunk_item(&c->sums, item->both, item->studios, used.contexts, used.studios);

    if (item->is_mate)
        return (struct together_item){ .row = row,
                                       .studios = c->sums.studios ? used.studios : 0,
                                       .studios_of = c->sums.studios,
                                       .is_mate = true,
                                       .score = score };
    return (struct together_item){ row, item->both, c->sums.of, item->studios, c->sums.studios_of, false, score };
}

/* A published pair may have a count of 0 for this clause. */
static bool is_found(const struct counted_item *item)
{
    return item->both || item->studios || item->is_mate;
}

static enum err take_items(struct counting_uses *c, struct companions *to)
{
    to->at = arena_array(c->arena, c->count + 1, sizeof(*to->at));
    if (!to->at)
        return ERR_FULL;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct counted_item *item = &c->items[i];
        uint32_t row;
        if (is_found(item) && index_find(c->index, item->id, &row))
            to->at[to->count++] = make_item(c, item, row);
    }
    qsort(to->at, to->count, sizeof(*to->at), together_role_by_row);
    return ERR_OK;
}

static enum err answer_item_clause(struct index *index, struct txn *txn, struct arena *arena, struct node *node,
                                   bool denied, struct companions *to)
{
    struct counting_uses c = { .index = index, .txn = txn, .arena = arena, .node = node, .denied = denied };
    enum err e;

    c.sums.contexts = (uint32_t)txn_count(txn, DB_CONTEXT);
    c.items = arena_array(arena, TOGETHER_ITEMS, sizeof(*c.items));
    if (!c.items)
        return ERR_FULL;
    e = uses_each_place_of(txn, node->id, read_context, &c);
    if (e == ERR_OK)
        e = count_community(&c);
    if (e == ERR_OK)
        e = take_items(&c, to);
    id_table_free(&c.numbers);
    return e;
}

static enum err answer_clause(struct index *index, struct txn *txn, struct arena *arena, struct node *node, bool denied)
{
    struct companions *to = arena_alloc(arena, sizeof(*to));

    if (!to)
        return ERR_FULL;
    node->together = to;
    if (node->kind == NODE_FOR)
        return together_find_role(index, txn, arena, node->text, to);
    return answer_item_clause(index, txn, arena, node, denied, to);
}

/* ---- the clauses of a query ---- */

static bool is_clause(const struct node *node)
{
    return node->kind == NODE_WITH || node->kind == NODE_AFTER || node->kind == NODE_FOR;
}

bool together_is_asked(const struct node *root)
{
    if (is_clause(root))
        return true;
    for (const struct node *child = root->first; child; child = child->next)
        if (together_is_asked(child))
            return true;
    return false;
}

static enum err find_clauses(struct index *index, struct txn *txn, struct arena *arena, struct node *root, bool denied)
{
    enum err e = is_clause(root) ? answer_clause(index, txn, arena, root, denied) : ERR_OK;

    for (struct node *child = root->first; e == ERR_OK && child; child = child->next)
        e = find_clauses(index, txn, arena, child, denied || root->kind == NODE_NOT);
    return e;
}

enum err together_find(struct index *index, struct txn *txn, struct arena *arena, struct node *root)
{
    return find_clauses(index, txn, arena, root, false);
}

const struct together_item *together_of(const struct node *root, uint32_t row)
{
    const struct together_item wanted = { .row = row }, *found = NULL;

    if (is_clause(root) && root->together && root->together->count)
        found = bsearch(&wanted, root->together->at, root->together->count, sizeof(wanted), together_role_by_row);
    for (const struct node *child = root->kind == NODE_NOT ? NULL : root->first; child && !found; child = child->next)
        found = together_of(child, row);
    return found;
}
