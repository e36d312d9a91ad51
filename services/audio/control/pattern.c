#include "services/audio/control/pattern.h"

#include <math.h>
#include <string.h>

#include "proto/wire/value.h"
#include "store/pattern/pattern_check.h"

static const float MIDDLE_C = 261.6255653f; /* MIDI note 60 */
static const float LEAST_ATTACK = 0.0001F;
static const float FLAT_Q = 0.7071067812f; /* the steepest low-pass without a peak */

/* ---- modules ---- */

#define GIVEN(from, member, otherwise) (float)((from)->has_##member ? (from)->member : (otherwise))

static uint32_t wave_of(const struct voice_values *from)
{
    static const uint32_t waves[] = {
        [WAVEFORM_SINE] = WAVE_SINE,         [WAVEFORM_SAW] = WAVE_SAW,     [WAVEFORM_SQUARE] = WAVE_SQUARE,
        [WAVEFORM_TRIANGLE] = WAVE_TRIANGLE, [WAVEFORM_NOISE] = WAVE_NOISE,
    };

    return from->has_wave && from->wave.value > 0 ? waves[from->wave.value] : WAVE_SAW;
}

static struct score_voice voice_of(const struct voice_values *from)
{
    return (struct score_voice){
        .freq = GIVEN(from, freq, 220),
        .amp = GIVEN(from, amp, 0.5),
        .filter_freq = GIVEN(from, filter_freq, 2000),
        .filter_q = GIVEN(from, filter_q, 2),
        .attack = fmaxf(GIVEN(&from->adsr, attack, 0.005), LEAST_ATTACK),
        .decay = GIVEN(&from->adsr, decay, 0.1),
        .sustain = GIVEN(&from->adsr, sustain, 0.5),
        .release = GIVEN(&from->adsr, release, 0.1),
        .reverb_send = GIVEN(from, reverb_send, 0),
        .delay_send = GIVEN(from, delay_send, 0),
        .wave = wave_of(from),
        .acid = from->acid,
    };
}

static void read_effects(const struct modules *from, struct score_pattern *to)
{
    const struct reverb_values *reverb = &from->reverb1;
    const struct delay_values *delay = &from->delay1;
    const struct acid_values *acid = &from->acid1;

    to->reverb_mix = GIVEN(reverb, mix, 0.3);
    to->reverb_room = GIVEN(reverb, room, 0.5);
    to->reverb_damp = GIVEN(reverb, damp, 0.5);
    to->delay_time = GIVEN(delay, time, 0.25);
    to->delay_feedback = GIVEN(delay, feedback, 0.4);
    to->delay_mix = GIVEN(delay, mix, 0.3);
    to->delay_lowcut = GIVEN(delay, lowcut, 100);
    to->delay_highcut = GIVEN(delay, highcut, 5000);
    to->acid_cutoff = GIVEN(acid, cutoff, 1500);
    to->acid_res = GIVEN(acid, res, 0.45);
    to->acid_env = GIVEN(acid, env_amount, 2500);
    to->acid_decay = GIVEN(acid, decay, 0.25);
    to->acid_drive = GIVEN(acid, drive, 0.2);
    to->acid_mix = GIVEN(acid, mix, 1);
    to->acid_comp = GIVEN(acid, vol_comp, 0.5);
}

/* ---- rows ---- */

static void read_steps(struct text steps, uint8_t *to)
{
    for (uint32_t at = 0; at < steps.len; at++)
        to[at] = steps.at[at] == 'X' ? STEP_ACCENT : steps.at[at] == 'x' ? STEP_NORMAL : STEP_REST;
}

static void read_notes(const struct row *from, struct score_row *to)
{
    to->note_count = from->notes.count < SCORE_NOTES ? from->notes.count : SCORE_NOTES;
    for (uint32_t i = 0; i < to->note_count; i++) /* in the order of the ask */
        to->notes[i] = (float)from->notes.at[(i + from->note_index) % to->note_count];
}

/* A row with a sound plays it unchanged to its end. From the voice it uses only a given resonance. The filter is off
 * unless the row has a cutoff. Notes are relative to base_freq. */
static void make_sampled(const struct voice_values *voice, struct score_row *to)
{
    to->voice.freq = MIDDLE_C;
    to->voice.filter_freq = 0;
    to->voice.filter_q = GIVEN(voice, filter_q, FLAT_Q);
}

static uint32_t read_steps_of(struct real_list from, float to[SCORE_STEPS])
{
    for (uint32_t i = 0; i < from.count && i < SCORE_STEPS; i++)
        to[i] = (float)from.at[i];
    return from.count;
}

static void read_step_values(const struct row *from, struct score_row *to)
{
    to->midi = from->has_midi_channel ? (uint32_t)from->midi_channel + 1 : 0;
    to->length = from->has_length ? (uint32_t)from->length : 0;
    to->velocity_count = read_steps_of(from->velocity, to->velocity);
    to->probability_count = read_steps_of(from->probability, to->probability);
    to->timing_count = read_steps_of(from->timing, to->timing);
    to->ratchet_count = from->ratchet.count;
    for (uint32_t i = 0; i < from->ratchet.count && i < SCORE_STEPS; i++)
        to->ratchet[i] = (uint8_t)from->ratchet.at[i];
}

static void read_values(const struct row *from, const struct voice_values *voice, struct score_row *to)
{
    to->used = 1;
    to->muted = from->mute;
    to->solo = from->has_solo && from->solo;
    to->sound = from->has_sound ? (uint32_t)from->sound : SCORE_NO_SOUND;
    to->generation = (uint32_t)from->generation;
    to->choke = (uint32_t)from->choke;
    if (from->has_sound)
        make_sampled(voice, to);
    to->voice.freq = GIVEN(from, base_freq, to->voice.freq);
    to->voice.reverb_send = GIVEN(from, reverb_send, to->voice.reverb_send);
    to->voice.delay_send = GIVEN(from, delay_send, to->voice.delay_send);
    to->amp = GIVEN(from, base_amp, to->voice.amp);
    to->filter_freq = GIVEN(from, filter_freq, to->voice.filter_freq);
    to->accent_boost = GIVEN(from, accent_boost, 1500);
    to->gate = GIVEN(from, gate_frac, from->has_sound ? 1 : 0.5);
    to->pan = (float)from->pan;
    to->ratio = GIVEN(from, ratio, 1);
    read_notes(from, to);
    read_step_values(from, to);
    if (from->name.len)
        memcpy(to->name, from->name.at, from->name.len < SCORE_NAME ? from->name.len : SCORE_NAME);
}

enum err pattern_read(const struct pattern *from, struct score_pattern *to, struct fault *fault)
{
    enum err e = pattern_check(from, PATTERN_IN_MESSAGE, fault);

    *to = (struct score_pattern){ .steps = SCORE_BAR };
    if (e != ERR_OK)
        return value_fault_in(fault, e, "pattern");
    read_effects(&from->modules, to);
    to->steps = pattern_steps(from);
    to->seed = from->sequencer.has_seed ? (uint32_t)from->sequencer.seed : 0;
    for (uint32_t i = 0; i < from->sequencer.tracks.count && i < SCORE_ROWS; i++) {
        const struct row *row = &from->sequencer.tracks.at[i];
        const struct voice_values *voice = pattern_voice(&from->modules, row->voice_id);

        to->rows[i].voice = voice_of(voice);
        read_steps(row->pattern, to->rows[i].steps);
        read_values(row, voice, &to->rows[i]);
    }
    pattern_mute_rows(to);
    return ERR_OK;
}

void pattern_mute_rows(struct score_pattern *pattern)
{
    bool solo = false;

    for (uint32_t i = 0; i < SCORE_ROWS; i++)
        solo |= pattern->rows[i].used && pattern->rows[i].solo;
    for (uint32_t i = 0; i < SCORE_ROWS; i++) {
        struct score_row *row = &pattern->rows[i];
        row->mute = row->muted || row->soundless || (solo && !row->solo);
    }
}
