#include "services/worker/analysis/features/harmony.h"

#include <math.h>
#include <string.h>

#include "services/worker/analysis/features/chroma.h"

static const float ACTIVE = 0.05f, TINY = 1e-9f;

enum { CHORD_FRAMES = 4 };

/* All partials and roots, each also with loud frames attenuated; the bass; the first and last tenth or quarter. */
enum profile {
    ALL,
    ALL_EVEN = HARMONY_EVEN,
    LOWEST,
    ALL_FIRST,
    ALL_LAST,
    ROOT,
    ROOT_EVEN,
    BASS,
    BASS_FIRST,
    BASS_LAST,
    ROOT_FIRST,
    ROOT_LAST
};

/* Consecutive active frames that count as one chord. */
struct chord {
    float root[12], bass[12];
};

struct chord_walk {
    struct harmony *harmony;
    struct chord chord;
    size_t place, active, chords;
};

static float loudest_chroma(const struct tonal_frame *frame, size_t count, float tuning)
{
    struct chroma chroma;
    float most = 0;

    for (size_t i = 0; i < count; i++) {
        chroma_find(&chroma, &frame[i], tuning);
        most = fmaxf(most, chroma.sum);
    }
    return most;
}

static size_t count_active(const struct tonal_frame *frame, size_t count, float tuning, float least)
{
    struct chroma chroma;
    size_t active = 0;

    for (size_t i = 0; i < count; i++) {
        chroma_find(&chroma, &frame[i], tuning);
        active += chroma.sum > least;
    }
    return active;
}

static float sum_row(const float *row)
{
    float sum = TINY;

    for (size_t k = 0; k < 12; k++)
        sum += row[k];
    return sum;
}

static void add_row(float *to, const float *row)
{
    for (size_t k = 0; k < 12; k++)
        to[k] += row[k];
}

/* Adds the square roots of the shares. */
static void add_even(float *to, const float *row)
{
    float sum = sum_row(row);

    for (size_t k = 0; k < 12; k++)
        to[k] += sqrtf(row[k] / sum);
}

static size_t part_of(size_t active, size_t parts)
{
    return active / parts > 0 ? active / parts : 1;
}

static void add_ends(const struct chord_walk *w, const struct chroma *c)
{
    float(*row)[12] = w->harmony->row;
    size_t tenth = part_of(w->active, 10), quarter = part_of(w->active, 4), left = w->active - w->place;

    if (w->place < tenth) {
        add_row(row[ALL_FIRST], c->all);
        add_row(row[BASS_FIRST], c->bass);
    }
    if (left <= tenth) {
        add_row(row[ALL_LAST], c->all);
        add_row(row[BASS_LAST], c->bass);
    }
    if (w->place < quarter)
        add_even(row[ROOT_FIRST], c->root);
    if (left <= quarter)
        add_even(row[ROOT_LAST], c->root);
}

static void add_profiles(const struct chord_walk *w, const struct chroma *c)
{
    float(*row)[12] = w->harmony->row;

    add_row(row[ALL], c->all);
    add_even(row[ALL_EVEN], c->all);
    if (c->lowest >= 0)
        row[LOWEST][c->lowest] += c->sum;
    add_row(row[ROOT], c->root);
    add_even(row[ROOT_EVEN], c->root);
    add_row(row[BASS], c->bass);
    add_ends(w, c);
}

/* Adds which pitch classes of the chord sound together, and over which bass; then begins the next chord. */
static void end_chord(struct chord_walk *w)
{
    float even[12] = { 0 }, sum = sum_row(w->chord.root), share = 1 / (float)w->chords;

    add_even(even, w->chord.root);
    for (size_t i = 0; i < 12; i++)
        for (size_t k = 0; k < 12; k++) {
            w->harmony->row[HARMONY_PROFILES + i][k] += share * even[i] * even[k];
            w->harmony->row[HARMONY_PROFILES + 12 + i][k] += share * 2 * w->chord.bass[i] / sum * even[k];
        }
    memset(&w->chord, 0, sizeof(w->chord));
}

static void add_frame(struct chord_walk *w, const struct chroma *c)
{
    size_t chord = w->place * w->chords / w->active;

    add_profiles(w, c);
    add_row(w->chord.root, c->root);
    add_row(w->chord.bass, c->bass);
    w->place++;
    if (w->place == w->active || w->place * w->chords / w->active != chord)
        end_chord(w);
}

void harmony_find(struct harmony *harmony, const struct tonal_frame *frame, size_t count, float tuning)
{
    float least = ACTIVE * loudest_chroma(frame, count, tuning);
    size_t active = count_active(frame, count, tuning, least);
    struct chord_walk w = { .harmony = harmony, .active = active, .chords = part_of(active, CHORD_FRAMES) };
    struct chroma chroma;

    memset(harmony, 0, sizeof(*harmony));
    for (size_t i = 0; i < count; i++) {
        chroma_find(&chroma, &frame[i], tuning);
        if (chroma.sum <= least)
            continue;
        chroma_find_roots(&chroma, &frame[i], tuning);
        add_frame(&w, &chroma);
    }
    for (size_t p = 0; p < HARMONY_PROFILES; p++) {
        float sum = sum_row(harmony->row[p]);
        for (size_t k = 0; k < 12; k++)
            harmony->row[p][k] /= sum;
    }
}

static void turn_row(const float *row, size_t tonic, float *to)
{
    for (size_t k = 0; k < 12; k++)
        to[k] = row[(tonic + k) % 12];
}

void harmony_turn(const struct harmony *harmony, size_t tonic, struct harmony *to)
{
    for (size_t p = 0; p < HARMONY_PROFILES; p++)
        turn_row(harmony->row[p], tonic, to->row[p]);
    for (size_t group = HARMONY_PROFILES; group < HARMONY_ROWS; group += 12)
        for (size_t i = 0; i < 12; i++)
            turn_row(harmony->row[group + (tonic + i) % 12], tonic, to->row[group + i]);
}
