#include "services/search/duplicates/candidates.h"

#include <stdlib.h>

#include "common/alloc.h"

static const float LEAST_ALIKE = 0.6f, LENGTHS_OFF_SECONDS = 0.15f, LENGTHS_OFF = 0.01f;

/* The steps of each stage are sounds; those of ADD, one stage for each order, in that order, so that the sounds of two
 * successive windows are nearly the same and stay in the processor's cache. */
enum { ADOPT, GAIN, ADD, RENEW = ADD + CANDIDATES_ORDERS, DONE };

struct candidates {
    struct candidate_sounds *now;
    const struct candidate_sounds *was;
    const uint32_t *now_of;
    uint32_t *was_of;                       /* by sound; CANDIDATES_NONE: new, or a representative only now */
    bool *is_renewed;                       /* by sound: its list must be made again */
    uint32_t *stayed[CANDIDATES_ORDERS];    /* representatives that were ones before, in order */
    uint32_t *before[2][CANDIDATES_ORDERS]; /* former and present order: for each place, such sounds before it */
    int stage;
    uint32_t next;
};

/* ---- sounds ---- */

void candidates_open(struct candidate_sounds *sounds, uint32_t count)
{
    *sounds = (struct candidate_sounds){ .count = count, .each = alloc_zeroed(count, sizeof(*sounds->each)) };
    sounds->near = alloc_zeroed(count, sizeof(*sounds->near));
    for (int o = 0; o < CANDIDATES_ORDERS; o++) {
        struct sound_order *order = &sounds->order[o];
        order->at = alloc_zeroed(count, sizeof(*order->at));
        order->end = alloc_zeroed(count, sizeof(*order->end));
        order->place = alloc_zeroed(count, sizeof(*order->place));
    }
}

void candidates_close(struct candidate_sounds *sounds)
{
    free(sounds->each);
    free(sounds->near);
    for (int o = 0; o < CANDIDATES_ORDERS; o++) {
        free(sounds->order[o].at);
        free(sounds->order[o].end);
        free(sounds->order[o].place);
    }
    *sounds = (struct candidate_sounds){ 0 };
}

static float length_in(const struct sound *sound, int order)
{
    return order == 0 ? sound->seconds : sound->gist.seconds;
}

struct arranging {
    const struct sound *each;
    int order;
};

static int by_length(const void *a, const void *b, void *state)
{
    const struct arranging *arranging = state;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    float left = length_in(&arranging->each[x], arranging->order),
          right = length_in(&arranging->each[y], arranging->order);

    if (left < right || left > right)
        return left < right ? -1 : 1;
    return (x > y) - (x < y);
}

static void arrange_one(struct candidate_sounds *sounds, int number)
{
    struct sound_order *order = &sounds->order[number];
    struct arranging arranging = { sounds->each, number };

    order->count = 0;
    for (uint32_t i = 0; i < sounds->count; i++) {
        order->place[i] = CANDIDATES_NONE;
        if (sounds->each[i].is_representative)
            order->at[order->count++] = i;
    }
    qsort_r(order->at, order->count, sizeof(*order->at), by_length, &arranging);
    for (uint32_t place = 0, end = 0; place < order->count; place++) {
        float most = length_in(&sounds->each[order->at[place]], number) * (1 + LENGTHS_OFF) + LENGTHS_OFF_SECONDS;
        uint32_t last = order->count - place > CANDIDATES_WINDOW ? place + CANDIDATES_WINDOW : order->count;
        while (end < last && length_in(&sounds->each[order->at[end]], number) <= most)
            end++;
        order->end[place] = end;
        order->place[order->at[place]] = place;
    }
}

void candidates_arrange(struct candidate_sounds *sounds)
{
    for (int o = 0; o < CANDIDATES_ORDERS; o++)
        arrange_one(sounds, o);
}

/* ---- lists ---- */

uint32_t candidates_find(const struct near_sounds *near, uint32_t other)
{
    for (uint32_t i = 0; i < near->count; i++)
        if (near->at[i] == other)
            return i;
    return CANDIDATES_NEAR;
}

/* True if entry `a` is before `b` in the order of a list. */
static bool is_before(float alike, uint32_t at, float other_alike, uint32_t other)
{
    return alike > other_alike || (!(alike < other_alike) && at < other);
}

static void offer_near(struct near_sounds *near, uint32_t at, float alike)
{
    uint32_t last = 0;

    if (near->count == CANDIDATES_NEAR)
        for (uint32_t i = 1; i < CANDIDATES_NEAR; i++)
            last = is_before(near->alike[last], near->at[last], near->alike[i], near->at[i]) ? i : last;
    if (near->count == CANDIDATES_NEAR && !is_before(alike, at, near->alike[last], near->at[last]))
        return;
    if (candidates_find(near, at) < CANDIDATES_NEAR)
        return;
    if (near->count < CANDIDATES_NEAR)
        last = near->count++;
    near->at[last] = at;
    near->alike[last] = alike;
    near->verdict[last] = VERDICT_NONE;
}

static void drop_near(struct near_sounds *near, uint32_t entry)
{
    uint32_t last = --near->count;

    near->at[entry] = near->at[last];
    near->alike[entry] = near->alike[last];
    near->verdict[entry] = near->verdict[last];
}

/* Compares two partners and offers each to the other, or `b` to `a` only. */
static void match_pair(struct candidate_sounds *sounds, uint32_t a, uint32_t b, bool both)
{
    float alike = fingerprint_alike(&sounds->each[a].gist, &sounds->each[b].gist);

    if (alike < LEAST_ALIKE)
        return;
    offer_near(&sounds->near[a], b, alike);
    if (both)
        offer_near(&sounds->near[b], a, alike);
}

static bool are_partners_in(const struct sound_order *order, uint32_t a, uint32_t b)
{
    uint32_t x = order->place[a], y = order->place[b];

    if (x == CANDIDATES_NONE || y == CANDIDATES_NONE)
        return false;
    return x < y ? y < order->end[x] : x < order->end[y];
}

static bool are_partners(const struct candidate_sounds *sounds, uint32_t a, uint32_t b)
{
    return are_partners_in(&sounds->order[0], a, b) || are_partners_in(&sounds->order[1], a, b);
}

/* ---- opening ---- */

static void find_stayed(struct candidates *c)
{
    for (uint32_t i = 0; i < c->now->count; i++)
        c->was_of[i] = CANDIDATES_NONE;
    for (uint32_t i = 0; i < c->was->count; i++) {
        uint32_t now = c->now_of[i];
        if (now != CANDIDATES_NONE && c->was->each[i].is_representative && c->now->each[now].is_representative)
            c->was_of[now] = i;
    }
}

/* Counts, before each place, the sounds that are representatives now and were before: their order is the same in
 * both. */
static void count_stayed(struct candidates *c, int o)
{
    const struct sound_order *was = &c->was->order[o], *now = &c->now->order[o];
    uint32_t count = 0;

    for (uint32_t place = 0; place < was->count; place++) {
        uint32_t there = c->now_of[was->at[place]];
        c->before[0][o][place] = count;
        count += there != CANDIDATES_NONE && c->was_of[there] == was->at[place];
    }
    c->before[0][o][was->count] = count;
    count = 0;
    for (uint32_t place = 0; place < now->count; place++) {
        c->before[1][o][place] = count;
        if (c->was_of[now->at[place]] != CANDIDATES_NONE)
            c->stayed[o][count++] = now->at[place];
    }
    c->before[1][o][now->count] = count;
}

struct candidates *candidates_new(struct candidate_sounds *now, const struct candidate_sounds *was,
                                  const uint32_t *now_of)
{
    struct candidates *c = alloc_bytes(sizeof(*c));

    *c = (struct candidates){ .now = now, .was = was, .now_of = now_of };
    c->was_of = alloc_array(now->count, sizeof(*c->was_of));
    c->is_renewed = alloc_zeroed(now->count, sizeof(*c->is_renewed));
    for (int o = 0; o < CANDIDATES_ORDERS; o++) {
        c->stayed[o] = alloc_array(now->count, sizeof(uint32_t));
        c->before[0][o] = alloc_array((size_t)was->count + 1, sizeof(uint32_t));
        c->before[1][o] = alloc_array((size_t)now->count + 1, sizeof(uint32_t));
    }
    find_stayed(c);
    for (int o = 0; o < CANDIDATES_ORDERS; o++)
        count_stayed(c, o);
    return c;
}

void candidates_free(struct candidates *c)
{
    if (!c)
        return;
    for (int o = 0; o < CANDIDATES_ORDERS; o++) {
        free(c->stayed[o]);
        free(c->before[0][o]);
        free(c->before[1][o]);
    }
    free(c->was_of);
    free(c->is_renewed);
    free(c);
}

/* ---- stages ---- */

/* Copies the former list without sounds that are no longer partners. A list that was full may then lack further
 * partners. */
static void adopt_list(struct candidates *c, uint32_t sound)
{
    uint32_t was = c->was_of[sound];
    struct near_sounds *near = &c->now->near[sound];

    if (was == CANDIDATES_NONE)
        return;
    *near = c->was->near[was];
    bool was_full = near->count == CANDIDATES_NEAR;
    for (uint32_t i = near->count; i-- > 0;) {
        uint32_t other = c->now_of[near->at[i]];
        if (other != CANDIDATES_NONE && c->was_of[other] == near->at[i] && are_partners(c->now, sound, other)) {
            near->at[i] = other;
            continue;
        }
        drop_near(near, i);
        c->is_renewed[sound] = was_full;
    }
}

/* Two sounds that stayed may become partners, because sounds between them have gone. */
static void gain_partners(struct candidates *c, uint32_t sound, int o)
{
    const struct sound_order *was = &c->was->order[o], *now = &c->now->order[o];
    uint32_t former = was->place[c->was_of[sound]], place = now->place[sound];
    uint32_t from = c->before[0][o][was->end[former]], to = c->before[1][o][now->end[place]];

    for (uint32_t i = from; i < to; i++)
        match_pair(c->now, sound, c->stayed[o][i], true);
}

/* The earlier one of two new sounds compares them. */
static void add_sound(struct candidates *c, uint32_t sound, int o)
{
    const struct sound_order *now = &c->now->order[o];
    uint32_t place = now->place[sound];

    for (uint32_t i = place + 1; i < now->end[place]; i++)
        match_pair(c->now, sound, now->at[i], true);
    for (uint32_t i = c->before[1][o][place]; i-- > 0 && now->end[now->place[c->stayed[o][i]]] > place;)
        match_pair(c->now, sound, c->stayed[o][i], true);
}

static void keep_verdicts(const struct near_sounds *from, struct near_sounds *to)
{
    for (uint32_t i = 0; i < from->count; i++) {
        uint32_t place = candidates_find(to, from->at[i]);
        if (place < CANDIDATES_NEAR)
            to->verdict[place] = from->verdict[i];
    }
}

static void renew_list(struct candidates *c, uint32_t sound)
{
    struct near_sounds former = c->now->near[sound];

    c->now->near[sound].count = 0;
    for (int o = 0; o < CANDIDATES_ORDERS; o++) {
        const struct sound_order *now = &c->now->order[o];
        uint32_t place = now->place[sound];
        for (uint32_t i = place + 1; i < now->end[place]; i++)
            match_pair(c->now, sound, now->at[i], false);
        for (uint32_t i = place; i-- > 0 && now->end[i] > place;)
            match_pair(c->now, sound, now->at[i], false);
    }
    keep_verdicts(&former, &c->now->near[sound]);
}

static void add_place(struct candidates *c, uint32_t place, int o)
{
    const struct sound_order *order = &c->now->order[o];

    if (place < order->count && c->was_of[order->at[place]] == CANDIDATES_NONE)
        add_sound(c, order->at[place], o);
}

static void do_stage(struct candidates *c, uint32_t sound)
{
    bool is_new = c->was_of[sound] == CANDIDATES_NONE;

    if (!c->now->each[sound].is_representative)
        return;
    if (c->stage == ADOPT)
        adopt_list(c, sound);
    for (int o = 0; o < CANDIDATES_ORDERS && c->stage == GAIN && !is_new; o++)
        gain_partners(c, sound, o);
    if (c->stage == RENEW && c->is_renewed[sound])
        renew_list(c, sound);
}

bool candidates_step(struct candidates *c)
{
    while (c->stage < DONE && c->next == c->now->count) {
        c->stage++;
        c->next = 0;
    }
    if (c->stage == DONE)
        return false;
    if (c->stage >= ADD && c->stage < RENEW)
        add_place(c, c->next++, c->stage - ADD);
    else
        do_stage(c, c->next++);
    return true;
}

void candidates_progress(const struct candidates *c, uint64_t *done, uint64_t *total)
{
    *total = (uint64_t)c->now->count * DONE;
    *done = (uint64_t)c->now->count * (uint64_t)c->stage + c->next;
}
