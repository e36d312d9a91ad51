#include "services/audio/control/pad.h"

enum { NONE = 255 };
static const float FLAT_Q = 0.7071067812F; /* the steepest low-pass without a peak */
static const float BEND_USUAL = 2;         /* semitones */

static const uint32_t modes[] = {
    [PAD_MODE_ONE_SHOT] = PAD_ONE_SHOT, [PAD_MODE_GATE] = PAD_GATE, [PAD_MODE_LOOP] = PAD_LOOP
};
static const int32_t mode_words[] = {
    [PAD_ONE_SHOT] = PAD_MODE_ONE_SHOT, [PAD_GATE] = PAD_MODE_GATE, [PAD_LOOP] = PAD_MODE_LOOP
};

static struct score_layer read_layer(const struct pad_layer *from)
{
    return (struct score_layer){ .sound = from->has_sound ? (uint32_t)from->sound : SCORE_NO_SOUND,
                                 .generation = (uint32_t)from->generation,
                                 .low = (float)from->low,
                                 .high = from->has_high ? (float)from->high : 1,
                                 .gain = from->has_gain ? (float)from->gain : 1,
                                 .ratio = from->has_ratio ? (float)from->ratio : 1,
                                 .from = from->has_from ? (uint32_t)from->from : 0,
                                 .until = from->has_until ? (uint32_t)from->until : 0 };
}

/* Layers whose item could not be loaded are left out. */
static void read_layers(const struct pad *from, struct score_pad *to)
{
    for (uint32_t i = 0; i < from->layers.count && to->layer_count < SCORE_LAYERS; i++)
        if (from->layers.at[i].has_sound)
            to->layers[to->layer_count++] = read_layer(&from->layers.at[i]);
}

static const uint32_t waves[] = { [WAVEFORM_SINE] = WAVE_SINE,
                                  [WAVEFORM_SAW] = WAVE_SAW,
                                  [WAVEFORM_SQUARE] = WAVE_SQUARE,
                                  [WAVEFORM_TRIANGLE] = WAVE_TRIANGLE,
                                  [WAVEFORM_NOISE] = WAVE_NOISE };
static const int32_t wave_words[] = { [WAVE_SINE] = WAVEFORM_SINE,
                                      [WAVE_SAW] = WAVEFORM_SAW,
                                      [WAVE_SQUARE] = WAVEFORM_SQUARE,
                                      [WAVE_TRIANGLE] = WAVEFORM_TRIANGLE,
                                      [WAVE_NOISE] = WAVEFORM_NOISE };

static uint32_t wave_of(const struct pad *from)
{
    return from->has_wave && from->wave.value > 0 ? waves[from->wave.value] + 1 : 0;
}

static struct score_pad read_values(const struct pad *from)
{
    return (struct score_pad){
        .sound = from->has_sound ? (uint32_t)from->sound : SCORE_NO_SOUND,
        .generation = (uint32_t)from->generation,
        .gain = from->has_gain ? (float)from->gain : 1,
        .pan = (float)from->pan,
        .ratio = from->has_ratio ? (float)from->ratio : 1,
        .from = (uint32_t)from->from,
        .until = (uint32_t)from->until,
        .mode = from->mode.value > 0 ? modes[from->mode.value] : PAD_ONE_SHOT,
        .choke = (uint32_t)from->choke,
        .reverse = from->reverse,
        .note = from->has_note ? (uint8_t)from->note : NONE,
        .channel = from->has_channel ? (uint8_t)from->channel : NONE,
        .keys_from = from->has_keys_from ? (uint8_t)from->keys_from : 0,
        .keys_until = from->has_keys_until ? (uint8_t)from->keys_until : 0,
        .bend = from->has_bend ? (float)from->bend : BEND_USUAL,
        .attack = (float)from->attack,
        .release = (float)from->release,
        .curve = from->has_curve ? (float)from->curve : 1,
        .decay = (float)from->decay,
        .sustain = from->has_sustain ? (float)from->sustain : 1,
        .cutoff = from->has_filter_freq ? (float)from->filter_freq : 0,
        .resonance = from->has_filter_q ? (float)from->filter_q : FLAT_Q,
        .reverb = (float)from->reverb_send,
        .delay = (float)from->delay_send,
        .loop_from = (uint32_t)from->loop_from,
        .loop_until = (uint32_t)from->loop_until,
        .wave = wave_of(from),
        .hz = from->has_freq ? (float)from->freq : 0,
        .output = from->has_output ? (uint32_t)from->output : 0,
    };
}

struct score_pad pad_read(const struct pad *from)
{
    struct score_pad to = read_values(from);

    read_layers(from, &to);
    return to;
}

struct score_pad pad_empty(void)
{
    return read_values(&(struct pad){ .mode.value = PAD_MODE_ONE_SHOT });
}

static struct pad_layer_list write_layers(const struct score_pad *from, struct arena *arena)
{
    struct pad_layer_list to = { 0, arena_array(arena, SCORE_LAYERS, sizeof(*to.at)) };

    for (uint32_t i = 0; i < from->layer_count && i < SCORE_LAYERS; i++) {
        const struct score_layer *layer = &from->layers[i];

        to.at[to.count++] = (struct pad_layer){ .has_sound = layer->sound < SOUNDS,
                                                .sound = layer->sound % SOUNDS,
                                                .generation = layer->generation,
                                                .low = (double)layer->low,
                                                .has_high = true,
                                                .high = (double)layer->high,
                                                .has_gain = true,
                                                .gain = (double)layer->gain,
                                                .has_ratio = true,
                                                .ratio = (double)layer->ratio,
                                                .has_from = layer->from || layer->until,
                                                .from = layer->from,
                                                .has_until = layer->from || layer->until,
                                                .until = layer->until };
    }
    return to;
}

static bool is_other(float value, float usual)
{
    return value < usual || value > usual;
}

struct pad pad_write(uint32_t index, const struct score_pad *from, struct arena *arena)
{
    return (struct pad){
        .pad = index,
        .has_sound = from->sound < SOUNDS,
        .sound = from->sound < SOUNDS ? from->sound : 0,
        .generation = from->generation,
        .has_gain = true,
        .gain = (double)from->gain,
        .pan = (double)from->pan,
        .has_ratio = true,
        .ratio = (double)from->ratio,
        .from = from->from,
        .until = from->until,
        .mode.value = from->mode <= PAD_LOOP ? mode_words[from->mode] : PAD_MODE_ONE_SHOT,
        .choke = from->choke,
        .reverse = from->reverse != 0,
        .has_note = from->note != NONE,
        .note = from->note != NONE ? from->note : 0,
        .has_channel = from->channel != NONE,
        .channel = from->channel != NONE ? from->channel : 0,
        .has_keys_from = from->keys_from > 0 || from->keys_until > 0,
        .keys_from = from->keys_from,
        .has_keys_until = from->keys_until > 0,
        .keys_until = from->keys_until,
        .has_bend = from->keys_until > 0 || is_other(from->bend, BEND_USUAL),
        .bend = (double)from->bend,
        .attack = (double)from->attack,
        .release = (double)from->release,
        .has_curve = true,
        .curve = (double)from->curve,
        .decay = (double)from->decay,
        .has_sustain = true,
        .sustain = (double)from->sustain,
        .has_filter_freq = from->cutoff > 0,
        .filter_freq = (double)from->cutoff,
        .has_filter_q = from->cutoff > 0 || is_other(from->resonance, FLAT_Q),
        .filter_q = (double)from->resonance,
        .reverb_send = (double)from->reverb,
        .delay_send = (double)from->delay,
        .loop_from = from->loop_from,
        .loop_until = from->loop_until,
        .has_wave = from->wave > 0 && from->wave <= WAVES,
        .wave.value = from->wave > 0 && from->wave <= WAVES ? wave_words[from->wave - 1] : 0,
        .has_freq = from->hz > 0,
        .freq = (double)from->hz,
        .has_output = from->output > 0,
        .output = from->output <= SCORE_OUTPUTS ? from->output : 0,
        .layers = write_layers(from, arena),
    };
}
