#include "services/audio/rt/sounds.h"

#include <math.h>
#include <string.h>

#include "services/audio/rt/instance.h"
#include "services/audio/rt/notes.h"
#include "services/audio/rt/outputs.h"

static const uint64_t SAMPLES = SOUNDS_BYTES / sizeof(float);
static const float WAVE_GAIN = 0.25f; /* -12 dB: four keys together reach full scale */

static void end_voice(struct engine *engine, struct sounds_voice *voice)
{
    uint32_t number = (uint32_t)(voice - engine->half->sounds.voice);

    notes_send(engine, voice->producer,
               (struct note){ .kind = NOTE_SOUND_ENDED,
                              .producer = voice->producer,
                              .voice = number,
                              .sound = voice->slot,
                              .generation = voice->generation,
                              .tag = voice->tag });
    voice->state = SOUND_SILENT;
}

void sounds_stop(struct engine *engine, struct sounds_voice *voice, uint32_t frames)
{
    if (voice->state == SOUND_SILENT)
        return;
    voice->state = SOUND_STOPS;
    if (frames <= fade_frames(engine->half->rate))
        fade_out(&voice->fade, engine->half->rate);
    else
        core_ramp_down(&voice->envelope, frames);
}

/* ---- starting ---- */

static bool is_leaving(const struct rt_sounds *sounds, uint32_t slot, uint32_t generation)
{
    for (uint32_t i = 0; i < sounds->releases; i++)
        if (sounds->release[i].slot == slot && sounds->release[i].generation == generation)
            return true;
    return false;
}

/* Copies the entry's data, if the sound can be played. */
static bool find_sound(const struct engine *engine, const struct sounds_start *start, struct sounds_voice *voice)
{
    const struct sound_entry *entry;

    if (start->slot >= SOUNDS || is_leaving(&engine->half->sounds, start->slot, start->generation))
        return false;
    entry = &engine->sounds->entries[start->slot];
    if (atomic_load_explicit(&entry->state, memory_order_acquire) != SOUND_READY ||
        atomic_load_explicit(&entry->generation, memory_order_relaxed) != start->generation)
        return false;
    voice->slot = start->slot;
    voice->generation = start->generation;
    voice->offset = atomic_load_explicit(&entry->offset, memory_order_relaxed);
    voice->frames = atomic_load_explicit(&entry->frames, memory_order_relaxed);
    voice->channels = atomic_load_explicit(&entry->channels, memory_order_relaxed);
    voice->rate = atomic_load_explicit(&entry->rate, memory_order_relaxed);
    return true;
}

/* The item's gain counts for each start, its part and fades for one without points of its own. */
static struct sounds_start treat_start(const struct engine *engine, const struct sounds_start *asked,
                                       struct sounds_voice *voice)
{
    const struct sound_entry *entry = &engine->sounds->entries[voice->slot];
    const float decibels = atomic_load_explicit(&entry->gain_db, memory_order_relaxed);
    struct sounds_start start = *asked;

    start.gain *= decibels < 0 || decibels > 0 ? powf(10, number_within(decibels, -60, 60) / 20) : 1;
    if (asked->from || asked->until || asked->loop_from)
        return start;
    start.from = atomic_load_explicit(&entry->part_from, memory_order_relaxed);
    start.until = atomic_load_explicit(&entry->part_until, memory_order_relaxed);
    voice->edges.in = atomic_load_explicit(&entry->fade_in, memory_order_relaxed);
    voice->edges.out = atomic_load_explicit(&entry->fade_out, memory_order_relaxed);
    return start;
}

static bool can_be_wave(const struct sounds_voice *voice)
{
    return voice->wave <= WAVES && voice->hz > 0 && voice->hz < 20000;
}

/* The sound must lie in the sample memory, the part in the sound, and the loop in the part. */
bool sounds_can_be(const struct sounds_voice *voice)
{
    if (voice->wave)
        return voice->state <= SOUND_STOPS && voice->group < GROUPS && voice->output <= SCORE_OUTPUTS &&
               can_be_wave(voice);
    return voice->state <= SOUND_STOPS && voice->group < GROUPS && voice->output <= SCORE_OUTPUTS &&
           (voice->channels == 1 || voice->channels == 2) && voice->frames <= SAMPLES && voice->offset <= SAMPLES &&
           (uint64_t)voice->frames * voice->channels <= SAMPLES - voice->offset && voice->length > 0 &&
           voice->from <= voice->frames && voice->length <= voice->frames - voice->from &&
           voice->loop_start <= voice->loop_end && voice->loop_end <= voice->length && voice->rate >= 1000 &&
           voice->rate <= 768000;
}

static void choose_part(struct sounds_voice *voice, const struct sounds_start *start)
{
    uint32_t until = start->until && start->until < voice->frames ? start->until : voice->frames;
    uint32_t loop = start->loop_from > start->from ? start->loop_from - start->from : 0;

    voice->from = start->from;
    voice->length = until > start->from ? until - start->from : 0;
    voice->reverse = start->flags & CUE_REVERSE;
    if (!(start->flags & CUE_LOOP) || loop >= voice->length)
        return;
    voice->loop_start = voice->reverse ? 0 : loop;
    voice->loop_end = voice->reverse ? voice->length - loop : voice->length;
}

/* An oscillator plays no sound of the memory, and has no end. */
static void choose_wave(struct sounds_voice *voice)
{
    voice->slot = SOUNDS_NOBODY;
    voice->generation = 1; /* it is shown as a voice that sounds */
    oscillator_restart(&voice->oscillator);
}

static struct sounds_voice *find_oldest(struct sounds_voice *voices, uint32_t count)
{
    struct sounds_voice *found = voices;

    for (uint32_t i = 0; i < count; i++) {
        if (voices[i].state == SOUND_SILENT)
            return &voices[i];
        if (voices[i].age < found->age)
            found = &voices[i];
    }
    return found;
}

/* Frees a voice; the sound that it played fades out in a spare one. */
static struct sounds_voice *clear_voice(struct engine *engine, uint32_t number)
{
    struct sounds_voice *voices = engine->half->sounds.voice, *beside;
    struct sounds_voice *voice = number < SOUND_VOICES ? &voices[number] : find_oldest(voices, SOUND_VOICES);

    if (voice->state != SOUND_SILENT) {
        beside = find_oldest(voices + SOUND_VOICES, SOUNDS_LEAVING);
        if (beside->state != SOUND_SILENT)
            end_voice(engine, beside);
        *beside = *voice;
        sounds_stop(engine, beside, 0);
    }
    return voice;
}

/* Pads and rows share their choke numbers. */
static bool is_choked(const struct sounds_voice *voice, uint32_t group, uint32_t number)
{
    bool is_shared = group == GROUP_PADS || group == GROUP_SEQUENCER;
    bool shares = voice->group == GROUP_PADS || voice->group == GROUP_SEQUENCER;

    return voice->choke == number && (voice->group == group || (is_shared && shares));
}

/* The pads of one note may share a choke number, and sound together. */
static void choke_group(struct engine *engine, const struct sounds_start *start)
{
    struct rt_sounds *sounds = &engine->half->sounds;

    for (uint32_t i = 0; start->choke && i < SOUNDS_VOICES; i++)
        if (is_choked(&sounds->voice[i], start->group, start->choke) &&
            sounds->started - sounds->voice[i].age >= start->beside)
            sounds_stop(engine, &sounds->voice[i], 0);
}

static void open_gains(struct sounds_voice *voice, const struct sounds_start *start)
{
    struct mix_pan pan = mix_pan(start->pan);

    voice->gain = number_within(start->gain, 0, 16);
    voice->pan = start->pan;
    ramp_set(&voice->left, voice->gain * pan.left);
    ramp_set(&voice->right, voice->gain * pan.right);
    fade_open(&voice->fade); /* a fade would remove a drum's attack, also in the middle of a break */
}

/* False: there is no such sound, or nothing of it is to be played. */
static bool choose_source(const struct engine *engine, struct sounds_start *start, struct sounds_voice *voice)
{
    voice->wave = start->wave;
    voice->hz = start->hz;
    if (start->group >= GROUPS || (!start->wave && !find_sound(engine, start, voice)))
        return false;
    if (start->wave) {
        choose_wave(voice);
    } else {
        *start = treat_start(engine, start, voice);
        choose_part(voice, start);
    }
    return sounds_can_be(voice);
}

float sounds_ratio(float ratio)
{
    return number_within(ratio, 1.0f / 64, 64);
}

/* Ends the loop before the end of the part. An end before the loop's beginning counts as none. */
static void choose_loop_end(struct sounds_voice *voice, uint32_t until)
{
    uint32_t end = until > voice->from ? until - voice->from : 0;

    if (voice->loop_end <= voice->loop_start || end == 0 || end >= voice->length)
        return;
    if (voice->reverse && voice->length - end < voice->loop_end)
        voice->loop_start = voice->length - end;
    else if (!voice->reverse && end > voice->loop_start)
        voice->loop_end = end;
}

void sounds_shape(const struct engine *engine, struct sounds_voice *voice, const struct cue_shape *shape,
                  uint32_t loop_until)
{
    uint32_t rate = engine->half->rate;

    ramp_set(&voice->envelope, shape->attack > 0 ? 0.0f : 1.0f);
    if (shape->attack > 0)
        ramp_to(&voice->envelope, 1, core_frames(shape->attack, rate));
    voice->decay = core_frames(shape->decay, rate);
    voice->release = core_frames(shape->release, rate);
    voice->sustain = number_within(shape->sustain, 0, 1);
    voice->cutoff = number_within(shape->cutoff, 0, 20000);
    voice->resonance = number_within(shape->resonance, 0.5f, 20);
    voice->reverb = number_within(shape->reverb, 0, 1);
    voice->send = number_within(shape->delay, 0, 1);
    choose_loop_end(voice, loop_until);
}

bool sounds_play(struct engine *engine, const struct sounds_start *asked)
{
    struct rt_sounds *sounds = &engine->half->sounds;
    struct sounds_voice made = { .state = SOUND_PLAYS };
    struct sounds_start treated = *asked, *start = &treated;

    if (!choose_source(engine, start, &made))
        return false;
    made.ratio = sounds_ratio(start->ratio);
    made.gate = start->gate;
    made.group = start->group;
    made.row = start->row;
    made.pad = start->pad;
    made.producer = start->producer;
    made.tag = start->tag;
    made.choke = start->choke;
    made.held = start->held;
    made.output = start->output;
    open_gains(&made, start);
    sounds_shape(engine, &made, &start->shape, start->loop_until);
    choke_group(engine, start);
    made.age = ++sounds->started;
    *clear_voice(engine, start->voice) = made;
    return true;
}

/* ---- sound ---- */

static float heard_ratio(const struct sounds_voice *voice)
{
    return number_within(voice->ratio, 0.125f, 8);
}

static double ratio_of(const struct engine *engine, const struct sounds_voice *voice)
{
    double ratio = (double)heard_ratio(voice) * voice->rate / (double)number_rate(engine->half->rate);

    return ratio > 1.0 / 64 ? (ratio < 8 ? ratio : 8) : 1.0 / 64;
}

/* The ratio in 2^-32 frames, the unit of interpolate.h. */
static uint64_t step_of(double ratio)
{
    return (uint64_t)(ratio * 0x1p32 + 0.5);
}

/* Frames until the part ends, at this ratio. */
static uint32_t frames_left(const struct sounds_voice *voice, double ratio)
{
    uint64_t length = (uint64_t)voice->length << 32, step = step_of(ratio);

    if (voice->wave || voice->loop_end > voice->loop_start)
        return UINT32_MAX;
    if (voice->play.position >= length)
        return 0;
    return (uint32_t)((length - voice->play.position - 1) / step + 1);
}

/* Begins the decay after the attack. Returns the frames until the next change. */
static uint32_t follow_envelope(struct sounds_voice *voice, uint32_t frames)
{
    if (voice->decay == 0)
        return frames;
    if (voice->envelope.left)
        return core_least(frames, voice->envelope.left);
    ramp_to(&voice->envelope, number_within(voice->sustain, 0, 1), voice->decay);
    voice->decay = 0;
    return frames;
}

/* True if the part ends before its sound's end, without a fade of its own. */
static bool is_cut_early(const struct sounds_voice *voice)
{
    if (voice->wave)
        return false;
    return voice->reverse ? voice->from > 0 && voice->edges.in == 0
                          : voice->from + voice->length < voice->frames && voice->edges.out == 0;
}

/* Fades out a part that ends before its sound's end. Returns the frames until the next change. */
static uint32_t watch_voice(struct engine *engine, struct sounds_voice *voice, double ratio, uint32_t frames)
{
    uint32_t fade = fade_frames(engine->half->rate), left = frames_left(voice, ratio);
    bool is_cut = is_cut_early(voice);

    if (voice->state == SOUND_PLAYS && voice->gate == 0)
        sounds_stop(engine, voice, voice->release);
    if (is_cut && left <= fade && voice->state == SOUND_PLAYS)
        sounds_stop(engine, voice, 0);
    if (voice->state != SOUND_PLAYS)
        return frames;
    frames = follow_envelope(voice, frames);
    if (is_cut && left != UINT32_MAX && left - fade < frames)
        frames = left - fade;
    return voice->gate < frames ? voice->gate : frames;
}

static bool is_silent_voice(const struct sounds_voice *voice)
{
    bool has_decay = voice->state == SOUND_PLAYS && voice->decay > 0;
    bool has_faded = !has_decay && !voice->envelope.left && voice->envelope.target <= 0;

    return has_faded || (voice->state == SOUND_STOPS && fade_is_silent(&voice->fade));
}

/* The destination of the voice: its row of the sequencer, ports of its own, or its group. */
static float (*bus_of(struct engine *engine, const struct sounds_voice *voice))[CORE_BLOCK]
{
    if (voice->output)
        return outputs_buffer(engine, voice->output - 1);
    if (voice->row >= SCORE_ROWS)
        return engine->block.group[voice->group];
    if (engine->block.row_frames[voice->row] == 0) {
        mix_clear(engine->block.row[voice->row][0], CORE_BLOCK);
        mix_clear(engine->block.row[voice->row][1], CORE_BLOCK);
    }
    return engine->block.row[voice->row];
}

static void filter_voice(struct engine *engine, struct sounds_voice *voice, float *left, float *right, uint32_t frames)
{
    struct svf_params low = { voice->cutoff, voice->resonance };

    if (voice->cutoff > 0)
        svf_run(&voice->filter, &low, engine->half->rate, left, right, frames);
}

/* Adds one side of the voice, with its gain and pan, to an effect. */
static void add_send(float *to, const float *from, const struct ramp *gain, float amount, uint32_t frames)
{
    float share = number_within(amount, 0, 1);
    struct ramp scaled = { gain->target * share, gain->step * share, gain->left };

    mix_add_ramp(to, from, &scaled, frames);
}

static void send_voice(struct engine *engine, const struct sounds_voice *voice, const float *left, const float *right,
                       uint32_t at, uint32_t frames)
{
    struct core_block *block = &engine->block;

    if (voice->reverb > 0) {
        add_send(block->reverb[0] + at, left, &voice->left, voice->reverb, frames);
        add_send(block->reverb[1] + at, right, &voice->right, voice->reverb, frames);
    }
    if (voice->send > 0) {
        add_send(block->delay[0] + at, left, &voice->left, voice->send, frames);
        add_send(block->delay[1] + at, right, &voice->right, voice->send, frames);
    }
}

static uint32_t play_wave(struct engine *engine, struct sounds_voice *voice, float *left, float *right, uint32_t frames)
{
    const struct oscillator_params params = { .shape = (enum oscillator_shape)(voice->wave - 1),
                                              .hz = voice->hz * heard_ratio(voice) };

    oscillator_run(&voice->oscillator, &params, engine->half->rate, left, frames);
    for (uint32_t i = 0; i < frames; i++)
        right[i] = left[i] *= WAVE_GAIN;
    return frames;
}

static uint32_t play_sound(struct engine *engine, struct sounds_voice *voice, double ratio, float *left, float *right,
                           uint32_t frames)
{
    const float *samples = engine->sounds->samples + voice->offset + voice->from;
    struct interpolate_source source = { .left = samples,
                                         .right = voice->channels == 2 ? samples + voice->frames : samples,
                                         .frames = voice->length,
                                         .loop_start = voice->loop_start,
                                         .loop_end = voice->loop_end,
                                         .reverse = voice->reverse };

    const uint64_t before = voice->play.position;
    const uint32_t n = interpolate_run(&voice->play, &source, engine->table, ratio, left, right, frames);

    if (voice->edges.in || voice->edges.out)
        edges_apply(&voice->edges, &source, before, ratio, left, right, n);
    return n;
}

static uint32_t play_span(struct engine *engine, struct sounds_voice *voice, double ratio, uint32_t at, uint32_t frames)
{
    float *left = engine->block.one[0], *right = engine->block.one[1], (*bus)[CORE_BLOCK] = bus_of(engine, voice);
    uint32_t n = voice->wave ? play_wave(engine, voice, left, right, frames)
                             : play_sound(engine, voice, ratio, left, right, frames);

    filter_voice(engine, voice, left, right, n);
    if (voice->envelope.left || voice->envelope.target < 1)
        ramp_apply(&voice->envelope, left, right, n);
    fade_apply(&voice->fade, left, right, n);
    send_voice(engine, voice, left, right, at, n);
    mix_add_ramp(bus[0] + at, left, &voice->left, n);
    mix_add_ramp(bus[1] + at, right, &voice->right, n);
    if (voice->gate != UINT32_MAX)
        voice->gate -= core_least(voice->gate, n);
    if (voice->row < SCORE_ROWS && engine->block.row_frames[voice->row] < at + n)
        engine->block.row_frames[voice->row] = at + n;
    return n;
}

static void render_voice(struct engine *engine, struct sounds_voice *voice, uint32_t frames)
{
    double ratio = ratio_of(engine, voice);
    uint32_t done = 0;

    while (done < frames) {
        uint32_t span = watch_voice(engine, voice, ratio, frames - done),
                 n = play_span(engine, voice, ratio, done, span);
        done += n;
        if (n < span || n == 0 || is_silent_voice(voice)) {
            end_voice(engine, voice);
            return;
        }
    }
}

void sounds_render(struct engine *engine, uint32_t frames)
{
    memset(engine->block.row_frames, 0, sizeof(engine->block.row_frames));
    for (uint32_t i = 0; i < SOUNDS_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (voice->state != SOUND_SILENT)
            render_voice(engine, voice, frames);
    }
}

void sounds_skip(struct engine *engine, uint32_t frames)
{
    for (uint32_t i = 0; i < SOUNDS_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (voice->state == SOUND_SILENT)
            continue;
        voice->play.position += step_of(ratio_of(engine, voice)) * frames;
        if (voice->gate != UINT32_MAX)
            voice->gate -= core_least(voice->gate, frames);
    }
}
