/* kit_hydrogen.c: <drumkit_info><name>Rock</name><instrumentList><instrument><name>Kick</name><instrumentComponent>
 * <layer><filename>kick.wav</filename><min>0</min><max>0.5</max>. Older kits have no component, and the oldest have the
 * file's name directly in the instrument. A prefix of a namespace is passed over. */
#include "services/worker/kits/kit_hydrogen.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "common/buffer.h"
#include "services/worker/sessions/xml.h"

enum { COMPONENTS = 8, CHOKES_MOST = 64, NOTE_MOST = 127 };

/* Hydrogen counts envelopes in frames, whatever the rate; most kits have this one. */
static const double frames_per_second = 44100, time_most = 10, release_most = 30, gain_most = 4;

enum kit_place { PLACE_KIT, PLACE_COMPONENT, PLACE_INSTRUMENT, PLACE_PART /* its component */, PLACE_LAYER };

struct hydrogen_kit {
    struct kit_reading *reading;
    struct fault *fault;
    enum err error;
    bool is_kit, is_over, in_component, in_instrument, in_part, in_layer;
    struct kit_slot slot; /* the current instrument */
    struct text name, file;
    double volume, gain, left, right, pitch, part_gain;
    bool has_sides;
    uint32_t parts; /* components of it */
    struct kit_layer layer;
    struct kit_sounds sounds[COMPONENTS];
};

/* ---- values ---- */

static double number_of(struct hydrogen_kit *h, const char *word, struct text text, double otherwise, double least,
                        double most)
{
    double value;

    if (kit_reading_number(text, &value))
        return kit_reading_clamp(h->reading, word, value, least, most);
    if (text.len)
        kit_reading_odd(h->reading, text_of(word));
    return otherwise;
}

static void take_kit_name(struct hydrogen_kit *h, struct text text)
{
    h->reading->to->name = kit_reading_text(h->reading, text, KIT_NAME_MOST);
}

static void take_author(struct hydrogen_kit *h, struct text text)
{
    h->reading->to->author = kit_reading_text(h->reading, text, KIT_LINE_MOST);
}

static void take_licence(struct hydrogen_kit *h, struct text text)
{
    h->reading->to->licence = kit_reading_text(h->reading, text, KIT_TEXT_MOST);
}

static void take_name(struct hydrogen_kit *h, struct text text)
{
    h->name = arena_text(h->reading->arena, text);
}

static void take_left(struct hydrogen_kit *h, struct text text)
{
    h->left = number_of(h, "pan_L", text, 1, 0, 1);
    h->has_sides = true;
}

static void take_right(struct hydrogen_kit *h, struct text text)
{
    h->right = number_of(h, "pan_R", text, 1, 0, 1);
    h->has_sides = true;
}

static void take_attack(struct hydrogen_kit *h, struct text text)
{
    h->slot.attack = number_of(h, "Attack", text, 0, 0, time_most * frames_per_second) / frames_per_second;
    h->slot.has_attack = h->slot.attack > 0;
}

static void take_decay(struct hydrogen_kit *h, struct text text)
{
    h->slot.decay = number_of(h, "Decay", text, 0, 0, time_most * frames_per_second) / frames_per_second;
    h->slot.has_decay = h->slot.decay > 0;
}

static void take_sustain(struct hydrogen_kit *h, struct text text)
{
    h->slot.sustain = number_of(h, "Sustain", text, 1, 0, 1);
    h->slot.has_sustain = h->slot.sustain < 1;
}

static void take_release(struct hydrogen_kit *h, struct text text)
{
    h->slot.release = number_of(h, "Release", text, 0, 0, release_most * frames_per_second) / frames_per_second;
    h->slot.has_release = h->slot.release > 0;
}

/* -1 is none, and 0 is a group. */
static void take_mute_group(struct hydrogen_kit *h, struct text text)
{
    h->slot.choke = (uint64_t)(1 + floor(number_of(h, "muteGroup", text, -1, -1, CHOKES_MOST - 1)));
    h->slot.has_choke = h->slot.choke > 0;
}

static void take_note(struct hydrogen_kit *h, struct text text)
{
    const double note = number_of(h, "midiOutNote", text, -1, -1, NOTE_MOST);

    h->slot.has_note = note >= 0;
    h->slot.note = note >= 0 ? (uint64_t)note : 0;
}

/* Layers of one velocity take turns in a kit. */
static void take_choice(struct hydrogen_kit *h, struct text text)
{
    if (!text_is(text, "VELOCITY") && !text_is(text, "ROUND_ROBIN"))
        kit_reading_odd(h->reading, TEXT("sampleSelectionAlgo"));
}

static void take_file(struct hydrogen_kit *h, struct text text)
{
    h->file = arena_text(h->reading->arena, text);
}

/* The elements with a number: its value in the kit, what it is otherwise, and its range. */
#define AT(member) offsetof(struct hydrogen_kit, member)
static const struct known_number {
    const char *name;
    enum kit_place in;
    size_t at;
    double otherwise, least, most;
} NUMBERS[] = {
    { "volume", PLACE_INSTRUMENT, AT(volume), 1, 0, 100 },
    { "gain", PLACE_INSTRUMENT, AT(gain), 1, 0, 100 },
    { "pan", PLACE_INSTRUMENT, AT(slot.pan), 0, -1, 1 },
    { "pitchOffset", PLACE_INSTRUMENT, AT(pitch), 0, -36, 36 },
    { "gain", PLACE_PART, AT(part_gain), 1, 0, 100 },
    { "min", PLACE_LAYER, AT(layer.velocity_from), 0, 0, 1 },
    { "max", PLACE_LAYER, AT(layer.velocity_until), 1, 0, 1 },
    { "gain", PLACE_LAYER, AT(layer.gain), 1, 0, 100 },
    { "pitch", PLACE_LAYER, AT(layer.pitch), 0, -36, 36 },
};

/* The other elements that are known. One without a function is taken as read if it has the usual text, and counted as
 * odd otherwise; if there is no usual text, always taken as read. */
static const struct known {
    const char *name;
    enum kit_place in;
    void (*take)(struct hydrogen_kit *h, struct text text);
    const char *usual;
} KNOWN[] = {
    { "name", PLACE_KIT, take_kit_name, NULL },
    { "author", PLACE_KIT, take_author, NULL },
    { "license", PLACE_KIT, take_licence, NULL },
    { "licence", PLACE_KIT, take_licence, NULL },
    { "info", PLACE_KIT, NULL, "" },
    { "image", PLACE_KIT, NULL, "" },
    { "imageLicense", PLACE_KIT, NULL, "" },
    { "componentList", PLACE_KIT, NULL, NULL },
    { "instrumentList", PLACE_KIT, NULL, NULL },
    { "drumkit_info", PLACE_KIT, NULL, NULL },
    { "drumkitComponent", PLACE_KIT, NULL, NULL },
    { "id", PLACE_COMPONENT, NULL, NULL },
    { "name", PLACE_COMPONENT, NULL, NULL },
    { "volume", PLACE_COMPONENT, NULL, "1" },
    { "instrument", PLACE_KIT, NULL, NULL },
    { "id", PLACE_INSTRUMENT, NULL, NULL },
    { "name", PLACE_INSTRUMENT, take_name, NULL },
    { "pan_L", PLACE_INSTRUMENT, take_left, NULL },
    { "pan_R", PLACE_INSTRUMENT, take_right, NULL },
    { "Attack", PLACE_INSTRUMENT, take_attack, NULL },
    { "Decay", PLACE_INSTRUMENT, take_decay, NULL },
    { "Sustain", PLACE_INSTRUMENT, take_sustain, NULL },
    { "Release", PLACE_INSTRUMENT, take_release, NULL },
    { "muteGroup", PLACE_INSTRUMENT, take_mute_group, NULL },
    { "midiOutNote", PLACE_INSTRUMENT, take_note, NULL },
    { "filename", PLACE_INSTRUMENT, take_file, NULL },
    { "midiInNote", PLACE_INSTRUMENT, take_note, NULL },
    { "exclude", PLACE_INSTRUMENT, NULL, "false" },
    { "isMuted", PLACE_INSTRUMENT, NULL, "false" },
    { "isSoloed", PLACE_INSTRUMENT, NULL, "false" },
    { "isLocked", PLACE_INSTRUMENT, NULL, "false" },
    { "isStopNote", PLACE_INSTRUMENT, NULL, "false" },
    { "applyVelocity", PLACE_INSTRUMENT, NULL, "true" },
    { "randomPitchFactor", PLACE_INSTRUMENT, NULL, "0" },
    { "filterActive", PLACE_INSTRUMENT, NULL, "false" },
    { "filterCutoff", PLACE_INSTRUMENT, NULL, NULL }, /* counts only with filterActive */
    { "filterResonance", PLACE_INSTRUMENT, NULL, NULL },
    { "midiOutChannel", PLACE_INSTRUMENT, NULL, NULL }, /* of what Hydrogen sends */
    { "sampleSelectionAlgo", PLACE_INSTRUMENT, take_choice, NULL },
    { "isHihat", PLACE_INSTRUMENT, NULL, "-1" },
    { "lower_cc", PLACE_INSTRUMENT, NULL, "0" },
    { "higher_cc", PLACE_INSTRUMENT, NULL, "127" },
    { "FX1Level", PLACE_INSTRUMENT, NULL, "0" },
    { "FX2Level", PLACE_INSTRUMENT, NULL, "0" },
    { "FX3Level", PLACE_INSTRUMENT, NULL, "0" },
    { "FX4Level", PLACE_INSTRUMENT, NULL, "0" },
    { "instrumentComponent", PLACE_INSTRUMENT, NULL, NULL },
    { "layer", PLACE_INSTRUMENT, NULL, NULL },
    { "component_id", PLACE_PART, NULL, NULL },
    { "layer", PLACE_PART, NULL, NULL },
    { "filename", PLACE_LAYER, take_file, NULL },
};

static bool is_usual(const char *usual, struct text text)
{
    double value, wanted;

    if (!usual || text.len == 0 || text_is(text, usual))
        return true;
    return kit_reading_number(text, &value) && kit_reading_number(text_of(usual), &wanted) &&
           fabs(value - wanted) < 1e-6;
}

static enum kit_place place_of(const struct hydrogen_kit *h)
{
    return h->in_layer        ? PLACE_LAYER
           : h->in_part       ? PLACE_PART
           : h->in_instrument ? PLACE_INSTRUMENT
           : h->in_component  ? PLACE_COMPONENT
                              : PLACE_KIT;
}

/* False: it is none of NUMBERS. */
static bool take_plain_number(struct hydrogen_kit *h, enum kit_place in, const char *name, struct text text)
{
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(*NUMBERS); i++) {
        const struct known_number *known = &NUMBERS[i];
        if (known->in != in || strcmp(known->name, name) != 0)
            continue;
        *(double *)(void *)((char *)h + known->at) =
            number_of(h, name, text, known->otherwise, known->least, known->most);
        return true;
    }
    return false;
}

static void take_element(struct hydrogen_kit *h, const char *name, struct text text)
{
    const enum kit_place in = place_of(h);

    if (take_plain_number(h, in, name, text))
        return;
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(*KNOWN); i++) {
        const struct known *known = &KNOWN[i];
        if (known->in != in || strcmp(known->name, name) != 0)
            continue;
        if (known->take)
            known->take(h, text);
        else if (!is_usual(known->usual, text))
            kit_reading_odd(h->reading, text_of(name));
        return;
    }
    kit_reading_odd(h->reading, text_of(name));
}

/* ---- layers and instruments ---- */

static void begin_instrument(struct hydrogen_kit *h)
{
    h->in_instrument = true;
    h->in_part = h->in_layer = h->has_sides = false;
    h->slot = (struct kit_slot){ 0 };
    h->name = h->file = (struct text){ 0 };
    h->volume = h->gain = h->left = h->right = h->part_gain = 1;
    h->pitch = 0;
    h->parts = 0;
    for (int i = 0; i < COMPONENTS; i++)
        h->sounds[i].count = 0;
}

static void begin_layer(struct hydrogen_kit *h)
{
    h->in_layer = true;
    h->layer = kit_reading_layer();
    h->file = (struct text){ 0 };
}

static void refuse_kit(struct hydrogen_kit *h, const char *why)
{
    if (h->error == ERR_OK)
        h->error = fault_set(h->fault, ERR_TOO_LARGE, "%s", why);
}

static void end_layer(struct hydrogen_kit *h)
{
    const uint32_t part = h->parts ? h->parts - 1 : 0;

    h->in_layer = false;
    h->layer.gain *= h->part_gain;
    if (h->layer.end && h->layer.end <= h->layer.start)
        h->layer.end = 0;
    if (part >= COMPONENTS)
        refuse_kit(h, "an instrument has more than 8 components");
    else if (!kit_reading_add_layer(h->reading, &h->sounds[part], &h->layer, h->file))
        refuse_kit(h, "an instrument has more than 32 layers");
    h->file = (struct text){ 0 };
}

/* Of the two sides the louder one is full, and the other one its share. */
static double pan_of_sides(double left, double right)
{
    const double most = fmax(left, right);

    return most > 0 ? (right - left) / most : 0;
}

static void set_values(struct hydrogen_kit *h)
{
    struct kit_slot *slot = &h->slot;

    slot->gain = kit_reading_clamp(h->reading, "gain", h->volume * h->gain, 0, gain_most);
    slot->has_gain = fabs(slot->gain - 1) > 0;
    if (h->has_sides)
        slot->pan = pan_of_sides(h->left, h->right);
    slot->has_pan = fabs(slot->pan) > 0;
    for (int i = 0; i < COMPONENTS; i++)
        for (uint32_t k = 0; k < h->sounds[i].count; k++) {
            double *pitch = &h->sounds[i].at[k].pitch;
            *pitch = kit_reading_clamp(h->reading, "pitch", *pitch + h->pitch, -36, 36);
        }
}

/* Components sound together, and the layers of a slot in turn: so each component with sounds is a slot of its own, with
 * the same note. */
static void end_instrument(struct hydrogen_kit *h)
{
    bool is_added = false;

    h->in_instrument = h->in_part = false;
    if (h->file.len && h->sounds[0].count == 0) {
        const struct kit_layer whole = kit_reading_layer();
        (void)kit_reading_add_layer(h->reading, &h->sounds[0], &whole, h->file);
    }
    set_values(h);
    for (int i = 0; i < COMPONENTS; i++)
        if (h->sounds[i].count)
            h->slot.placeholder = (struct text){ 0 };
    for (int i = COMPONENTS - 1; i > 0; i--)
        is_added = is_added || h->sounds[i].count > 0;
    for (int i = 0; i < COMPONENTS && h->error == ERR_OK; i++)
        if (h->sounds[i].count > 0 || (i == 0 && !is_added))
            h->error = kit_reading_add_slot(h->reading, &h->slot, h->name, &h->sounds[i], h->fault);
}

/* ---- lines of our own ---- */

/* The text before the export made it one of a comment. */
static struct text decode_line(struct hydrogen_kit *h, struct text text)
{
    static const char *const codes[][2] = { { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&#45;", "-" } };
    struct buffer to = { 0 };

    while (text.len) {
        struct text with = { 1, text.at };
        uint32_t used = 1;
        for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
            if (text_starts(text, text_of(codes[i][0]))) {
                with = text_of(codes[i][1]);
                used = text_of(codes[i][0]).len;
            }
        buffer_add(&to, with.at, with.len);
        text = (struct text){ text.len - used, text.at + used };
    }
    return arena_take(h->reading->arena, &to);
}

static bool take_frame(struct hydrogen_kit *h, struct text key, struct text value)
{
    uint64_t *to = text_is(key, "start") ? &h->layer.start : text_is(key, "end") ? &h->layer.end : NULL;

    if (to)
        *to = (uint64_t)number_of(h, "start or end", value, 0, 0, INT32_MAX);
    return to != NULL;
}

/* <!--loophole KEY VALUE--> */
static void take_comment(void *state, struct text text)
{
    struct hydrogen_kit *h = state;
    struct text key;

    if (!text_starts(text, TEXT("loophole ")))
        return;
    text = decode_line(h, text);
    (void)text_cut(&text, ' ');
    key = text_cut(&text, ' ');
    if (text_is(key, "placeholder") && h->in_instrument)
        h->slot.placeholder = kit_reading_text(h->reading, text, KIT_LINE_MOST);
    else if (!(h->in_layer && take_frame(h, key, text)) &&
             !kit_reading_record(h->reading, h->in_instrument ? &h->slot : NULL, key, text))
        kit_reading_odd(h->reading, TEXT("<!--loophole"));
}

/* ---- the document ---- */

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon ? colon + 1 : name;
}

static void begin_kit_element(void *state, const struct xml_element *element)
{
    struct hydrogen_kit *h = state;
    const char *name = local_name(element->name);

    if (element->depth == 1)
        h->is_kit = strcmp(name, "drumkit_info") == 0;
    else if (strcmp(name, "drumkitComponent") == 0)
        h->in_component = true;
    else if (strcmp(name, "instrument") == 0)
        begin_instrument(h);
    else if (strcmp(name, "instrumentComponent") == 0 && h->in_instrument) {
        h->in_part = true;
        h->parts++;
        h->part_gain = 1;
    } else if (strcmp(name, "layer") == 0 && h->in_instrument)
        begin_layer(h);
}

static void end_kit_element(void *state, const struct xml_element *element, struct text text)
{
    struct hydrogen_kit *h = state;
    const char *name = local_name(element->name);

    if (strcmp(name, "layer") == 0 && h->in_layer)
        end_layer(h);
    else if (strcmp(name, "instrumentComponent") == 0 && h->in_part)
        h->in_part = false;
    else if (strcmp(name, "instrument") == 0 && h->in_instrument)
        end_instrument(h);
    else if (strcmp(name, "drumkitComponent") == 0)
        h->in_component = false;
    else
        take_element(h, name, text);
    h->is_over = element->depth == 1;
}

enum err kit_hydrogen_read(struct unpack *unpack, struct kit_reading *reading, struct fault *fault)
{
    struct hydrogen_kit *h = arena_alloc(reading->arena, sizeof(*h));
    const struct xml_events events = { begin_kit_element, end_kit_element, h, take_comment };
    enum err e;

    h->reading = reading;
    h->fault = fault;
    e = xml_read(unpack, &events, fault);
    if (h->error != ERR_OK)
        return h->error;
    if (h->is_over && h->is_kit) /* what follows the end of the kit is passed over */
        e = ERR_OK;
    if (e == ERR_OK && !h->is_kit)
        return fault_set(fault, ERR_BAD_REQUEST, "it is not the drumkit.xml of a Hydrogen kit");
    if (e == ERR_OK && reading->to->slots.count == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "it has no instruments");
    kit_reading_end(reading, true);
    return e;
}
