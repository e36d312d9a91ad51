#include "services/audio/rt/core.h"

#include <string.h>

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

void mixer_period(struct engine *engine)
{
    struct mixer *mixer = &engine->half->mixer;
    const struct score *score = engine->score;
    uint32_t rate = engine->half->rate;

    for (uint32_t i = 0; i < GROUPS; i++) {
        const struct score_strip *strip = &score->groups[i];
        float gain = is_heard(score, i) ? number_within(strip->gain, 0, 4) : 0;
        mix_strip_set(&mixer->strip[i], gain, strip->pan, rate);
        meter_again(&mixer->meter[i]);
    }
    mix_strip_set(&mixer->master, score->master.mute ? 0 : number_within(score->master.gain, 0, 4),
                  score->master.pan, rate);
    mix_strip_set(&mixer->preview_to_main, score->preview_apart ? 0 : 1, 0, rate);
    meter_again(&mixer->master_meter);
    meter_again(&mixer->input_meter);
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

static void finish(struct engine *engine, struct limiter *limiter, float (*bus)[CORE_BLOCK],
                   float *const port[2], uint32_t frames)
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

    clear(block->main, frames);
    clear(block->preview, frames);
    for (uint32_t i = 0; i < GROUPS; i++)
        mix_group(engine, i, i == GROUP_PREVIEW ? block->preview : block->main, frames);
    mix_strip_add(&mixer->preview_to_main, block->preview[0], block->preview[1], block->main[0],
                  block->main[1], frames);
    ramp_apply(&mixer->master.left, block->main[0], NULL, frames);
    ramp_apply(&mixer->master.right, block->main[1], NULL, frames);
    finish(engine, &mixer->limiter, block->main, period->main, frames);
    finish(engine, &mixer->preview_limiter, block->preview, period->preview, frames);
    meter_run(&mixer->master_meter, engine->half->rate, block->main[0], block->main[1], frames);
    meter_run(&mixer->input_meter, engine->half->rate, period->capture[0] + engine->at,
              period->capture[1] + engine->at, frames);
}

/* ---- what is shown ---- */

static struct state_meter shown(const struct meter *meter)
{
    return (struct state_meter){ .peak = { meter->peak[0], meter->peak[1] },
                                 .rms = { meter_rms(meter, 0), meter_rms(meter, 1) } };
}

void mixer_state(const struct engine *engine, struct state *state)
{
    const struct mixer *mixer = &engine->half->mixer;

    state->master = shown(&mixer->master_meter);
    state->inputs = shown(&mixer->input_meter);
    for (uint32_t i = 0; i < GROUPS; i++)
        state->groups[i] = shown(&mixer->meter[i]);
}
