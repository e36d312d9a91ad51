#include "services/worker/analysis/features/chroma.h"

#include <math.h>
#include <string.h>

static const float LOWEST_NOTE = 28, HIGHEST_NOTE = 110, OFF_TUNE = 0.35f, LOUD_PARTIAL = 0.01f;
static const float BASS_BELOW = 57, BASS_FADE = 9, SAME_NOTE = 0.4f;

/* Semitones from a fundamental to its third and fifth harmonic, and the share of its weight taken from these. */
static const struct harmonic {
    float semitones, share;
} HARMONICS[] = { { 19.02f, 0.5f }, { 27.86f, 0.35f } };

struct pitch_place {
    int class;
    float weight; /* 0: out of range, or between two semitones */
};

static struct pitch_place place_peak(const struct tonal_peak *peak, float tuning)
{
    float note = peak->note - tuning, step = roundf(note), off = fabsf(note - step);
    int is_used = note >= LOWEST_NOTE && note < HIGHEST_NOTE && off < OFF_TUNE;

    return (struct pitch_place){ ((int)step + 120) % 12, is_used ? sqrtf(peak->power) * cosf((float)M_PI * off) : 0 };
}

void chroma_find(struct chroma *chroma, const struct tonal_frame *frame, float tuning)
{
    float lowest = 999;

    memset(chroma, 0, sizeof(*chroma));
    chroma->lowest = -1;
    for (size_t k = 0; k < frame->count; k++) {
        struct pitch_place place = place_peak(&frame->peak[k], tuning);
        if (frame->peak[k].power > LOUD_PARTIAL * frame->peak[0].power && frame->peak[k].note - tuning < lowest) {
            lowest = frame->peak[k].note - tuning;
            chroma->lowest = place.class;
        }
        chroma->all[place.class] += place.weight;
        chroma->sum += place.weight;
    }
}

/* What the lower partials may contribute to the partial at `note`. */
static float harmonics_at(const struct tonal_frame *frame, float note)
{
    float sum = 0;

    for (size_t h = 0; h < sizeof(HARMONICS) / sizeof(HARMONICS[0]); h++) {
        float most = 0;
        for (size_t k = 0; k < frame->count; k++)
            if (fabsf(note - HARMONICS[h].semitones - frame->peak[k].note) < SAME_NOTE)
                most = fmaxf(most, frame->peak[k].power);
        sum += HARMONICS[h].share * sqrtf(most);
    }
    return sum;
}

void chroma_find_roots(struct chroma *chroma, const struct tonal_frame *frame, float tuning)
{
    for (size_t k = 0; k < frame->count; k++) {
        struct pitch_place place = place_peak(&frame->peak[k], tuning);
        float own = fmaxf(0, place.weight - harmonics_at(frame, frame->peak[k].note));
        float low = (BASS_BELOW - frame->peak[k].note + tuning) / BASS_FADE;

        chroma->root[place.class] += own;
        chroma->bass[place.class] += own * fminf(1, fmaxf(0, low));
    }
}
