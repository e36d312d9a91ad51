#include "services/composer/packs.h"

#include <stdlib.h>

#include "services/composer/reading.h"
#include "services/composer/waiting.h"
#include "store/catalogue.h"

enum { PACKS_KNOWN = 65536, PACKS_MOST = 1000 /* as in the schema */, ROWS_AWAITED = 256 };
static const usec_t look_us = 1000000, rest_us = 300 * 1000000LL;

static void free_seen(struct packs_seen *seen)
{
    arena_free(&seen->arena);
    seen->each = (struct pack_here_list){ 0, NULL };
}

static void drop_count(struct packs_count *p)
{
    free_seen(&p->now);
    p->is_counting = false;
}

void packs_free(struct packs_count *p)
{
    drop_count(p);
    free_seen(&p->kept);
    p->is_kept = false;
}

void packs_outdate(struct packs_count *p)
{
    p->kept.position = p->now.position = UINT64_MAX;
    p->look = 0;
}

/* ---- counting ---- */

/* Their rows come in the order of their names. */
static enum err add_pack(struct packs_count *p, const struct lesson *lesson)
{
    struct pack_here_list *each = &p->now.each;

    if (each->count == PACKS_KNOWN)
        return ERR_OK;
    each->at = arena_grow(&p->now.arena, each->at, each->count, &p->room, sizeof(*each->at));
    if (!each->at)
        return ERR_FULL;
    each->at[each->count++] = (struct pack_here){ .name = arena_text(&p->now.arena, lesson->word),
                                                  .title = arena_text(&p->now.arena, lesson->value),
                                                  .sounds = lesson->both };
    return ERR_OK;
}

static int compare_packs(const void *a, const void *b)
{
    return text_compare(((const struct pack_here *)a)->name, ((const struct pack_here *)b)->name);
}

static struct pack_here *find_pack(struct packs_count *p, struct text name)
{
    const struct pack_here wanted = { .name = name };

    return p->now.each.count ? bsearch(&wanted, p->now.each.at, p->now.each.count, sizeof(wanted), compare_packs)
                             : NULL;
}

static bool see_item(void *state, struct id media)
{
    (void)media;
    *(bool *)state = true;
    return false;
}

static enum err count_sound(struct packs_count *p, struct txn *txn, const struct lesson *lesson)
{
    struct pack_here *pack = find_pack(p, lesson->word);
    bool is_here = false;
    enum err e = pack ? catalogue_each_with_content(txn, lesson->content, see_item, &is_here) : ERR_OK;

    if (pack)
        pack->here += is_here;
    return e;
}

static bool count_copy(void *state, const struct lesson *packed)
{
    struct pack_here *pack = find_pack(state, packed->word);

    if (pack) {
        pack->has_alike = true;
        pack->alike++;
    }
    return true;
}

/* A copy has the name of its pack once. */
static enum err count_likeness(struct packs_count *p, struct txn *txn, struct arena *scratch,
                               const struct lesson *alike)
{
    return text_is(alike->word, "pack_name")
               ? community_each(txn, scratch, LESSON_KIND_PACKED, alike->other, count_copy, p)
               : ERR_OK;
}

static enum err count_lesson(struct packs_count *p, struct txn *txn, struct arena *scratch, const struct lesson *lesson)
{
    switch (p->kind) {
    case LESSON_KIND_PACK:
        return add_pack(p, lesson);
    case LESSON_KIND_PACKED:
        return count_sound(p, txn, lesson);
    default:
        return count_likeness(p, txn, scratch, lesson);
    }
}

/* An ask that has waited while the count read many rows gets the last count. */
static bool answers_the_last(const struct packs_count *p)
{
    return p->waiting_count && p->is_kept && p->kept.each.count && p->rows >= ROWS_AWAITED;
}

/* The lessons of a kind are one run of rows of DB_COMMUNITY. Returns true at its end. */
static bool count_slice(struct packs_count *p, struct txn *txn, struct slice *slice, enum err *e)
{
    struct arena scratch = { 0 };
    struct walk walk;
    bool at_end = false, goes_on = true, is_first = true;

    *e = walk_begin(txn, DB_COMMUNITY, key_bytes(&p->at), bytes_of(&p->kind, 1), &walk);
    while (*e == ERR_OK && goes_on) {
        struct lesson lesson = { 0 };
        at_end = !walk_next(&walk);
        goes_on = !at_end && (is_first || !(slice_is_over(slice) || answers_the_last(p)));
        is_first = false;
        p->rows++;
        if (!at_end) { /* where the next slice begins, if this one does not take the row */
            p->at = (struct key){ 0 };
            key_add(&p->at, walk.key.at, walk.key.len);
        }
        if (goes_on && row_decode(txn, &scratch, walk.value, &lesson_shape, &lesson) == ERR_OK)
            *e = count_lesson(p, txn, &scratch, &lesson);
        arena_reset(&scratch);
    }
    walk_end(&walk);
    arena_free(&scratch);
    return at_end;
}

static void begin_kind(struct packs_count *p, enum lesson_kind kind)
{
    p->kind = (uint8_t)kind;
    p->at = (struct key){ 0 };
    key_add(&p->at, &p->kind, 1);
}

static void begin_count(struct packs_count *p, uint64_t position, uint64_t revision)
{
    drop_count(p);
    p->now.position = position;
    p->now.revision = revision;
    p->room = 0;
    begin_kind(p, LESSON_KIND_PACK);
    p->is_counting = true;
}

/* ---- answers ---- */

/* The kept packs; `is_old`: something has changed since, and a new count has begun. */
static struct packs_here kept_packs(const struct packs_count *p, bool is_old)
{
    for (uint32_t i = 0; i < p->kept.each.count; i++)
        p->kept.each.at[i].has_recounting = p->kept.each.at[i].recounting = is_old;
    return (struct packs_here){ .each = p->kept.each };
}

static void answer_waiting(struct composer *c, bool is_old)
{
    const struct packs_here answer = kept_packs(&c->packs, is_old);

    waiting_answer(c, c->packs.waiting, &c->packs.waiting_count, &answer, NULL);
}

static int compare_here(const void *a, const void *b)
{
    const struct pack_here *one = a, *other = b;
    uint64_t here = one->here + one->alike, there = other->here + other->alike;

    return here != there ? (here < there) - (here > there) : text_compare(one->name, other->name);
}

/* Leaves the packs of which something is here; if they are too many, those of which the most is here. */
static void leave_packs_here(struct pack_here_list *each)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < each->count; i++)
        if (each->at[i].here || each->at[i].has_alike)
            each->at[kept++] = each->at[i];
    each->count = kept;
    if (kept <= PACKS_MOST)
        return;
    qsort(each->at, kept, sizeof(*each->at), compare_here);
    each->count = PACKS_MOST;
    qsort(each->at, PACKS_MOST, sizeof(*each->at), compare_packs);
}

static void keep_count(struct composer *c)
{
    struct packs_count *p = &c->packs;

    leave_packs_here(&p->now.each);
    free_seen(&p->kept);
    p->kept = p->now;
    p->now = (struct packs_seen){ .position = p->kept.position };
    p->is_counting = false;
    p->is_kept = true;
    answer_waiting(c, false);
}

static void fail_count(struct composer *c, const struct fault *why)
{
    drop_count(&c->packs);
    c->packs.look = clock_steady() + rest_us;
    waiting_answer(c, c->packs.waiting, &c->packs.waiting_count, NULL, why);
}

static enum err continue_count(struct composer *c, struct txn *txn)
{
    struct slice slice = slice_begin(c->service); /* of its own, because asks may wait for the count */
    struct packs_count *p = &c->packs;
    enum err e = ERR_OK;

    while (e == ERR_OK && p->is_counting) {
        bool at_end = count_slice(p, txn, &slice, &e);
        if (e != ERR_OK || !at_end)
            break;
        if (p->kind == LESSON_KIND_ALIKE)
            keep_count(c);
        else
            begin_kind(p, p->kind == LESSON_KIND_PACK ? LESSON_KIND_PACKED : LESSON_KIND_ALIKE);
    }
    if (e == ERR_OK && answers_the_last(p))
        answer_waiting(c, true);
    return e;
}

/* ---- when to count ---- */

/* The inbox changes rarely: so a count begins by itself, and the next ask need not wait for it. The catalogue changes
 * often: a count that follows it begins with an ask. */
static bool may_look(const struct composer *c)
{
    return c->step <= STEP_NEWS && !c->is_keeping && clock_steady() >= c->packs.look;
}

static enum err look_at_inbox(struct composer *c, struct txn *txn)
{
    struct packs_count *p = &c->packs;
    struct exchange_state state;
    struct arena arena = { 0 };
    uint64_t tail, head;
    enum err e = community_state(txn, &arena, &state);

    p->look = clock_steady() + look_us;
    if (e == ERR_OK)
        e = catalogue_head(txn, &tail, &head);
    if (e == ERR_OK && (!p->is_kept || p->kept.position != state.position))
        begin_count(p, state.position, head);
    arena_free(&arena);
    return e;
}

void packs_turn(struct composer *c)
{
    struct fault fault = { 0 };
    struct txn *txn = NULL;
    enum err e = ERR_OK;

    if (!c->packs.is_counting && !may_look(c))
        return;
    if (reading_begin(c, &txn, &fault) != ERR_OK) {
        if (c->packs.is_counting)
            fail_count(c, &fault);
        return;
    }
    if (!c->packs.is_counting)
        e = look_at_inbox(c, txn);
    if (e == ERR_OK)
        e = continue_count(c, txn);
    txn_end(txn);
    if (e != ERR_OK) {
        fault_set(&fault, e, "the packs cannot be read");
        fail_count(c, &fault);
    }
}

/* A count of an inbox that has changed meanwhile begins again, but not during an exchange, which changes it often. */
static bool must_begin(const struct composer *c, uint64_t position)
{
    return !c->packs.is_counting || (c->step <= STEP_NEWS && c->packs.now.position != position);
}

enum err packs_list(struct composer *c, struct call *call, struct packs_here *answer)
{
    struct packs_count *p = &c->packs;
    struct exchange_state state;
    uint64_t tail, head;
    struct txn *txn;
    enum err e = reading_begin(c, &txn, call_fault(call));

    if (e != ERR_OK)
        return e;
    e = community_state(txn, call_arena(call), &state);
    if (e == ERR_OK)
        e = catalogue_head(txn, &tail, &head);
    bool is_new = e == ERR_OK && p->is_kept && p->kept.position == state.position && p->kept.revision == head;
    if (e == ERR_OK && !is_new && must_begin(c, state.position))
        begin_count(p, state.position, head);
    txn_end(txn);
    if (e != ERR_OK)
        return refuse(call, e, "the packs cannot be read");
    if (!p->waiting_count)
        p->rows = 0;
    if (!is_new)
        return waiting_add(call, p->waiting, &p->waiting_count);
    *answer = kept_packs(p, false);
    return ERR_OK;
}
