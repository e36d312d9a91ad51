/* kit_sfz.c: <control> default_path=sounds/ <global> … <group> key=36 group=1 off_by=1 <region> sample=kick.wav
 * lovel=64. A header takes over the opcodes of the header around it. */
#include "services/worker/kits/kit_sfz.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "common/buffer.h"
#include "services/worker/kits/kit_sfz_slots.h"

enum { FILE_MOST = 4 << 20, DEFINES = 64, DEFINE_MOST = 64 /* bytes of its name */, MIDDLE_C = 60, OCTAVE = 12 };
enum { KEY_NONE = -1 };

enum level { LEVEL_CONTROL, LEVEL_GLOBAL, LEVEL_MASTER, LEVEL_GROUP, LEVEL_REGION, LEVELS, LEVEL_OTHER = LEVELS };

struct sfz {
    struct kit_reading *reading;
    struct fault *fault;
    struct text path; /* default_path */
    struct sfz_values levels[LEVELS];
    enum level level;
    uint32_t define_count;
    struct {
        struct text name, value;
    } defines[DEFINES];
    struct sfz_slots slots;
};

/* ---- values ---- */

static struct text skip_bytes(struct text rest, uint32_t count)
{
    return count < rest.len ? (struct text){ rest.len - count, rest.at + count } : (struct text){ 0 };
}

/* "60", "c4", "f#3", "eb2"; KEY_NONE: no key. */
static double key_of(struct text value)
{
    static const int semitones[] = { 9, 11, 0, 2, 4, 5, 7 }; /* a to g */
    double number;
    int key;

    if (kit_reading_number(value, &number))
        return number >= 0 && number <= SFZ_KEY_MOST ? floor(number) : KEY_NONE;
    if (value.len < 2 || tolower((unsigned char)value.at[0]) < 'a' || tolower((unsigned char)value.at[0]) > 'g')
        return KEY_NONE;
    key = semitones[tolower((unsigned char)value.at[0]) - 'a'];
    value = (struct text){ value.len - 1, value.at + 1 };
    if (*value.at == '#' || *value.at == 'b') {
        key += *value.at == '#' ? 1 : -1;
        value = (struct text){ value.len - 1, value.at + 1 };
    }
    if (!kit_reading_number(value, &number) || fabs(number) > OCTAVE)
        return KEY_NONE;
    number = key + OCTAVE * (floor(number) + 1);
    return number >= 0 && number <= SFZ_KEY_MOST ? number : KEY_NONE;
}

static void take_key(struct sfz_values *v, double key)
{
    v->low = v->high = v->centre = key;
}

/* A sound that loops while its key is held becomes one that does not loop. */
static void take_loop(struct sfz *s, struct sfz_values *v, struct text value)
{
    v->slot.has_mode = !text_is(value, "one_shot");
    v->slot.mode.value = v->slot.has_mode ? PAD_MODE_GATE : PAD_MODE_OTHER;
    if (v->slot.has_mode && !text_is(value, "no_loop"))
        kit_reading_odd(s->reading, TEXT("loop_mode"));
}

/* amp_velcurve_NUMBER: the gain of that velocity. A pad has a power of the velocity. */
static bool take_point(struct sfz *s, struct sfz_values *v, struct text number, struct text value)
{
    double velocity, gain, power;

    if (!kit_reading_number(number, &velocity) || !kit_reading_number(value, &gain) || velocity < 0 ||
        velocity > SFZ_VELOCITY_MOST)
        return false;
    power = gain > 0 ? log(gain) / log(velocity / SFZ_VELOCITY_MOST) : HUGE_VAL;
    v->has_points = true;
    if (velocity < 1 || velocity >= SFZ_VELOCITY_MOST) {
        if (fabs(gain - (velocity < 1 ? 0 : 1)) > SFZ_LIKENESS)
            kit_reading_odd(s->reading, TEXT("amp_velcurve"));
        return true;
    }
    power = kit_sfz_round(kit_reading_clamp(s->reading, "amp_velcurve", power, SFZ_POWER_LEAST, SFZ_POWER_MOST));
    if (v->points++ > 0 && fabs(power - v->power) > SFZ_LIKENESS)
        kit_reading_odd(s->reading, TEXT("amp_velcurve"));
    v->power = v->points > 1 ? v->power : power;
    return true;
}

/* A path that is too long is none of a file. */
static struct text cut_path(struct text path)
{
    path.len = path.len <= KIT_FILE_MOST ? path.len : KIT_FILE_MOST + 1;
    return path;
}

/* The opcodes that are numbers: their place in the values, or in the values of a pad. */
#define AT(member)  offsetof(struct sfz_values, member)
#define PAD(member) offsetof(struct sfz_values, slot.member), offsetof(struct sfz_values, slot.has_##member)
static const struct number_opcode {
    const char *name;
    double least, most, factor, usual; /* the usual value of a pad is left out */
    size_t at, has;                    /* has 0: no value of a pad */
} NUMBERS[] = {
    { "lovel", 0, 127, 1, 0, AT(low_velocity), 0 },
    { "hivel", 0, 127, 1, 0, AT(high_velocity), 0 },
    { "pitch_keytrack", -1200, 1200, .01, 0, AT(track), 0 },
    { "volume", -144, 24, 1, 0, AT(volume), 0 },
    { "transpose", -127, 127, 1, 0, AT(transpose), 0 },
    { "tune", -9600, 9600, .01, 0, AT(tune), 0 },
    { "pitch", -9600, 9600, .01, 0, AT(tune), 0 },
    { "group", -1e9, 4294967295., 1, 0, AT(group), 0 },
    { "off_by", -1e9, 4294967295., 1, 0, AT(off_by), 0 },
    { "amp_veltrack", -100, 100, .01, 0, AT(track_velocity), 0 },
    { "seq_length", 1, 100, 1, 0, AT(length), 0 },
    { "seq_position", 1, 100, 1, 0, AT(position), 0 },
    { "lorand", 0, 1, 1, 0, AT(random_from), 0 },
    { "hirand", 0, 1, 1, 0, AT(random_until), 0 },
    { "amplitude", 0, 400, .01, 1, PAD(gain) },
    { "offset", 0, 2147483646, 1, 0, AT(start), 0 },
    { "end", -1, 2147483646, 1, 0, AT(end), 0 },
    { "pan", -100, 100, .01, 0, PAD(pan) },
    { "ampeg_attack", 0, 10, 1, 0, PAD(attack) },
    { "ampeg_decay", 0, 10, 1, 0, PAD(decay) },
    { "ampeg_sustain", 0, 100, .01, 1, PAD(sustain) },
    { "ampeg_release", 0, 30, 1, 0, PAD(release) },
    { "cutoff", 20, 20000, 1, -1, PAD(filter_freq) },
};

static bool take_number(struct sfz *s, struct sfz_values *v, struct text name, struct text value)
{
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(*NUMBERS); i++) {
        const struct number_opcode *opcode = &NUMBERS[i];
        double number;
        if (!text_is(name, opcode->name))
            continue;
        if (!kit_reading_number(value, &number))
            return false;
        number = kit_reading_clamp(s->reading, opcode->name, number, opcode->least, opcode->most) * opcode->factor;
        number = kit_sfz_round(number);
        memcpy((char *)v + opcode->at, &number, sizeof(number));
        if (opcode->has)
            *((bool *)v + opcode->has) = fabs(number - opcode->usual) > 0;
        return true;
    }
    return false;
}

static bool take_word(struct sfz *s, struct sfz_values *v, struct text name, struct text value)
{
    const double key = key_of(value);

    if (text_is(name, "sample"))
        v->sample = cut_path(value);
    else if (text_is(name, "default_path"))
        s->path = cut_path(value);
    else if (text_is(name, "region_label") || text_is(name, "group_label"))
        v->label = value;
    else if (text_is(name, "loop_mode") || text_is(name, "loopmode"))
        take_loop(s, v, value);
    else if (text_is(name, "trigger"))
        v->is_left_out = !text_is(value, "attack") && !text_is(value, "first");
    else if (text_is(name, "key") && key > KEY_NONE)
        take_key(v, key);
    else if (text_is(name, "lokey") && key > KEY_NONE)
        v->low = key;
    else if (text_is(name, "hikey") && (key > KEY_NONE || text_is(value, "-1")))
        v->high = key; /* -1: no key */
    else if (text_is(name, "pitch_keycenter") && key > KEY_NONE)
        v->centre = key;
    else if (text_starts(name, TEXT("amp_velcurve_")))
        return take_point(s, v, skip_bytes(name, TEXT("amp_velcurve_").len), value);
    else
        return text_is(name, "off_mode") || take_number(s, v, name, value);
    return true;
}

/* ---- the text ---- */

static enum err end_header(struct sfz *s)
{
    return s->level == LEVEL_REGION ? kit_sfz_slots_add(&s->slots, &s->levels[LEVEL_REGION], s->path, s->fault)
                                    : ERR_OK;
}

/* The headers within one take over its opcodes. */
static void copy_values(struct sfz *s, enum level level)
{
    for (int i = (int)level + 1; i < LEVELS; i++)
        memcpy(&s->levels[i], &s->levels[level], sizeof(s->levels[i]));
}

static enum err begin_header(struct sfz *s, struct text name)
{
    static const char *const words[] = { "control", "global", "master", "group", "region" };
    const enum err e = end_header(s);
    enum level level = LEVEL_CONTROL;

    while (level < LEVEL_OTHER && !text_is(name, words[level]))
        level++;
    if (s->level > LEVEL_CONTROL && s->level < LEVEL_OTHER)
        copy_values(s, s->level);
    s->level = level;
    if (level == LEVEL_OTHER)
        kit_reading_odd(s->reading, name);
    else if (level > LEVEL_CONTROL)
        copy_values(s, level - 1);
    return e;
}

static bool is_opcode_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '#';
}

static bool begins_opcode(struct text rest)
{
    uint32_t len = 0;

    while (len < rest.len && is_opcode_char(rest.at[len]))
        len++;
    return len > 0 && len < rest.len && rest.at[len] == '=';
}

/* A value ends before a header, at the end of the line, or before the next opcode: paths may have blanks. */
static uint32_t value_length(struct text rest, bool may_have_blanks)
{
    uint32_t len = 0;

    for (; len < rest.len && !strchr("\r\n<", rest.at[len]); len++)
        if (isblank((unsigned char)rest.at[len]) && (!may_have_blanks || begins_opcode(skip_bytes(rest, len + 1))))
            break;
    while (len && isblank((unsigned char)rest.at[len - 1]))
        len--;
    return len;
}

/* The bytes up to the end of the line. */
static uint32_t line_length(struct text rest)
{
    uint32_t len = 0;

    while (len < rest.len && rest.at[len] != '\n')
        len++;
    return len;
}

static struct text replace_defines(struct sfz *s, struct text value)
{
    struct buffer to = { .limit = 2 * KIT_FILE_MOST };

    value = cut_path(value);
    if (!value.len || !memchr(value.at, '$', value.len))
        return value;
    while (value.len) {
        struct text with = { 1, value.at };
        uint32_t used = 1;
        for (uint32_t i = 0; i < s->define_count; i++)
            if (s->defines[i].name.len >= used && text_starts(value, s->defines[i].name)) {
                with = s->defines[i].value;
                used = s->defines[i].name.len;
            }
        buffer_add(&to, with.at, with.len);
        value = (struct text){ value.len - used, value.at + used };
    }
    return arena_take(s->reading->arena, &to);
}

static void take_opcode(struct sfz *s, struct text name, struct text value)
{
    const enum level level = s->level == LEVEL_OTHER ? LEVEL_CONTROL : s->level;

    name = replace_defines(s, name);
    if (s->level == LEVEL_OTHER || !take_word(s, &s->levels[level], name, replace_defines(s, value)))
        kit_reading_odd(s->reading, name);
}

/* The next word of the line; "" at its end. */
static struct text cut_word(struct text *rest)
{
    struct text word;
    uint32_t len = 0;

    while (rest->len && isblank((unsigned char)*rest->at))
        *rest = skip_bytes(*rest, 1);
    while (len < rest->len && !isspace((unsigned char)rest->at[len]))
        len++;
    word = (struct text){ len, rest->at };
    *rest = skip_bytes(*rest, len);
    return word;
}

/* #define $NAME VALUE; other opcodes may follow. */
static enum err take_directive(struct sfz *s, struct text *rest)
{
    const struct text word = cut_word(rest);
    struct text name, value;

    if (text_starts(word, TEXT("#include")))
        return fault_set(s->fault, ERR_BAD_REQUEST,
                         "it includes another file (#include), which an import does not read");
    if (!text_is(word, "#define")) {
        kit_reading_odd(s->reading, word);
        return ERR_OK;
    }
    name = cut_word(rest);
    value = cut_word(rest);
    if (name.len < 2 || *name.at != '$' || name.len > DEFINE_MOST || value.len > KIT_FILE_MOST ||
        s->define_count == DEFINES) {
        kit_reading_odd(s->reading, word);
        return ERR_OK;
    }
    s->defines[s->define_count].name = name;
    s->defines[s->define_count++].value = value;
    return ERR_OK;
}

/* What the format has no place for: a comment at the beginning of a line, `//loophole KEY VALUE`. Other programs pass
 * it over, and anybody may have written it. */
#define COMMENT "//loophole "

static bool begins_record(const char *begin, const char *at, const char *end)
{
    return (at == begin || at[-1] == '\n') && text_starts((struct text){ (uint32_t)(end - at), at }, TEXT(COMMENT));
}

static enum err take_comment(struct sfz *s, struct text *rest)
{
    struct kit_reading *reading = s->reading;
    struct sfz_values *v = &s->levels[s->level == LEVEL_OTHER ? LEVEL_CONTROL : s->level];
    struct text value, key;

    *rest = skip_bytes(*rest, TEXT(COMMENT).len);
    value = (struct text){ line_length(*rest), rest->at };
    *rest = skip_bytes(*rest, value.len);
    key = text_cut(&value, ' ');
    if (text_is(key, "label"))
        v->label = value;
    else if (text_is(key, "slot"))
        return kit_sfz_slots_add_empty(&s->slots, v, value, s->fault);
    else if (text_is(key, "placeholder")
                 ? s->level == LEVEL_REGION ||
                       !kit_sfz_slots_explain(&s->slots, kit_reading_text(reading, value, KIT_LINE_MOST))
                 : !kit_reading_record(reading, &v->slot, key, value))
        kit_reading_odd(reading, TEXT("//loophole"));
    return ERR_OK;
}

/* Blanks out comments but those of a record, so that the rest keeps its lines. */
static void remove_comments(struct text text)
{
    char *at = (char *)(uintptr_t)text.at, *end = at + text.len;

    for (; at + 1 < end; at++) {
        const bool is_line = at[0] == '/' && at[1] == '/', is_block = at[0] == '/' && at[1] == '*';
        if (begins_record(text.at, at, end)) {
            at += line_length((struct text){ (uint32_t)(end - at), at }) - 1;
            continue;
        }
        if (!is_line && !is_block)
            continue;
        while (at < end && !(is_line && *at == '\n') && !(is_block && at + 1 < end && at[0] == '*' && at[1] == '/')) {
            *at = *at == '\n' ? '\n' : ' ';
            at++;
        }
        if (is_block && at + 1 < end)
            at[0] = at[1] = ' ';
    }
}

static bool is_path(struct text name)
{
    return text_is(name, "sample") || text_is(name, "default_path") || text_ends(name, TEXT("_label"));
}

/* The next header, opcode or directive. */
static enum err take_next(struct sfz *s, struct text *rest)
{
    uint32_t len = 0;
    struct text name;

    if (*rest->at == '<') {
        while (len < rest->len && rest->at[len] != '>')
            len++;
        name = (struct text){ len - 1, rest->at + 1 };
        *rest = skip_bytes(*rest, len + 1);
        return begin_header(s, name);
    }
    if (*rest->at == '#')
        return take_directive(s, rest);
    if (text_starts(*rest, TEXT(COMMENT)))
        return take_comment(s, rest);
    while (len < rest->len && is_opcode_char(rest->at[len]))
        len++;
    name = (struct text){ len, rest->at };
    if (len == 0 || len == rest->len || rest->at[len] != '=') {
        kit_reading_odd(s->reading, len ? name : TEXT("?"));
        *rest = skip_bytes(*rest, len ? len : 1);
        return ERR_OK;
    }
    *rest = skip_bytes(*rest, len + 1);
    len = rest->len ? value_length(*rest, is_path(name)) : 0;
    take_opcode(s, name, (struct text){ len, rest->at });
    *rest = skip_bytes(*rest, len);
    return ERR_OK;
}

static enum err read_all(struct unpack *unpack, struct kit_reading *reading, struct text *to, struct fault *fault)
{
    struct buffer all = { 0 };
    struct text piece = { 1, "" };
    enum err e = ERR_OK;

    while (e == ERR_OK && piece.len && all.len <= FILE_MOST) {
        e = unpack_next(unpack, &piece, fault);
        if (e == ERR_OK)
            buffer_add(&all, piece.at, piece.len);
    }
    if (e == ERR_OK && all.len > FILE_MOST)
        e = fault_set(fault, ERR_TOO_LARGE, "the file is larger than %d MiB", FILE_MOST >> 20);
    *to = arena_take(reading->arena, &all);
    return e;
}

static void set_defaults(struct sfz *s)
{
    for (int i = 0; i < LEVELS; i++) {
        struct sfz_values *v = &s->levels[i];
        v->high = SFZ_KEY_MOST;
        v->high_velocity = SFZ_KEY_MOST;
        v->centre = MIDDLE_C;
        v->track = v->random_until = v->length = v->position = v->track_velocity = v->power = 1;
        v->end = SFZ_SOUND_END;
        v->slot.has_mode = true; /* a sound ends with its key */
        v->slot.mode.value = PAD_MODE_GATE;
    }
}

enum err kit_sfz_read(struct unpack *unpack, struct kit_reading *reading, struct fault *fault)
{
    struct sfz *s = arena_alloc(reading->arena, sizeof(*s));
    struct text rest;
    enum err e = read_all(unpack, reading, &rest, fault);

    s->reading = s->slots.reading = reading;
    s->fault = fault;
    set_defaults(s);
    if (text_starts(rest, TEXT("\xEF\xBB\xBF"))) /* a byte order mark */
        rest = skip_bytes(rest, 3);
    if (rest.len)
        remove_comments(rest);
    while (e == ERR_OK && rest.len)
        if (isspace((unsigned char)*rest.at))
            rest = skip_bytes(rest, 1);
        else
            e = take_next(s, &rest);
    if (e == ERR_OK)
        e = end_header(s);
    if (e == ERR_OK)
        e = kit_sfz_slots_end(&s->slots, fault);
    kit_reading_end(reading, false);
    return e;
}
