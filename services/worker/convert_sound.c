#include "services/worker/convert_sound.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/sound/resample.h"

enum { BLOCK = 4096, PAIRS_MAX = DECODE_CHANNELS_MAX / 2 };

struct convert_sound {
    struct convert_sound_plan plan;
    struct convert_sound_form form;
    struct decode *decode;
    struct resampler *resampler;
    struct resample *pairs[PAIRS_MAX]; /* two channels each; none if the rate stays */
    uint32_t room;                     /* frames that one block may become */
    float *in, *stereo, *converted, *out;
    const float *ready; /* frames that are not read yet */
    size_t left;
    int64_t frame; /* of the file, the next to decode */
    struct treatment treatment;
    bool has_ended;
};

static unsigned count_pairs(const struct convert_sound *sound)
{
    return sound->form.rate == sound->form.from.rate ? 0 : (sound->form.channels + 1) / 2;
}

static void close_parts(struct convert_sound *sound)
{
    decode_close(sound->decode);
    sound->decode = NULL;
    for (unsigned i = 0; i < PAIRS_MAX; i++) {
        resample_free(sound->pairs[i]);
        sound->pairs[i] = NULL;
    }
}

/* The place may lie after the end of the file. */
static enum err go_to_part(struct convert_sound *sound, struct fault *fault)
{
    sound->treatment = sound->plan.treatment;
    sound->treatment.gain_db = 0;
    if (sound->treatment.fade_out > 0) /* the length in the file's header may be wrong */
        treatment_end(&sound->treatment, sound->form.from.frames);
    sound->frame = sound->treatment.from;
    if (sound->frame == 0 || decode_seek(sound->decode, sound->frame))
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "its part begins at frame %lld, but it has only %lld",
                     (long long)sound->frame, (long long)sound->form.from.frames);
}

enum err convert_sound_rewind(struct convert_sound *sound, struct fault *fault)
{
    struct decode_format *from = &sound->form.from;

    close_parts(sound);
    sound->left = 0;
    sound->has_ended = false;
    enum err e = decode_open(&sound->decode, sound->plan.input, sound->plan.begin, from, fault);
    sound->form.rate = sound->plan.rate ? sound->plan.rate : from->rate;
    sound->form.channels = sound->plan.mono ? 1 : from->channels;
    sound->form.is_exact = sound->form.rate == from->rate && sound->form.channels == from->channels &&
                           !treatment_changes(&sound->plan.treatment);
    if (e == ERR_OK)
        e = go_to_part(sound, fault);
    for (unsigned i = 0; e == ERR_OK && i < count_pairs(sound); i++)
        e = resample_new(sound->resampler, from->rate, sound->form.rate, &sound->pairs[i], fault);
    return e;
}

static void find_room(struct convert_sound *sound)
{
    sound->room = count_pairs(sound) > 0 ? resample_room(sound->pairs[0], BLOCK) : BLOCK;
    sound->in = alloc_zeroed((size_t)BLOCK * sound->form.from.channels, sizeof(float));
    sound->stereo = alloc_zeroed((size_t)BLOCK * 2, sizeof(float));
    sound->converted = alloc_zeroed((size_t)sound->room * 2, sizeof(float));
    sound->out = alloc_zeroed((size_t)sound->room * sound->form.channels, sizeof(float));
}

enum err convert_sound_open(struct convert_sound **to, const struct convert_sound_plan *plan, struct fault *fault)
{
    struct convert_sound *sound = alloc_zeroed(1, sizeof(*sound));

    *to = NULL;
    sound->plan = *plan;
    sound->resampler = resample_open();
    enum err e = convert_sound_rewind(sound, fault);
    if (e != ERR_OK) {
        convert_sound_close(sound);
        return e;
    }
    find_room(sound);
    *to = sound;
    return ERR_OK;
}

void convert_sound_close(struct convert_sound *sound)
{
    if (!sound)
        return;
    close_parts(sound);
    resample_close(sound->resampler);
    free(sound->in);
    free(sound->stereo);
    free(sound->converted);
    free(sound->out);
    free(sound);
}

const struct convert_sound_form *convert_sound_form(const struct convert_sound *sound)
{
    return &sound->form;
}

int64_t convert_sound_length(const struct convert_sound *sound)
{
    struct treatment part = sound->treatment;

    treatment_end(&part, sound->form.from.frames);
    return part.until > part.from ? part.until - part.from : -1;
}

/* ---- frames ---- */

static void mix_to_mono(float *frames, size_t count, unsigned channels)
{
    for (size_t i = 0; i < count; i++) {
        double sum = 0;

        for (unsigned c = 0; c < channels; c++)
            sum += (double)frames[i * channels + c];
        frames[i] = (float)(sum / channels);
    }
}

/* The last of an odd number of channels is converted as both of a pair. */
static uint32_t convert_pair(struct convert_sound *sound, unsigned pair, size_t frames)
{
    unsigned channels = sound->form.channels, left = 2 * pair, right = left + 1 < channels ? left + 1 : left;

    for (size_t i = 0; i < frames; i++) {
        sound->stereo[2 * i] = sound->in[i * channels + left];
        sound->stereo[2 * i + 1] = sound->in[i * channels + right];
    }
    uint32_t made =
        resample_run(sound->pairs[pair], sound->stereo, (uint32_t)frames, sound->has_ended, sound->converted);
    for (uint32_t i = 0; i < made; i++) {
        sound->out[(size_t)i * channels + left] = sound->converted[2 * i];
        sound->out[(size_t)i * channels + right] = sound->converted[2 * i + 1];
    }
    return made;
}

/* Reads frames of the part, with its fades. */
static size_t decode_part(struct convert_sound *sound)
{
    int64_t left = sound->treatment.until > 0 ? sound->treatment.until - sound->frame : BLOCK;
    size_t wanted = left <= 0 ? 0 : left < BLOCK ? (size_t)left : BLOCK, got = 0;

    if (wanted > 0)
        got = decode_read(sound->decode, sound->in, wanted);
    treatment_apply(&sound->treatment, sound->frame, sound->in, (uint32_t)got, sound->form.from.channels);
    sound->frame += (int64_t)got;
    return got;
}

static void read_block(struct convert_sound *sound)
{
    size_t got = decode_part(sound);
    unsigned pairs = count_pairs(sound);

    sound->has_ended = got < BLOCK;
    if (sound->plan.mono && sound->form.from.channels > 1)
        mix_to_mono(sound->in, got, sound->form.from.channels);
    sound->ready = pairs ? sound->out : sound->in;
    sound->left = pairs ? 0 : got;
    for (unsigned i = 0; i < pairs; i++)
        sound->left = convert_pair(sound, i, got);
}

size_t convert_sound_read(struct convert_sound *sound, size_t most, const float **frames)
{
    while (sound->left == 0 && !sound->has_ended)
        read_block(sound);
    size_t count = sound->left < most ? sound->left : most;
    *frames = sound->ready;
    sound->ready += count * sound->form.channels;
    sound->left -= count;
    return count;
}
