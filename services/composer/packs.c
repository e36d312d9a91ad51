#include "services/composer/packs.h"

#include <stdlib.h>

#include "services/composer/reading.h"
#include "services/composer/waiting.h"
#include "store/catalogue.h"

enum { PACKS_MOST = 1000, ROWS_A_LOOK = 64 };
static const usec_t slice_us = 2000;

void packs_free(struct packs_count *p)
{
    arena_free(&p->arena);
    p->each = (struct pack_here_list){ 0, NULL };
    p->is_counting = p->is_kept = false;
}

void packs_outdate(struct packs_count *p)
{
    p->position = UINT64_MAX;
}

/* ---- counting ---- */

static bool see_pack(void *state, const struct lesson *lesson)
{
    struct packs_count *p = state;

    p->each.at[p->each.count++] = (struct pack_here){ .name = arena_text(&p->arena, lesson->word),
                                                      .title = arena_text(&p->arena, lesson->value),
                                                      .sounds = lesson->both };
    return p->each.count < PACKS_MOST;
}

static int compare_packs(const void *a, const void *b)
{
    return text_compare(((const struct pack_here *)a)->name, ((const struct pack_here *)b)->name);
}

static bool see_item(void *state, struct id media)
{
    (void)media;
    *(bool *)state = true;
    return false;
}

static enum err count_sound(struct packs_count *p, struct txn *txn, const struct lesson *lesson)
{
    const struct pack_here wanted = { .name = lesson->word };
    struct pack_here *pack = bsearch(&wanted, p->each.at, p->each.count, sizeof(wanted), compare_packs);
    bool is_here = false;
    enum err e = pack ? catalogue_each_with_content(txn, lesson->content, see_item, &is_here) : ERR_OK;

    if (pack)
        pack->here += is_here;
    return e;
}

static bool count_copy(void *state, const struct lesson *packed)
{
    struct packs_count *p = state;
    const struct pack_here wanted = { .name = packed->word };
    struct pack_here *pack = bsearch(&wanted, p->each.at, p->each.count, sizeof(wanted), compare_packs);

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

/* The lessons of a kind are one run of rows of DB_COMMUNITY. Returns true at its end. */
static bool count_slice(struct packs_count *p, struct txn *txn, usec_t until, enum err *e)
{
    struct arena scratch = { 0 };
    struct walk walk;
    uint32_t rows = 0;
    bool at_end = false, goes_on = true;

    *e = walk_begin(txn, DB_COMMUNITY, key_bytes(&p->at), bytes_of(&p->kind, 1), &walk);
    while (*e == ERR_OK && goes_on) {
        struct lesson lesson = { 0 };
        at_end = !walk_next(&walk);
        goes_on = !at_end && (++rows % ROWS_A_LOOK || clock_steady() < until);
        if (!at_end) { /* where the next slice begins, if this one does not take the row */
            p->at = (struct key){ 0 };
            key_add(&p->at, walk.key.at, walk.key.len);
        }
        if (goes_on && row_decode(txn, &scratch, walk.value, &lesson_shape, &lesson) == ERR_OK)
            *e = p->kind == LESSON_KIND_PACKED ? count_sound(p, txn, &lesson)
                                               : count_likeness(p, txn, &scratch, &lesson);
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

static enum err begin_count(struct packs_count *p, struct txn *txn, uint64_t position, uint64_t revision)
{
    enum err e;

    packs_free(p);
    p->position = position;
    p->revision = revision;
    begin_kind(p, LESSON_KIND_PACKED);
    p->each.at = arena_array(&p->arena, PACKS_MOST, sizeof(*p->each.at));
    e = p->each.at ? community_each_kind(txn, &p->arena, LESSON_KIND_PACK, see_pack, p) : ERR_FULL;
    if (e == ERR_OK)
        qsort(p->each.at, p->each.count, sizeof(*p->each.at), compare_packs);
    p->is_counting = e == ERR_OK;
    return e;
}

/* ---- answers ---- */

static void keep_count(struct composer *c)
{
    struct packs_count *p = &c->packs;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < p->each.count; i++)
        if (p->each.at[i].here || p->each.at[i].has_alike)
            p->each.at[kept++] = p->each.at[i];
    p->each.count = kept;
    p->is_counting = false;
    p->is_kept = true;
    waiting_answer(c, p->waiting, &p->waiting_count, &(struct packs_here){ .each = p->each }, NULL);
}

static void fail_count(struct composer *c, const struct fault *why)
{
    packs_free(&c->packs);
    waiting_answer(c, c->packs.waiting, &c->packs.waiting_count, NULL, why);
}

void packs_turn(struct composer *c)
{
    struct fault fault = { 0 };
    struct txn *txn = NULL;
    enum err e = ERR_OK;
    bool at_end = false;

    if (!c->packs.is_counting)
        return;
    if (reading_begin(c, &txn, &fault) != ERR_OK) {
        fail_count(c, &fault);
        return;
    }
    at_end = count_slice(&c->packs, txn, clock_steady() + slice_us, &e);
    txn_end(txn);
    if (e != ERR_OK)
        fault_set(&fault, e, "the packs cannot be read");
    if (e != ERR_OK)
        fail_count(c, &fault);
    else if (at_end && c->packs.kind == LESSON_KIND_PACKED)
        begin_kind(&c->packs, LESSON_KIND_ALIKE);
    else if (at_end)
        keep_count(c);
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
    bool is_kept = e == ERR_OK && p->is_kept && p->position == state.position && p->revision == head;
    if (e == ERR_OK && !is_kept && !p->is_counting)
        e = begin_count(p, txn, state.position, head);
    txn_end(txn);
    if (e != ERR_OK)
        return refuse(call, e, "the packs cannot be read");
    if (is_kept)
        answer->each = p->each;
    return is_kept ? ERR_OK : waiting_add(call, p->waiting, &p->waiting_count);
}
