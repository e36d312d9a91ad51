#include "services/audio/rt/sequencer.h"

#include <string.h>

#include "common/rt/step.h"
#include "services/audio/rt/instance.h"
#include "services/audio/rt/notes.h"
#include "services/audio/rt/row_midi.h"
#include "services/audio/rt/sounds.h"
#include "services/audio/rt/sounds_cues.h"

enum { STEPS_AT_ONCE = 8 }; /* steps that may be due at one frame */
enum { BARS_OF_A_GAP = 2 }; /* bars that may begin in the longest gap that is no pause: a second at 400 BPM */
static const double SWING_MOST = 0.999;
static const float ACCENT_GAIN = 1.41253754f; /* 3 dB */

/* ---- the current pattern ---- */

static bool plays_next(const struct engine *engine)
{
    const struct score *score = engine->score;
    uint32_t arrived = engine->half->sequencer.arrived;

    return arrived != 0 && score->next_bar >= 0 && score->next.serial == arrived && score->now.serial != arrived;
}

const struct score_pattern *sequencer_pattern(const struct engine *engine)
{
    return plays_next(engine) ? &engine->score->next : &engine->score->now;
}

double sequencer_tempo(const struct engine *engine)
{
    const struct score *score = engine->score;
    double tempo = plays_next(engine) && score->next_tempo > 0 ? score->next_tempo : score->tempo;

    return tempo >= TRANSPORT_SLOWEST && tempo <= TRANSPORT_FASTEST ? tempo : 120;
}

double sequencer_swing(const struct engine *engine)
{
    const struct score *score = engine->score;
    double swing = plays_next(engine) && score->next_swing >= 0 ? score->next_swing : score->swing;

    return swing > 0 ? (swing < SWING_MOST ? swing : SWING_MOST) : 0;
}

void sequencer_set_tempo(struct engine *engine)
{
    uint32_t mode = engine->score->sync;
    bool has_other = mode == SYNC_FOLLOW_JACK && engine->period->jack_tempo > 0;
    double tempo = has_other ? engine->period->jack_tempo : sequencer_tempo(engine);

    if (mode != SYNC_FOLLOW_MIDI || !(engine->half->sync.interval_frames > 0))
        transport_tempo(&engine->half->transport, engine->now, tempo, engine->half->rate);
}

/* ---- time of steps ---- */

static int64_t frame_of_step(const struct engine *engine, int64_t step)
{
    double place = step_place(step, sequencer_swing(engine));

    return transport_frame_of(&engine->half->transport, place);
}

static int64_t frame_of_hit(const struct engine *engine, const struct sequencer_hits *hits)
{
    return hits->left ? transport_frame_of(&engine->half->transport, hits->place) : INT64_MAX;
}

/* Hits of the past are not played. */
static void skip_hits(const struct engine *engine, struct sequencer_hits *hits)
{
    while (hits->left && frame_of_hit(engine, hits) < engine->now) {
        hits->left--;
        hits->place += hits->apart;
    }
}

static void forget_hits(struct rt_sequencer *sequencer)
{
    for (uint32_t r = 0; r < SCORE_ROWS; r++) {
        memset(sequencer->row[r].hits, 0, sizeof(sequencer->row[r].hits));
        sequencer->row[r].early = -1;
    }
}

void sequencer_place(struct engine *engine)
{
    struct rt_sequencer *sequencer = &engine->half->sequencer;
    int64_t step = (int64_t)floor(transport_place(&engine->half->transport, engine->now)) - 1;

    for (int i = 0; i < 3 && engine->half->transport.running && frame_of_step(engine, step) < engine->now; i++)
        step++;
    sequencer->step = engine->half->transport.running ? step : step + 1;
    if (!engine->half->transport.running) {
        forget_hits(sequencer);
        row_midi_follow(engine, sequencer_pattern(engine));
    }
    for (uint32_t r = 0; r < SCORE_ROWS; r++)
        for (int i = 0; i < HITS; i++)
            skip_hits(engine, &sequencer->row[r].hits[i]);
}

void sequencer_rewind(struct engine *engine, int64_t origin)
{
    engine->half->sequencer.origin = origin;
    for (uint32_t r = 0; r < SCORE_ROWS; r++)
        engine->half->sequencer.row[r].note = 0;
    forget_hits(&engine->half->sequencer);
}

bool sequencer_reaches(const struct engine *engine, int64_t unit)
{
    const int64_t from = (int64_t)ceil(engine->half->transport.from);
    int64_t step = engine->half->sequencer.step > from ? engine->half->sequencer.step : from;

    step += (unit - step % unit) % unit;
    return engine->half->transport.running && frame_of_step(engine, step) <= engine->now;
}

int64_t sequencer_next(const struct engine *engine)
{
    const struct transport *transport = &engine->half->transport;
    int64_t begin, next, end = row_midi_next(engine);

    if (!transport->running)
        return end;
    begin = transport_frame_of(transport, transport->from);
    next = frame_of_step(engine, engine->half->sequencer.step);
    if (!engine->half->sync.playing && begin < next)
        next = begin;
    for (uint32_t r = 0; r < SCORE_ROWS; r++)
        for (int i = 0; i < HITS; i++) {
            int64_t hit = frame_of_hit(engine, &engine->half->sequencer.row[r].hits[i]);
            next = hit < next ? hit : next;
        }
    return end < next ? end : next;
}

/* ---- a bar ---- */

/* The queued pattern takes over at this bar. */
static bool next_begins(const struct engine *engine, int64_t bar)
{
    const struct score *score = engine->score;

    return score->next_bar >= 0 && bar >= score->next_bar && score->next.serial != 0 && !plays_next(engine) &&
           score->next.serial != score->now.serial;
}

static void begin_bar(struct engine *engine, int64_t step)
{
    struct rt_sequencer *sequencer = &engine->half->sequencer;
    int64_t bar = step / SCORE_BAR;

    notes_send_all(engine, (struct note){ .kind = NOTE_BAR,
                                          .index = bar,
                                          .step = (float)engine->half->transport.step_frames,
                                          .rolls = engine->half->transport.rolls });
    if (!next_begins(engine, bar))
        return;
    sounds_rows_leave(engine, sequencer_pattern(engine), &engine->score->next);
    sequencer->arrived = sequencer->serial = engine->score->next.serial;
    sequencer_rewind(engine, step);
    sequencer_set_tempo(engine);
    notes_send_all(engine, (struct note){ .kind = NOTE_NEXT_IS_NOW, .index = bar, .tag = sequencer->arrived });
}

/* Nothing of a gap sounds, but its bars begin, with the pattern and the tempo that were queued for them. */
void sequencer_skip(struct engine *engine)
{
    const struct transport *transport = &engine->half->transport;
    const int64_t after = engine->now;
    const int64_t from = (int64_t)ceil(transport->from);
    int64_t step = engine->half->sequencer.step > from ? engine->half->sequencer.step : from;

    step += (SCORE_BAR - step % SCORE_BAR) % SCORE_BAR;
    for (int i = 0; i < BARS_OF_A_GAP && transport->running && frame_of_step(engine, step) < after; i++) {
        engine->now = frame_of_step(engine, step);
        begin_bar(engine, step);
        step += SCORE_BAR;
    }
    engine->now = after;
    sequencer_place(engine);
}

/* `share`: of a step, which one hit of a ratchet has. */
static uint32_t gate_of(const struct engine *engine, const struct score_row *row, float share)
{
    double steps = (double)number_within(row->gate, 0.01f, 1) * (double)number_within(share, 0, 1);
    double frames = steps * engine->half->transport.step_frames;

    return (uint32_t)(frames + 0.5) > 0 ? (uint32_t)(frames + 0.5) : 1;
}

/* A note sets the pitch of a sound; at voice.freq it plays unchanged. */
static float ratio_of(const struct score_row *from, float hz)
{
    return from->voice.freq > 0 && hz > 0 ? from->ratio * hz / from->voice.freq : from->ratio;
}

/* A row is one instrument: a new hit stops the one before. */
static void start_sound(struct engine *engine, const struct score_row *from, uint32_t number,
                        const struct sequencer_hits *hit)
{
    const float velocity = number_within(hit->velocity, 0, 1);
    struct sounds_start start = { .slot = from->sound,
                                  .generation = from->generation,
                                  .voice = CUE_ANY_VOICE,
                                  .gain =
                                      hit->accent && !sequencer_has_filter(from) ? ACCENT_GAIN * velocity : velocity,
                                  .ratio = ratio_of(from, hit->hz),
                                  .group = GROUP_SEQUENCER,
                                  .row = number,
                                  .pad = SOUNDS_NOBODY,
                                  .producer = SOUNDS_NOBODY,
                                  .choke = from->choke,
                                  .shape.release = from->voice.release,
                                  .gate = from->gate < 1 ? gate_of(engine, from, hit->share) : UINT32_MAX };

    sounds_row_stop(engine, number);
    (void)sounds_play(engine, &start);
}

static struct adsr_params envelope_of(const struct score_voice *voice)
{
    return (struct adsr_params){ voice->attack, voice->decay, voice->sustain, voice->release };
}

static void start_synth(struct engine *engine, const struct score_row *from, uint32_t number,
                        const struct sequencer_hits *hit)
{
    struct sequencer_row *row = &engine->half->sequencer.row[number];
    struct adsr_params envelope = envelope_of(&from->voice);
    const float velocity = number_within(hit->velocity, 0, 1);

    if (sequencer_row_is_idle(row)) {
        oscillator_restart(&row->oscillator);
        row->oscillator.noise = (uint64_t)engine->now;
        ramp_set(&row->velocity, velocity);
    }
    ramp_to(&row->velocity, velocity, fade_frames(engine->half->rate));
    adsr_start(&row->adsr, &envelope, engine->half->rate, gate_of(engine, from, hit->share));
}

static float level_of(const struct score_row *from, const struct sequencer_hits *hit)
{
    return number_within(from->amp, 0, 1) * number_within(hit->velocity, 0, 1) * (hit->accent ? ACCENT_GAIN : 1);
}

static void start_hit(struct engine *engine, uint32_t number, const struct sequencer_hits *hit)
{
    const struct score_row *from = &sequencer_pattern(engine)->rows[number];
    struct sequencer_row *row = &engine->half->sequencer.row[number];

    if (!from->used || from->mute)
        return;
    notes_send_hit(engine, SOUNDS_NOBODY, number,
                   from->midi > 0 || from->sound == SCORE_NO_SOUND ? SOUNDS_NOBODY : from->sound, from->generation,
                   number_within(hit->velocity, 0, 1));
    if (from->midi > 0) {
        row_midi_start(engine, number, from->midi - 1, hit->hz, level_of(from, hit), gate_of(engine, from, hit->share));
        return;
    }
    row->hz = hit->hz;
    row->boost = hit->accent ? number_within(from->accent_boost, 0, 20000) : 0;
    if (from->voice.acid)
        acid_note(&engine->half->sequencer.acid, row->boost);
    if (from->sound == SCORE_NO_SOUND)
        start_synth(engine, from, number, hit);
    else
        start_sound(engine, from, number, hit);
}

/* ---- the hits of a step ---- */

static float value_at(const float *values, uint32_t count, uint32_t at, float otherwise)
{
    return at < core_least(count, SCORE_STEPS) ? values[at] : otherwise;
}

/* The step of a row's own cycle. */
static uint32_t step_of_row(const struct engine *engine, const struct score_pattern *pattern,
                            const struct score_row *from, int64_t step)
{
    uint32_t all = pattern->steps >= SCORE_BAR && pattern->steps <= SCORE_STEPS ? pattern->steps : SCORE_BAR;
    uint32_t length = from->length > 0 && from->length < all ? from->length : all;
    int64_t past = (step - engine->half->sequencer.origin) % length;

    return (uint32_t)(past < 0 ? past + length : past);
}

/* The same seed, row and step give the same draw, 0 or more and below 1. */
static double draw_chance(uint32_t seed, uint32_t row, int64_t step)
{
    uint64_t x = ((uint64_t)seed << 32 | row) + (uint64_t)step * 0x9e3779b97f4a7c15u;

    for (int i = 0; i < 2; i++)
        x = (x ^ x >> 31) * 0xbf58476d1ce4e5b9u;
    return (double)(x >> 11) * 0x1p-53;
}

static bool has_chance(const struct engine *engine, const struct score_pattern *pattern, uint32_t number, uint32_t at,
                       int64_t step)
{
    const struct score_row *from = &pattern->rows[number];
    float chance = value_at(from->probability, from->probability_count, at, 1);

    return chance >= 1 || draw_chance(pattern->seed, number, step - engine->half->sequencer.origin) < (double)chance;
}

static float next_note(struct sequencer_row *row, const struct score_row *from)
{
    uint32_t notes = core_least(from->note_count, SCORE_NOTES), note = row->note;

    row->note = notes ? (note + 1) % notes : 0;
    return notes ? from->notes[note % notes] : from->voice.freq;
}

static float timing_at(const struct score_row *from, uint32_t at)
{
    return number_within(value_at(from->timing, from->timing_count, at, 0), -0.5f, 0.5f);
}

/* Decides the hits of a step: none for a rest. */
static void decide_step(struct engine *engine, uint32_t number, int64_t step, struct sequencer_hits *hits)
{
    const struct score_pattern *pattern = sequencer_pattern(engine);
    const struct score_row *from = &pattern->rows[number];
    const uint32_t at = step_of_row(engine, pattern, from, step), what = from->steps[at];
    const uint32_t given = at < core_least(from->ratchet_count, SCORE_STEPS) ? from->ratchet[at] : 1;
    const uint32_t ratchet = core_most(core_least(given, SCORE_RATCHET), 1);
    const struct step_hits place = step_hits(step, sequencer_swing(engine), (double)timing_at(from, at), ratchet);

    hits->left = 0;
    if (what != STEP_NORMAL && what != STEP_ACCENT)
        return;
    *hits = (struct sequencer_hits){ .place = place.place,
                                     .apart = place.apart,
                                     .left = has_chance(engine, pattern, number, at, step) ? (uint8_t)ratchet : 0,
                                     .accent = what == STEP_ACCENT,
                                     .hz = next_note(&engine->half->sequencer.row[number], from),
                                     .velocity = value_at(from->velocity, from->velocity_count, at, 1),
                                     .share = ratchet > 1 ? (float)place.apart : 1 };
}

static void decide_row(struct engine *engine, uint32_t number, int64_t step)
{
    const struct score_pattern *pattern = sequencer_pattern(engine);
    const struct score_row *from = &pattern->rows[number];
    struct sequencer_row *row = &engine->half->sequencer.row[number];
    const bool is_new_bar = (step + 1) % SCORE_BAR == 0 && next_begins(engine, (step + 1) / SCORE_BAR);

    if (row->early == step) {
        row->hits[HITS_NOW] = row->hits[HITS_EARLY];
        row->hits[HITS_EARLY].left = 0;
    } else {
        decide_step(engine, number, step, &row->hits[HITS_NOW]);
        row->hits[HITS_NOW].place = fmax(row->hits[HITS_NOW].place, step_place(step, sequencer_swing(engine)));
    }
    if (is_new_bar || !(timing_at(from, step_of_row(engine, pattern, from, step + 1)) < 0))
        return;
    decide_step(engine, number, step + 1, &row->hits[HITS_EARLY]);
    row->early = step + 1;
}

static void play_step(struct engine *engine, int64_t step)
{
    const struct score_pattern *pattern = sequencer_pattern(engine);

    for (uint32_t r = 0; pattern->serial && r < SCORE_ROWS; r++)
        if (pattern->rows[r].used)
            decide_row(engine, r, step);
}

static void play_hits(struct engine *engine)
{
    for (uint32_t r = 0; r < SCORE_ROWS; r++)
        for (int i = 0; i < HITS; i++) {
            struct sequencer_hits *hits = &engine->half->sequencer.row[r].hits[i];

            while (frame_of_hit(engine, hits) <= engine->now) {
                start_hit(engine, r, hits);
                hits->left--;
                hits->place += hits->apart;
            }
        }
}

/* ---- a step ---- */

static void do_step(struct engine *engine, int64_t step)
{
    bool plays = (double)step >= engine->half->transport.from;

    if (step % 4 == 0 && (engine->score->metronome || !plays))
        click_start(&engine->half->sequencer.click, step % SCORE_BAR == 0);
    if (!plays)
        return;
    if (step % SCORE_BAR == 0) {
        begin_bar(engine, step);
        row_midi_follow(engine, sequencer_pattern(engine));
    }
    play_step(engine, step);
}

void sequencer_due(struct engine *engine)
{
    const struct transport *transport = &engine->half->transport;

    row_midi_due(engine);
    if (!transport->running)
        return;
    play_hits(engine);
    for (int i = 0; i < STEPS_AT_ONCE && frame_of_step(engine, engine->half->sequencer.step) <= engine->now; i++) {
        do_step(engine, engine->half->sequencer.step++);
        play_hits(engine);
    }
}

/* ---- score and silence ---- */

void sequencer_period(struct engine *engine)
{
    struct rt_sequencer *sequencer = &engine->half->sequencer;

    if (!plays_next(engine))
        sequencer->arrived = 0;
    if (sequencer->serial != sequencer_pattern(engine)->serial)
        forget_hits(sequencer);
    sequencer->serial = sequencer_pattern(engine)->serial;
}

void sequencer_silence(struct engine *engine, uint32_t frames)
{
    ramp_to(&engine->half->sequencer.closed, 1, frames);
}

void sequencer_end_period(struct engine *engine)
{
    struct rt_sequencer *sequencer = &engine->half->sequencer;

    if (!engine->panic)
        return;
    for (uint32_t r = 0; r < SCORE_ROWS; r++) {
        sequencer->row[r].adsr = (struct rt_adsr){ 0 };
        sequencer->row[r].filter = (struct svf){ 0 };
        sequencer->row[r].tail = 0;
    }
    sequencer->acid = (struct acid){ 0 };
    sequencer->reverb = (struct reverb){ 0 };
    sequencer->delay = (struct delay){ 0 };
    sequencer->click = (struct click){ 0 };
    sequencer->acid_tail = 0;
    engine->half->leaving.count = 0;
    ramp_set(&sequencer->closed, 0);
    sequencer->wipe = CORE_WIPED;
}
