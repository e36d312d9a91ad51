#include "common/sound/resample.h"

#include <samplerate.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/sound/polyphase.h"

enum { MARGIN = 64, APART_MAX = 32, RATIOS_KEPT = 8 };

/* The coefficients of the latest ratios, the newest first; those in use stay. */
struct resampler {
    struct {
        struct polyphase_rows *rows;
        uint32_t users;
    } kept[RATIOS_KEPT];
};

struct resample {
    struct resampler *resampler;
    uint32_t place;              /* index of its rows in `kept` */
    struct polyphase *polyphase; /* or, for other ratios: */
    SRC_STATE *state;
    double ratio;
};

struct resampler *resample_open(void)
{
    return alloc_zeroed(1, sizeof(struct resampler));
}

void resample_close(struct resampler *resampler)
{
    for (uint32_t i = 0; resampler && i < RATIOS_KEPT; i++)
        polyphase_rows_free(resampler->kept[i].rows);
    free(resampler);
}

/* The index of that ratio's rows, made if necessary; RATIOS_KEPT: not possible. */
static uint32_t find_rows(struct resampler *resampler, uint32_t from, uint32_t to)
{
    uint32_t unused = RATIOS_KEPT;

    for (uint32_t i = 0; i < RATIOS_KEPT; i++) {
        if (resampler->kept[i].rows && polyphase_rows_fit(resampler->kept[i].rows, from, to))
            return i;
        if (resampler->kept[i].users == 0 && (unused == RATIOS_KEPT || !resampler->kept[i].rows))
            unused = i;
    }
    if (unused == RATIOS_KEPT)
        return RATIOS_KEPT;
    polyphase_rows_free(resampler->kept[unused].rows);
    resampler->kept[unused].rows = polyphase_rows_new(from, to);
    return resampler->kept[unused].rows ? unused : RATIOS_KEPT;
}

static void choose_rows(struct resample *resample, uint32_t from, uint32_t to)
{
    uint32_t place = find_rows(resample->resampler, from, to);
    int error;

    if (place < RATIOS_KEPT)
        resample->polyphase = polyphase_new(resample->resampler->kept[place].rows);
    if (resample->polyphase) {
        resample->place = place;
        resample->resampler->kept[place].users++;
        return;
    }
    resample->state = alloc_check(src_new(SRC_SINC_MEDIUM_QUALITY, 2, &error));
}

enum err resample_new(struct resampler *resampler, uint32_t from, uint32_t to, struct resample **resample,
                      struct fault *fault)
{
    *resample = NULL;
    if (from == 0 || to == 0 || to / from > APART_MAX || from / to > APART_MAX)
        return fault_set(fault, ERR_BAD_REQUEST, "cannot convert a sample rate of %u Hz to %u Hz", from, to);
    struct resample *made = alloc_zeroed(1, sizeof(*made));
    made->resampler = resampler;
    choose_rows(made, from, to);
    made->ratio = (double)to / from;
    *resample = made;
    return ERR_OK;
}

void resample_free(struct resample *resample)
{
    if (!resample)
        return;
    if (resample->polyphase)
        resample->resampler->kept[resample->place].users--;
    polyphase_free(resample->polyphase);
    if (resample->state)
        src_delete(resample->state);
    free(resample);
}

uint32_t resample_room(const struct resample *resample, uint32_t frames)
{
    return (uint32_t)((double)(frames + RESAMPLE_REACH) * resample->ratio) + MARGIN;
}

static uint32_t run_any(struct resample *resample, const float *stereo, uint32_t frames, bool last, float *to,
                        uint32_t room)
{
    SRC_DATA data = { .data_in = stereo, .input_frames = frames, .end_of_input = last, .src_ratio = resample->ratio };
    uint32_t made = 0;

    do {
        data.data_out = to + 2 * made;
        data.output_frames = room - made;
        if (src_process(resample->state, &data) != 0)
            break;
        made += (uint32_t)data.output_frames_gen;
        data.data_in += 2 * data.input_frames_used;
        data.input_frames -= data.input_frames_used;
    } while ((data.input_frames_used > 0 || data.output_frames_gen > 0) && made < room);
    return made;
}

uint32_t resample_run(struct resample *resample, const float *stereo, uint32_t frames, bool last, float *to)
{
    uint32_t room = resample_room(resample, frames);

    return resample->polyphase ? polyphase_run(resample->polyphase, stereo, frames, last, to, room)
                               : run_any(resample, stereo, frames, last, to, room);
}

uint32_t resample_period(uint32_t from, uint32_t to)
{
    uint32_t a = from, b = to;

    while (b != 0) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a == 0 ? 1 : to / a;
}
