#include "common/rt/midi_moves.h"

enum { DATA = 127, HIGHEST = 16383 };
enum { NOTE_OFF = 8, NOTE_ON = 9, CONTROLLER = 11, PROGRAM = 12, PRESSURE = 13, BEND = 14 };
enum { CC_DATA = 6, CC_FINE = 32, CC_DATA_FINE = 38, CC_NRPN_LOW = 98, CC_NRPN_HIGH, CC_RPN_LOW, CC_RPN_HIGH };

bool midi_control_equal(struct midi_control a, struct midi_control b)
{
    return a.kind == b.kind && a.port == b.port && a.channel == b.channel && a.number == b.number;
}

static struct midi_move describe_move(enum midi_control_kind kind, uint32_t channel, uint32_t number, uint32_t value,
                                      uint32_t highest)
{
    return (struct midi_move){ .control = { .kind = kind, .channel = channel, .number = number },
                               .position = (double)value / highest,
                               .data = value,
                               .is_pressed = 2 * value > highest };
}

/* The number of a parameter: its two halves come in any order, and 127 127 ends it. */
static void choose_parameter(struct midi_channel_memory *memory, uint32_t number, uint32_t value)
{
    const uint32_t low = memory->parameter ? (memory->parameter - 1u) & DATA : 0;

    if (number == CC_NRPN_HIGH)
        memory->parameter_high = (uint8_t)value;
    memory->parameter = (uint16_t)(1 + ((uint32_t)memory->parameter_high << 7 | (number == CC_NRPN_LOW ? value : low)));
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

static uint32_t read_message(struct midi_memory *memory, const uint8_t *bytes, uint32_t count, struct midi_move *moves)
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

uint32_t midi_moves(struct midi_memory *memory, uint32_t port, const uint8_t *bytes, uint32_t count,
                    struct midi_move moves[MIDI_CONTROL_MOVES])
{
    const uint32_t moved = port < MIDI_PORTS ? read_message(&memory[port], bytes, count, moves) : 0;

    for (uint32_t i = 0; i < moved; i++)
        moves[i].control.port = port;
    return moved;
}
