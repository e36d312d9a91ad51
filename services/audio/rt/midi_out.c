#include "services/audio/rt/midi_out.h"

#include <string.h>

#include "services/audio/dsp/number.h"

enum { MIDI_OUT_LATEST = 2 * ENGINE_FRAMES, NOTE_ON = 0x90, SYSTEM = 0xf0 };

static bool put_out(struct engine_period *period, const struct engine_midi *message)
{
    if (period->midi_out_count >= ENGINE_MIDI)
        return false;
    period->midi_out[period->midi_out_count++] = *message;
    return true;
}

void midi_out_begin(struct midi_out *out, struct engine_period *period)
{
    uint32_t due = 0;

    while (due < out->count && out->waiting[due].at < period->frames && put_out(period, &out->waiting[due]))
        due++;
    out->count -= due;
    memmove(out->waiting, out->waiting + due, out->count * sizeof(*out->waiting));
}

void midi_out_pass(struct midi_out *out, uint64_t frames)
{
    for (uint32_t i = 0; i < out->count; i++)
        out->waiting[i].at -= out->waiting[i].at < frames ? out->waiting[i].at : (uint32_t)frames;
}

/* Returns how many messages are left. */
static uint32_t drop_notes(struct engine_midi *messages, uint32_t count, uint32_t at)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < count; i++)
        if (messages[i].at < at || (messages[i].bytes[0] & 0xf0) != NOTE_ON)
            messages[kept++] = messages[i];
    return kept;
}

void midi_out_drop_notes(struct midi_out *out, struct engine_period *period, uint32_t at)
{
    period->midi_out_count = drop_notes(period->midi_out, period->midi_out_count, at);
    out->count = drop_notes(out->waiting, out->count, at);
}

void midi_out_repair(struct midi_out *out)
{
    out->count = number_least(out->count, MIDI_OUT_WAITING);
    for (uint32_t i = 0; i < out->count; i++) {
        out->waiting[i].at = number_least(out->waiting[i].at, MIDI_OUT_LATEST);
        out->waiting[i].length = (uint8_t)number_least(out->waiting[i].length, sizeof(out->waiting[i].bytes));
        out->waiting[i].port = 0;
    }
}

/* The frame of the last sent or waiting message; no later message leaves before it. */
static uint32_t last_at(const struct midi_out *out, const struct engine_period *period)
{
    if (out->count > 0)
        return out->waiting[out->count - 1].at;
    return period->midi_out_count > 0 ? period->midi_out[period->midi_out_count - 1].at : 0;
}

bool midi_out_has_notes(const struct midi_out *out)
{
    for (uint32_t i = 0; i < out->count; i++)
        if (out->waiting[i].bytes[0] < SYSTEM)
            return true;
    return false;
}

bool midi_out_is_busy(const struct midi_out *out, const struct engine_period *period)
{
    return out->count >= MIDI_OUT_WAITING / 2 || period->midi_out_count >= ENGINE_MIDI / 2;
}

bool midi_out_send(struct midi_out *out, struct engine_period *period, const struct engine_midi *message)
{
    struct engine_midi sent = *message;
    uint32_t last = last_at(out, period);

    sent.at = sent.at > last ? sent.at : last;
    if (sent.at < period->frames)
        return put_out(period, &sent);
    if (out->count >= MIDI_OUT_WAITING)
        return false;
    out->waiting[out->count++] = sent;
    return true;
}
