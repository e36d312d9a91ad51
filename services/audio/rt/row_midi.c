#include "services/audio/rt/row_midi.h"

#include <math.h>

#include "services/audio/rt/instance.h"
#include "services/audio/rt/midi_out.h"
#include "services/audio/rt/mixer.h"

enum { NOTE_OFF = 0x80, NOTE_ON = 0x90, CONTROL = 0xb0, SUSTAIN = 64, A4 = 69, DATA = 0x7f };
enum { CHANNEL_ENDS = MIDI_NOTES + 1, ENDS = MIDI_CHANNELS * CHANNEL_ENDS };
static const int64_t GATE_LONGEST = 1 << 20; /* frames: a step at 20 BPM and 192 kHz has 144,000 */

static bool is_ending(const struct engine *engine)
{
    return atomic_load_explicit(&engine->ends_notes, memory_order_relaxed) != 0;
}

/* Notes and their ends may leave. */
static bool is_wired(const struct engine *engine)
{
    return engine->period->midi_wired > 0 && engine->half->sequencer.midi_ended == ENDS;
}

static bool send_message(struct engine *engine, uint32_t channel, uint32_t status, uint32_t first, uint32_t second)
{
    struct engine_midi message = { .at = engine->at + mixer_delay(engine),
                                   .length = 3,
                                   .bytes = { (uint8_t)(status | channel), (uint8_t)first, (uint8_t)second } };

    return midi_out_send(&engine->half->midi_out, engine->period, &message);
}

/* Without room the end is sent in the next period. */
static bool end_note(struct engine *engine, struct sequencer_midi *midi)
{
    if (midi->on && !send_message(engine, midi->channel % MIDI_CHANNELS, NOTE_OFF, midi->note & DATA, 64)) {
        midi->off = engine->half->frame + engine->period->frames;
        return false;
    }
    midi->on = 0;
    return true;
}

static void close_row(struct engine *engine, struct sequencer_midi *midi)
{
    if (is_wired(engine) && end_note(engine, midi) &&
        send_message(engine, midi->channel % MIDI_CHANNELS, CONTROL, SUSTAIN, 0))
        midi->open = 0;
}

static uint8_t note_of(float hz)
{
    const float note = hz > 0 ? roundf(A4 + 12 * log2f(hz / 440)) : 0;

    return (uint8_t)number_within(note, 0, DATA);
}

void row_midi_start(struct engine *engine, uint32_t number, uint32_t channel, float hz, float level, uint32_t gate)
{
    struct rt_sequencer *sequencer = &engine->half->sequencer;
    struct sequencer_midi *midi = &sequencer->row[number].midi;
    const uint8_t velocity = (uint8_t)number_within(roundf(level * DATA), level > 0 ? 1 : 0, DATA);

    if (is_ending(engine) || !is_wired(engine) || !end_note(engine, midi) || velocity == 0)
        return;
    midi->channel = (uint8_t)(channel % MIDI_CHANNELS);
    midi->note = note_of(hz);
    midi->on = midi->open = send_message(engine, midi->channel, NOTE_ON, midi->note, velocity);
    sequencer->midi_played[midi->channel][midi->note / 64] |= UINT64_C(1) << midi->note % 64;
    midi->off = engine->now + gate;
}

int64_t row_midi_next(const struct engine *engine)
{
    int64_t next = INT64_MAX;

    for (uint32_t r = 0; is_wired(engine) && r < SCORE_ROWS; r++) {
        const struct sequencer_midi *midi = &engine->half->sequencer.row[r].midi;

        if (midi->on && midi->off < next)
            next = midi->off;
    }
    return next;
}

void row_midi_due(struct engine *engine)
{
    for (uint32_t r = 0; is_wired(engine) && r < SCORE_ROWS; r++) {
        struct sequencer_midi *midi = &engine->half->sequencer.row[r].midi;

        if (midi->on && midi->off <= engine->now)
            (void)end_note(engine, midi);
    }
}

static bool may_sound(const struct engine *engine, const struct score_pattern *pattern, uint32_t number)
{
    const struct score_row *row = &pattern->rows[number];

    return !is_ending(engine) && engine->half->transport.running && row->used && !row->mute && row->midi > 0 &&
           engine->half->sequencer.row[number].midi.channel == (row->midi - 1) % MIDI_CHANNELS;
}

void row_midi_follow(struct engine *engine, const struct score_pattern *pattern)
{
    for (uint32_t r = 0; r < SCORE_ROWS; r++) {
        struct sequencer_midi *midi = &engine->half->sequencer.row[r].midi;

        if (midi->open && !may_sound(engine, pattern, r))
            close_row(engine, midi);
    }
}

static bool has_played(const uint64_t played[MIDI_NOTES / 64], uint32_t note)
{
    return played[note / 64] >> note % 64 & 1;
}

/* The end of a channel's note, or CC 64 = 0 after its last note. False: no room in this period. */
static bool send_end(struct engine *engine, uint32_t channel, uint32_t which)
{
    const uint64_t *played = engine->half->sequencer.midi_played[channel];

    if (which < MIDI_NOTES)
        return !has_played(played, which) || send_message(engine, channel, NOTE_OFF, which, 64);
    return !(played[0] | played[1]) || send_message(engine, channel, CONTROL, SUSTAIN, 0);
}

static void send_ends(struct engine *engine)
{
    struct rt_sequencer *sequencer = &engine->half->sequencer;
    uint32_t *ended = &sequencer->midi_ended;

    while (*ended < ENDS && send_end(engine, *ended / CHANNEL_ENDS, *ended % CHANNEL_ENDS))
        ++*ended;
    for (uint32_t r = 0; r < SCORE_ROWS; r++)
        sequencer->row[r].midi.on = sequencer->row[r].midi.open = 0;
}

/* True if nothing is left to end, and no end waits to leave with its sound. */
static bool is_quiet(const struct engine *engine)
{
    bool is_open = engine->half->sequencer.midi_ended != ENDS || midi_out_has_notes(&engine->half->midi_out);

    for (uint32_t r = 0; r < SCORE_ROWS; r++)
        is_open |= engine->half->sequencer.row[r].midi.open != 0;
    return engine->period->midi_wired == 0 || !is_open;
}

void row_midi_period(struct engine *engine, const struct score_pattern *pattern)
{
    struct rt_sequencer *sequencer = &engine->half->sequencer;
    const uint32_t wired = engine->period->midi_wired;
    const bool is_other = sequencer->midi_client != engine->period->client;

    if (wired > 0 && (is_other || wired > sequencer->midi_wired))
        sequencer->midi_ended = 0;
    if (wired > 0 || !is_other) /* otherwise the new client has no connection yet */
        sequencer->midi_client = engine->period->client;
    sequencer->midi_wired = wired;
    if (wired > 0 && sequencer->midi_ended < ENDS)
        send_ends(engine);
    row_midi_follow(engine, pattern);
    if (is_ending(engine) && is_quiet(engine))
        atomic_fetch_add_explicit(&engine->quiet_periods, 1, memory_order_relaxed);
}

void row_midi_repair(struct rt_sequencer *sequencer, int64_t now)
{
    if (sequencer->midi_ended > ENDS)
        sequencer->midi_ended = 0;
    for (uint32_t r = 0; r < SCORE_ROWS; r++)
        if (sequencer->row[r].midi.off > now + GATE_LONGEST)
            sequencer->row[r].midi.off = now;
}
