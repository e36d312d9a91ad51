#include "services/audio/rt/sounds_cues.h"

#include "services/audio/rt/cues_queue.h"
#include "services/audio/rt/instance.h"
#include "services/audio/rt/mixer.h"
#include "services/audio/rt/notes.h"

bool sounds_cue_start(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    struct sounds_start start = { .slot = cue->sound,
                                  .generation = cue->generation,
                                  .voice = cue->voice,
                                  .gain = cue->value,
                                  .pan = cue->pan,
                                  .ratio = cue->ratio,
                                  .from = cue->from,
                                  .until = cue->until,
                                  .loop_from = cue->loop_from,
                                  .flags = cue->flags,
                                  .group = cue->flags & CUE_PREVIEW ? GROUP_PREVIEW : cue->group,
                                  .row = SOUNDS_NOBODY,
                                  .pad = SOUNDS_NOBODY,
                                  .producer = producer,
                                  .tag = cue->tag,
                                  .choke = cue->choke,
                                  .gate = UINT32_MAX };

    if (cue->voice >= SOUND_VOICES && cue->voice != CUE_ANY_VOICE)
        return false;
    if (cue->flags & CUE_GATED)
        start.gate = core_frames(cue->seconds, engine->half->rate);
    if (start.group == GROUP_PREVIEW)
        mixer_open_returns(engine);
    return sounds_play(engine, &start);
}

static bool is_tagged(const struct sounds_voice *voice, uint32_t producer, uint32_t tag)
{
    return voice->state != SOUND_SILENT && voice->producer == producer && voice->tag == tag;
}

bool sounds_cue_stop(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    uint32_t frames = core_frames(cue->seconds, engine->half->rate);

    cues_forget_sounds(engine, producer, cue->tag);
    for (uint32_t i = 0; i < SOUNDS_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (!is_tagged(voice, producer, cue->tag))
            continue;
        if (voice->group == GROUP_PREVIEW)
            mixer_close_returns(engine, core_most(frames, fade_frames(engine->half->rate)));
        sounds_stop(engine, voice, cue->flags & CUE_RELEASE ? voice->release : frames);
    }
    return true;
}

/* Takes the values of the cue that it does not keep. */
static void change_voice(struct sounds_voice *voice, const struct cue *cue, uint32_t frames)
{
    struct mix_pan pan;

    if (!(cue->flags & CUE_KEEP_GAIN))
        voice->gain = number_within(cue->value, 0, 16);
    if (!(cue->flags & CUE_KEEP_PAN))
        voice->pan = cue->pan;
    if (!(cue->flags & CUE_KEEP_RATIO))
        voice->ratio = number_within(cue->ratio, 0.125f, 8);
    pan = mix_pan(voice->pan);
    voice->gain = number_within(voice->gain, 0, 16);
    ramp_to(&voice->left, voice->gain * pan.left, frames);
    ramp_to(&voice->right, voice->gain * pan.right, frames);
}

bool sounds_cue_shape(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    bool found = false;

    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (!is_tagged(voice, producer, cue->tag) || voice->play.position != 0)
            continue;
        found = true;
        sounds_shape(engine, voice, &cue->shape, cue->loop_until);
    }
    return found;
}

bool sounds_cue_gain(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    uint32_t frames = core_frames(cue->seconds, engine->half->rate);
    bool found = cues_aim_sounds(engine, cue, producer);

    frames = frames > fade_frames(engine->half->rate) ? frames : fade_frames(engine->half->rate);
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (!is_tagged(voice, producer, cue->tag))
            continue;
        found = true;
        change_voice(voice, cue, frames);
    }
    return found;
}

bool sounds_cue_release(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    struct rt_sounds *sounds = &engine->half->sounds;

    if (cue->sound >= SOUNDS || sounds->releases >= SOUNDS_RELEASES)
        return false;
    sounds->release[sounds->releases++] = (struct sounds_release){ cue->sound, cue->generation, producer, cue->tag };
    return true;
}

bool sounds_pad_plays(const struct engine *engine, uint32_t pad)
{
    for (uint32_t i = 0; i < SOUND_VOICES; i++)
        if (engine->half->sounds.voice[i].state == SOUND_PLAYS && engine->half->sounds.voice[i].pad == pad)
            return true;
    return false;
}

void sounds_pad_release(struct engine *engine, uint32_t pad)
{
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (voice->state == SOUND_PLAYS && voice->pad == pad)
            sounds_stop(engine, voice, voice->release);
    }
}

void sounds_held_release(struct engine *engine, uint32_t held)
{
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (voice->state == SOUND_PLAYS && voice->held == held)
            sounds_stop(engine, voice, voice->release);
    }
}

void sounds_release_held(struct engine *engine)
{
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (voice->state == SOUND_PLAYS && voice->held & SOUND_HELD)
            sounds_stop(engine, voice, voice->release);
    }
    engine->half->sounds.pedals = 0;
}

void sounds_row_stop(struct engine *engine, uint32_t row)
{
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (voice->state == SOUND_PLAYS && voice->row == row && voice->group == GROUP_SEQUENCER)
            sounds_stop(engine, voice, 0);
    }
}

void sounds_silence(struct engine *engine, uint32_t frames)
{
    for (uint32_t i = 0; i < SOUNDS_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (voice->state == SOUND_SILENT)
            continue;
        voice->state = SOUND_STOPS;
        core_ramp_down(&voice->envelope, frames);
    }
}

/* ---- rows that another pattern replaces ---- */

struct row_sound sounds_of_row(const struct score_row *row)
{
    return (struct row_sound){
        .voice = row->voice,
        .amp = row->amp,
        .pan = row->pan,
        .filter_freq = row->filter_freq,
        .is_heard = row->used && !row->mute,
        .is_sampled = row->sound != SCORE_NO_SOUND,
    };
}

/* Without a call of the C library. */
static bool has_same_bytes(const void *a, const void *b, size_t size)
{
    const uint8_t *x = a, *y = b;

    for (size_t i = 0; i < size; i++)
        if (x[i] != y[i])
            return false;
    return true;
}

/* False: both are the same instrument, and the notes of `after` follow those of `before`. */
static bool is_other_instrument(const struct score_row *before, const struct score_row *after)
{
    const struct row_sound old = sounds_of_row(before), new = sounds_of_row(after);

    return !has_same_bytes(&old, &new, sizeof(old)) || !has_same_bytes(before->name, after->name, sizeof(before->name));
}

static const float UNHEARD = 1e-7f;

static void scale_ramp(struct ramp *ramp, float gain)
{
    ramp->target *= gain;
    ramp->step *= gain;
}

/* The filter of a voice comes before its gain, that of a row after it. */
static void scale_filter(struct svf *filter, const struct ramp *left, const struct ramp *right)
{
    const float gains[] = { left->target, right->target };

    for (int i = 0; i < 2; i++) {
        filter->first[i] = gains[i] > UNHEARD ? filter->first[i] / gains[i] : 0;
        filter->second[i] = gains[i] > UNHEARD ? filter->second[i] / gains[i] : 0;
    }
}

static void leave_row(struct sounds_voice *voice, const struct sequencer_row *row, const struct score_row *from)
{
    const float base = from->filter_freq > 0 ? from->filter_freq : from->voice.filter_freq;

    if (base > 0) {
        voice->filter = row->filter;
        scale_filter(&voice->filter, &voice->left, &voice->right);
        voice->cutoff = base + number_within(row->boost, 0, 20000);
        voice->resonance = from->voice.filter_q;
    }
    scale_ramp(&voice->left, row->strip.left.target);
    scale_ramp(&voice->right, row->strip.right.target);
    voice->reverb = from->voice.reverb_send;
    voice->send = from->voice.delay_send;
    voice->row = SOUNDS_NOBODY;
}

static bool is_replaced(const struct score_row *before, const struct score_row *after)
{
    return before->used && before->sound != SCORE_NO_SOUND && !before->voice.acid && is_other_instrument(before, after);
}

/* A row without sounds wakes with the filter and the gains of the new one. */
static void take_sounds(struct engine *engine, const struct score_pattern *before, const struct score_pattern *after)
{
    for (uint32_t i = 0; i < SOUNDS_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        const uint32_t number = voice->row;

        if (voice->state == SOUND_SILENT || voice->group != GROUP_SEQUENCER || number >= SCORE_ROWS ||
            !is_replaced(&before->rows[number], &after->rows[number]))
            continue;
        leave_row(voice, &engine->half->sequencer.row[number], &before->rows[number]);
        engine->half->sequencer.row[number].tail = 0;
    }
}

/* Sounds that the acid filter needs stay with their row. */
static bool is_sampled_acid(const struct score_row *row)
{
    return row->sound != SCORE_NO_SOUND && row->voice.acid;
}

static struct row_leaving *find_place(struct rt_leaving *leaving)
{
    struct row_leaving *quietest = leaving->each;

    if (leaving->count < SCORE_ROWS)
        return &leaving->each[leaving->count++];
    for (uint32_t i = 1; i < SCORE_ROWS; i++)
        if (leaving->each[i].row.adsr.level < quietest->row.adsr.level)
            quietest = &leaving->each[i];
    return quietest;
}

static void take_voices(struct engine *engine, const struct score_pattern *before, const struct score_pattern *after)
{
    struct rt_leaving *leaving = &engine->half->leaving;

    for (uint32_t r = 0; r < SCORE_ROWS; r++) {
        struct sequencer_row *row = &engine->half->sequencer.row[r];

        if (sequencer_row_is_silent(row) || is_sampled_acid(&before->rows[r]) ||
            !is_other_instrument(&before->rows[r], &after->rows[r]))
            continue;
        *find_place(leaving) = (struct row_leaving){ sounds_of_row(&before->rows[r]), *row };
        row->adsr = (struct rt_adsr){ 0 };
        row->tail = 0;
    }
}

void sounds_rows_leave(struct engine *engine, const struct score_pattern *before, const struct score_pattern *after)
{
    take_sounds(engine, before, after);
    take_voices(engine, before, after);
}

void sounds_left_drop(struct engine *engine)
{
    struct rt_leaving *leaving = &engine->half->leaving;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < leaving->count; i++)
        if (!sequencer_row_is_silent(&leaving->each[i].row))
            leaving->each[kept++] = leaving->each[i];
    leaving->count = kept;
}

/* ---- the end of a period ---- */

static bool is_played(const struct rt_sounds *sounds, const struct sounds_release *release)
{
    for (uint32_t i = 0; i < SOUNDS_VOICES; i++)
        if (sounds->voice[i].state != SOUND_SILENT && sounds->voice[i].slot == release->slot &&
            sounds->voice[i].generation == release->generation)
            return true;
    return false;
}

void sounds_let_go(struct engine *engine)
{
    struct rt_sounds *sounds = &engine->half->sounds;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < sounds->releases; i++) {
        struct sounds_release release = sounds->release[i];
        if (is_played(sounds, &release))
            sounds->release[kept++] = release;
        else
            notes_send(engine, release.producer,
                       (struct note){ .kind = NOTE_SOUND_FREE,
                                      .producer = release.producer,
                                      .sound = release.slot,
                                      .generation = release.generation,
                                      .tag = release.tag });
    }
    sounds->releases = kept;
}

void sounds_state(const struct engine *engine, struct state *state)
{
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        const struct sounds_voice *voice = &engine->half->sounds.voice[i];
        bool sounds = voice->state != SOUND_SILENT;
        state->sounds[i] = (struct state_voice){ .generation = sounds ? voice->generation : 0,
                                                 .tag = sounds ? voice->tag : 0,
                                                 .slot = voice->slot,
                                                 .position = sounds ? (int64_t)(voice->play.position >> 32) : 0 };
    }
}
