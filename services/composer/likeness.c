#include "services/composer/likeness.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "proto/wire/codec_copy.h"
#include "services/composer/reading.h"

enum { PERSIST_MS = 30000, CHANGES_MOST = 500, FACTS_MOST = 64 /* of a content */, REST_FACTOR = 20 };
enum { ROOM = CHANGES_MOST + 2 * FACTS_MOST /* the changes of the last item may exceed CHANGES_MOST */ };
static const usec_t settle_us = 5000000, longest_rest_us = 300 * 1000000LL;
static const double copy_confidence = 0.8; /* of a fact, if the content is only a copy */

struct pack_sound {
    uint8_t content[COMMUNITY_CONTENT];
    struct sound_form form;
};

/* A slice of a pass. */
struct pass_slice {
    struct likeness *l;
    struct txn *txn;
    struct arena scratch; /* of one row */
    enum err e;
};

void likeness_free(struct likeness *l)
{
    free(l->sounds);
    arena_free(&l->arena);
    l->sounds = NULL;
    l->count = l->room = 0;
    l->changes = (struct lesson_list){ 0, NULL };
    l->step = LIKENESS_REST;
}

/* ---- the sounds of packs ---- */

static void take_sound(struct pass_slice *s, struct bytes key, struct bytes value)
{
    struct likeness *l = s->l;
    struct lesson lesson = { 0 };

    (void)key;
    if (row_decode(s->txn, &s->scratch, value, &lesson_shape, &lesson) != ERR_OK || l->count == LIKENESS_SOUNDS)
        return; /* a damaged one is found by damage.h */
    ALLOC_ROOM(l->sounds, l->count, l->room, 1024);
    memcpy(l->sounds[l->count].content, lesson.content.at, COMMUNITY_CONTENT);
    l->count += sound_read(lesson.value, &s->scratch, &l->sounds[l->count].form);
}

static int compare_lengths(const void *a, const void *b)
{
    const struct pack_sound *one = a, *other = b;

    if (one->form.ms != other->form.ms)
        return one->form.ms < other->form.ms ? -1 : 1;
    return memcmp(one->content, other->content, COMMUNITY_CONTENT);
}

static uint32_t find_length(const struct likeness *l, uint32_t ms)
{
    uint32_t from = 0, to = l->count;

    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (l->sounds[middle].form.ms < ms)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* NULL: it is a copy of none. */
static const struct pack_sound *find_nearest(const struct likeness *l, const struct sound_form *form)
{
    uint32_t longest = sound_longest(form->ms);
    const struct pack_sound *nearest = NULL;
    uint64_t least = UINT64_MAX;

    for (uint32_t i = find_length(l, sound_shortest(form->ms)); i < l->count && l->sounds[i].form.ms <= longest; i++) {
        uint64_t distance = sound_distance(form, &l->sounds[i].form);
        if (distance < least) {
            least = distance;
            nearest = &l->sounds[i];
        }
    }
    return nearest;
}

/* ---- differences ---- */

static void add_change(struct pass_slice *s, const struct lesson *lesson)
{
    struct likeness *l = s->l;

    if (l->changes.count == ROOM)
        return; /* of one item: never more than the room for it */
    s->e = codec_copy(&lesson_shape, lesson, &l->arena, &l->changes.at[l->changes.count]);
    l->changes.count += s->e == ERR_OK;
}

struct comparing {
    struct pass_slice *s;
    struct bytes content;
    struct lesson_list due, kept; /* facts that the content should have, and has, as a copy */
};

static bool add_due(void *state, const struct lesson *fact)
{
    struct comparing *c = state;
    struct lesson *to = &c->due.at[c->due.count++];

    *to = *fact;
    to->kind.value = LESSON_KIND_ALIKE;
    to->content = c->content;
    to->other = fact->content;
    to->confidence = fact->confidence * copy_confidence;
    return c->due.count < FACTS_MOST;
}

static bool add_kept(void *state, const struct lesson *lesson)
{
    struct comparing *c = state;

    c->kept.at[c->kept.count++] = *lesson;
    return c->kept.count < FACTS_MOST;
}

static bool is_same(const struct lesson *a, const struct lesson *b)
{
    return bytes_equal(a->other, b->other) && text_equal(a->word, b->word);
}

static const struct lesson *find_same(const struct lesson_list *list, const struct lesson *wanted)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (is_same(&list->at[i], wanted))
            return &list->at[i];
    return NULL;
}

static void add_differences(struct comparing *c)
{
    for (uint32_t i = 0; c->s->e == ERR_OK && i < c->due.count; i++) {
        const struct lesson *was = find_same(&c->kept, &c->due.at[i]);
        if (!was || !text_equal(was->value, c->due.at[i].value))
            add_change(c->s, &c->due.at[i]);
    }
    for (uint32_t i = 0; c->s->e == ERR_OK && i < c->kept.count; i++) {
        struct lesson gone = c->kept.at[i];
        gone.gone = true;
        if (!find_same(&c->due, &gone))
            add_change(c->s, &gone);
    }
}

/* ---- items ---- */

static bool see_one(void *state, const struct lesson *lesson)
{
    (void)lesson;
    *(bool *)state = true;
    return false;
}

/* NULL: the content is itself a sound of a pack, or it resembles none. */
static const struct pack_sound *find_copied(struct pass_slice *s, const struct media *media)
{
    struct sound_form form = { 0 };
    bool is_packed = false, has_sound = false;

    s->e = community_each(s->txn, &s->scratch, LESSON_KIND_PACKED, media->content, see_one, &is_packed);
    if (s->e == ERR_OK && !is_packed && s->l->count)
        s->e = sound_of_item(s->txn, &s->scratch, media, &form, &has_sound);
    if (s->e == ERR_INTERNAL)
        s->e = ERR_OK; /* the check of the store reports it */
    return has_sound ? find_nearest(s->l, &form) : NULL;
}

static void take_item(struct pass_slice *s, struct bytes key, struct bytes value)
{
    struct comparing c = { .s = s };
    struct media media = { 0 };
    const struct pack_sound *copied = NULL;

    (void)key;
    if (row_decode(s->txn, &s->scratch, value, &media_shape, &media) != ERR_OK ||
        media.content.len != COMMUNITY_CONTENT)
        return;
    c.content = media.content;
    c.due.at = arena_array(&s->scratch, FACTS_MOST, sizeof(*c.due.at));
    c.kept.at = arena_array(&s->scratch, FACTS_MOST, sizeof(*c.kept.at));
    s->e = c.due.at && c.kept.at ? ERR_OK : ERR_FULL;
    if (s->e == ERR_OK)
        copied = find_copied(s, &media);
    if (s->e == ERR_OK && copied)
        s->e = community_each(s->txn, &s->scratch, LESSON_KIND_FACT, bytes_of(copied->content, COMMUNITY_CONTENT),
                              add_due, &c);
    if (s->e == ERR_OK)
        s->e = community_each(s->txn, &s->scratch, LESSON_KIND_ALIKE, media.content, add_kept, &c);
    if (s->e == ERR_OK)
        add_differences(&c);
}

/* A copy that left the catalogue; or any copy, if there are no sounds of packs any more. */
static void sweep_copy(struct pass_slice *s, struct bytes key, struct bytes value)
{
    struct lesson lesson = { 0 };
    bool is_here = true;

    (void)key;
    if (row_decode(s->txn, &s->scratch, value, &lesson_shape, &lesson) != ERR_OK)
        return;
    is_here = s->l->count > 0;
    if (is_here)
        s->e = catalogue_has_content(s->txn, lesson.content, &is_here);
    lesson.gone = true;
    if (s->e == ERR_OK && !is_here)
        add_change(s, &lesson);
}

/* ---- slices ---- */

static const struct {
    enum database db;
    uint8_t kind; /* of lessons; 0: all rows */
    void (*take)(struct pass_slice *s, struct bytes key, struct bytes value);
} steps[] = {
    [LIKENESS_READ] = { DB_COMMUNITY, LESSON_KIND_SOUND, take_sound },
    [LIKENESS_MATCH] = { DB_MEDIA, 0, take_item },
    [LIKENESS_SWEEP] = { DB_COMMUNITY, LESSON_KIND_ALIKE, sweep_copy },
};

static bool has_room(const struct likeness *l)
{
    return l->changes.count < CHANGES_MOST;
}

/* Returns true at the end of the step's rows. */
static bool read_slice(struct pass_slice *s, struct slice *slice)
{
    struct likeness *l = s->l;
    struct bytes prefix = bytes_of(&steps[l->step].kind, steps[l->step].kind != 0);
    struct walk walk;
    uint32_t rows = 0;
    bool goes_on = true, at_end = false;

    s->e = walk_begin(s->txn, steps[l->step].db, l->at.len ? key_bytes(&l->at) : prefix, prefix, &walk);
    while (s->e == ERR_OK && goes_on) {
        at_end = !walk_next(&walk);
        goes_on = !at_end && has_room(l) && (rows++ == 0 || !slice_is_over(slice));
        if (!at_end) { /* where the next slice begins, if this one does not take the row */
            l->at = (struct key){ 0 };
            key_add(&l->at, walk.key.at, walk.key.len);
        }
        if (goes_on)
            steps[l->step].take(s, walk.key, walk.value);
        arena_reset(&s->scratch);
    }
    walk_end(&walk);
    return at_end;
}

static void end_step(struct likeness *l)
{
    if (l->step == LIKENESS_READ && l->count)
        qsort(l->sounds, l->count, sizeof(*l->sounds), compare_lengths);
    l->step = l->step == LIKENESS_READ && !l->count ? LIKENESS_SWEEP : l->step + 1;
    l->at = (struct key){ 0 };
}

/* ---- asks to persist ---- */

static void end_keeping(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct composer *c = state;

    (void)answer;
    c->is_keeping = false;
    if (error == ERR_OK)
        return;
    log_fault("keeping the copies of packs' sounds", fault);
    likeness_free(&c->likeness);
    c->likeness.look = clock_steady() + longest_rest_us;
    c->likeness.position = UINT64_MAX;
}

static void begin_changes(struct likeness *l)
{
    arena_reset(&l->arena);
    l->changes = (struct lesson_list){ 0, arena_array(&l->arena, ROOM, sizeof(struct lesson)) };
}

static void keep_copies(struct composer *c)
{
    const struct persist_composer changes = { .has_alike = true, .alike = c->likeness.changes };
    struct fault fault = { 0 };

    c->is_keeping = true;
    if (service_ask(c->service, "persist.composer", &changes, PERSIST_MS, NULL, end_keeping, c, &fault) != ERR_OK)
        end_keeping(c, fault.code, NULL, &fault);
    else
        begin_changes(&c->likeness);
}

/* ---- passes ---- */

static void begin_pass(struct likeness *l, uint64_t position, uint64_t revision)
{
    likeness_free(l);
    begin_changes(l);
    l->began = clock_steady();
    l->position = position;
    l->revision = revision;
    l->at = (struct key){ 0 };
    l->step = l->changes.at ? LIKENESS_READ : LIKENESS_REST;
}

static void end_pass(struct likeness *l)
{
    usec_t now = clock_steady(), rest = REST_FACTOR * (now - l->began);

    l->next = now + (rest < settle_us ? settle_us : rest > longest_rest_us ? longest_rest_us : rest);
    likeness_free(l);
}

static enum err take_slice(struct composer *c, struct txn *txn)
{
    struct likeness *l = &c->likeness;
    struct pass_slice s = { .l = l, .txn = txn };

    if (read_slice(&s, &c->slice) && s.e == ERR_OK)
        end_step(l);
    arena_free(&s.scratch);
    return s.e;
}

static bool is_due(struct likeness *l, struct txn *txn, uint64_t position, uint64_t revision)
{
    bool has_news = position != l->position; /* a pass that wrote is followed by one that finds nothing to write */

    if (txn_count(txn, DB_COMMUNITY) == 0)
        return false;
    return has_news || (revision != l->revision && clock_steady() >= l->next);
}

static enum err continue_pass(struct composer *c, struct txn *txn, struct arena *arena)
{
    struct likeness *l = &c->likeness;
    struct exchange_state state;
    uint64_t tail = 0, head = 0;
    enum err e = community_state(txn, arena, &state);

    if (e == ERR_OK)
        e = catalogue_head(txn, &tail, &head);
    if (e == ERR_OK && l->step == LIKENESS_REST && is_due(l, txn, state.position, head))
        begin_pass(l, state.position, head);
    if (e != ERR_OK || l->step == LIKENESS_REST)
        return e;
    if (l->step < LIKENESS_OVER && has_room(l))
        e = take_slice(c, txn);
    if (e == ERR_OK && l->changes.count && (!has_room(l) || l->step == LIKENESS_OVER))
        keep_copies(c);
    else if (e == ERR_OK && l->step == LIKENESS_OVER)
        end_pass(l);
    return e;
}

void likeness_turn(struct composer *c)
{
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    struct txn *txn = NULL;
    enum err e;

    if (c->step > STEP_NEWS || c->is_keeping || c->damage.is_found ||
        (c->likeness.step == LIKENESS_REST && clock_steady() < c->likeness.look))
        return;
    if (reading_begin(c, &txn, &fault) != ERR_OK)
        return; /* persist is away: the timer tries again */
    e = continue_pass(c, txn, &arena);
    c->likeness.look = clock_steady() + 1000000;
    txn_end(txn);
    arena_free(&arena);
    if (e != ERR_OK) {
        log_warn("the copies of packs' sounds cannot be found: %s", err_name(e));
        likeness_free(&c->likeness);
        c->likeness.look = clock_steady() + longest_rest_us;
    }
}
