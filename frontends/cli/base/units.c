#include "frontends/cli/base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "frontends/cli/base/shared.h"
#include "schema_audio.h"

static const double DB_LEAST = -100, DB_MOST = 18, MIDI_MOST = 127;

enum unit { UNIT_NONE, UNIT_DECIBELS, UNIT_PERCENT, UNIT_SECONDS, UNIT_MILLISECONDS, UNIT_SEMITONES, UNIT_UNKNOWN };

/* Splits "-6 dB" into number and unit. UNIT_UNKNOWN: not a number with a unit. */
static enum unit read_unit(const char *typed, double *number)
{
    static const char *const words[] = { [UNIT_NONE] = "",     [UNIT_DECIBELS] = "dB",     [UNIT_PERCENT] = "%",
                                         [UNIT_SECONDS] = "s", [UNIT_MILLISECONDS] = "ms", [UNIT_SEMITONES] = "st" };
    size_t digits = strspn(typed, "+-0123456789.eE");
    char *end;

    *number = strtod(typed, &end);
    if (end == typed || end > typed + digits || !isfinite(*number))
        return UNIT_UNKNOWN;
    end += strspn(end, " ");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(end, words[i]) == 0)
            return (enum unit)i;
    return UNIT_UNKNOWN;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static bool is_gain(const char *name)
{
    static const char *const names[] = { "gain",   "ceiling",     "amp",        "base_amp", "sustain",  "mix",
                                         "reverb", "reverb_send", "delay_send", "delay",    "feedback", NULL };

    return is_one_of(name, names);
}

static bool is_time(const char *name)
{
    static const char *const names[] = { "attack", "decay", "release", "fade",         "ramp", "time",
                                         "start",  "end",   "seconds", "clock_offset", NULL };

    return is_one_of(name, names);
}

static bool is_frames(const struct field *field)
{
    static const char *const names[] = { "from", "until", "loop_from", "loop_until", NULL };

    return field->type == FIELD_UINT && is_one_of(field->name, names);
}

static enum err refuse_value(const char *name, const char *typed, const char *wanted, struct fault *fault)
{
    return fault_set(fault, ERR_BAD_REQUEST, "%s %s is out of range: %s", name, typed, wanted);
}

/* Percent of the time that the first of two steps takes: 50 % is straight. */
static enum err read_swing(const char *typed, double percent, double *value, struct fault *fault)
{
    *value = 4 * percent / 100 - 2;
    return percent >= 50 && percent < 75
               ? ERR_OK
               : refuse_value("swing", typed, "50% (straight) to less than 75%, or 0 to 0.999", fault);
}

/* "1" and "0.5" are fractions, "2" to "127" are MIDI. */
static enum err read_velocity(const char *typed, double number, double *value, struct fault *fault)
{
    bool is_midi = number > 1 && !strchr(typed, '.');

    *value = is_midi ? number / MIDI_MOST : number;
    return *value >= 0 && *value <= 1 ? ERR_OK
                                      : refuse_value("velocity", typed, "0 to 127 as in MIDI, or 0.0 to 1.0", fault);
}

/* Factors: 200% is twice as much. The last ones are weights of `similar`. */
static bool is_factor(const char *name)
{
    static const char *const names[] = { "ratio", "spectrum", "timbre", "pitch", "amplitude", "rhythm", NULL };

    return is_one_of(name, names);
}

static bool takes_percent(const struct field *field)
{
    return is_gain(field->name) || is_factor(field->name) || (field->real_min >= -1 && field->real_max <= 1);
}

/* Converts a number with a unit of the field. False: the field does not know the unit, or there is none. */
static bool convert_unit(const struct field *field, enum unit unit, double *value)
{
    switch (unit) {
    case UNIT_DECIBELS:
        *value = pow(10, *value / 20);
        return is_gain(field->name);
    case UNIT_PERCENT:
        *value /= 100;
        return takes_percent(field);
    case UNIT_SECONDS:
        return is_time(field->name);
    case UNIT_MILLISECONDS:
        *value /= 1000;
        return is_time(field->name);
    case UNIT_SEMITONES:
        *value = pow(2, *value / 12);
        return strcmp(field->name, "ratio") == 0;
    case UNIT_NONE:
    case UNIT_UNKNOWN:
        return false;
    }
    return false;
}

/* Frames of a loaded sound, which has the rate of the audio core. */
static enum err read_frames(struct cli *cli, enum unit unit, double value, struct text *to, struct fault *fault)
{
    struct server_state server = { 0 };
    double seconds = unit == UNIT_MILLISECONDS ? value / 1000 : value;
    enum err e = cli_ask(cli, "audio.server", NULL, &server, fault);

    if (e == ERR_OK && server.rate == 0)
        return fault_set(fault, ERR_OFFLINE, "the rate is unknown: the audio core has no JACK server");
    if (e == ERR_OK)
        *to = arena_printf(&cli->arena, "%.0f", seconds * (double)server.rate);
    return e;
}

/* Writes the value in the form without units. An unknown unit is left to json_assign, which refuses it. */
static enum err plain_value(struct cli *cli, const struct field *field, const char *typed, struct text *to,
                            struct fault *fault)
{
    double value;
    enum unit unit = read_unit(typed, &value);
    enum err e = ERR_OK;
    bool is_converted = true;

    *to = text_of(typed);
    if (is_frames(field) && (unit == UNIT_SECONDS || unit == UNIT_MILLISECONDS))
        return read_frames(cli, unit, value, to, fault);
    if (field->type != FIELD_REAL || field->flags & FIELD_LIST || unit == UNIT_UNKNOWN)
        return ERR_OK;
    if (unit == UNIT_PERCENT && strcmp(field->name, "swing") == 0)
        e = read_swing(typed, value, &value, fault);
    else if (unit == UNIT_NONE && strcmp(field->name, "velocity") == 0)
        e = read_velocity(typed, value, &value, fault);
    else
        is_converted = convert_unit(field, unit, &value);
    /* A velocity must equal that of MIDI exactly: the ranges of layers meet there. */
    if (e == ERR_OK && is_converted)
        *to = arena_printf(&cli->arena, "%.*g", strcmp(field->name, "velocity") == 0 ? 17 : 9, value);
    return e;
}

/* The field of a key "strip.gain". NULL: unknown, or an element of a list. */
static const struct field *find_field(const struct shape *shape, struct text key)
{
    const struct field *field = NULL;

    while (shape && key.len > 0) {
        const char *dot = memchr(key.at, '.', key.len);
        uint32_t len = dot ? (uint32_t)(dot - key.at) : key.len;

        field = schema_field(shape, (struct text){ len, key.at });
        if (!field || !dot)
            return field;
        shape = field->type == FIELD_RECORD && !(field->flags & FIELD_LIST) ? field->record : NULL;
        key = (struct text){ key.len - len - 1, dot + 1 };
    }
    return NULL;
}

enum err units_assign(struct cli *cli, const struct shape *shape, const char *typed, void *record, struct fault *fault)
{
    const char *equals = strchr(typed, '=');
    struct text key = { equals ? (uint32_t)(equals - typed) : 0, typed }, value;
    const struct field *field = find_field(shape, key);
    enum err e = ERR_OK;

    if (!field)
        return json_assign(shape, text_of(typed), &cli->arena, record, fault);
    e = plain_value(cli, field, equals + 1, &value, fault);
    return e != ERR_OK ? e
                       : json_assign(shape, arena_printf(&cli->arena, "%.*s=%.*s", TEXT_ARG(key), TEXT_ARG(value)),
                                     &cli->arena, record, fault);
}

enum err units_set(struct cli *cli, const struct shape *shape, const char *key, const char *value, void *record,
                   struct fault *fault)
{
    struct text typed = arena_printf(&cli->arena, "%s=%s", key, value);

    return units_assign(cli, shape, typed.at, record, fault);
}

enum err units_level(struct cli *cli, const char *name, const char *typed, struct text *to, struct fault *fault)
{
    static const char *const names[] = { "gain", "pan", "swing", "velocity", NULL };
    const struct field field = { .name = name, .type = FIELD_REAL, .real_min = -1, .real_max = 1 };

    *to = text_of(typed);
    return is_one_of(name, names) ? plain_value(cli, &field, typed, to, fault) : ERR_OK;
}

enum err units_switch(struct cli *cli, const char *name, const char *typed, bool *on, struct fault *fault)
{
    struct audio_set_metronome wanted = { 0 };
    enum err e =
        json_assign(&audio_set_metronome_shape, arena_printf(&cli->arena, "on=%s", typed), &cli->arena, &wanted, fault);

    *on = wanted.on;
    return e == ERR_OK ? ERR_OK : fault_field(fault, name);
}

bool units_is_midi(const char *typed)
{
    double number;

    return read_unit(typed, &number) == UNIT_NONE && number > 1 && !strchr(typed, '.');
}

enum err units_range(struct cli *cli, const char *typed, double *low, double *high, struct fault *fault)
{
    const char *dash = strchr(typed, '-');
    struct audio_hit first = { 0 }, last = { 0 };

    if (!dash)
        return fault_set(fault, ERR_BAD_REQUEST, "velocity \"%s\" is not a range: expected one such as 64-127", typed);
    const bool is_midi = units_is_midi(dash + 1);
    struct text begin = arena_printf(&cli->arena, "%.*s", (int)(dash - typed), typed);
    enum err e = units_set(cli, &audio_hit_shape, "velocity", begin.at, &first, fault);

    if (e == ERR_OK)
        e = units_set(cli, &audio_hit_shape, "velocity", dash + 1, &last, fault);
    /* An end of 1 is included, so the ranges up to 126 and from 127 on meet between them. */
    const double highest = (MIDI_MOST - .5) / MIDI_MOST;
    *low = is_midi && text_is(begin, "1") ? 1 / MIDI_MOST : is_midi ? fmin(first.velocity, highest) : first.velocity;
    *high = is_midi && last.velocity < 1 ? fmin((round(last.velocity * MIDI_MOST) + 1) / MIDI_MOST, highest)
                                         : last.velocity;
    if (e == ERR_OK && *low > last.velocity)
        return fault_set(fault, ERR_BAD_REQUEST, "velocity \"%s\" ends before it begins: the lower one comes first",
                         typed);
    return e;
}

enum err units_gain(const char *typed, double *gain, struct fault *fault)
{
    enum unit unit = read_unit(typed, gain);

    if (unit == UNIT_PERCENT)
        *gain /= 100;
    else if ((unit == UNIT_NONE || unit == UNIT_DECIBELS) && *gain >= DB_LEAST)
        *gain = pow(10, *gain / 20);
    else
        *gain = -1;
    if (*gain >= 0 && *gain <= pow(10, DB_MOST / 20))
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "gain \"%s\" is out of range: -100 to 18 dB, or 0%% to 794%%", typed);
}

enum err units_seconds(const char *name, const char *typed, double most, double *seconds, struct fault *fault)
{
    enum unit unit = read_unit(typed, seconds);

    if (unit == UNIT_MILLISECONDS)
        *seconds /= 1000;
    if ((unit == UNIT_NONE || unit == UNIT_SECONDS || unit == UNIT_MILLISECONDS) && *seconds >= 0 && *seconds <= most)
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "%s expects seconds from 0 to %g, or milliseconds (50ms), not \"%s\"",
                     name, most, typed);
}
