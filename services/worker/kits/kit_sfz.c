/* kit_sfz.c: <control> default_path=sounds/ <global> … <group> key=36 group=1 off_by=1 <region> sample=kick.wav
 * lovel=64. A header takes over the opcodes of the header around it. Regions of one key are layers of a slot if they
 * share its values and never sound together; otherwise each is a slot of its own with the same note. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "common/buffer.h"
#include "services/worker/kits/kit_reading.h"

enum {
    FILE_MOST = 4 << 20,
    DEFINES = 64,
    WORD_MOST = 64,
    CHOKES_MOST = 64,
    SFZ_SLOTS = KIT_SLOTS,
    KEY_NONE = -1,
    MIDDLE_C = 60,
    OCTAVE = 12,
    KEY_MOST = 127,
};
static const double velocities = 127, silent_db = -144, precision = 1e9;

enum level { LEVEL_CONTROL, LEVEL_GLOBAL, LEVEL_MASTER, LEVEL_GROUP, LEVEL_REGION, LEVELS, LEVEL_OTHER = LEVELS };

/* The opcodes of a header, with those of the headers around it. */
struct sfz_values {
    struct text sample, label;
    double low, high, low_velocity, high_velocity, centre, track, volume, transpose, tune, group, off_by;
    double sequence, random_from, random_until, amplitude, start, end;
    bool is_centred, is_released; /* a region that sounds when a key is released is left out */
    struct kit_slot slot;         /* its pad's values */
};

struct sfz_slot {
    struct kit_slot slot;
    struct text label;
    bool takes_turns;
    struct kit_sounds *sounds;
};

struct sfz {
    struct kit_reading *reading;
    struct fault *fault;
    struct text path; /* default_path */
    struct sfz_values levels[LEVELS];
    enum level level;
    uint32_t define_count, slot_count;
    struct {
        struct text name, value;
    } defines[DEFINES];
    struct sfz_slot slots[SFZ_SLOTS];
};

/* ---- values ---- */

static double round_value(double value)
{
    return round(value * precision) / precision + 0.0; /* no -0 */
}

/* "60", "c4", "f#3", "eb2"; KEY_NONE: no key. */
static double key_of(struct text value)
{
    static const int semitones[] = { 9, 11, 0, 2, 4, 5, 7 }; /* a to g */
    double number;
    int key;

    if (kit_reading_number(value, &number))
        return number >= 0 && number <= KEY_MOST ? floor(number) : KEY_NONE;
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
    return number >= 0 && number <= KEY_MOST ? number : KEY_NONE;
}

static void take_key(struct sfz_values *v, double key)
{
    v->low = v->high = v->centre = key;
    v->is_centred = true;
}

static void take_loop(struct sfz_values *v, struct text value)
{
    v->slot.has_mode = !text_is(value, "one_shot");
    v->slot.mode.value = text_is(value, "one_shot")          ? PAD_MODE_OTHER
                         : text_is(value, "loop_continuous") ? PAD_MODE_LOOP
                                                             : PAD_MODE_GATE;
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
    { "seq_length", 1, 100, 1, 0, AT(sequence), 0 },
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
        number = round_value(number);
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
        take_loop(v, value);
    else if (text_is(name, "trigger"))
        v->is_released = !text_is(value, "attack");
    else if (text_is(name, "key") && key > KEY_NONE)
        take_key(v, key);
    else if (text_is(name, "lokey") && key > KEY_NONE)
        v->low = key;
    else if (text_is(name, "hikey") && key > KEY_NONE)
        v->high = key;
    else if (text_is(name, "pitch_keycenter") && key > KEY_NONE) {
        v->centre = key;
        v->is_centred = true;
    } else
        return text_is(name, "seq_position") || text_is(name, "off_mode") || take_number(s, v, name, value);
    return true;
}

/* ---- regions ---- */

static bool takes_turns(const struct sfz_values *v)
{
    return v->sequence > 1 || v->random_from > 0 || v->random_until < 1;
}

static void set_pitch(const struct sfz_values *v, struct kit_layer *layer)
{
    layer->pitch = v->transpose + v->tune;
    if (v->slot.has_note)
        layer->pitch += ((double)v->slot.note - v->centre) * v->track;
    layer->pitch = round_value(layer->pitch);
}

static struct kit_layer layer_of(const struct sfz_values *v)
{
    struct kit_layer layer = kit_reading_layer();

    layer.velocity_from = v->low_velocity / velocities;
    layer.velocity_until = fmin(1, (v->high_velocity + 1) / velocities);
    layer.gain = v->volume <= silent_db ? 0 : round_value(pow(10, v->volume / 20));
    layer.start = (uint64_t)v->start;
    layer.end = v->end > v->start ? (uint64_t)v->end + 1 : 0;
    set_pitch(v, &layer);
    return layer;
}

/* A range of keys becomes its lowest key: a pad has one note. */
static void set_note(struct sfz *s, struct sfz_values *v)
{
    v->slot.has_note = v->low > 0 || v->high < KEY_MOST;
    v->slot.note = v->slot.has_note ? (uint64_t)v->low : 0;
    if (v->high > v->low)
        kit_reading_odd(s->reading, TEXT("lokey to hikey"));
}

static void set_choke(struct sfz *s, struct sfz_values *v)
{
    v->slot.has_choke = v->off_by >= 1 && v->off_by <= CHOKES_MOST && fabs(v->off_by - v->group) < 1;
    v->slot.choke = v->slot.has_choke ? (uint64_t)v->off_by : 0;
    if (fabs(v->off_by) > 0 && !v->slot.has_choke)
        kit_reading_odd(s->reading, TEXT("off_by"));
}

static bool meets_layer(const struct kit_sounds *sounds, const struct kit_layer *layer)
{
    for (uint32_t i = 0; i < sounds->count; i++)
        if (layer->velocity_from < sounds->at[i].velocity_until && sounds->at[i].velocity_from < layer->velocity_until)
            return true;
    return false;
}

static bool is_slot_of(const struct sfz_slot *slot, const struct sfz_values *v, const struct kit_layer *layer)
{
    return v->slot.has_note && memcmp(&slot->slot, &v->slot, sizeof(v->slot)) == 0 &&
           text_equal(slot->label, v->label) && slot->sounds->count < KIT_LAYERS &&
           ((slot->takes_turns && takes_turns(v)) || !meets_layer(slot->sounds, layer));
}

static struct sfz_slot *find_slot(struct sfz *s, const struct sfz_values *v, const struct kit_layer *layer)
{
    struct sfz_slot *slot = s->slots, *end = s->slots + s->slot_count;

    while (slot < end && !is_slot_of(slot, v, layer))
        slot++;
    if (slot < end)
        return slot;
    if (s->slot_count == SFZ_SLOTS)
        return NULL;
    s->slot_count++;
    *slot = (struct sfz_slot){ .label = v->label, .sounds = arena_alloc(s->reading->arena, sizeof(*slot->sounds)) };
    memcpy(&slot->slot, &v->slot, sizeof(v->slot));
    return slot;
}

static struct text file_of(struct sfz *s, const struct sfz_values *v)
{
    const struct text joined = arena_printf(s->reading->arena, "%.*s%.*s", TEXT_ARG(s->path), TEXT_ARG(v->sample));
    const struct text file = arena_utf8(s->reading->arena, bytes_of(joined.at, joined.len), KIT_FILE_MOST + 1);

    for (uint32_t i = 0; i < file.len; i++)
        if (file.at[i] == '\\')
            ((char *)(uintptr_t)file.at)[i] = '/';
    return file;
}

static enum err end_region(struct sfz *s)
{
    struct sfz_values *v = &s->levels[LEVEL_REGION];
    struct kit_layer layer;
    struct sfz_slot *slot;

    if (s->level != LEVEL_REGION)
        return ERR_OK;
    if (v->is_released || v->sample.len == 0) {
        kit_reading_odd(s->reading, v->is_released ? TEXT("trigger") : TEXT("region without sample"));
        return ERR_OK;
    }
    set_note(s, v);
    set_choke(s, v);
    layer = layer_of(v);
    slot = find_slot(s, v, &layer);
    if (!slot)
        return fault_set(s->fault, ERR_TOO_LARGE, "it has regions for more than %d pads", SFZ_SLOTS);
    slot->takes_turns = slot->takes_turns || takes_turns(v);
    (void)kit_reading_add_layer(s->reading, slot->sounds, &layer, file_of(s, v));
    return ERR_OK;
}

/* ---- the text ---- */

/* The headers within one take over its opcodes. */
static void copy_values(struct sfz *s, enum level level)
{
    for (int i = (int)level + 1; i < LEVELS; i++)
        memcpy(&s->levels[i], &s->levels[level], sizeof(s->levels[i]));
}

static enum err begin_header(struct sfz *s, struct text name)
{
    static const char *const words[] = { "control", "global", "master", "group", "region" };
    const enum err e = end_region(s);
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

/* A value ends before a header, at the end of the line, or before the next opcode: paths may have blanks. */
static uint32_t value_length(struct text rest, bool may_have_blanks)
{
    uint32_t len = 0, end;

    while (len < rest.len && !strchr("\r\n<", rest.at[len]) &&
           (may_have_blanks || !isblank((unsigned char)rest.at[len])))
        len++;
    for (uint32_t i = 0; i < len; i++) {
        if (!isblank((unsigned char)rest.at[i]))
            continue;
        for (end = i + 1; end < len && is_opcode_char(rest.at[end]); end++)
            ;
        if (end > i + 1 && end < len && rest.at[end] == '=')
            len = i;
    }
    while (len && isblank((unsigned char)rest.at[len - 1]))
        len--;
    return len;
}

static struct text replace_defines(struct sfz *s, struct text value)
{
    struct buffer to = { .limit = 2 * KIT_FILE_MOST };

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

static enum err take_directive(struct sfz *s, struct text line)
{
    struct text rest = line;

    (void)text_cut(&rest, ' ');
    if (text_starts(line, TEXT("#include")))
        return fault_set(s->fault, ERR_BAD_REQUEST,
                         "it includes another file (#include), which an import does not read");
    if (!text_starts(line, TEXT("#define ")) || s->define_count == DEFINES) {
        kit_reading_odd(s->reading, TEXT("#define"));
        return ERR_OK;
    }
    s->defines[s->define_count].name = text_cut(&rest, ' ');
    s->defines[s->define_count].value = rest;
    s->define_count += s->defines[s->define_count].name.len > 1;
    return ERR_OK;
}

/* Blanks out comments, so that the rest keeps its lines. */
static void remove_comments(struct text text)
{
    char *at = (char *)(uintptr_t)text.at, *end = at + text.len;

    for (; at + 1 < end; at++) {
        const bool is_line = at[0] == '/' && at[1] == '/', is_block = at[0] == '/' && at[1] == '*';
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

static struct text skip_bytes(struct text rest, uint32_t count)
{
    return count < rest.len ? (struct text){ rest.len - count, rest.at + count } : (struct text){ 0 };
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
    if (*rest->at == '#') {
        while (len < rest->len && !strchr("\r\n", rest->at[len]))
            len++;
        name = (struct text){ len, rest->at };
        *rest = skip_bytes(*rest, len);
        return take_directive(s, name);
    }
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
        v->high = KEY_MOST;
        v->high_velocity = KEY_MOST;
        v->centre = MIDDLE_C;
        v->track = v->random_until = 1;
        v->slot.has_mode = true; /* a sound ends with its key */
        v->slot.mode.value = PAD_MODE_GATE;
    }
}

static struct text name_slot(const struct sfz_slot *slot)
{
    struct text file = slot->sounds->files[0], rest = file;

    if (slot->label.len)
        return slot->label;
    while (rest.len)
        file = text_cut(&rest, '/');
    rest = file;
    return file.len ? text_cut(&rest, '.') : file;
}

enum err kit_sfz_read(struct unpack *unpack, struct kit_reading *reading, struct fault *fault)
{
    struct sfz *s = arena_alloc(reading->arena, sizeof(*s));
    struct text rest;
    enum err e = read_all(unpack, reading, &rest, fault);

    s->reading = reading;
    s->fault = fault;
    set_defaults(s);
    remove_comments(rest);
    while (e == ERR_OK && rest.len)
        if (isspace((unsigned char)*rest.at))
            rest = skip_bytes(rest, 1);
        else
            e = take_next(s, &rest);
    if (e == ERR_OK)
        e = end_region(s);
    for (uint32_t i = 0; e == ERR_OK && i < s->slot_count; i++)
        e = kit_reading_add_slot(reading, &s->slots[i].slot, name_slot(&s->slots[i]), s->slots[i].sounds, fault);
    if (e == ERR_OK && s->slot_count == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "it has no region with a sample");
    kit_reading_end(reading, false);
    return e;
}
