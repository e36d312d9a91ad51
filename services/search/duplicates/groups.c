#include "services/search/duplicates/groups.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/search/duplicates/fingerprint.h"
#include "services/search/duplicates/forest.h"
#include "services/search/duplicates/groups_parts.h"

static int most_alike_first(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->alike < y->alike || x->alike > y->alike)
        return x->alike > y->alike ? -1 : 1;
    return x->a != y->a ? (x->a > y->a) - (x->a < y->a) : (x->b > y->b) - (x->b < y->b);
}

/* Joins the two sounds if they are known to be the same. Lists the pair once if they were not compared yet. */
static void take_pair(struct duplicate_groups *t, uint32_t i, uint32_t k)
{
    const struct near_sounds *near = &t->now.near[i];
    uint32_t j = near->at[k], back = candidates_find(&t->now.near[j], i);

    if (near->verdict[k] == VERDICT_SAME)
        forest_join(t->root[GROUPS_SOUND], i, j);
    else if (near->verdict[k] != VERDICT_OTHER && (i < j || back == CANDIDATES_NEAR))
        t->pairs[t->pair_count++] = (struct pair){ i, j, near->alike[k] };
}

/* Copies a verdict between two sounds that list each other, if only one of them has it. */
static void share_verdicts(struct duplicate_groups *t, uint32_t i)
{
    struct near_sounds *near = &t->now.near[i];

    for (uint32_t k = 0; k < near->count; k++) {
        struct near_sounds *other = &t->now.near[near->at[k]];
        uint32_t back = candidates_find(other, i);
        if (back == CANDIDATES_NEAR)
            continue;
        if (near->verdict[k] == VERDICT_NONE)
            near->verdict[k] = other->verdict[back];
        else
            other->verdict[back] = near->verdict[k];
    }
}

static enum err groups_list_pairs(struct duplicate_groups *t)
{
    size_t most = 0;

    for (uint32_t i = 0; i < t->now.count; i++)
        most += t->now.near[i].count;
    if (!limits_leave(most * sizeof(*t->pairs)))
        return ERR_FULL;
    t->pairs = alloc_array(most, sizeof(*t->pairs));
    for (uint32_t i = 0; i < t->now.count; i++)
        share_verdicts(t, i);
    for (uint32_t i = 0; i < t->now.count; i++)
        for (uint32_t k = 0; k < t->now.near[i].count; k++)
            take_pair(t, i, k);
    qsort(t->pairs, t->pair_count, sizeof(*t->pairs), most_alike_first);
    return ERR_OK;
}

static void set_verdict(struct duplicate_groups *t, const struct pair *pair, enum sound_verdict verdict)
{
    uint32_t there = candidates_find(&t->now.near[pair->a], pair->b),
             back = candidates_find(&t->now.near[pair->b], pair->a);

    if (there < CANDIDATES_NEAR)
        t->now.near[pair->a].verdict[there] = (uint8_t)verdict;
    if (back < CANDIDATES_NEAR)
        t->now.near[pair->b].verdict[back] = (uint8_t)verdict;
}

static bool read_fingerprint(struct duplicate_groups *t, struct txn *txn, const struct paths *paths, uint32_t sound,
                             struct fingerprint *to)
{
    struct bytes content = bytes_of(t->now.each[sound].content, sizeof(t->now.each[sound].content));
    struct artefact artefact;

    return catalogue_artefact(txn, paths, &t->arena, content, TEXT("print"), &artefact) == ERR_OK &&
           fingerprint_read(artefact.data, to);
}

/* If a fingerprint has a row but its file is gone, it will be made again. */
static bool has_fingerprint(struct duplicate_groups *t, struct txn *txn, uint32_t sound)
{
    return catalogue_has_artefact(txn, bytes_of(t->now.each[sound].content, sizeof(t->now.each[sound].content)),
                                  TEXT("print"));
}

/* Lists the pairs that must be compared, the most alike first; joins those known to be of one sound. Errors: full. */
static void groups_check_pair(struct duplicate_groups *t, struct txn *txn, const struct paths *paths)
{
    const struct pair *pair = &t->pairs[t->next];
    struct fingerprint a, b;

    if (forest_find(t->root[GROUPS_SOUND], pair->a) == forest_find(t->root[GROUPS_SOUND], pair->b))
        return;
    if (!read_fingerprint(t, txn, paths, pair->a, &a) || !read_fingerprint(t, txn, paths, pair->b, &b)) {
        t->unread += has_fingerprint(t, txn, pair->a) && has_fingerprint(t, txn, pair->b);
        set_verdict(t, pair, VERDICT_UNREAD);
    } else if (fingerprint_is_same(t->bench, &a, &b)) {
        forest_join(t->root[GROUPS_SOUND], pair->a, pair->b);
        set_verdict(t, pair, VERDICT_SAME);
    } else {
        set_verdict(t, pair, VERDICT_OTHER);
    }
}

enum { CLOCK_EVERY = 16 /* steps of GATHER between two checks of the clock */, MATCH_PARTS = 2 /* of the progress */ };

/* ---- opening ---- */

static void free_update(struct duplicate_groups *t)
{
    candidates_close(&t->was);
    candidates_free(t->candidates);
    free(t->former);
    free(t->now_of);
    free(t->is_changed);
    free(t->pairs);
    t->candidates = NULL;
    t->former = t->now_of = NULL;
    t->is_changed = NULL;
    t->pairs = NULL;
    t->pair_count = 0;
}

static void free_groups(struct duplicate_groups *t)
{
    for (int kind = 0; kind < GROUPS_KINDS; kind++) {
        free(t->root[kind]);
        t->root[kind] = NULL;
    }
    free(t->order);
    free(t->groups);
    free(t->members);
    t->order = t->members = NULL;
    t->groups = NULL;
    t->group_count = t->group_room = t->member_count = 0;
}

struct duplicate_groups *groups_of(struct candidate_sounds *sounds)
{
    struct duplicate_groups *t = alloc_zeroed(1, sizeof(*t));

    t->bench = fingerprint_bench_new();
    if (sounds)
        t->now = *sounds;
    else
        candidates_open(&t->now, 0);
    t->stage = DONE;
    return t;
}

struct duplicate_groups *groups_new(const struct id *ids, uint32_t count)
{
    struct duplicate_groups *t = groups_of(NULL);

    if (groups_renew(t, ids, count, NULL) == ERR_OK)
        return t;
    groups_free(t);
    return NULL;
}

void groups_free(struct duplicate_groups *t)
{
    if (!t)
        return;
    free_update(t);
    free_groups(t);
    candidates_close(&t->now);
    fingerprint_bench_free(t->bench);
    arena_free(&t->arena);
    free(t);
}

/* Both lists rise by id. */
static void find_former(struct duplicate_groups *t)
{
    uint32_t was = 0;

    for (uint32_t i = 0; i < t->now.count; i++) {
        while (was < t->was.count && id_compare(t->was.each[was].id, t->now.each[i].id) < 0)
            was++;
        bool is_known = was < t->was.count && id_equal(t->was.each[was].id, t->now.each[i].id);
        t->former[i] = is_known ? was : CANDIDATES_NONE;
    }
    for (uint32_t i = 0; i < t->was.count; i++)
        t->now_of[i] = CANDIDATES_NONE;
}

enum err groups_renew(struct duplicate_groups *t, const struct id *ids, uint32_t count, const bool *is_changed)
{
    if (!limits_leave(count * (CANDIDATES_BYTES + sizeof(*t->former) + sizeof(*t->is_changed)) +
                      t->now.count * sizeof(*t->now_of)))
        return ERR_FULL;
    free_update(t);
    t->was = t->now;
    candidates_open(&t->now, count);
    t->former = alloc_array(count, sizeof(*t->former));
    t->now_of = alloc_array(t->was.count, sizeof(*t->now_of));
    t->is_changed = alloc_array(count, sizeof(*t->is_changed));
    t->stage = GATHER;
    t->next = t->unread = t->stayed = 0;
    for (uint32_t i = 0; i < count; i++) {
        t->now.each[i].id = ids[i];
        t->is_changed[i] = !is_changed || is_changed[i];
    }
    find_former(t);
    return ERR_OK;
}

const struct candidate_sounds *groups_sounds(const struct duplicate_groups *t)
{
    return t->stage == DONE ? &t->now : NULL;
}

void groups_progress(const struct duplicate_groups *t, uint64_t *done, uint64_t *total)
{
    uint64_t before = (uint64_t)t->now.count, part = 0, parts = 1;

    *total = before * (1 + MATCH_PARTS) + t->pair_count;
    *done = *total;
    if (t->stage == GATHER)
        *done = t->next;
    if (t->stage == MATCH && t->candidates)
        candidates_progress(t->candidates, &part, &parts);
    if (t->stage == MATCH)
        *done = before + (parts ? before * MATCH_PARTS * part / parts : 0);
    if (t->stage == CHECK)
        *done = before * (1 + MATCH_PARTS) + t->next;
}

/* ---- gathering ---- */

static struct sound read_sound(struct duplicate_groups *t, struct txn *txn, const struct paths *paths, struct id id)
{
    struct sound sound = { .id = id };
    struct artefact artefact;
    struct media media;

    if (catalogue_media(txn, &t->arena, id, &media) != ERR_OK || media.content.len != sizeof(sound.content))
        return sound;
    memcpy(sound.content, media.content.at, sizeof(sound.content));
    sound.has_content = true;
    sound.has_gist = catalogue_artefact(txn, paths, &t->arena, media.content, TEXT("gist"), &artefact) == ERR_OK &&
                     fingerprint_read_gist(artefact.data, &sound.gist);
    sound.seconds = media.sample_rate ? (float)media.frames / (float)media.sample_rate : 0;
    return sound;
}

static bool is_equal(float a, float b)
{
    return !(a < b) && !(a > b);
}

static bool is_same_sound(const struct sound *a, const struct sound *b)
{
    return a->has_content == b->has_content && a->has_gist == b->has_gist && is_equal(a->seconds, b->seconds) &&
           is_equal(a->gist.seconds, b->gist.seconds) && memcmp(a->content, b->content, sizeof(a->content)) == 0 &&
           memcmp(a->gist.pcm, b->gist.pcm, sizeof(a->gist.pcm)) == 0 &&
           memcmp(a->gist.band, b->gist.band, sizeof(a->gist.band)) == 0;
}

static void gather_sound(struct duplicate_groups *t, struct txn *txn, const struct paths *paths)
{
    struct sound *sound = &t->now.each[t->next];
    uint32_t former = t->former[t->next];
    const struct sound *was = former == CANDIDATES_NONE ? NULL : &t->was.each[former];

    if (!was || t->is_changed[t->next])
        *sound = read_sound(t, txn, paths, sound->id);
    else
        *sound = *was;
    if (was && is_same_sound(sound, was)) {
        t->now_of[former] = t->next;
        t->stayed++;
    }
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
    qsort_r(t->order, t->now.count, sizeof(*t->order), by, t->now.each);
    for (uint32_t i = 1; i < t->now.count; i++)
        if (same(&t->now.each[t->order[i - 1]], &t->now.each[t->order[i]]))
            forest_join(root, t->order[i - 1], t->order[i]);
}

/* Nothing came, went or changed: the groups stay as they are. */
static bool keep_groups(struct duplicate_groups *t)
{
    struct candidate_sounds now = t->now;

    if (!t->is_grouped || t->stayed != t->now.count || t->stayed != t->was.count)
        return false;
    for (uint32_t i = 0; i < t->was.count; i++)
        for (uint32_t k = 0; k < t->was.near[i].count; k++)
            if (t->was.near[i].verdict[k] == VERDICT_UNREAD)
                return false;
    t->now = t->was;
    t->was = now;
    return true;
}

static void open_groups(struct duplicate_groups *t)
{
    uint32_t count = t->now.count;

    t->order = alloc_array(count, sizeof(*t->order));
    for (int kind = 0; kind < GROUPS_KINDS; kind++)
        t->root[kind] = alloc_array(count, sizeof(*t->root[kind]));
    for (uint32_t i = 0; i < count; i++)
        t->order[i] = t->root[GROUPS_FILE][i] = i;
}

/* One sound represents all with the same samples, so that the copies of one sound do not fill the window of another. */
static enum err begin_matching(struct duplicate_groups *t)
{
    uint32_t count = t->now.count;

    free_groups(t);
    t->is_grouped = false;
    if (!limits_leave(count * sizeof(uint32_t) * (1 + GROUPS_KINDS) +
                      ((size_t)count + t->was.count) * CANDIDATES_UPDATE_BYTES))
        return ERR_FULL;
    open_groups(t);
    join_equal(t, t->root[GROUPS_FILE], by_content, same_content);
    memcpy(t->root[GROUPS_AUDIO], t->root[GROUPS_FILE], count * sizeof(uint32_t));
    join_equal(t, t->root[GROUPS_AUDIO], by_samples, same_samples);
    memcpy(t->root[GROUPS_SOUND], t->root[GROUPS_AUDIO], count * sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++) {
        struct sound *sound = &t->now.each[i];
        sound->is_representative =
            sound->has_gist && sound->gist.seconds > 0 && forest_find(t->root[GROUPS_AUDIO], i) == i;
    }
    candidates_arrange(&t->now);
    t->candidates = candidates_new(&t->now, &t->was, t->now_of);
    return ERR_OK;
}

/* ---- groups ---- */

static int by_root(const void *a, const void *b, void *roots)
{
    const uint32_t *root = roots, x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    if (root[x] != root[y])
        return root[x] < root[y] ? -1 : 1;
    return (x > y) - (x < y);
}

bool groups_is_news(const struct duplicate_groups *t, int kind, const uint32_t *at, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (kind == GROUPS_FILE || t->root[kind - 1][at[i]] != t->root[kind - 1][at[0]])
            return true;
    return false;
}

static enum err keep_group(struct duplicate_groups *t, enum group_kind kind, const uint32_t *at, uint32_t count)
{
    if (t->group_count == t->group_room && !limits_leave(2 * t->group_room * sizeof(*t->groups)))
        return ERR_FULL;
    ALLOC_ROOM(t->groups, t->group_count, t->group_room, 64);
    memcpy(t->members + t->member_count, at, count * sizeof(*at));
    t->groups[t->group_count++] = (struct found_group){ kind, t->members + t->member_count, count };
    t->member_count += count;
    return ERR_OK;
}

static enum err group_kind(struct duplicate_groups *t, int kind)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; i < t->now.count; i++)
        t->root[kind][i] = forest_find(t->root[kind], i);
    qsort_r(t->order, t->now.count, sizeof(*t->order), by_root, t->root[kind]);
    for (uint32_t first = 0, end; first < t->now.count && e == ERR_OK; first = end) {
        for (end = first + 1; end < t->now.count && t->root[kind][t->order[end]] == t->root[kind][t->order[first]];
             end++)
            ;
        if (groups_is_news(t, kind, t->order + first, end - first))
            e = keep_group(t, (enum group_kind)kind, t->order + first, end - first);
    }
    return e;
}

static enum err make_groups(struct duplicate_groups *t)
{
    size_t most = (size_t)t->now.count * GROUPS_KINDS;
    enum err e = limits_leave(most * sizeof(*t->members)) ? ERR_OK : ERR_FULL;

    if (e == ERR_OK)
        t->members = alloc_array(most, sizeof(*t->members));
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

static void end_update(struct duplicate_groups *t)
{
    uint32_t pairs = t->pair_count;

    free_update(t);
    t->pair_count = pairs; /* for the progress */
    t->is_grouped = true;
    t->stage = DONE;
}

static enum err end_stage(struct duplicate_groups *t)
{
    enum err e = ERR_OK;

    if (t->stage == GATHER && keep_groups(t)) {
        end_update(t);
        return ERR_OK;
    }
    if (t->stage == GATHER)
        e = begin_matching(t);
    else if (t->stage == MATCH)
        e = groups_list_pairs(t);
    else if (t->stage == GROUP)
        e = make_groups(t);
    t->stage++;
    t->next = 0;
    if (e == ERR_OK && t->stage == DONE)
        end_update(t);
    return e;
}

/* False: the stage has ended. */
static bool do_step(struct duplicate_groups *t, struct txn *txn, const struct paths *paths)
{
    if (t->stage == MATCH)
        return candidates_step(t->candidates);
    if (t->next == (t->stage == GATHER ? t->now.count : t->stage == CHECK ? t->pair_count : 0))
        return false;
    if (t->stage == GATHER)
        gather_sound(t, txn, paths);
    else
        groups_check_pair(t, txn, paths);
    t->next++;
    arena_reset(&t->arena);
    return true;
}

enum err groups_step(struct duplicate_groups *t, struct txn *txn, const struct paths *paths, usec_t until, bool *done)
{
    enum err e = ERR_OK;

    for (uint32_t steps = 1; e == ERR_OK && t->stage != DONE; steps++) {
        if (!do_step(t, txn, paths))
            e = end_stage(t);
        if ((t->stage != GATHER || steps % CLOCK_EVERY == 0) && clock_steady() >= until)
            break;
    }
    *done = t->stage == DONE;
    return e;
}
