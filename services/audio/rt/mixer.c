#include "services/audio/rt/mixer.h"

#include <string.h>

#include "services/audio/rt/instance.h"
#include "services/audio/rt/outputs.h"

/* ---- gains of the score ---- */

static bool is_audible(const struct score *score, uint32_t group)
{
    bool solo = false;

    for (uint32_t i = 0; i < GROUPS; i++)
        solo |= score->groups[i].solo && i != GROUP_PREVIEW && i != GROUP_METRONOME;
    if (score->groups[group].mute)
        return false;
    return !solo || score->groups[group].solo || group == GROUP_PREVIEW || group == GROUP_METRONOME;
}

/* ---- direct way and chain of the preview ---- */

static bool is_chained(const struct engine *engine)
{
    return engine->score->preview_chained != 0;
}

/* In silence the direct way changes at once. Otherwise it closes in 5 ms, and opens after the returns had their 5 ms to
 * close. */
static void aim_direct(struct engine *engine)
{
    struct rt_mixer *mixer = &engine->half->mixer;
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
    struct rt_mixer *mixer = &engine->half->mixer;

    ramp_to(&mixer->returns, is_chained(engine) && mixer->is_open == 1 ? 1 : 0, frames);
}

/* A signal sent now returns a period later at the earliest, so the returns are open by then. */
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

/* ---- inserts ---- */

static bool is_settled(const struct ramp *ramp, float gain)
{
    return ramp->left == 0 && ramp->target == gain;
}

static void aim_inserts(struct engine *engine)
{
    for (uint32_t i = 0; i < CHAINS; i++)
        ramp_to(&engine->half->mixer.inserts[i], engine->period->chains >> i & 1 && i != CHAIN_PREVIEW ? 1 : 0,
                fade_frames(engine->half->rate));
}

/* What comes back from a chain in this block. */
static void fetch_return(const struct engine *engine, uint32_t chain, uint32_t side, float *to, uint32_t frames)
{
    const float *from = engine->period->returns[chain][side];

    if (from)
        memcpy(to, from + engine->at, frames * sizeof(float));
    else
        mix_clear(to, frames);
    mix_clean(to, frames);
}

/* The sound that returns from the client replaces the channel's own sound, which was sent there before. After the
 * client of a chain has ended, the channel's own sound returns within 5 ms. */
static void pass_insert(struct engine *engine, uint32_t chain, float (*bus)[CORE_BLOCK], uint32_t frames)
{
    struct ramp *ramp = &engine->half->mixer.inserts[chain];
    float *level = engine->block.level, *back = engine->block.one[0];

    if (is_settled(ramp, 0))
        return;
    ramp_fill(ramp, level, frames);
    for (uint32_t side = 0; side < 2; side++) {
        fetch_return(engine, chain, side, back, frames);
        for (uint32_t i = 0; i < frames; i++) {
            float share = number_within(level[i], 0, 1);
            bus[side][i] = bus[side][i] * (1 - share) + back[i] * share;
        }
    }
}

/* ---- the limiters ---- */

static void forget_lookahead(struct lookahead *ahead)
{
    *ahead = (struct lookahead){ .position = ahead->position };
}

/* The look-ahead limiter first runs inaudibly, until its line contains no old cells. */
static void begin_to_look_ahead(struct rt_mixer *mixer, uint32_t fade)
{
    for (uint32_t i = 0; i < MIXER_LIMITERS; i++)
        forget_lookahead(&mixer->ahead[i]);
    ramp_set(&mixer->looks_ahead, -1);
    ramp_to(&mixer->looks_ahead, 1, 2 * fade);
}

static void end_to_look_ahead(struct rt_mixer *mixer, uint32_t fade)
{
    for (uint32_t i = 0; i < MIXER_LIMITERS && is_settled(&mixer->looks_ahead, 1); i++)
        mixer->limiter[i].cut = mixer->ahead[i].cut;
    ramp_to(&mixer->looks_ahead, 0, fade);
}

uint32_t mixer_delay(const struct engine *engine)
{
    return outputs_longest(engine) + (engine->score->limiter ? lookahead_delay(engine->half->rate) : 0);
}

static void aim_limiters(struct engine *engine)
{
    struct rt_mixer *mixer = &engine->half->mixer;
    uint32_t fade = fade_frames(engine->half->rate);

    if (!engine->score->limiter)
        end_to_look_ahead(mixer, fade);
    else if (is_settled(&mixer->looks_ahead, 0))
        begin_to_look_ahead(mixer, fade);
    else
        ramp_to(&mixer->looks_ahead, 1, fade);
    engine->period->delay = mixer_delay(engine);
}

void mixer_skip(struct engine *engine, uint64_t frames)
{
    struct rt_mixer *mixer = &engine->half->mixer;

    for (uint32_t i = 0; i < MIXER_LIMITERS && !is_settled(&mixer->looks_ahead, 0); i++)
        lookahead_skip(&mixer->ahead[i], engine->memory->lines.ahead[i], engine->half->rate, frames);
    outputs_skip(engine, frames);
}

/* ---- a period ---- */

static void begin_entry(struct rt_mixer *mixer)
{
    for (uint32_t i = 0; i < GROUPS; i++)
        meter_again(&mixer->meter[i]);
    meter_again(&mixer->master_meter);
    meter_again(&mixer->input_meter);
    mixer->limiter[MIXER_MASTER].most = mixer->ahead[MIXER_MASTER].most = 0;
    mixer->entry++;
    mixer->gathered = 0;
}

void mixer_period(struct engine *engine)
{
    struct rt_mixer *mixer = &engine->half->mixer;
    const struct score *score = engine->score;
    uint32_t rate = engine->half->rate;

    for (uint32_t i = 0; i < GROUPS; i++) {
        const struct score_strip *strip = &score->groups[i];
        float gain = is_audible(score, i) ? number_within(strip->gain, 0, 4) : 0;
        mix_strip_set(&mixer->strip[i], gain, strip->pan, rate);
    }
    mix_strip_set(&mixer->master, score->master.mute ? 0 : number_within(score->master.gain, 0, 4), score->master.pan,
                  rate);
    mix_strip_set(&mixer->preview_to_main, score->preview_apart && !is_chained(engine) ? 0 : 1, 0, rate);
    ramp_to(&mixer->monitor, score->monitor ? 1 : 0, fade_frames(rate));
    aim_direct(engine);
    aim_returns(engine, fade_frames(rate));
    aim_inserts(engine);
    aim_limiters(engine);
    outputs_period(engine);
    if (mixer->gathered >= PEAKS_LEAST)
        begin_entry(mixer);
}

/* ---- a block ---- */

static void clear_stereo(float (*buffer)[CORE_BLOCK], uint32_t frames)
{
    mix_clear(buffer[0], frames);
    mix_clear(buffer[1], frames);
}

/* Mixes a group through its strip and meter to its outputs. */
static void mix_group(struct engine *engine, uint32_t group, float (*out)[CORE_BLOCK], uint32_t frames)
{
    struct rt_mixer *mixer = &engine->half->mixer;
    float(*in)[CORE_BLOCK] = engine->block.group[group], *left = in[0], *right = in[1];

    outputs_pfl(engine, group, frames);
    ramp_apply(&mixer->strip[group].left, left, NULL, frames);
    ramp_apply(&mixer->strip[group].right, right, NULL, frames);
    meter_run(&mixer->meter[group], engine->half->rate, left, right, frames);
    if (group == GROUP_PREVIEW) {
        mix_add(out[0], left, frames);
        mix_add(out[1], right, frames);
    } else {
        outputs_put_channel(engine, group, frames);
        pass_insert(engine, group, in, frames);
        outputs_mix(engine, group, out, frames);
    }
}

/* The direct way takes its share of the group; the rest goes to the chain. */
static void send_preview(struct engine *engine, uint32_t frames)
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

    for (uint32_t side = 0; side < 2; side++)
        fetch_return(engine, CHAIN_PREVIEW, side, back[side], frames);
    ramp_apply(&engine->half->mixer.returns, back[0], back[1], frames);
}

/* Direct way and returns share one strip and meter; the returns do not go to the preview ports. The group then has
 * both, as a take of this channel does. */
static void mix_chained(struct engine *engine, uint32_t frames)
{
    struct rt_mixer *mixer = &engine->half->mixer;
    struct core_block *block = &engine->block;
    float(*group)[CORE_BLOCK] = block->group[GROUP_PREVIEW];
    struct ramp *gains[] = { &mixer->strip[GROUP_PREVIEW].left, &mixer->strip[GROUP_PREVIEW].right };

    send_preview(engine, frames);
    fetch_returns(engine, frames);
    for (uint32_t side = 0; side < 2; side++) {
        ramp_fill(gains[side], block->level, frames);
        mix_multiply(group[side], block->level, frames);
        mix_multiply(block->back[side], block->level, frames);
        mix_add(block->preview[side], group[side], frames);
        mix_add(group[side], block->back[side], frames);
    }
    meter_run(&mixer->meter[GROUP_PREVIEW], engine->half->rate, group[0], group[1], frames);
    mix_strip_add(&mixer->preview_to_main, group[0], group[1], block->main[0], block->main[1], frames);
}

static void mix_preview(struct engine *engine, uint32_t frames)
{
    struct rt_mixer *mixer = &engine->half->mixer;
    struct core_block *block = &engine->block;

    outputs_align(engine, GROUP_PREVIEW, block->group[GROUP_PREVIEW], frames);
    mixer->previews = mix_highest(block->group[GROUP_PREVIEW][0], block->group[GROUP_PREVIEW][1], frames) > 0;
    if (!is_settled(&mixer->direct, 1) || !is_settled(&mixer->returns, 0)) {
        mix_chained(engine, frames);
        return;
    }
    mix_group(engine, GROUP_PREVIEW, block->preview, frames);
    mix_strip_add(&mixer->preview_to_main, block->preview[0], block->preview[1], block->main[0], block->main[1],
                  frames);
}

static void look_ahead(struct engine *engine, uint32_t which, float (*bus)[CORE_BLOCK], uint32_t frames)
{
    const struct lookahead_params params = { .ceiling = engine->score->limiter_ceiling,
                                             .rate = engine->half->rate,
                                             .holds_true_peaks = engine->score->limiter == LIMIT_TRUE_PEAKS };

    lookahead_run(&engine->half->mixer.ahead[which], engine->memory->lines.ahead[which], &params, bus[0], bus[1],
                  frames);
}

static void limit_at_once(struct engine *engine, uint32_t which, float (*bus)[CORE_BLOCK], uint32_t frames)
{
    limiter_run(&engine->half->mixer.limiter[which], engine->score->limiter_ceiling, engine->half->rate, bus[0], bus[1],
                frames);
}

/* Runs both limiters and cross-fades. block.level is the share of the look-ahead limiter. */
static void limit_both_ways(struct engine *engine, uint32_t which, float (*bus)[CORE_BLOCK], uint32_t frames)
{
    const float ceiling = number_within(engine->score->limiter_ceiling, 0.01f, 1), *level = engine->block.level;
    float(*late)[CORE_BLOCK] = engine->block.one;

    memcpy(late[0], bus[0], frames * sizeof(float));
    memcpy(late[1], bus[1], frames * sizeof(float));
    limit_at_once(engine, which, bus, frames);
    look_ahead(engine, which, late, frames);
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < frames; i++) {
            float x = bus[side][i] + (late[side][i] - bus[side][i]) * number_within(level[i], 0, 1);
            bus[side][i] = number_within(x, -ceiling, ceiling);
        }
}

/* Limits main and preview with the same ramp. */
static void limit_bus(struct engine *engine, uint32_t frames)
{
    struct ramp *ramp = &engine->half->mixer.looks_ahead;
    bool ahead = is_settled(ramp, 1), at_once = is_settled(ramp, 0);
    float(*bus[MIXER_LIMITERS])[CORE_BLOCK] = { engine->block.main, engine->block.preview };

    if (!ahead && !at_once)
        ramp_fill(ramp, engine->block.level, frames);
    for (uint32_t i = 0; i < MIXER_LIMITERS; i++)
        (ahead ? look_ahead : at_once ? limit_at_once : limit_both_ways)(engine, i, bus[i], frames);
}

static void mix_inputs(struct engine *engine, uint32_t frames)
{
    struct core_block *block = &engine->block;
    struct ramp *ramp = &engine->half->mixer.monitor;

    if (is_settled(ramp, 0))
        return;
    ramp_fill(ramp, block->level, frames);
    for (uint32_t side = 0; side < 2; side++) {
        memcpy(block->one[side], engine->period->capture[side] + engine->at, frames * sizeof(float));
        mix_clean(block->one[side], frames);
        mix_multiply(block->one[side], block->level, frames);
        mix_add(block->main[side], block->one[side], frames);
    }
}

static void put_out(struct engine *engine, float (*bus)[CORE_BLOCK], float *const port[2], uint32_t frames)
{
    memcpy(port[0] + engine->at, bus[0], frames * sizeof(float));
    memcpy(port[1] + engine->at, bus[1], frames * sizeof(float));
}

void mixer_render(struct engine *engine, uint32_t frames)
{
    struct rt_mixer *mixer = &engine->half->mixer;
    struct core_block *block = &engine->block;
    const struct engine_period *period = engine->period;
    uint64_t clips;

    clear_stereo(block->main, frames);
    clear_stereo(block->preview, frames);
    outputs_put(engine, frames); /* before the strip of pads moves on */
    for (uint32_t i = 0; i < GROUPS; i++)
        if (i != GROUP_PREVIEW)
            mix_group(engine, i, block->main, frames);
    mix_preview(engine, frames);
    mix_inputs(engine, frames);
    ramp_apply(&mixer->master.left, block->main[0], NULL, frames);
    ramp_apply(&mixer->master.right, block->main[1], NULL, frames);
    meter_clips(&mixer->master_meter, block->main[0], block->main[1], frames);
    clips = mixer->master_meter.clips;
    outputs_put_insert(engine, frames);
    pass_insert(engine, CHAIN_MASTER, block->main, frames);
    limit_bus(engine, frames);
    put_out(engine, block->main, period->main, frames);
    put_out(engine, block->preview, period->preview, frames);
    outputs_put_pfl(engine, frames);
    meter_run(&mixer->master_meter, engine->half->rate, block->main[0], block->main[1], frames);
    mixer->master_meter.clips = clips; /* before the limiter */
    loudness_run(&mixer->loudness, engine->half->rate, block->main[0], block->main[1], frames);
    meter_run(&mixer->input_meter, engine->half->rate, period->capture[0] + engine->at, period->capture[1] + engine->at,
              frames);
}

/* ---- shown state ---- */

static float most_cut(const struct rt_mixer *mixer)
{
    float at_once = mixer->limiter[MIXER_MASTER].most, ahead = mixer->ahead[MIXER_MASTER].most;

    return at_once > ahead ? at_once : ahead;
}

static struct state_meter show_meter(const struct rt_meter *meter)
{
    return (struct state_meter){ .peak = { meter->peak[0], meter->peak[1] },
                                 .rms = { meter_rms(meter, 0), meter_rms(meter, 1) },
                                 .clips = meter->clips };
}

static void put_peak(struct peaks *peaks, uint32_t strip, const struct rt_meter *meter)
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
    const struct rt_mixer *mixer = &engine->half->mixer;
    struct peaks peaks = { .cut = most_cut(mixer) };

    for (uint32_t i = 0; i < GROUPS; i++)
        put_peak(&peaks, i, &mixer->meter[i]);
    put_peak(&peaks, PEAKS_MASTER, &mixer->master_meter);
    put_peak(&peaks, PEAKS_INPUTS, &mixer->input_meter);
    peaks_show(&engine->memory->peaks, mixer->entry, engine->half->frame, &peaks);
}

void mixer_reset_meters(struct engine *engine)
{
    struct rt_mixer *mixer = &engine->half->mixer;

    for (uint32_t i = 0; i < GROUPS; i++)
        mixer->meter[i].clips = 0;
    mixer->master_meter.clips = mixer->input_meter.clips = 0;
}

void mixer_state(const struct engine *engine, struct state *state)
{
    const struct rt_mixer *mixer = &engine->half->mixer;

    state->master = show_meter(&mixer->master_meter);
    state->inputs = show_meter(&mixer->input_meter);
    state->momentary = loudness_of(&mixer->loudness, LOUDNESS_MOMENTARY);
    state->short_term = loudness_of(&mixer->loudness, LOUDNESS_SHORT);
    state->cut = most_cut(mixer);
    state->delay = engine->period->delay;
    for (uint32_t i = 0; i < GROUPS; i++)
        state->groups[i] = show_meter(&mixer->meter[i]);
}
