#include "services/streamer/play/stretch.h"

#include <math.h>
#include <rubberband/rubberband-c.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

struct stretch {
    RubberBandState state;
    uint32_t late; /* frames of its delay, still to be discarded */
    float plane[2][STRETCH_FRAMES_MAX];
};

static void process_frames(struct stretch *stretch, uint32_t frames, bool last)
{
    const float *const planes[2] = { stretch->plane[0], stretch->plane[1] };

    rubberband_process(stretch->state, planes, frames, last);
}

/* Feeds silence before the beginning, so that the beginning is complete. The same number of frames is discarded
 * later. */
static void pad_start(struct stretch *stretch)
{
    uint32_t left = rubberband_get_preferred_start_pad(stretch->state);

    memset(stretch->plane, 0, sizeof(stretch->plane));
    stretch->late = rubberband_get_start_delay(stretch->state);
    while (left > 0) {
        uint32_t frames = left < STRETCH_FRAMES_MAX ? left : STRETCH_FRAMES_MAX;
        process_frames(stretch, frames, false);
        left -= frames;
    }
}

enum err stretch_new(uint32_t rate, double tempo, double semitones, struct stretch **stretch, struct fault *fault)
{
    RubberBandOptions options = RubberBandOptionProcessRealTime | RubberBandOptionEngineFaster |
                                RubberBandOptionPitchHighConsistency | RubberBandOptionChannelsTogether;

    *stretch = NULL;
    if (!(tempo >= 0.25 && tempo <= 4) || !(fabs(semitones) <= 24))
        return fault_set(fault, ERR_BAD_REQUEST, "a tempo ratio of %g or a shift by %g semitones is too large", tempo,
                         semitones);
    struct stretch *made = alloc_zeroed(1, sizeof(*made));
    made->state = alloc_check(rubberband_new(rate, 2, options, 1 / tempo, exp2(semitones / 12)));
    rubberband_set_max_process_size(made->state, STRETCH_FRAMES_MAX);
    pad_start(made);
    *stretch = made;
    return ERR_OK;
}

void stretch_free(struct stretch *stretch)
{
    if (stretch)
        rubberband_delete(stretch->state);
    free(stretch);
}

void stretch_feed(struct stretch *stretch, const float *stereo, uint32_t frames, bool last)
{
    for (uint32_t i = 0; i < frames; i++) {
        stretch->plane[0][i] = stereo[2 * i];
        stretch->plane[1][i] = stereo[2 * i + 1];
    }
    process_frames(stretch, frames, last);
}

static uint32_t count_available(const struct stretch *stretch)
{
    int count = rubberband_available(stretch->state);

    return count > 0 ? (uint32_t)count : 0;
}

uint32_t stretch_ready(const struct stretch *stretch)
{
    uint32_t count = count_available(stretch);

    return count > stretch->late ? count - stretch->late : 0;
}

static uint32_t take_available(struct stretch *stretch, uint32_t most)
{
    float *const planes[2] = { stretch->plane[0], stretch->plane[1] };
    uint32_t count = count_available(stretch);

    count = count < most ? count : most;
    return rubberband_retrieve(stretch->state, planes, count < STRETCH_FRAMES_MAX ? count : STRETCH_FRAMES_MAX);
}

uint32_t stretch_take(struct stretch *stretch, float *to, uint32_t most)
{
    uint32_t taken = 0, got;

    while (stretch->late > 0 && (got = take_available(stretch, stretch->late)) > 0)
        stretch->late -= got;
    while (taken < most && stretch->late == 0 && (got = take_available(stretch, most - taken)) > 0) {
        for (uint32_t i = 0; i < got; i++) {
            to[2 * (taken + i)] = stretch->plane[0][i];
            to[2 * (taken + i) + 1] = stretch->plane[1][i];
        }
        taken += got;
    }
    return taken;
}
