#include "services/project/midi/control.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATA = 127, HIGHEST = 16383 };
enum { NOTE_ON = 9, CONTROLLER = 11, BEND = 14 };
enum { CC_DATA = 6, CC_FINE = 32, CC_DATA_FINE = 38, CC_NRPN_LOW = 98, CC_NRPN_HIGH };

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

/* "2:" before the name of a control of the port midi_in_2. Returns the rest. */
static const char *read_port(const char *room, uint32_t *port)
{
    const bool has_port = room[0] >= '2' && room[0] < '1' + MIDI_PORTS && room[1] == ':';

    *port = has_port ? (uint32_t)(room[0] - '1') : 0;
    return has_port ? room + 2 : room;
}

bool control_read(struct text typed, struct midi_control *to)
{
    char room[MIDI_CONTROL_SIZE];
    const char *at, *name;
    uint32_t kind = 0;
    size_t len;

    *to = (struct midi_control){ 0 };
    if (!text_copy(room, sizeof(room), typed))
        return false;
    name = read_port(room, &to->port);
    len = strcspn(name, "/");
    while (kind < MIDI_CONTROL_KINDS && (strlen(kinds[kind].name) != len || memcmp(kinds[kind].name, name, len) != 0))
        kind++;
    if (kind == MIDI_CONTROL_KINDS)
        return false;
    to->kind = kind;
    at = read_part(name + len, 1, 17, &to->channel);
    to->channel--;
    if (at && kinds[kind].numbers)
        at = read_part(at, 0, kinds[kind].numbers, &to->number);
    return at && *at == '\0';
}

const char *control_write(struct midi_control control, char to[MIDI_CONTROL_SIZE])
{
    int at = 0;

    if (control.port)
        at = snprintf(to, MIDI_CONTROL_SIZE, "%u:", control.port + 1);
    at += snprintf(to + at, (size_t)(MIDI_CONTROL_SIZE - at), "%s/%u", kinds[control.kind].name, control.channel + 1);
    if (kinds[control.kind].numbers)
        (void)snprintf(to + at, (size_t)(MIDI_CONTROL_SIZE - at), "/%u", control.number);
    return to;
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
