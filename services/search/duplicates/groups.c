#include "services/search/duplicates/groups.h"

#include <stdlib.h>
#include <string.h>

#include "services/search/duplicates/fingerprint.h"
#include "services/search/duplicates/forest.h"

enum { GATHER, MATCH_WHOLE, MATCH_AUDIBLE, CHECK, GROUP, DONE };
enum { CLOCK_EVERY = 16 /* steps between two checks of the clock */ };

static const float LEAST_ALIKE = 0.6f, LENGTHS_OFF_SECONDS = 0.15f, LENGTHS_OFF = 0.01f;

struct sound {
    struct id id;
    uint8_t content[16];
    bool has_content, has_gist;
    float seconds; /* of the file, later of its audible part: the key for matching */
    struct gist gist;
};

/* The most similar others of one sound. */
struct near_sounds {
    uint32_t count, at[GROUPS_NEAR];
    float alike[GROUPS_NEAR];
};

struct pair {
    uint32_t a, b;
    float alike;
};

struct duplicate_groups {
    uint32_t count;
    struct sound *sounds;
    uint32_t *root[GROUPS_KINDS]; /* a forest for each kind: each sound has its group's first, or one nearer to it */
    uint32_t *order;              /* sounds by length, then by group */
    uint32_t standing;            /* the first sounds of `order`, which are matched */
    struct near_sounds *near;     /* by sound */
    struct pair *pairs;
    uint32_t pair_count;
    struct found_group *groups;
    uint32_t group_count, group_room;
    uint32_t *members; /* of all groups */
    uint32_t member_count;
    int stage;
    uint32_t next;   /* of the current stage */
    uint32_t unread; /* pairs with an unreadable fingerprint */
    struct fingerprint_bench *bench;
    struct arena arena;
};

/* ---- opening ---- */

struct duplicate_groups *groups_new(const struct id *ids, uint32_t count)
{
    struct duplicate_groups *t = calloc(1, sizeof(*t));

    if (!t)
        return NULL;
    t->count = count;
    t->sounds = calloc(count + 1, sizeof(*t->sounds));
    t->order = calloc(count + 1, sizeof(*t->order));
    t->near = calloc(count + 1, sizeof(*t->near));
    t->bench = fingerprint_bench_new();
    bool whole = t->sounds && t->order && t->near && t->bench;
    for (int kind = 0; kind < GROUPS_KINDS; kind++) {
        t->root[kind] = calloc(count + 1, sizeof(*t->root[kind]));
        whole = whole && t->root[kind];
    }
    if (!whole) {
        groups_free(t);
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        t->sounds[i].id = ids[i];
        t->order[i] = t->root[GROUPS_FILE][i] = i;
    }
    return t;
}

void groups_free(struct duplicate_groups *t)
{
    if (!t)
        return;
    for (int kind = 0; kind < GROUPS_KINDS; kind++)
        free(t->root[kind]);
    free(t->sounds);
    free(t->order);
    free(t->near);
    free(t->pairs);
    free(t->groups);
    free(t->members);
    fingerprint_bench_free(t->bench);
    arena_free(&t->arena);
    free(t);
}

void groups_progress(const struct duplicate_groups *t, uint64_t *done, uint64_t *total)
{
    uint64_t before = (uint64_t)t->count * (uint64_t)(t->stage < CHECK ? t->stage : CHECK);

    *total = (uint64_t)t->count * CHECK + t->pair_count;
    *done = t->stage <= CHECK ? before + t->next : *total;
}

/* ---- gathering ---- */

static void gather_sound(struct duplicate_groups *t, struct txn *txn, const struct paths *paths)
{
    struct sound *sound = &t->sounds[t->next];
    struct artefact artefact;
    struct media media;

    if (catalogue_media(txn, &t->arena, sound->id, &media) != ERR_OK || media.content.len != sizeof(sound->content))
        return;
    memcpy(sound->content, media.content.at, sizeof(sound->content));
    sound->has_content = true;
    sound->has_gist = catalogue_artefact(txn, paths, &t->arena, media.content, TEXT("gist"), &artefact) == ERR_OK &&
                      fingerprint_read_gist(artefact.data, &sound->gist);
    sound->seconds = media.sample_rate ? (float)media.frames / (float)media.sample_rate : 0;
}

static int by_content(const void *a, const void *b, void *sounds)
{
    const struct sound *x = (const struct sound *)sounds + *(const uint32_t *)a;
    const struct sound *y = (const struct sound *)sounds + *(const uint32_t *)b;
    int order = x->has_content != y->has_content ? (int)y->has_content - (int)x->has_content
                                                 : memcmp(x->content, y->content, sizeof(x->content));

    return order ? order : (x > y) - (x < y);
}

static int by_samples(const void *a, const void *b, void *sounds)
{
    const struct sound *x = (const struct sound *)sounds + *(const uint32_t *)a;
    const struct sound *y = (const struct sound *)sounds + *(const uint32_t *)b;
    int order = x->has_gist != y->has_gist ? (int)y->has_gist - (int)x->has_gist
                                           : memcmp(x->gist.pcm, y->gist.pcm, sizeof(x->gist.pcm));

    return order ? order : (x > y) - (x < y);
}

static int by_seconds(const void *a, const void *b, void *sounds)
{
    const struct sound *x = (const struct sound *)sounds + *(const uint32_t *)a;
    const struct sound *y = (const struct sound *)sounds + *(const uint32_t *)b;

    if (x->seconds < y->seconds || x->seconds > y->seconds)
        return x->seconds < y->seconds ? -1 : 1;
    return (x > y) - (x < y);
}

static bool same_content(const struct sound *a, const struct sound *b)
{
    return a->has_content && b->has_content && memcmp(a->content, b->content, sizeof(a->content)) == 0;
}

/* Silent files share no audio. */
static bool same_samples(const struct sound *a, const struct sound *b)
{
    return a->has_gist && b->has_gist && a->gist.seconds > 0 &&
           memcmp(a->gist.pcm, b->gist.pcm, sizeof(a->gist.pcm)) == 0;
}

static void join_equal(struct duplicate_groups *t, uint32_t *root, int (*by)(const void *, const void *, void *),
                       bool (*same)(const struct sound *, const struct sound *))
{
    qsort_r(t->order, t->count, sizeof(*t->order), by, t->sounds);
    for (uint32_t i = 1; i < t->count; i++)
        if (same(&t->sounds[t->order[i - 1]], &t->sounds[t->order[i]]))
            forest_join(root, t->order[i - 1], t->order[i]);
}

/* One sound represents all with the same samples. */
static bool is_standing(struct duplicate_groups *t, uint32_t i)
{
    return t->sounds[i].has_gist && t->sounds[i].gist.seconds > 0 && forest_find(t->root[GROUPS_AUDIO], i) == i;
}

/* Sorts representatives first, so that the copies of one sound do not fill the window of another. */
static void sort_by_seconds(struct duplicate_groups *t)
{
    t->standing = 0;
    for (uint32_t i = 0, others = t->count; i < t->count; i++)
        t->order[is_standing(t, i) ? t->standing++ : --others] = i;
    qsort_r(t->order, t->standing, sizeof(*t->order), by_seconds, t->sounds);
}

static void match_audible(struct duplicate_groups *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        t->sounds[i].seconds = t->sounds[i].gist.seconds;
    sort_by_seconds(t);
}

static void begin_matching(struct duplicate_groups *t)
{
    join_equal(t, t->root[GROUPS_FILE], by_content, same_content);
    memcpy(t->root[GROUPS_AUDIO], t->root[GROUPS_FILE], t->count * sizeof(uint32_t));
    join_equal(t, t->root[GROUPS_AUDIO], by_samples, same_samples);
    memcpy(t->root[GROUPS_SOUND], t->root[GROUPS_AUDIO], t->count * sizeof(uint32_t));
    sort_by_seconds(t);
}

/* ---- matching ---- */

static bool is_near(const struct near_sounds *near, uint32_t at)
{
    for (uint32_t i = 0; i < near->count; i++)
        if (near->at[i] == at)
            return true;
    return false;
}

static void offer_near(struct near_sounds *near, uint32_t at, float alike)
{
    uint32_t least = 0;

    if (is_near(near, at))
        return;
    if (near->count < GROUPS_NEAR) {
        near->at[near->count] = at;
        near->alike[near->count++] = alike;
        return;
    }
    for (uint32_t i = 1; i < GROUPS_NEAR; i++)
        least = near->alike[i] < near->alike[least] ? i : least;
    if (alike > near->alike[least]) {
        near->at[least] = at;
        near->alike[least] = alike;
    }
}

/* Compares with the sounds after it in the order of lengths. */
static void match_sound(struct duplicate_groups *t)
{
    uint32_t end = t->standing - t->next > GROUPS_WINDOW ? t->next + GROUPS_WINDOW : t->standing;
    uint32_t i = t->order[t->next];
    const struct sound *sound = &t->sounds[i];
    float most = sound->seconds * (1 + LENGTHS_OFF) + LENGTHS_OFF_SECONDS;

    for (uint32_t k = t->next + 1; k < end && t->sounds[t->order[k]].seconds <= most; k++) {
        uint32_t j = t->order[k];
        float alike = fingerprint_alike(&sound->gist, &t->sounds[j].gist);
        if (alike < LEAST_ALIKE)
            continue;
        offer_near(&t->near[i], j, alike);
        offer_near(&t->near[j], i, alike);
    }
}

static int most_alike_first(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->alike < y->alike || x->alike > y->alike)
        return x->alike > y->alike ? -1 : 1;
    return x->a != y->a ? (x->a > y->a) - (x->a < y->a) : (x->b > y->b) - (x->b < y->b);
}

/* Lists each pair once, whichever of the two has the other among its nearest. */
static enum err begin_checking(struct duplicate_groups *t)
{
    t->pairs = malloc(((size_t)t->count * GROUPS_NEAR + 1) * sizeof(*t->pairs));
    if (!t->pairs)
        return ERR_FULL;
    for (uint32_t i = 0; i < t->count; i++)
        for (uint32_t k = 0; k < t->near[i].count; k++) {
            uint32_t j = t->near[i].at[k];
            if (i < j || !is_near(&t->near[j], i))
                t->pairs[t->pair_count++] = (struct pair){ i, j, t->near[i].alike[k] };
        }
    qsort(t->pairs, t->pair_count, sizeof(*t->pairs), most_alike_first);
    return ERR_OK;
}

/* ---- checking ---- */

static bool read_fingerprint(struct duplicate_groups *t, struct txn *txn, const struct paths *paths, uint32_t sound,
                             struct fingerprint *to)
{
    struct bytes content = bytes_of(t->sounds[sound].content, sizeof(t->sounds[sound].content));
    struct artefact artefact;

    return catalogue_artefact(txn, paths, &t->arena, content, TEXT("print"), &artefact) == ERR_OK &&
           fingerprint_read(artefact.data, to);
}

/* If a fingerprint has a row but its file is gone, it will be made again. */
static bool has_fingerprint(struct duplicate_groups *t, struct txn *txn, uint32_t sound)
{
    return catalogue_has_artefact(txn, bytes_of(t->sounds[sound].content, sizeof(t->sounds[sound].content)),
                                  TEXT("print"));
}

static void check_pair(struct duplicate_groups *t, struct txn *txn, const struct paths *paths)
{
    const struct pair *pair = &t->pairs[t->next];
    struct fingerprint a, b;

    if (forest_find(t->root[GROUPS_SOUND], pair->a) == forest_find(t->root[GROUPS_SOUND], pair->b))
        return;
    if (!read_fingerprint(t, txn, paths, pair->a, &a) || !read_fingerprint(t, txn, paths, pair->b, &b))
        t->unread += has_fingerprint(t, txn, pair->a) && has_fingerprint(t, txn, pair->b);
    else if (fingerprint_is_same(t->bench, &a, &b))
        forest_join(t->root[GROUPS_SOUND], pair->a, pair->b);
}

/* ---- groups ---- */

static int by_root(const void *a, const void *b, void *roots)
{
    const uint32_t *root = roots, x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    if (root[x] != root[y])
        return root[x] < root[y] ? -1 : 1;
    return (x > y) - (x < y);
}

static bool is_news(const struct duplicate_groups *t, int kind, const uint32_t *at, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (kind == GROUPS_FILE || t->root[kind - 1][at[i]] != t->root[kind - 1][at[0]])
            return true;
    return false;
}

static enum err keep_group(struct duplicate_groups *t, enum group_kind kind, const uint32_t *at, uint32_t count)
{
    if (t->group_count == t->group_room) {
        uint32_t room = t->group_room ? t->group_room * 2 : 64;
        struct found_group *more = realloc(t->groups, room * sizeof(*more));
        if (!more)
            return ERR_FULL;
        t->groups = more;
        t->group_room = room;
    }
    memcpy(t->members + t->member_count, at, count * sizeof(*at));
    t->groups[t->group_count++] = (struct found_group){ kind, t->members + t->member_count, count };
    t->member_count += count;
    return ERR_OK;
}

static enum err group_kind(struct duplicate_groups *t, int kind)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; i < t->count; i++)
        t->root[kind][i] = forest_find(t->root[kind], i);
    qsort_r(t->order, t->count, sizeof(*t->order), by_root, t->root[kind]);
    for (uint32_t first = 0, end; first < t->count && e == ERR_OK; first = end) {
        for (end = first + 1; end < t->count && t->root[kind][t->order[end]] == t->root[kind][t->order[first]]; end++)
            ;
        if (is_news(t, kind, t->order + first, end - first))
            e = keep_group(t, (enum group_kind)kind, t->order + first, end - first);
    }
    return e;
}

static enum err make_groups(struct duplicate_groups *t)
{
    t->members = malloc(((size_t)t->count * GROUPS_KINDS + 1) * sizeof(*t->members));
    enum err e = t->members ? ERR_OK : ERR_FULL;
    for (int kind = 0; kind < GROUPS_KINDS && e == ERR_OK; kind++)
        e = group_kind(t, kind);
    return e;
}

uint32_t groups_count(const struct duplicate_groups *t)
{
    return t->stage == DONE ? t->group_count : 0;
}

uint32_t groups_unread(const struct duplicate_groups *t)
{
    return t->unread;
}

bool groups_get(const struct duplicate_groups *t, uint32_t number, struct found_group *to)
{
    if (t->stage != DONE || number >= t->group_count)
        return false;
    *to = t->groups[number];
    return true;
}

/* ---- in slices ---- */

static uint32_t steps_of(const struct duplicate_groups *t)
{
    if (t->stage == GATHER)
        return t->count;
    return t->stage == CHECK ? t->pair_count : t->stage == GROUP ? 0 : t->standing;
}

static enum err end_stage(struct duplicate_groups *t)
{
    enum err e = ERR_OK;

    if (t->stage == GATHER)
        begin_matching(t);
    else if (t->stage == MATCH_WHOLE)
        match_audible(t);
    else if (t->stage == MATCH_AUDIBLE)
        e = begin_checking(t);
    else if (t->stage == GROUP)
        e = make_groups(t);
    t->stage++;
    t->next = 0;
    return e;
}

static void do_step(struct duplicate_groups *t, struct txn *txn, const struct paths *paths)
{
    if (t->stage == GATHER)
        gather_sound(t, txn, paths);
    else if (t->stage == CHECK)
        check_pair(t, txn, paths);
    else
        match_sound(t);
    arena_reset(&t->arena);
}

enum err groups_step(struct duplicate_groups *t, struct txn *txn, const struct paths *paths, usec_t until, bool *done)
{
    enum err e = ERR_OK;

    while (e == ERR_OK && t->stage != DONE) {
        if (t->next == steps_of(t)) {
            e = end_stage(t);
        } else {
            do_step(t, txn, paths);
            t->next++;
        }
        if ((t->stage != GATHER || t->next % CLOCK_EVERY == 0) && clock_steady() >= until)
            break;
    }
    *done = t->stage == DONE;
    return e;
}
