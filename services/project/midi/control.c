#include "services/project/midi/control.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATA = 127, HIGHEST = 16383 };
enum { NOTE_OFF = 8, NOTE_ON = 9, CONTROLLER = 11, PROGRAM = 12, PRESSURE = 13, BEND = 14 };
enum { CC_DATA = 6, CC_FINE = 32, CC_DATA_FINE = 38, CC_NRPN_LOW = 98, CC_NRPN_HIGH, CC_RPN_LOW, CC_RPN_HIGH };

/* ---- names ---- */

static const struct {
    const char *name;
    uint32_t numbers; /* 0: the kind has none */
} kinds[MIDI_CONTROL_KINDS] = {
    [MIDI_CC] = { "cc", 128 },           [MIDI_CC14] = { "cc14", 32 }, [MIDI_NRPN] = { "nrpn", HIGHEST + 1 },
    [MIDI_NOTE] = { "note", 128 },       [MIDI_BEND] = { "bend", 0 },  [MIDI_PRESSURE] = { "pressure", 0 },
    [MIDI_PROGRAM] = { "program", 128 },
};

/* Reads a slash and a number below `end`. NULL: it is none. */
static const char *read_part(const char *at, uint32_t first, uint32_t end, uint32_t *to)
{
    char *after;
    unsigned long number;

    if (*at != '/' || at[1] < '0' || at[1] > '9')
        return NULL;
    number = strtoul(at + 1, &after, 10);
    *to = (uint32_t)number;
    return number >= first && number < end ? after : NULL;
}

bool control_read(struct text typed, struct midi_control *to)
{
    char room[MIDI_CONTROL_SIZE];
    const char *at;
    uint32_t kind = 0;
    size_t len;

    if (!text_copy(room, sizeof(room), typed))
        return false;
    len = strcspn(room, "/");
    while (kind < MIDI_CONTROL_KINDS && (strlen(kinds[kind].name) != len || memcmp(kinds[kind].name, room, len) != 0))
        kind++;
    if (kind == MIDI_CONTROL_KINDS)
        return false;
    *to = (struct midi_control){ .kind = kind };
    at = read_part(room + len, 1, 17, &to->channel);
    to->channel--;
    if (at && kinds[kind].numbers)
        at = read_part(at, 0, kinds[kind].numbers, &to->number);
    return at && *at == '\0';
}

const char *control_write(struct midi_control control, char to[MIDI_CONTROL_SIZE])
{
    if (kinds[control.kind].numbers)
        snprintf(to, MIDI_CONTROL_SIZE, "%s/%u/%u", kinds[control.kind].name, control.channel + 1, control.number);
    else
        snprintf(to, MIDI_CONTROL_SIZE, "%s/%u", kinds[control.kind].name, control.channel + 1);
    return to;
}

bool control_equal(struct midi_control a, struct midi_control b)
{
    return a.kind == b.kind && a.channel == b.channel && a.number == b.number;
}

/* ---- messages ---- */

static struct midi_move describe_move(enum midi_control_kind kind, uint32_t channel, uint32_t number, uint32_t value,
                                      uint32_t highest)
{
    return (struct midi_move){ .control = { kind, channel, number },
                               .position = (double)value / highest,
                               .data = value,
                               .is_pressed = 2 * value > highest };
}

/* The number of a parameter: its two halves come in any order, and 127 127 ends it. */
static void choose_parameter(struct midi_channel_memory *memory, uint32_t number, uint32_t value)
{
    const uint32_t low = memory->parameter ? (memory->parameter - 1) & DATA : 0;

    if (number == CC_NRPN_HIGH)
        memory->parameter_high = (uint8_t)value;
    memory->parameter = 1 + ((uint32_t)memory->parameter_high << 7 | (number == CC_NRPN_LOW ? value : low));
    if (memory->parameter > HIGHEST || number > CC_NRPN_HIGH)
        memory->parameter = 0;
}

/* Until a parameter has sent a second byte, its first one moves it alone. */
static uint32_t move_parameter(struct midi_channel_memory *memory, uint32_t channel, uint32_t number, uint32_t value,
                               struct midi_move *move)
{
    if (number >= CC_NRPN_LOW && number <= CC_RPN_HIGH)
        choose_parameter(memory, number, value);
    if (memory->parameter == 0 || (number != CC_DATA && number != CC_DATA_FINE))
        return 0;
    if (number == CC_DATA) {
        memory->data = (uint8_t)value;
        *move = describe_move(MIDI_NRPN, channel, memory->parameter - 1, value, DATA);
        return memory->fine != memory->parameter;
    }
    memory->fine = memory->parameter;
    *move = describe_move(MIDI_NRPN, channel, memory->parameter - 1, (uint32_t)memory->data << 7 | value, HIGHEST);
    return 1;
}

static uint32_t move_controller(struct midi_channel_memory *memory, uint32_t channel, uint32_t number, uint32_t value,
                                struct midi_move *moves)
{
    uint32_t count = 0;

    moves[count++] = describe_move(MIDI_CC, channel, number, value, DATA);
    if (number < CC_FINE)
        memory->coarse[number] = (uint8_t)value;
    else if (number < 2 * CC_FINE)
        moves[count++] = describe_move(MIDI_CC14, channel, number - CC_FINE,
                                       (uint32_t)memory->coarse[number - CC_FINE] << 7 | value, HIGHEST);
    return count + move_parameter(memory, channel, number, value, &moves[count]);
}

static struct midi_move describe_key(uint32_t channel, uint32_t note, uint32_t velocity)
{
    struct midi_move move = describe_move(MIDI_NOTE, channel, note, velocity, DATA);

    move.is_pressed = velocity > 0;
    return move;
}

uint32_t control_moves(struct midi_memory *memory, const uint8_t *bytes, uint32_t count,
                       struct midi_move moves[MIDI_CONTROL_MOVES])
{
    const uint32_t channel = count ? bytes[0] & 15 : 0, first = count > 1 ? bytes[1] & DATA : 0;
    const uint32_t second = count > 2 ? bytes[2] & DATA : 0;

    switch (count > 1 ? bytes[0] >> 4 : 0) {
    case NOTE_OFF:
        moves[0] = describe_key(channel, first, 0);
        return 1;
    case NOTE_ON:
        moves[0] = describe_key(channel, first, second);
        return 1;
    case CONTROLLER:
        return move_controller(&memory->channels[channel], channel, first, second, moves);
    case PROGRAM:
        moves[0] = describe_move(MIDI_PROGRAM, channel, first, 1, 1);
        return 1;
    case PRESSURE:
        moves[0] = describe_move(MIDI_PRESSURE, channel, 0, first, DATA);
        return 1;
    case BEND:
        moves[0] = describe_move(MIDI_BEND, channel, 0, second << 7 | first, HIGHEST);
        return 1;
    default:
        return 0;
    }
}

/* ---- what a device shows ---- */

static bool is_wide(enum midi_control_kind kind)
{
    return kind == MIDI_CC14 || kind == MIDI_NRPN || kind == MIDI_BEND;
}

uint32_t control_value(struct midi_control control, double position)
{
    return (uint32_t)lround(fmin(fmax(position, 0), 1) * (is_wide(control.kind) ? HIGHEST : DATA));
}

static void put_message(uint8_t to[3], uint32_t status, uint32_t channel, uint32_t first, uint32_t second)
{
    to[0] = (uint8_t)(status << 4 | channel);
    to[1] = (uint8_t)first;
    to[2] = (uint8_t)second;
}

uint32_t control_show(struct midi_control control, uint32_t value, uint8_t messages[MIDI_CONTROL_MOVES][3])
{
    const uint32_t channel = control.channel, high = value >> 7, low = value & DATA;

    switch (control.kind) {
    case MIDI_CC:
        put_message(messages[0], CONTROLLER, channel, control.number, value);
        return 1;
    case MIDI_CC14:
        put_message(messages[0], CONTROLLER, channel, control.number, high);
        put_message(messages[1], CONTROLLER, channel, control.number + CC_FINE, low);
        return 2;
    case MIDI_NRPN:
        put_message(messages[0], CONTROLLER, channel, CC_NRPN_HIGH, control.number >> 7);
        put_message(messages[1], CONTROLLER, channel, CC_NRPN_LOW, control.number & DATA);
        put_message(messages[2], CONTROLLER, channel, CC_DATA, high);
        put_message(messages[3], CONTROLLER, channel, CC_DATA_FINE, low);
        return 4;
    case MIDI_NOTE:
        put_message(messages[0], NOTE_ON, channel, control.number, value);
        return 1;
    case MIDI_BEND:
        put_message(messages[0], BEND, channel, low, high);
        return 1;
    default:
        return 0;
    }
}
