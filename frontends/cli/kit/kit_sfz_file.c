#include "frontends/cli/kit/kit_sfz_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "frontends/cli/sound/kit.h"

enum { VELOCITY_MOST = 127, NAME_SIZE = 32, TEXT_SIZE = 96 };
static const double velocities = 127, silent_db = -144, percent = 100, tiny = 1e-9;

static void put_number(struct buffer *to, const char *name, double number)
{
    char text[TEXT_SIZE];

    (void)snprintf(text, sizeof(text), "%s=%.15g\n", name, number);
    buffer_add_text(to, text);
}

/* What the format has no place for, as a line that only our reader looks at. */
static void put_comment(struct buffer *to, const char *key, struct text value)
{
    buffer_add_text(to, "//loophole ");
    buffer_add_text(to, key);
    buffer_add_text(to, " ");
    for (uint32_t i = 0; i < value.len; i++)
        buffer_add_text(to, (char[2]){ (unsigned char)value.at[i] < ' ' ? ' ' : value.at[i], 0 });
    buffer_add_text(to, "\n");
}

/* A label ends before a header and before a comment; the reader of our own takes the whole name. */
static void put_label(struct buffer *to, struct text label)
{
    bool is_whole = true;

    buffer_add_text(to, "region_label=");
    for (uint32_t i = 0; i < label.len; i++) {
        const bool is_comment = i > 0 && label.at[i - 1] == '/' && strchr("/*", label.at[i]);
        const bool is_odd = is_comment || strchr("<=$", label.at[i]);
        buffer_add_text(to, (char[2]){ is_odd ? '_' : label.at[i], 0 });
        is_whole &= !is_odd;
    }
    buffer_add_text(to, "\n");
    if (!is_whole)
        put_comment(to, "label", label);
}

static void put_file(struct buffer *to, struct text file)
{
    buffer_add_text(to, "sample=");
    for (uint32_t i = 0; i < file.len; i++)
        buffer_add_text(to, (char[2]){ file.at[i], 0 });
    buffer_add_text(to, "\n");
}

/* ---- the layers ---- */

/* Only hits with a velocity of MIDI reach the program, so the bounds are those of whole velocities. A range without one
 * becomes the next one. */
static void find_velocities(const struct kit_layer *layer, int *low, int *high)
{
    const double until = kit_velocity_until(layer);

    *low = (int)ceil(layer->velocity_from * velocities - tiny);
    *high = until >= 1 ? VELOCITY_MOST : (int)ceil(until * velocities - tiny) - 1;
    *high = *high > *low ? *high : *low;
}

/* A bit for each layer that a velocity hits. */
static uint32_t layers_at(const struct kit_slot *slot, int velocity)
{
    uint32_t bits = 0;
    int low, high;

    for (uint32_t i = 0; i < slot->layers.count; i++) {
        find_velocities(&slot->layers.at[i], &low, &high);
        bits |= (uint32_t)(velocity >= low && velocity <= high) << i;
    }
    return bits;
}

/* Layers that match the same hit take turns. */
static void put_turn(struct buffer *to, uint32_t layers, uint32_t number)
{
    const int count = __builtin_popcount(layers);

    if (count < 2)
        return;
    put_number(to, "seq_length", count);
    put_number(to, "seq_position", __builtin_popcount(layers & ((2u << number) - 1)));
}

static void put_layer(struct buffer *to, const struct kit_layer *layer)
{
    const double gain = layer->has_gain ? layer->gain : 1;

    put_number(to, "volume", gain > 0 ? fmax(20 * log10(gain), silent_db) : silent_db);
    put_number(to, "transpose", trunc(layer->pitch));
    put_number(to, "tune", (layer->pitch - trunc(layer->pitch)) * percent);
    if (layer->start)
        put_number(to, "offset", (double)layer->start);
    if (layer->end)
        put_number(to, "end", (double)layer->end - 1);
}

/* A range of velocities in which the layer has the same turn each time is a region of its own. */
static void put_regions(struct buffer *to, const struct kit_slot *slot, uint32_t number, struct text file)
{
    int from, until, high;

    for (find_velocities(&slot->layers.at[number], &from, &high); from <= high; from = until) {
        const uint32_t layers = layers_at(slot, from > 0 ? from : 1); /* no hit has the velocity 0 */
        for (until = from + 1; until <= high && layers_at(slot, until) == layers;)
            until++;
        buffer_add_text(to, "<region>\n");
        put_file(to, file);
        put_label(to, slot->slot);
        put_number(to, "lovel", from);
        put_number(to, "hivel", until - 1);
        put_layer(to, &slot->layers.at[number]);
        put_turn(to, layers, number);
        buffer_add_text(to, "\n");
    }
}

/* ---- the slots ---- */

/* The power of the velocity that is the gain. SFZ has the square, or the gains of all velocities; those between two
 * given ones lie on a line. */
static void put_curve(struct buffer *to, const struct kit_slot *slot)
{
    const double power = slot->has_curve ? slot->curve : 1;
    const int step = fabs(power - 1) > 0 ? 1 : VELOCITY_MOST - 1;
    char name[NAME_SIZE];

    put_number(to, "amp_veltrack", percent);
    for (int i = 1; i <= VELOCITY_MOST && fabs(power - 2) > 0; i += step) {
        (void)snprintf(name, sizeof(name), "amp_velcurve_%d", i);
        put_number(to, name, pow(i / velocities, power));
    }
}

static void put_values(struct buffer *to, const struct kit_slot *slot)
{
    const int32_t mode = slot->has_mode ? slot->mode.value : PAD_MODE_ONE_SHOT;

    put_number(to, "key", (double)kit_file_note(slot));
    put_number(to, "pitch_keytrack", 0);
    buffer_add_text(to, mode == PAD_MODE_GATE   ? "loop_mode=no_loop\n"
                        : mode == PAD_MODE_LOOP ? "loop_mode=loop_continuous\n"
                                                : "loop_mode=one_shot\n");
    put_number(to, "amplitude", (slot->has_gain ? slot->gain : 1) * percent);
    put_number(to, "pan", (slot->has_pan ? slot->pan : 0) * percent);
    put_number(to, "ampeg_attack", slot->has_attack ? slot->attack : 0);
    put_number(to, "ampeg_decay", slot->has_decay ? slot->decay : 0);
    put_number(to, "ampeg_sustain", (slot->has_sustain ? slot->sustain : 1) * percent);
    put_number(to, "ampeg_release", slot->has_release ? slot->release : 0);
    if (slot->has_filter_freq)
        put_number(to, "cutoff", slot->filter_freq);
    if (slot->has_choke && slot->choke) {
        put_number(to, "group", (double)slot->choke);
        put_number(to, "off_by", (double)slot->choke);
    }
}

static void put_record(struct buffer *to, const struct kit *kit)
{
    put_comment(to, "name", kit->name);
    put_comment(to, "family", text_of(choice_word(&kit_family_table, kit->family.value)));
    if (kit->has_author && kit->author.len)
        put_comment(to, "author", kit->author);
    if (kit->has_licence && kit->licence.len)
        put_comment(to, "licence", kit->licence);
    for (uint32_t i = 0; i < kit->tags.count; i++)
        put_comment(to, "tag", kit->tags.at[i]);
}

void kit_sfz_file_write(const struct kit *kit, const struct text *files, struct buffer *to)
{
    put_record(to, kit);
    for (uint32_t i = 0; i < kit->slots.count; i++) {
        const struct kit_slot *slot = &kit->slots.at[i];
        buffer_add_text(to, "<group>\n");
        put_values(to, slot);
        put_curve(to, slot);
        if (slot->why.len)
            put_comment(to, "why", slot->why);
        if (slot->has_locked && slot->locked)
            put_comment(to, "locked", TEXT(""));
        if (slot->layers.count == 0) {
            put_comment(to, "slot", slot->slot);
            put_comment(to, "placeholder", slot->placeholder);
        }
        buffer_add_text(to, "\n");
        for (uint32_t k = 0; k < slot->layers.count; k++)
            put_regions(to, slot, k, *files++);
    }
}
