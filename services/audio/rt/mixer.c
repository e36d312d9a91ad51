#include <string.h>

#include "services/audio/rt/core.h"

/* ---- the score's gains ---- */

static bool is_heard(const struct score *score, uint32_t group)
{
    bool solo = false;

    for (uint32_t i = 0; i < GROUPS; i++)
        solo |= score->groups[i].solo && i != GROUP_PREVIEW && i != GROUP_METRONOME;
    if (score->groups[group].mute)
        return false;
    return !solo || score->groups[group].solo || group == GROUP_PREVIEW || group == GROUP_METRONOME;
}

/* ---- the preview's two ways ---- */

static bool is_chained(const struct engine *engine)
{
    return engine->score->preview_chained != 0;
}

/* With nothing on either way it changes at once; else the direct way closes in 5 ms, and opens after the other one
 * has had its 5 ms to close. */
static void aim_direct(struct engine *engine)
{
    struct mixer *mixer = &engine->half->mixer;
    uint32_t fade = fade_frames(engine->half->rate);
    float target = is_chained(engine) ? 0 : 1;

    if (!mixer->previews) {
        ramp_set(&mixer->direct, target);
    } else if (target > mixer->direct.target && !(ramp_now(&mixer->direct) > 0)) {
        ramp_set(&mixer->direct, -1);
        ramp_to(&mixer->direct, target, 2 * fade);
    } else {
        ramp_to(&mixer->direct, target, fade);
    }
}

static void aim_returns(struct engine *engine, uint32_t frames)
{
    struct mixer *mixer = &engine->half->mixer;

    ramp_to(&mixer->returns, is_chained(engine) && mixer->is_open == 1 ? 1 : 0, frames);
}

/* Nothing that leaves now is back before a period has passed: by then they are open. */
void mixer_open_returns(struct engine *engine)
{
    engine->half->mixer.is_open = 1;
    aim_returns(engine, core_least(fade_frames(engine->half->rate), engine->period->frames));
}

void mixer_close_returns(struct engine *engine, uint32_t frames)
{
    engine->half->mixer.is_open = 0;
    core_ramp_down(&engine->half->mixer.returns, frames);
}

static void begin_entry(struct mixer *mixer)
{
    for (uint32_t i = 0; i < GROUPS; i++)
        meter_again(&mixer->meter[i]);
    meter_again(&mixer->master_meter);
    meter_again(&mixer->input_meter);
    mixer->limiter.most = 0;
    mixer->entry++;
    mixer->gathered = 0;
}

void mixer_period(struct engine *engine)
{
    struct mixer *mixer = &engine->half->mixer;
    const struct score *score = engine->score;
    uint32_t rate = engine->half->rate;

    for (uint32_t i = 0; i < GROUPS; i++) {
        const struct score_strip *strip = &score->groups[i];
        float gain = is_heard(score, i) ? number_within(strip->gain, 0, 4) : 0;
        mix_strip_set(&mixer->strip[i], gain, strip->pan, rate);
    }
    mix_strip_set(&mixer->master, score->master.mute ? 0 : number_within(score->master.gain, 0, 4), score->master.pan,
                  rate);
    mix_strip_set(&mixer->preview_to_main, score->preview_apart && !is_chained(engine) ? 0 : 1, 0, rate);
    aim_direct(engine);
    aim_returns(engine, fade_frames(rate));
    if (mixer->gathered >= PEAKS_LEAST)
        begin_entry(mixer);
}

/* ---- a block ---- */

static void clear(float (*buffer)[CORE_BLOCK], uint32_t frames)
{
    mix_clear(buffer[0], frames);
    mix_clear(buffer[1], frames);
}

/* Through the strip and its meter, to where it goes. */
static void mix_group(struct engine *engine, uint32_t group, float (*out)[CORE_BLOCK], uint32_t frames)
{
    struct mixer *mixer = &engine->half->mixer;
    float(*in)[CORE_BLOCK] = engine->block.group[group], *left = in[0], *right = in[1];

    ramp_apply(&mixer->strip[group].left, left, NULL, frames);
    ramp_apply(&mixer->strip[group].right, right, NULL, frames);
    meter_run(&mixer->meter[group], engine->half->rate, left, right, frames);
    mix_add(out[0], left, frames);
    mix_add(out[1], right, frames);
}

static bool is_silent(float (*bus)[CORE_BLOCK], uint32_t frames)
{
    float sum = 0;

    for (uint32_t i = 0; i < frames; i++)
        sum += fabsf(bus[0][i]) + fabsf(bus[1][i]);
    return !(sum > 0);
}

/* What the direct way does not take leaves for the chain; what it takes stays in the group. */
static void send(struct engine *engine, uint32_t frames)
{
    float *direct = engine->block.level;

    ramp_fill(&engine->half->mixer.direct, direct, frames);
    for (uint32_t side = 0; side < 2; side++) {
        float *group = engine->block.group[GROUP_PREVIEW][side], *out = engine->block.preview[side];
        for (uint32_t i = 0; i < frames; i++) {
            float taken = direct[i] > 0 ? group[i] * direct[i] : 0;
            out[i] += group[i] - taken;
            group[i] = taken;
        }
    }
}

static void fetch_returns(struct engine *engine, uint32_t frames)
{
    float(*back)[CORE_BLOCK] = engine->block.back;

    for (uint32_t side = 0; side < 2; side++) {
        memcpy(back[side], engine->period->returns[side] + engine->at, frames * sizeof(float));
        mix_clean(back[side], frames);
    }
    ramp_apply(&engine->half->mixer.returns, back[0], back[1], frames);
}

/* Both ways through the one strip and meter; what returned is not added to what leaves. */
static void mix_chained(struct engine *engine, uint32_t frames)
{
    struct mixer *mixer = &engine->half->mixer;
    struct core_block *block = &engine->block;
    struct ramp *gains[] = { &mixer->strip[GROUP_PREVIEW].left, &mixer->strip[GROUP_PREVIEW].right };

    send(engine, frames);
    fetch_returns(engine, frames);
    for (uint32_t side = 0; side < 2; side++) {
        ramp_fill(gains[side], block->level, frames);
        mix_multiply(block->group[GROUP_PREVIEW][side], block->level, frames);
        mix_multiply(block->back[side], block->level, frames);
        mix_add(block->preview[side], block->group[GROUP_PREVIEW][side], frames);
        mix_add(block->back[side], block->group[GROUP_PREVIEW][side], frames);
    }
    meter_run(&mixer->meter[GROUP_PREVIEW], engine->half->rate, block->back[0], block->back[1], frames);
    mix_strip_add(&mixer->preview_to_main, block->back[0], block->back[1], block->main[0], block->main[1], frames);
}

static bool is_settled(const struct ramp *ramp, float gain)
{
    return ramp->left == 0 && ramp->target == gain;
}

static void mix_preview(struct engine *engine, uint32_t frames)
{
    struct mixer *mixer = &engine->half->mixer;
    struct core_block *block = &engine->block;

    mixer->previews = !is_silent(block->group[GROUP_PREVIEW], frames);
    if (!is_settled(&mixer->direct, 1) || !is_settled(&mixer->returns, 0)) {
        mix_chained(engine, frames);
        return;
    }
    mix_group(engine, GROUP_PREVIEW, block->preview, frames);
    mix_strip_add(&mixer->preview_to_main, block->preview[0], block->preview[1], block->main[0], block->main[1],
                  frames);
}

static void finish(struct engine *engine, struct limiter *limiter, float (*bus)[CORE_BLOCK], float *const port[2],
                   uint32_t frames)
{
    limiter_run(limiter, engine->score->limiter_ceiling, engine->half->rate, bus[0], bus[1], frames);
    memcpy(port[0] + engine->at, bus[0], frames * sizeof(float));
    memcpy(port[1] + engine->at, bus[1], frames * sizeof(float));
}

void mixer_render(struct engine *engine, uint32_t frames)
{
    struct mixer *mixer = &engine->half->mixer;
    struct core_block *block = &engine->block;
    const struct engine_period *period = engine->period;
    uint64_t clips;

    clear(block->main, frames);
    clear(block->preview, frames);
    for (uint32_t i = 0; i < GROUPS; i++)
        if (i != GROUP_PREVIEW)
            mix_group(engine, i, block->main, frames);
    mix_preview(engine, frames);
    ramp_apply(&mixer->master.left, block->main[0], NULL, frames);
    ramp_apply(&mixer->master.right, block->main[1], NULL, frames);
    meter_clips(&mixer->master_meter, block->main[0], block->main[1], frames);
    clips = mixer->master_meter.clips;
    finish(engine, &mixer->limiter, block->main, period->main, frames);
    finish(engine, &mixer->preview_limiter, block->preview, period->preview, frames);
    meter_run(&mixer->master_meter, engine->half->rate, block->main[0], block->main[1], frames);
    mixer->master_meter.clips = clips; /* before the limiter */
    loudness_run(&mixer->loudness, engine->half->rate, block->main[0], block->main[1], frames);
    meter_run(&mixer->input_meter, engine->half->rate, period->capture[0] + engine->at, period->capture[1] + engine->at,
              frames);
}

/* ---- what is shown ---- */

static struct state_meter shown(const struct meter *meter)
{
    return (struct state_meter){ .peak = { meter->peak[0], meter->peak[1] },
                                 .rms = { meter_rms(meter, 0), meter_rms(meter, 1) },
                                 .clips = meter->clips };
}

static void put_peak(struct peaks *peaks, uint32_t strip, const struct meter *meter)
{
    peaks->peak[strip][0] = meter->peak[0];
    peaks->peak[strip][1] = meter->peak[1];
}

void mixer_end_period(struct engine *engine)
{
    engine->half->mixer.gathered += engine->period->frames;
}

void mixer_show_peaks(struct engine *engine)
{
    const struct mixer *mixer = &engine->half->mixer;
    struct peaks peaks = { .cut = mixer->limiter.most };

    for (uint32_t i = 0; i < GROUPS; i++)
        put_peak(&peaks, i, &mixer->meter[i]);
    put_peak(&peaks, PEAKS_MASTER, &mixer->master_meter);
    put_peak(&peaks, PEAKS_INPUTS, &mixer->input_meter);
    peaks_show(&engine->memory->peaks, mixer->entry, engine->half->frame, &peaks);
}

void mixer_reset_meters(struct engine *engine)
{
    struct mixer *mixer = &engine->half->mixer;

    for (uint32_t i = 0; i < GROUPS; i++)
        mixer->meter[i].clips = 0;
    mixer->master_meter.clips = mixer->input_meter.clips = 0;
}

void mixer_state(const struct engine *engine, struct state *state)
{
    const struct mixer *mixer = &engine->half->mixer;

    state->master = shown(&mixer->master_meter);
    state->inputs = shown(&mixer->input_meter);
    state->momentary = loudness_of(&mixer->loudness, LOUDNESS_MOMENTARY);
    state->short_term = loudness_of(&mixer->loudness, LOUDNESS_SHORT);
    state->cut = mixer->limiter.most;
    for (uint32_t i = 0; i < GROUPS; i++)
        state->groups[i] = shown(&mixer->meter[i]);
}
