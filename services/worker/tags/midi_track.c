#include "services/worker/tags/midi_track.h"

static int next_byte(struct midi_track *track)
{
    if (track->at >= track->end)
        return -1;
    if (track->at >= track->window_at + (int64_t)track->window_len) {
        track->window_at = track->at;
        track->window_len = input_read(track->input, track->at, track->window, MIDI_WINDOW);
        if (track->window_len == 0)
            return -1;
    }
    return track->window[track->at++ - track->window_at];
}

/* A number of 7 bits a byte, the highest first; at most 4 bytes. */
static bool next_number(struct midi_track *track, uint32_t *to)
{
    *to = 0;
    for (int i = 0; i < 4; i++) {
        int byte = next_byte(track);

        if (byte < 0)
            return false;
        *to = *to << 7 | (uint32_t)(byte & 0x7F);
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* The bytes of a meta event, or of a system message, which are skipped. */
static bool next_bytes(struct midi_track *track, struct midi_message *message)
{
    int type = message->status == MIDI_META ? next_byte(track) : 0;

    if (type < 0 || !next_number(track, &message->len))
        return false;
    message->data[0] = (uint8_t)type;
    message->at = track->at;
    track->at += message->len;
    return track->at <= track->end;
}

/* Some recorders write messages between devices (F1 to F6, and F8 to FE of real time) into the file: they have no
 * length. False: the byte begins another event. */
static bool skip_between_devices(struct midi_track *track, int byte)
{
    if (byte <= 0xF0 || byte == 0xF7 || byte >= MIDI_META)
        return false;
    track->at += byte == 0xF2 ? 2 : byte == 0xF1 || byte == 0xF3 ? 1 : 0;
    return true;
}

/* As players do, running status continues after meta events and messages of the system. */
bool midi_track_next(struct midi_track *track, struct midi_message *message)
{
    uint32_t wait;
    int byte;

    do {
        if (!next_number(track, &wait) || (byte = next_byte(track)) < 0)
            return false;
        track->tick += wait;
    } while (skip_between_devices(track, byte));
    *message = (struct midi_message){ .tick = track->tick, .status = byte < 0x80 ? track->running : (uint8_t)byte };
    if (message->status == 0)
        return false;
    if (message->status >= 0xF0)
        return next_bytes(track, message);
    track->running = message->status;
    if (byte >= 0x80 && (byte = next_byte(track)) < 0)
        return false;
    message->data[0] = (uint8_t)(byte & 0x7F);
    if ((message->status & 0xE0) == 0xC0) /* a program, or the pressure of a channel */
        return true;
    byte = next_byte(track);
    message->data[1] = (uint8_t)(byte & 0x7F);
    return byte >= 0;
}

void midi_track_begin(struct midi_track *track, struct input *input, int64_t at, int64_t end)
{
    track->input = input;
    track->at = at;
    track->end = end;
    track->window_at = 0;
    track->window_len = 0;
    track->tick = 0;
    track->running = 0;
}
