#include "services/worker/analysis/features/pitch.h"

#include <aubio/aubio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

enum { FRAME = 1024 };

static const float QUIET = 0.003f /* -50 dB below the loudest moment */, SURE = 0.5f, SAME = 0.6f /* semitones */;
static const float LOWEST_HZ = 25;

static const double MOMENT[PITCH_MOMENTS] = { 0, 0.012, 0.028, 0.048, 0.072, 0.1, 0.145, 0.205, 0.29, 0.41, 0.6, 0.9 };

struct pitch {
    aubio_pitch_t *yin;
    fvec_t *in, *out;
    unsigned rate;
};

struct pitch *pitch_new(void)
{
    struct pitch *pitch = alloc_zeroed(1, sizeof(*pitch));

    pitch->in = new_fvec(FRAME);
    pitch->out = new_fvec(1);
    alloc_check(pitch->in);
    alloc_check(pitch->out);
    return pitch;
}

void pitch_free(struct pitch *pitch)
{
    if (!pitch)
        return;
    if (pitch->yin)
        del_aubio_pitch(pitch->yin);
    if (pitch->in)
        del_fvec(pitch->in);
    if (pitch->out)
        del_fvec(pitch->out);
    free(pitch);
}

static int set_rate(struct pitch *pitch, unsigned rate)
{
    if (pitch->yin && pitch->rate == rate)
        return 1;
    if (pitch->yin)
        del_aubio_pitch(pitch->yin);
    pitch->yin = new_aubio_pitch("yinfast", FRAME, FRAME, rate);
    if (!pitch->yin)
        return 0;
    aubio_pitch_set_unit(pitch->yin, "Hz");
    aubio_pitch_set_silence(pitch->yin, -120);
    pitch->rate = rate;
    return 1;
}

static float loudest_in(const float *x, size_t count)
{
    float most = 0;

    for (size_t i = 0; i < count; i++)
        most = fmaxf(most, fabsf(x[i]));
    return most;
}

static void follow_moment(struct pitch *pitch, const float *x, size_t count, float loudest, float *note,
                          float *confidence)
{
    size_t length = count < FRAME ? count : FRAME;
    float most = loudest_in(x, length), hz, sure;

    *note = 0;
    *confidence = 0;
    if (most <= loudest * QUIET || most <= 0)
        return;
    for (size_t i = 0; i < FRAME; i++)
        pitch->in->data[i] = i < length ? x[i] / most : 0;
    aubio_pitch_do(pitch->yin, pitch->in, pitch->out);
    hz = pitch->out->data[0];
    sure = aubio_pitch_get_confidence(pitch->yin);
    if (!isfinite(hz) || !isfinite(sure) || hz < LOWEST_HZ || hz > (float)pitch->rate / 2)
        return;
    *note = 69 + 12 * log2f(hz / 440);
    *confidence = fminf(1, fmaxf(0, sure));
}

/* The weight of the moments around `note`; `mean` receives their mean note. */
static float weigh_note(const struct pitch_track *track, float note, float *mean)
{
    float weight = 0, sum = 0;

    for (size_t i = 0; i < PITCH_MOMENTS; i++) {
        if (track->confidence[i] < SURE || fabsf(track->note[i] - note) > SAME)
            continue;
        weight += track->confidence[i];
        sum += track->confidence[i] * track->note[i];
    }
    *mean = weight > 0 ? sum / weight : 0;
    return weight;
}

static void find_middle(struct pitch_track *track, size_t findings)
{
    float best = 0;

    for (size_t i = 0; i < PITCH_MOMENTS; i++) {
        float mean, weight = weigh_note(track, track->note[i], &mean);
        if (weight > best) {
            best = weight;
            track->middle = mean;
        }
    }
    track->agreement = findings ? fminf(1, best / (float)findings) : 0;
}

int pitch_follow(struct pitch *pitch, const float *mono, size_t count, double rate, size_t onset,
                 struct pitch_track *track)
{
    float loudest = loudest_in(mono, count);
    size_t findings = 0;

    memset(track, 0, sizeof(*track));
    if (rate < 1000 || rate > 12500 || onset + 64 > count || !set_rate(pitch, (unsigned)(rate + 0.5)))
        return 0;
    for (size_t i = 0; i < PITCH_MOMENTS; i++) {
        size_t at = onset + (size_t)(MOMENT[i] * rate);
        if (at + FRAME / 4 > count)
            break;
        follow_moment(pitch, mono + at, count - at, loudest, &track->note[i], &track->confidence[i]);
        findings++;
    }
    find_middle(track, findings);
    return 1;
}
