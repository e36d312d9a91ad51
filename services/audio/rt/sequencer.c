#include "services/audio/rt/sequencer.h"

#include "common/rt/step.h"
#include "services/audio/rt/instance.h"
#include "services/audio/rt/notes.h"
#include "services/audio/rt/sounds.h"
#include "services/audio/rt/sync.h"

enum { STEPS_AT_ONCE = 8 }; /* steps that may be due at one frame */
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

/* ---- time of steps ---- */

static int64_t frame_of(const struct engine *engine, int64_t step)
{
    double place = step_place(step, sequencer_swing(engine));

    return transport_frame_of(&engine->half->transport, place);
}

void sequencer_place(struct engine *engine)
{
    struct rt_sequencer *sequencer = &engine->half->sequencer;
    int64_t step = (int64_t)floor(transport_place(&engine->half->transport, engine->now)) - 1;

    for (int i = 0; i < 3 && engine->half->transport.running && frame_of(engine, step) < engine->now; i++)
        step++;
    sequencer->step = engine->half->transport.running ? step : step + 1;
}

int64_t sequencer_next(const struct engine *engine)
{
    const struct transport *transport = &engine->half->transport;
    int64_t begin, step;

    if (!transport->running)
        return INT64_MAX;
    begin = transport_frame_of(transport, transport->from);
    step = frame_of(engine, engine->half->sequencer.step);
    return !engine->half->sync.playing && begin < step ? begin : step;
}

/* ---- a step ---- */

static void begin_bar(struct engine *engine, int64_t step)
{
    const struct score *score = engine->score;
    struct rt_sequencer *sequencer = &engine->half->sequencer;
    int64_t bar = step / SCORE_BAR;

    notes_tell_all(engine, (struct note){ .kind = NOTE_BAR, .index = bar });
    if (score->next_bar < 0 || bar < score->next_bar || score->next.serial == 0 || plays_next(engine) ||
        score->next.serial == score->now.serial)
        return;
    sequencer->arrived = score->next.serial;
    sequencer->origin = step;
    for (uint32_t r = 0; r < SCORE_ROWS; r++)
        sequencer->row[r].note = 0;
    sync_tempo(engine);
    notes_tell_all(engine, (struct note){ .kind = NOTE_NEXT_IS_NOW, .index = bar, .tag = sequencer->arrived });
}

static uint32_t gate_of(const struct engine *engine, const struct score_row *row)
{
    double frames = (double)number_within(row->gate, 0.01f, 1) * engine->half->transport.step_frames;

    return (uint32_t)(frames + 0.5) > 0 ? (uint32_t)(frames + 0.5) : 1;
}

/* A note sets the pitch of a sound; at voice.freq it plays unchanged. */
static float ratio_of(const struct score_row *from, float hz)
{
    return from->voice.freq > 0 && hz > 0 ? from->ratio * hz / from->voice.freq : from->ratio;
}

/* A row is one instrument: a new hit stops the one before. */
static void start_sound(struct engine *engine, const struct score_row *from, uint32_t number, bool accent)
{
    const struct sequencer_row *row = &engine->half->sequencer.row[number];
    struct sounds_start start = { .slot = from->sound,
                                  .generation = from->generation,
                                  .voice = ORDER_ANY_VOICE,
                                  .gain = accent && !sequencer_has_filter(from) ? ACCENT_GAIN : 1.0f,
                                  .ratio = ratio_of(from, row->hz),
                                  .group = GROUP_SEQUENCER,
                                  .row = number,
                                  .pad = SOUNDS_NOBODY,
                                  .producer = SOUNDS_NOBODY,
                                  .choke = from->choke,
                                  .shape.release = from->voice.release,
                                  .gate = from->gate < 1 ? gate_of(engine, from) : UINT32_MAX };

    sounds_row_stop(engine, number);
    (void)sounds_play(engine, &start);
}

static struct adsr_params envelope_of(const struct score_voice *voice)
{
    return (struct adsr_params){ voice->attack, voice->decay, voice->sustain, voice->release };
}

static void start_synth(struct engine *engine, const struct score_row *from, uint32_t number)
{
    struct sequencer_row *row = &engine->half->sequencer.row[number];
    struct adsr_params envelope = envelope_of(&from->voice);

    if (sequencer_row_is_idle(row)) {
        oscillator_restart(&row->oscillator);
        row->oscillator.noise = (uint64_t)engine->now;
    }
    adsr_start(&row->adsr, &envelope, engine->half->rate, gate_of(engine, from));
}

static void start_note(struct engine *engine, const struct score_row *from, uint32_t number, bool accent)
{
    struct sequencer_row *row = &engine->half->sequencer.row[number];
    uint32_t notes = core_least(from->note_count, SCORE_NOTES), note = row->note;

    row->note = notes ? (note + 1) % notes : 0;
    if (from->mute)
        return;
    row->hz = notes ? from->notes[note % notes] : from->voice.freq;
    row->boost = accent ? number_within(from->accent_boost, 0, 20000) : 0;
    if (from->voice.acid)
        acid_note(&engine->half->sequencer.acid, row->boost);
    if (from->sound == SCORE_NO_SOUND)
        start_synth(engine, from, number);
    else
        start_sound(engine, from, number, accent);
}

static void play_step(struct engine *engine, int64_t step)
{
    const struct score_pattern *pattern = sequencer_pattern(engine);
    uint32_t length = pattern->steps >= SCORE_BAR && pattern->steps <= SCORE_STEPS ? pattern->steps : SCORE_BAR;
    int64_t past = (step - engine->half->sequencer.origin) % length;
    uint32_t at = (uint32_t)(past < 0 ? past + length : past);

    for (uint32_t r = 0; pattern->serial && r < SCORE_ROWS; r++) {
        uint8_t what = pattern->rows[r].steps[at];
        if (pattern->rows[r].used && (what == STEP_NORMAL || what == STEP_ACCENT))
            start_note(engine, &pattern->rows[r], r, what == STEP_ACCENT);
    }
}

static void do_step(struct engine *engine, int64_t step)
{
    bool plays = (double)step >= engine->half->transport.from;

    if (step % 4 == 0 && (engine->score->metronome || !plays))
        click_start(&engine->half->sequencer.click, step % SCORE_BAR == 0);
    if (!plays)
        return;
    if (step % SCORE_BAR == 0)
        begin_bar(engine, step);
    play_step(engine, step);
}

void sequencer_due(struct engine *engine)
{
    const struct transport *transport = &engine->half->transport;

    if (transport->running && transport_frame_of(transport, transport->from) <= engine->now)
        sync_play_begins(engine);
    for (int i = 0; i < STEPS_AT_ONCE && sequencer_next(engine) <= engine->now; i++)
        do_step(engine, engine->half->sequencer.step++);
}

/* ---- score and silence ---- */

void sequencer_period(struct engine *engine)
{
    if (!plays_next(engine))
        engine->half->sequencer.arrived = 0;
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
    ramp_set(&sequencer->closed, 0);
    sequencer->wipe = CORE_WIPED;
}
