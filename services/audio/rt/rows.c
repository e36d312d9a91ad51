#include "services/audio/rt/rows.h"

#include <string.h>

#include "services/audio/rt/engine_owner.h"
#include "services/audio/rt/instance.h"
#include "services/audio/rt/outputs.h"
#include "services/audio/rt/sequencer.h"
#include "services/audio/rt/sounds_cues.h"

static const float TAIL = 0.25f;                             /* seconds until a filter has decayed */
static const float SILENT = 1e-7f;                           /* quieter input does not need an effect */
static const float LONGEST_ECHO = 4.1f, LONGEST_COMB = 0.1f; /* seconds */
enum { WIPED_A_FRAME = 512 };                                /* floats of the lines cleared per frame */

/* ---- one row ---- */

static void make_synth(struct engine *engine, struct sequencer_row *row, const struct row_sound *from, float *out,
                       uint32_t frames)
{
    struct oscillator_params sound = { .shape = (enum oscillator_shape)from->voice.wave, .hz = row->hz };
    struct adsr_params envelope = { from->voice.attack, from->voice.decay, from->voice.sustain, from->voice.release };
    float *level = engine->block.level;

    oscillator_run(&row->oscillator, &sound, engine->half->rate, out, frames);
    adsr_run(&row->adsr, &envelope, engine->half->rate, level, frames);
    mix_multiply(out, level, frames);
    ramp_apply(&row->velocity, out, NULL, frames);
}

/* The row's own cutoff overrides the voice's. */
static void filter_row(struct engine *engine, struct sequencer_row *row, const struct row_sound *from, float *left,
                       float *right, uint32_t frames)
{
    float base = from->filter_freq > 0 ? from->filter_freq : from->voice.filter_freq;
    struct svf_params low = { base + number_within(row->boost, 0, 20000), from->voice.filter_q };

    if (base > 0)
        svf_run(&row->filter, &low, engine->half->rate, left, right, frames);
}

/* Uses one ramp for both sides. */
static void add_ramp(float (*out)[CORE_BLOCK], const float *left, const float *right, struct ramp *ramp,
                     uint32_t frames)
{
    struct ramp same = *ramp;

    mix_add_ramp(out[0], left, &same, frames);
    mix_add_ramp(out[1], right, ramp, frames);
}

static void send_to_effects(struct engine *engine, const float *left, const float *right, struct ramp *reverb,
                            struct ramp *delay, uint32_t frames)
{
    if (reverb->left || reverb->target > 0)
        add_ramp(engine->block.reverb, left, right, reverb, frames);
    if (delay->left || delay->target > 0)
        add_ramp(engine->block.delay, left, right, delay, frames);
}

/* A waking row starts with its current gains and filter. */
static void wake_row(struct sequencer_row *row, const struct row_sound *from)
{
    row->filter = (struct svf){ 0 };
    row->strip.set = 0;
    ramp_set(&row->reverb, number_within(from->voice.reverb_send, 0, 1));
    ramp_set(&row->delay, number_within(from->voice.delay_send, 0, 1));
}

static void mix_row(struct engine *engine, struct sequencer_row *row, const struct row_sound *from,
                    float (*io)[CORE_BLOCK], uint32_t frames)
{
    float(*bus)[CORE_BLOCK] = from->voice.acid ? engine->block.acid : engine->block.group[GROUP_SEQUENCER];
    float gain = from->is_heard ? number_within(from->amp, 0, 1) : 0;
    uint32_t rate = engine->half->rate, fade = fade_frames(rate);

    mix_strip_set(&row->strip, gain, from->pan, rate);
    ramp_apply(&row->strip.left, io[0], NULL, frames);
    ramp_apply(&row->strip.right, io[1], NULL, frames);
    mix_add(bus[0], io[0], frames);
    mix_add(bus[1], io[1], frames);
    if (from->voice.acid)
        return;
    ramp_to(&row->reverb, number_within(from->voice.reverb_send, 0, 1), fade);
    ramp_to(&row->delay, number_within(from->voice.delay_send, 0, 1), fade);
    send_to_effects(engine, io[0], io[1], &row->reverb, &row->delay, frames);
}

/* Returns the number of frames in which the synth voice sounds. */
static uint32_t add_synth(struct engine *engine, struct sequencer_row *row, const struct row_sound *from, float *left,
                          float *right, uint32_t frames)
{
    float *one = engine->block.one[0];
    uint32_t n = frames;

    make_synth(engine, row, from, one, frames);
    mix_add(left, one, frames);
    if (right)
        mix_add(right, one, frames);
    while (n > 0 && sequencer_row_is_idle(row) && !(engine->block.level[n - 1] > 0))
        n--;
    return n;
}

/* `io` has `sounds` frames of sounds from memory. Returns the number of frames with sound. A row without sounds from
 * memory is mono before its pan. */
static uint32_t render_row(struct engine *engine, const struct row_sound *from, struct sequencer_row *row,
                           float (*io)[CORE_BLOCK], uint32_t sounds, uint32_t frames)
{
    uint32_t until = sounds, tail = core_frames(TAIL, engine->half->rate);
    bool synth = !sequencer_row_is_idle(row), stereo = sounds || from->is_sampled;
    float *right = stereo ? io[1] : NULL;

    if (!sounds && sequencer_row_is_silent(row))
        return 0;
    if (!row->tail)
        wake_row(row, from);
    if (!sounds) {
        mix_clear(io[0], frames);
        mix_clear(io[1], frames);
    }
    if (synth)
        until = core_most(until, add_synth(engine, row, from, io[0], right, frames));
    row->tail = until ? tail - core_least(tail, frames - until) : row->tail - core_least(row->tail, frames);
    filter_row(engine, row, from, io[0], right, frames);
    if (!stereo)
        memcpy(io[1], io[0], frames * sizeof(*io[0]));
    mix_row(engine, row, from, io, frames);
    return row->tail;
}

/* Renders a row of the pattern. Returns the number of frames with sound in the acid filter. */
static uint32_t render_own(struct engine *engine, const struct score_row *from, uint32_t number, uint32_t frames)
{
    const struct row_sound sound = sounds_of_row(from);
    const uint32_t tail = render_row(engine, &sound, &engine->half->sequencer.row[number], engine->block.row[number],
                                     engine->block.row_frames[number], frames);

    return from->voice.acid ? tail : 0;
}

/* Returns the number of frames with sound in the acid filter. */
static uint32_t render_leaving(struct engine *engine, uint32_t frames)
{
    struct rt_leaving *leaving = &engine->half->leaving;
    uint32_t acid = 0;

    for (uint32_t i = 0; i < leaving->count; i++) {
        struct row_leaving *one = &leaving->each[i];
        const uint32_t tail = render_row(engine, &one->sound, &one->row, engine->block.leaving, 0, frames);

        acid = one->sound.voice.acid ? core_most(acid, tail) : acid;
    }
    return acid;
}

/* ---- shared effects ---- */

static void raise_sends(const struct score_voice *voice, float *reverb, float *delay)
{
    if (!voice->acid)
        return;
    *reverb = number_within(voice->reverb_send, *reverb, 1);
    *delay = number_within(voice->delay_send, *delay, 1);
}

static void render_acid(struct engine *engine, const struct score_pattern *pattern, uint32_t frames)
{
    struct rt_sequencer *sequencer = &engine->half->sequencer;
    struct acid_params params = { pattern->acid_cutoff, pattern->acid_res, pattern->acid_env, pattern->acid_decay,
                                  pattern->acid_drive,  pattern->acid_mix, pattern->acid_comp };
    float *left = engine->block.acid[0], *right = engine->block.acid[1], reverb = 0, delay = 0;

    for (uint32_t r = 0; r < SCORE_ROWS; r++)
        if (pattern->rows[r].used)
            raise_sends(&pattern->rows[r].voice, &reverb, &delay);
    for (uint32_t i = 0; i < engine->half->leaving.count; i++)
        raise_sends(&engine->half->leaving.each[i].sound.voice, &reverb, &delay);
    ramp_to(&sequencer->acid_reverb, reverb, fade_frames(engine->half->rate));
    ramp_to(&sequencer->acid_delay, delay, fade_frames(engine->half->rate));
    acid_run(&sequencer->acid, &params, engine->half->rate, left, right, frames);
    mix_add(engine->block.group[GROUP_SEQUENCER][0], left, frames);
    mix_add(engine->block.group[GROUP_SEQUENCER][1], right, frames);
    send_to_effects(engine, left, right, &sequencer->acid_reverb, &sequencer->acid_delay, frames);
}

enum effect { AWAKE, WAKES, SLEEPS };

/* An effect sleeps when its input is silent and its output has been silent for as long as it remembers. */
static enum effect look_at(uint32_t *quiet, float (*in)[CORE_BLOCK], float seconds, uint32_t rate, uint32_t frames)
{
    bool slept = *quiet >= core_frames(seconds, rate);

    if (!slept || mix_highest(in[0], in[1], frames) < SILENT)
        return slept ? SLEEPS : AWAKE;
    *quiet = 0;
    return WAKES;
}

static void add_effect(struct engine *engine, float (*out)[CORE_BLOCK], uint32_t *quiet, uint32_t frames)
{
    *quiet = mix_highest(out[0], out[1], frames) < SILENT ? *quiet + frames : 0;
    mix_add(engine->block.group[GROUP_SEQUENCER][0], out[0], frames);
    mix_add(engine->block.group[GROUP_SEQUENCER][1], out[1], frames);
}

static void render_reverb(struct engine *engine, const struct score_pattern *pattern, uint32_t frames)
{
    struct rt_sequencer *sequencer = &engine->half->sequencer;
    struct reverb_params params = { pattern->reverb_mix, pattern->reverb_room, pattern->reverb_damp };
    float(*io)[CORE_BLOCK] = engine->block.reverb;

    switch (look_at(&sequencer->quiet[0], io, LONGEST_COMB, engine->half->rate, frames)) {
    case SLEEPS:
        return;
    case WAKES:
        sequencer->reverb = (struct reverb){ .position = sequencer->reverb.position };
        break;
    case AWAKE:
        break;
    }
    reverb_run(&sequencer->reverb, engine->memory->lines.reverb[0], CORE_LINE, &params, engine->half->rate, io[0],
               io[1], io[0], io[1], frames);
    add_effect(engine, io, &sequencer->quiet[0], frames);
}

static void render_delay(struct engine *engine, const struct score_pattern *pattern, uint32_t frames)
{
    struct rt_sequencer *sequencer = &engine->half->sequencer;
    struct delay_params params = { pattern->delay_time, pattern->delay_feedback, pattern->delay_mix,
                                   pattern->delay_lowcut, pattern->delay_highcut };
    float(*io)[CORE_BLOCK] = engine->block.delay;

    switch (look_at(&sequencer->quiet[1], io, LONGEST_ECHO, engine->half->rate, frames)) {
    case SLEEPS:
        return;
    case WAKES:
        sequencer->delay = (struct delay){ .position = sequencer->delay.position };
        break;
    case AWAKE:
        break;
    }
    delay_run(&sequencer->delay, engine->memory->lines.delay[0], CORE_DELAY_LINE, &params, engine->half->rate, io[0],
              io[1], io[0], io[1], frames);
    add_effect(engine, io, &sequencer->quiet[1], frames);
}

/* Clears the lines in parts after a panic; no effect sounds until then. */
static void wipe_effects(struct engine *engine, uint32_t frames)
{
    float *reverb = (void *)engine->memory->lines.reverb, *delay = (void *)engine->memory->lines.delay;
    const uint32_t first = sizeof(engine->memory->lines.reverb) / sizeof(float);
    uint32_t *left = &engine->half->sequencer.wipe;
    uint32_t at = CORE_WIPED - core_least(*left, CORE_WIPED);
    uint32_t end = at + core_least(CORE_WIPED - at, frames * WIPED_A_FRAME);

    if (at < first)
        mix_clear(reverb + at, core_least(end, first) - at);
    if (end > first)
        mix_clear(delay + core_most(at, first) - first, end - core_most(at, first));
    *left = CORE_WIPED - end;
}

/* Applies `closed`, which rises to 1, to a group that a panic closes. */
static void close_group(struct engine *engine, enum score_group group, uint32_t frames)
{
    struct ramp closed = engine->half->sequencer.closed;

    ramp_fill(&closed, engine->block.level, frames);
    for (uint32_t i = 0; i < frames; i++)
        engine->block.level[i] = 1 - engine->block.level[i];
    mix_multiply(engine->block.group[group][0], engine->block.level, frames);
    mix_multiply(engine->block.group[group][1], engine->block.level, frames);
    if (group == GROUP_METRONOME)
        engine->half->sequencer.closed = closed;
}

void rows_clear(struct engine *engine, uint32_t frames)
{
    for (int c = 0; c < 2; c++) {
        mix_clear(engine->block.acid[c], frames);
        mix_clear(engine->block.reverb[c], frames);
        mix_clear(engine->block.delay[c], frames);
    }
}

/* A waking acid filter starts without old state. */
static void wake_acid(struct acid *acid)
{
    *acid = (struct acid){ .envelope = acid->envelope, .boost = acid->boost };
}

/* `acid`: frames with input from the rows, including the tail. */
static void render_shared(struct engine *engine, const struct score_pattern *pattern, uint32_t acid, uint32_t frames)
{
    struct rt_sequencer *sequencer = &engine->half->sequencer;

    if (acid && !sequencer->acid_tail)
        wake_acid(&sequencer->acid);
    if (acid || sequencer->acid_tail)
        render_acid(engine, pattern, frames);
    sequencer->acid_tail = core_most(sequencer->acid_tail - core_least(sequencer->acid_tail, frames),
                                     acid ? acid + core_frames(TAIL, engine->half->rate) : 0);
    if (!engine_is_owner(engine))
        return;
    if (sequencer->wipe) {
        wipe_effects(engine, frames);
    } else {
        render_reverb(engine, pattern, frames);
        render_delay(engine, pattern, frames);
    }
}

void rows_render(struct engine *engine, uint32_t frames)
{
    const struct score_pattern *pattern = sequencer_pattern(engine);
    float(*click)[CORE_BLOCK] = engine->block.group[GROUP_METRONOME];
    uint32_t acid = render_leaving(engine, frames);

    for (uint32_t r = 0; r < SCORE_ROWS; r++)
        if (engine->block.row_frames[r] || !sequencer_row_is_silent(&engine->half->sequencer.row[r]))
            acid = core_most(acid, render_own(engine, &pattern->rows[r], r, frames));
    outputs_send(engine, frames);
    render_shared(engine, pattern, acid, frames);
    sounds_left_drop(engine);
    click_add(&engine->half->sequencer.click, 0.5f, engine->half->rate, click[0], click[1], frames);
    if (engine->panic) {
        close_group(engine, GROUP_SEQUENCER, frames);
        close_group(engine, GROUP_METRONOME, frames);
    }
}
