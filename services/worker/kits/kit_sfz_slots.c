#include "services/worker/kits/kit_sfz_slots.h"

#include <math.h>
#include <string.h>

enum { CHOKES_MOST = 64 };
static const double silent_db = -144, precision = 1e9, square = 2;

double kit_sfz_round(double value)
{
    return round(value * precision) / precision + 0.0; /* no -0 */
}

/* ---- the values of a region ---- */

static void set_pitch(const struct sfz_values *v, struct kit_layer *layer)
{
    layer->pitch = v->transpose + v->tune;
    if (v->slot.has_note)
        layer->pitch += ((double)v->slot.note - v->centre) * v->track;
    layer->pitch = kit_sfz_round(layer->pitch);
}

static struct kit_layer layer_of(const struct sfz_values *v)
{
    struct kit_layer layer = kit_reading_layer();

    /* The bounds lie between the velocities of MIDI. */
    layer.velocity_from = v->low_velocity < 1 ? 0 : (v->low_velocity - .5) / SFZ_VELOCITY_MOST;
    layer.velocity_until = v->high_velocity >= SFZ_VELOCITY_MOST ? 1 : (v->high_velocity + .5) / SFZ_VELOCITY_MOST;
    layer.gain = v->volume <= silent_db ? 0 : kit_sfz_round(pow(10, v->volume / 20));
    layer.start = (uint64_t)v->start;
    layer.end = v->end < SFZ_SOUND_END && v->end >= v->start ? (uint64_t)v->end + 1 : 0;
    set_pitch(v, &layer);
    return layer;
}

/* A range of keys becomes its lowest key: a pad has one note. */
static void set_note(struct sfz_slots *s, struct sfz_values *v)
{
    v->slot.has_note = v->low > 0 || v->high < SFZ_KEY_MOST;
    v->slot.note = v->slot.has_note ? (uint64_t)v->low : 0;
    if (v->high > v->low)
        kit_reading_odd(s->reading, TEXT("lokey to hikey"));
}

static void set_choke(struct sfz_slots *s, struct sfz_values *v)
{
    v->slot.has_choke = v->off_by >= 1 && v->off_by <= CHOKES_MOST && fabs(v->off_by - v->group) < 1;
    v->slot.choke = v->slot.has_choke ? (uint64_t)v->off_by : 0;
    if (fabs(v->off_by) > 0 && !v->slot.has_choke)
        kit_reading_odd(s->reading, TEXT("off_by"));
}

/* The usual gain is the square of the velocity. One of another amp_veltrack becomes the power that is the same in the
 * middle. */
static void set_curve(struct sfz_slots *s, struct sfz_values *v)
{
    double power = v->has_points ? v->power : square;

    if (v->track_velocity < 1 && !v->has_points)
        power = -log2(1 - v->track_velocity * .75);
    if (v->track_velocity < 1)
        kit_reading_odd(s->reading, TEXT("amp_veltrack"));
    if (v->points < SFZ_VELOCITY_MOST - 1 && fabs(v->power - 1) > SFZ_LIKENESS)
        kit_reading_odd(s->reading, TEXT("amp_velcurve"));
    v->slot.curve = kit_sfz_round(fmin(fmax(power, SFZ_POWER_LEAST), SFZ_POWER_MOST));
    v->slot.has_curve = fabs(v->slot.curve - 1) > 0;
}

static struct sfz_turn turn_of(struct sfz_slots *s, const struct sfz_values *v)
{
    const struct sfz_turn turn = { v->length, v->position, v->random_from, v->random_until };

    if (turn.random_from > 0 || turn.random_until < 1)
        kit_reading_odd(s->reading, TEXT("lorand to hirand"));
    return turn;
}

/* ---- slots ---- */

static double common_divisor(double a, double b)
{
    while (b >= 1) {
        const double rest = fmod(a, b);
        a = b;
        b = rest;
    }
    return a;
}

/* One hit may sound both. Positions of two sequences meet at some hit, unless their distance is no multiple of what
 * divides both lengths. */
static bool meets_turn(const struct sfz_turn *one, const struct sfz_turn *other)
{
    const double divisor = common_divisor(one->length, other->length);
    const bool are_apart = divisor > 1 && fmod(fabs(one->position - other->position), divisor) > 0;

    return !are_apart && one->random_from < other->random_until && other->random_from < one->random_until;
}

static bool meets_layer(const struct sfz_slot *slot, const struct kit_layer *layer, const struct sfz_turn *turn)
{
    const struct kit_sounds *sounds = slot->sounds;

    for (uint32_t i = 0; i < sounds->count; i++)
        if (layer->velocity_from < sounds->at[i].velocity_until &&
            sounds->at[i].velocity_from < layer->velocity_until && meets_turn(&slot->turns[i], turn))
            return true;
    return false;
}

static bool is_slot_of(const struct sfz_slot *slot, const struct sfz_values *v, const struct kit_layer *layer,
                       const struct sfz_turn *turn)
{
    return v->slot.has_note && slot->sounds->count && memcmp(&slot->slot, &v->slot, sizeof(v->slot)) == 0 &&
           text_equal(slot->label, v->label) && !meets_layer(slot, layer, turn);
}

/* NULL: there are KIT_SLOTS. */
static struct sfz_slot *begin_slot(struct sfz_slots *s, const struct sfz_values *v)
{
    struct sfz_slot *slot = s->at + s->count;

    if (s->count == KIT_SLOTS)
        return NULL;
    s->count++;
    *slot = (struct sfz_slot){ .label = v->label, .sounds = arena_alloc(s->reading->arena, sizeof(*slot->sounds)) };
    memcpy(&slot->slot, &v->slot, sizeof(v->slot));
    return slot;
}

static struct sfz_slot *find_slot(struct sfz_slots *s, const struct sfz_values *v, const struct kit_layer *layer,
                                  const struct sfz_turn *turn)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (is_slot_of(&s->at[i], v, layer, turn))
            return &s->at[i];
    return begin_slot(s, v);
}

static struct text file_of(struct sfz_slots *s, struct text path, const struct sfz_values *v)
{
    const struct text joined = arena_printf(s->reading->arena, "%.*s%.*s", TEXT_ARG(path), TEXT_ARG(v->sample));
    const struct text file = arena_utf8(s->reading->arena, bytes_of(joined.at, joined.len), KIT_FILE_MOST + 1);

    for (uint32_t i = 0; i < file.len; i++)
        if (file.at[i] == '\\')
            ((char *)(uintptr_t)file.at)[i] = '/';
    return file;
}

/* No hit of a key sounds it. */
static bool is_unheard(struct sfz_slots *s, const struct sfz_values *v)
{
    const bool has_no_hit = v->low > v->high || v->low_velocity > v->high_velocity;
    const bool is_out = v->is_left_out || v->end < 0 || v->sample.len == 0 || has_no_hit;

    if (is_out)
        kit_reading_odd(s->reading, v->is_left_out ? TEXT("trigger")
                                    : v->end < 0   ? TEXT("end=-1")
                                    : has_no_hit   ? TEXT("region without a key or velocity")
                                                   : TEXT("region without sample"));
    return is_out;
}

static void set_pad(struct sfz_slots *s, struct sfz_values *v)
{
    set_note(s, v);
    set_choke(s, v);
    set_curve(s, v);
}

static enum err refuse_slots(struct fault *fault)
{
    return fault_set(fault, ERR_TOO_LARGE, "it has regions for more than %d pads", KIT_SLOTS);
}

enum err kit_sfz_slots_add_empty(struct sfz_slots *s, struct sfz_values *v, struct text name, struct fault *fault)
{
    struct sfz_slot *slot;

    set_pad(s, v);
    slot = begin_slot(s, v);
    if (!slot)
        return refuse_slots(fault);
    slot->label = name;
    return ERR_OK;
}

bool kit_sfz_slots_explain(struct sfz_slots *s, struct text why)
{
    struct sfz_slot *slot = s->count ? &s->at[s->count - 1] : NULL;

    if (!slot || slot->sounds->count || slot->slot.placeholder.len)
        return false;
    slot->slot.placeholder = why;
    return true;
}

enum err kit_sfz_slots_add(struct sfz_slots *s, struct sfz_values *v, struct text path, struct fault *fault)
{
    struct kit_layer layer;
    struct sfz_turn turn;
    struct sfz_slot *slot;

    if (is_unheard(s, v))
        return ERR_OK;
    set_pad(s, v);
    layer = layer_of(v);
    turn = turn_of(s, v);
    slot = find_slot(s, v, &layer, &turn);
    if (!slot)
        return refuse_slots(fault);
    if (slot->sounds->count == KIT_LAYERS) {
        kit_reading_odd(s->reading, TEXT("more than 32 layers of a slot"));
        return ERR_OK;
    }
    slot->turns[slot->sounds->count] = turn;
    (void)kit_reading_add_layer(s->reading, slot->sounds, &layer, file_of(s, path, v));
    return ERR_OK;
}

static struct text name_slot(const struct sfz_slot *slot)
{
    struct text file = slot->sounds->count ? slot->sounds->files[0] : TEXT(""), rest = file;

    if (slot->label.len)
        return slot->label;
    while (rest.len)
        file = text_cut(&rest, '/');
    rest = file;
    return file.len ? text_cut(&rest, '.') : file;
}

enum err kit_sfz_slots_end(struct sfz_slots *s, struct fault *fault)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < s->count; i++)
        e = kit_reading_add_slot(s->reading, &s->at[i].slot, name_slot(&s->at[i]), s->at[i].sounds, fault);
    return e == ERR_OK && s->count == 0 ? fault_set(fault, ERR_BAD_REQUEST, "it has no region with a sample") : e;
}
