#include "services/audio/rt/outputs.h"

#include <string.h>

#include "services/audio/rt/instance.h"

static bool is_shut(const struct ramp *ramp)
{
    return ramp->left == 0 && !(ramp->target > 0);
}

static bool can_send(uint32_t group)
{
    return group == GROUP_STREAMS || group == GROUP_SOUNDS || group == GROUP_PADS;
}

/* ---- alignment ---- */

_Static_assert((int)CHAIN_LATEST == (int)ALIGN_LONGEST, "each latency that counts can be made up for");

static uint32_t latency_of(const struct engine *engine, uint32_t group)
{
    const bool is_made = engine->period->chains >> group & 1 && group != GROUP_PREVIEW;

    return is_made ? core_least(engine->period->latency_frames[group], CHAIN_LATEST) : 0;
}

uint32_t outputs_longest(const struct engine *engine)
{
    uint32_t longest = 0;

    if (engine->period->awaits_chains) /* the preview waits for the latest insert */
        return engine->half->mixer.align[GROUP_PREVIEW].wanted;
    for (uint32_t i = 0; engine->period->chains && i < GROUPS; i++)
        longest = core_most(longest, latency_of(engine, i));
    return longest;
}

void outputs_align(struct engine *engine, uint32_t group, float (*bus)[CORE_BLOCK], uint32_t frames)
{
    align_run(&engine->half->mixer.align[group], engine->memory->lines.align[group][0], fade_frames(engine->half->rate),
              bus[0], bus[1], frames);
}

void outputs_skip(struct engine *engine, uint64_t frames)
{
    for (uint32_t i = 0; i < GROUPS; i++)
        align_skip(&engine->half->mixer.align[i], engine->memory->lines.align[i][0], frames);
}

void outputs_panic(struct engine *engine)
{
    for (uint32_t i = 0; i < GROUPS; i++)
        align_forget(&engine->half->mixer.align[i], core_panic_frames(engine));
}

/* ---- the score ---- */

void outputs_period(struct engine *engine)
{
    struct rt_mixer *mixer = &engine->half->mixer;
    const uint32_t fade = fade_frames(engine->half->rate), longest = outputs_longest(engine);

    engine->period->aligned = longest;
    for (uint32_t i = 0; i < GROUPS; i++) {
        const struct score_strip *strip = &engine->score->groups[i];

        ramp_to(&mixer->apart[i], strip->apart && i != GROUP_PREVIEW ? 1 : 0, fade);
        ramp_to(&mixer->pfl[i], strip->pfl && i != GROUP_PREVIEW ? 1 : 0, fade);
        ramp_to(&mixer->reverb[i], can_send(i) ? number_within(strip->reverb, 0, 1) : 0, fade);
        ramp_to(&mixer->delay[i], can_send(i) ? number_within(strip->delay, 0, 1) : 0, fade);
        if (!engine->period->awaits_chains)
            align_to(&mixer->align[i], longest - latency_of(engine, i));
    }
}

void outputs_clear(struct engine *engine)
{
    engine->block.outputs = engine->block.has_pfl = 0;
}

float (*outputs_buffer(struct engine *engine, uint32_t output))[CORE_BLOCK]
{
    struct core_block *block = &engine->block;
    float(*buffer)[CORE_BLOCK] = block->output[output];

    if (!(block->outputs >> output & 1)) {
        mix_clear(buffer[0], CORE_BLOCK);
        mix_clear(buffer[1], CORE_BLOCK);
        block->outputs |= 1u << output;
    }
    return buffer;
}

/* Adds both sides with the same ramp, which moves on. */
static void add_both(float (*to)[CORE_BLOCK], float (*from)[CORE_BLOCK], struct ramp *ramp, uint32_t frames)
{
    struct ramp same = *ramp;

    mix_add_ramp(to[0], from[0], &same, frames);
    mix_add_ramp(to[1], from[1], ramp, frames);
}

/* Copies both sides, as they leave the strip, which does not move on. */
static void copy_stripped(float (*to)[CORE_BLOCK], float (*from)[CORE_BLOCK], const struct mix_strip *strip,
                          uint32_t frames)
{
    struct ramp left = strip->left, right = strip->right;

    memcpy(to[0], from[0], frames * sizeof(float));
    memcpy(to[1], from[1], frames * sizeof(float));
    ramp_apply(&left, to[0], NULL, frames);
    ramp_apply(&right, to[1], NULL, frames);
}

void outputs_send(struct engine *engine, uint32_t frames)
{
    struct rt_mixer *mixer = &engine->half->mixer;
    struct core_block *block = &engine->block;

    for (uint32_t i = 0; i < GROUPS; i++) {
        if (is_shut(&mixer->reverb[i]) && is_shut(&mixer->delay[i]))
            continue;
        copy_stripped(block->one, block->group[i], &mixer->strip[i], frames);
        add_both(block->reverb, block->one, &mixer->reverb[i], frames);
        add_both(block->delay, block->one, &mixer->delay[i], frames);
    }
}

void outputs_pfl(struct engine *engine, uint32_t group, uint32_t frames)
{
    struct core_block *block = &engine->block;
    struct ramp *ramp = &engine->half->mixer.pfl[group];

    if (is_shut(ramp))
        return;
    if (!block->has_pfl) {
        mix_clear(block->pfl[0], frames);
        mix_clear(block->pfl[1], frames);
        block->has_pfl = 1;
    }
    add_both(block->pfl, block->group[group], ramp, frames);
}

/* The channel as main gets it. A take of the channel has it without the delay. */
static float (*aligned_of(struct engine *engine, uint32_t group, uint32_t frames))[CORE_BLOCK]
{
    struct core_block *block = &engine->block;

    if (align_is_idle(&engine->half->mixer.align[group]))
        return block->group[group];
    memcpy(block->one[0], block->group[group][0], frames * sizeof(float));
    memcpy(block->one[1], block->group[group][1], frames * sizeof(float));
    outputs_align(engine, group, block->one, frames);
    return block->one;
}

void outputs_mix(struct engine *engine, uint32_t group, float (*main)[CORE_BLOCK], uint32_t frames)
{
    struct ramp *ramp = &engine->half->mixer.apart[group];
    float *level = engine->block.level, (*sound)[CORE_BLOCK] = aligned_of(engine, group, frames);

    if (ramp->left == 0 && ramp->target >= 1)
        return;
    if (!is_shut(ramp)) {
        ramp_fill(ramp, level, frames);
        for (uint32_t side = 0; side < 2; side++)
            for (uint32_t i = 0; i < frames; i++)
                main[side][i] += sound[side][i] * (1 - number_within(level[i], 0, 1));
        return;
    }
    mix_add(main[0], sound[0], frames);
    mix_add(main[1], sound[1], frames);
}

/* ---- the ports ---- */

/* `from` NULL: silence. */
static void fill_port(const struct engine *engine, float *port, const float *from, uint32_t frames)
{
    if (!port)
        return;
    if (!from) {
        memset(port + engine->at, 0, frames * sizeof(float));
        return;
    }
    memcpy(port + engine->at, from, frames * sizeof(float));
    mix_clean(port + engine->at, frames); /* there is no limiter */
}

void outputs_put(struct engine *engine, uint32_t frames)
{
    struct core_block *block = &engine->block;

    for (uint32_t i = 0; i < SCORE_OUTPUTS; i++) {
        const bool sounds = block->outputs >> i & 1;

        if (sounds)
            copy_stripped(block->one, block->output[i], &engine->half->mixer.strip[GROUP_PADS], frames);
        for (uint32_t side = 0; side < 2; side++)
            fill_port(engine, engine->period->output[i][side], sounds ? block->one[side] : NULL, frames);
    }
}

void outputs_put_channel(struct engine *engine, uint32_t group, uint32_t frames)
{
    for (uint32_t side = 0; side < 2; side++)
        fill_port(engine, engine->period->own[group][side], engine->block.group[group][side], frames);
}

void outputs_put_insert(struct engine *engine, uint32_t frames)
{
    for (uint32_t side = 0; side < 2; side++)
        fill_port(engine, engine->period->insert[side], engine->block.main[side], frames);
}

void outputs_put_pfl(struct engine *engine, uint32_t frames)
{
    struct core_block *block = &engine->block;

    for (uint32_t side = 0; side < 2; side++)
        fill_port(engine, engine->period->pfl[side], block->has_pfl ? block->pfl[side] : NULL, frames);
}

static void silence_pair(float *const port[2], uint32_t frames)
{
    for (uint32_t side = 0; side < 2; side++)
        if (port[side])
            memset(port[side], 0, frames * sizeof(float));
}

void outputs_silence(struct engine_period *period)
{
    for (uint32_t i = 0; i < GROUPS; i++)
        silence_pair(period->own[i], period->frames);
    for (uint32_t i = 0; i < SCORE_OUTPUTS; i++)
        silence_pair(period->output[i], period->frames);
    silence_pair(period->insert, period->frames);
    silence_pair(period->pfl, period->frames);
}
