/* Updated lists of candidates equal new ones, after sounds appeared, disappeared and changed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/search/duplicates/candidates.h"
#include "tests/unit/claim.h"

enum { SOUNDS = 9200, CENTRES = 700, ROUNDS = 1, CHANGES = 300, MOST = SOUNDS + ROUNDS * CHANGES };

struct library {
    uint64_t seed;
    struct sound each[MOST];
    bool is_there[MOST], is_new[MOST];
    uint32_t count;
};

static uint32_t draw_next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

/* Most are so short that each is as long as the others: there the window limits the partners. */
static struct sound make_sound(struct library *library, uint32_t number)
{
    struct sound sound = { .has_content = true, .has_gist = true };
    uint64_t centre = draw_next(&library->seed) % CENTRES * 7919 + 1;
    float at[FINGERPRINT_BANDS], sum = 0;

    for (int i = 0; i < 4; i++)
        sound.id.b[i] = (uint8_t)(number >> (24 - 8 * i));
    sound.seconds = draw_next(&library->seed) % 200 ? 0.05f + (float)(draw_next(&library->seed) % 100) / 1000
                                                    : 0.5f + (float)(draw_next(&library->seed) % 1000) / 100;
    sound.gist.seconds = sound.seconds * (float)(1 + draw_next(&library->seed) % 4) / 4;
    sound.is_representative = draw_next(&library->seed) % 50 != 0;
    for (int i = 0; i < FINGERPRINT_BANDS; i++) {
        at[i] = (float)(draw_next(&centre) % 2001) - 1000 + (float)(draw_next(&library->seed) % 1001) - 500;
        sum += at[i] * at[i];
    }
    for (int i = 0; i < FINGERPRINT_BANDS; i++)
        sound.gist.band[i] = (int8_t)lrintf(at[i] / sqrtf(sum) * FINGERPRINT_GIST);
    return sound;
}

static void change_library(struct library *library)
{
    for (int i = 0; i < CHANGES; i++) {
        uint32_t number = draw_next(&library->seed) % library->count, kind = draw_next(&library->seed) % 3;

        if (kind == 0) {
            library->is_there[number] = false;
        } else if (kind == 1) {
            library->each[number] = make_sound(library, number);
            library->is_there[number] = library->is_new[number] = true;
        } else {
            library->each[number].is_representative = !library->each[number].is_representative;
        }
        if (i % 3) /* fewer come than go: the window reaches farther */
            continue;
        number = library->count++;
        library->each[number] = make_sound(library, number);
        library->is_there[number] = library->is_new[number] = true;
    }
}

/* The sounds that are there; `numbers` gets their numbers in the library. */
static void take_sounds(const struct library *library, struct candidate_sounds *to, uint32_t *numbers)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < library->count; i++)
        if (library->is_there[i])
            numbers[count++] = i;
    candidates_open(to, count);
    for (uint32_t i = 0; i < count; i++)
        to->each[i] = library->each[numbers[i]];
    candidates_arrange(to);
}

static void make_lists(struct candidate_sounds *now, const struct candidate_sounds *was, const uint32_t *now_of)
{
    struct candidates *c = candidates_new(now, was, now_of);

    assert_non_null(c);
    while (candidates_step(c))
        ;
    candidates_free(c);
}

static void lists_are_equal(const struct candidate_sounds *a, const struct candidate_sounds *b)
{
    assert_int_equal(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        assert_int_equal(a->near[i].count, b->near[i].count);
        for (uint32_t k = 0; k < a->near[i].count; k++)
            assert_true(candidates_find(&b->near[i], a->near[i].at[k]) < CANDIDATES_NEAR);
    }
}

static uint32_t count_verdicts(const struct candidate_sounds *sounds)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < sounds->count; i++)
        for (uint32_t k = 0; k < sounds->near[i].count; k++)
            count += sounds->near[i].verdict[k] == VERDICT_OTHER;
    return count;
}

static void map_numbers(const struct library *library, const uint32_t *was, uint32_t was_count, const uint32_t *now,
                        uint32_t now_count, uint32_t *now_of)
{
    for (uint32_t i = 0; i < was_count; i++) {
        now_of[i] = CANDIDATES_NONE;
        for (uint32_t k = 0; k < now_count; k++)
            if (now[k] == was[i] && !library->is_new[was[i]])
                now_of[i] = k;
    }
}

CLAIM(lists_brought_up_to_date_equal_those_made_again)
{
    static struct library library = { .seed = 11 };
    static uint32_t numbers[2][MOST], now_of[MOST];
    struct candidate_sounds was, now, anew, none;

    candidates_open(&none, 0);
    for (; library.count < SOUNDS; library.count++) {
        library.each[library.count] = make_sound(&library, library.count);
        library.is_there[library.count] = true;
    }
    take_sounds(&library, &was, numbers[0]);
    make_lists(&was, &none, now_of);
    for (int round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < was.count; i++)
            memset(was.near[i].verdict, VERDICT_OTHER, sizeof(was.near[i].verdict));
        memset(library.is_new, 0, sizeof(library.is_new));
        change_library(&library);
        take_sounds(&library, &now, numbers[1]);
        take_sounds(&library, &anew, numbers[1]);
        map_numbers(&library, numbers[0], was.count, numbers[1], now.count, now_of);
        make_lists(&now, &was, now_of);
        make_lists(&anew, &none, now_of);
        lists_are_equal(&now, &anew);
        assert_true(count_verdicts(&now) > SOUNDS); /* most pairs need no second comparison */
        candidates_close(&anew);
        candidates_close(&was);
        was = now;
        memcpy(numbers[0], numbers[1], sizeof(numbers[0]));
    }
    candidates_close(&was);
    candidates_close(&none);
}
