#include "services/audio/dsp/adsr.h"

static const double FALL = 0.001; /* -60 dB: the end of a falling segment, shifted onto its target */
static const float SHORTEST = 0.0005f, LONGEST = 20;

static uint32_t segment_frames(float seconds, uint32_t rate)
{
    return number_frames(number_within(seconds, SHORTEST, LONGEST), rate);
}

static double level_of(double x)
{
    return x > 0 ? (x < 1 ? x : 1) : 0;
}

static void begin_attack(struct rt_adsr *adsr, uint32_t frames)
{
    adsr->stage = ADSR_ATTACK;
    adsr->left = frames;
    adsr->target = 1;
    adsr->step = (1 - level_of(adsr->level)) / frames;
}

static void begin_fall(struct rt_adsr *adsr, enum adsr_stage stage, double to, uint32_t frames)
{
    double from = level_of(adsr->level);

    adsr->stage = stage;
    adsr->left = frames;
    adsr->target = to;
    adsr->rest = (to - from * FALL) / (1 - FALL);
    adsr->distance = from - adsr->rest;
    adsr->factor = exp(log(FALL) / frames);
}

void adsr_start(struct rt_adsr *adsr, const struct adsr_params *params, uint32_t rate, uint32_t gate)
{
    adsr->gate = gate ? gate : 1;
    begin_attack(adsr, segment_frames(params->attack, rate));
}

static void begin_release(struct rt_adsr *adsr, const struct adsr_params *params, uint32_t rate)
{
    adsr->gate = UINT32_MAX;
    if (!adsr_is_idle(adsr) && adsr->stage != ADSR_RELEASE)
        begin_fall(adsr, ADSR_RELEASE, 0, segment_frames(params->release, rate));
}

bool adsr_is_idle(const struct rt_adsr *adsr)
{
    return adsr->stage == ADSR_IDLE || adsr->stage > ADSR_RELEASE;
}

/* Ends a segment exactly on its target and begins the next one. */
static void begin_next_stage(struct rt_adsr *adsr, const struct adsr_params *params, uint32_t rate)
{
    adsr->level = level_of(adsr->target);
    if (adsr->stage == ADSR_ATTACK)
        begin_fall(adsr, ADSR_DECAY, (double)number_within(params->sustain, 0, 1), segment_frames(params->decay, rate));
    else if (adsr->stage == ADSR_DECAY && adsr->level > 0)
        adsr->stage = ADSR_SUSTAIN;
    else
        adsr->stage = ADSR_IDLE;
}

static bool is_moving(const struct rt_adsr *adsr)
{
    return adsr->stage == ADSR_ATTACK || adsr->stage == ADSR_DECAY || adsr->stage == ADSR_RELEASE;
}

/* Writes frames of one segment; only the last of them may end it. */
static void run_segment(struct rt_adsr *adsr, float *level, uint32_t frames)
{
    double at = adsr->stage == ADSR_SUSTAIN ? level_of(adsr->level) : 0;

    for (uint32_t i = 0; i < frames; i++) {
        if (adsr->stage == ADSR_ATTACK)
            at = 1 - adsr->step * (adsr->left - 1 - i);
        else if (is_moving(adsr))
            at = adsr->rest + (adsr->distance *= adsr->factor);
        level[i] = (float)level_of(at);
    }
    adsr->level = at;
    if (is_moving(adsr))
        adsr->left -= frames;
}

void adsr_run(struct rt_adsr *adsr, const struct adsr_params *params, uint32_t rate, float *level, uint32_t frames)
{
    adsr->left = number_least(adsr->left, segment_frames(LONGEST, rate));
    for (uint32_t done = 0, n; done < frames; done += n) {
        if (!adsr->gate)
            begin_release(adsr, params, rate);
        if (is_moving(adsr) && !adsr->left)
            begin_next_stage(adsr, params, rate);
        n = adsr->gate == UINT32_MAX ? frames - done : number_least(frames - done, adsr->gate);
        n = is_moving(adsr) ? number_least(n, adsr->left) : n;
        run_segment(adsr, level + done, n);
        if (is_moving(adsr) && !adsr->left)
            level[done + n - 1] = (float)level_of(adsr->target);
        if (adsr->gate != UINT32_MAX)
            adsr->gate -= n;
    }
}
