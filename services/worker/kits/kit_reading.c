#include "services/worker/kits/kit_reading.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOT_NAME_MOST = 64,
    TAG_MOST = 64,
    TAGS_MOST = 64,
    WORD_MOST = 64,
    NUMBER_SIZE = 64,
    NOTE_OF_PAD_0 = 36,
    NUMBERED = 8, /* bytes of a number after a name */
};
static const double gain_most = 4, semitones_most = 36, narrowest = 1e-3 /* range of velocities */;

void kit_reading_begin(struct kit_reading *reading, struct arena *arena, struct kit_file *to)
{
    *reading = (struct kit_reading){ arena, to };
    to->slots.at = arena_array(arena, KIT_SLOTS, sizeof(*to->slots.at));
    to->files.at = arena_array(arena, (size_t)KIT_SLOTS * KIT_LAYERS, sizeof(*to->files.at));
    to->odd.at = arena_array(arena, KIT_WORDS, sizeof(*to->odd.at));
}

/* ---- words and values ---- */

/* Allocates only for a new word: a hostile file may have millions of them. */
void kit_reading_odd(struct kit_reading *reading, struct text word)
{
    struct kit_word_list *odd = &reading->to->odd;
    char repaired[WORD_MOST];
    struct text kept = { text_repair(repaired, sizeof(repaired), word), repaired };
    uint32_t at = 0;

    if (!text_is_plain(kept))
        kept = TEXT("?");
    while (at < odd->count && !text_equal(odd->at[at].word, kept))
        at++;
    if (at == KIT_WORDS) /* the list is full: its last word counts all others */
        odd->at[--at].word = TEXT("…");
    if (at == odd->count)
        odd->at[odd->count++] = (struct kit_word){ .word = arena_text(reading->arena, kept) };
    odd->at[at].count++;
}

struct text kit_reading_text(struct kit_reading *reading, struct text text, uint32_t max)
{
    struct text rest = arena_utf8(reading->arena, bytes_of(text.at, text.len), text.len * 3), to = { 0 };
    char *at = arena_alloc(reading->arena, rest.len + 1);

    while (rest.len) {
        uint32_t len = text_character(rest);
        if (to.len + len > max)
            break;
        if (text_steers(rest)) {
            at[to.len++] = ' ';
        } else {
            memcpy(at + to.len, rest.at, len);
            to.len += len;
        }
        rest = (struct text){ rest.len - len, rest.at + len };
    }
    while (to.len && at[to.len - 1] == ' ')
        to.len--;
    to.at = at;
    return to;
}

bool kit_reading_number(struct text text, double *to)
{
    char number[NUMBER_SIZE], *end;

    while (text.len && strchr(" \t\r\n", text.at[text.len - 1]))
        text.len--;
    if (text.len == 0 || !text_copy(number, sizeof(number), text))
        return false;
    for (char *at = number; *at; at++)
        if (*at == ',') /* of a program in another language */
            *at = '.';
    *to = strtod(number, &end);
    return end != number && !*end && isfinite(*to) && !strpbrk(number, "xX");
}

double kit_reading_clamp(struct kit_reading *reading, const char *word, double value, double least, double most)
{
    if (value >= least && value <= most)
        return value;
    kit_reading_odd(reading, text_of(word));
    return value < least ? least : most;
}

/* ---- lines of our own ---- */

static void add_tag(struct kit_reading *reading, struct text value)
{
    struct kit_file *kit = reading->to;
    const struct text tag = kit_reading_text(reading, value, TAG_MOST);

    if (!kit->has_tags)
        kit->tags = (struct text_list){ 0, arena_array(reading->arena, TAGS_MOST, sizeof(*kit->tags.at)) };
    kit->has_tags = true;
    if (kit->tags.count < TAGS_MOST && tag.len)
        kit->tags.at[kit->tags.count++] = tag;
    else
        kit_reading_odd(reading, TEXT("tag"));
}

static void take_family(struct kit_reading *reading, struct text value)
{
    struct kit_file *kit = reading->to;

    kit->family.value = choice_value(&kit_family_table, kit_reading_text(reading, value, TAG_MOST));
    kit->has_family = kit->family.value != KIT_FAMILY_OTHER;
    if (!kit->has_family)
        kit_reading_odd(reading, TEXT("family"));
}

bool kit_reading_record(struct kit_reading *reading, struct kit_slot *slot, struct text key, struct text value)
{
    struct kit_file *kit = reading->to;

    if (text_is(key, "name"))
        kit->name = kit_reading_text(reading, value, KIT_NAME_MOST);
    else if (text_is(key, "author"))
        kit->author = kit_reading_text(reading, value, KIT_LINE_MOST);
    else if (text_is(key, "licence"))
        kit->licence = kit_reading_text(reading, value, KIT_TEXT_MOST);
    else if (text_is(key, "family"))
        take_family(reading, value);
    else if (text_is(key, "tag"))
        add_tag(reading, value);
    else if (text_is(key, "why") && slot)
        slot->why = kit_reading_text(reading, value, KIT_TEXT_MOST);
    else if (text_is(key, "locked") && slot)
        slot->has_locked = slot->locked = true;
    else
        return false;
    return true;
}

/* ---- layers ---- */

struct kit_layer kit_reading_layer(void)
{
    return (struct kit_layer){ .has_velocity_until = true, .velocity_until = 1, .has_gain = true, .gain = 1 };
}

static void correct_velocities(struct kit_reading *reading, struct kit_layer *layer)
{
    layer->velocity_from = kit_reading_clamp(reading, "velocity", layer->velocity_from, 0, 1);
    layer->velocity_until = kit_reading_clamp(reading, "velocity", layer->velocity_until, 0, 1);
    if (layer->velocity_until > layer->velocity_from || layer->velocity_until >= 1)
        return;
    layer->velocity_until = fmin(layer->velocity_from + narrowest, 1);
}

bool kit_reading_add_layer(struct kit_reading *reading, struct kit_sounds *to, const struct kit_layer *layer,
                           struct text file)
{
    struct kit_layer *added = &to->at[to->count];

    if (to->count == KIT_LAYERS)
        return false;
    *added = *layer;
    correct_velocities(reading, added);
    added->gain = kit_reading_clamp(reading, "gain", added->gain, 0, gain_most);
    added->pitch = kit_reading_clamp(reading, "pitch", added->pitch, -semitones_most, semitones_most);
    to->files[to->count++] = file.len <= KIT_FILE_MOST ? arena_text(reading->arena, file) : TEXT("");
    return true;
}

/* ---- slots ---- */

static bool has_slot(const struct kit_slot_list *slots, struct text name)
{
    for (uint32_t i = 0; i < slots->count; i++)
        if (text_equal(slots->at[i].slot, name))
            return true;
    return false;
}

static struct text choose_name(struct kit_reading *reading, struct text name)
{
    const struct kit_slot_list *slots = &reading->to->slots;
    const struct text first = kit_reading_text(reading, name, SLOT_NAME_MOST);
    const struct text stem = kit_reading_text(reading, first, SLOT_NAME_MOST - NUMBERED);
    struct text chosen = first.len ? first : arena_printf(reading->arena, "pad %u", slots->count);

    for (unsigned n = 2; has_slot(slots, chosen); n++)
        chosen = arena_printf(reading->arena, "%.*s %u", TEXT_ARG(stem.len ? stem : TEXT("pad")), n);
    return chosen;
}

enum err kit_reading_add_slot(struct kit_reading *reading, const struct kit_slot *slot, struct text name,
                              const struct kit_sounds *sounds, struct fault *fault)
{
    struct kit_slot_list *slots = &reading->to->slots;
    struct text_list *files = &reading->to->files;
    struct kit_slot *added = &slots->at[slots->count];

    if (slots->count == KIT_SLOTS)
        return fault_set(fault, ERR_TOO_LARGE, "it has more than %d instruments", KIT_SLOTS);
    *added = *slot;
    added->slot = choose_name(reading, name);
    added->pad = slots->count++;
    added->layers.count = sounds->count;
    added->layers.at = arena_array(reading->arena, sounds->count, sizeof(*added->layers.at));
    for (uint32_t i = 0; i < sounds->count; i++) {
        added->layers.at[i] = sounds->at[i];
        files->at[files->count++] = sounds->files[i];
    }
    return ERR_OK;
}

static bool has_one_note(const struct kit_slot_list *slots)
{
    for (uint32_t i = 0; i < slots->count; i++)
        if (!slots->at[i].has_note || slots->at[i].note != slots->at[0].note)
            return false;
    return slots->count > 1;
}

void kit_reading_end(struct kit_reading *reading, bool has_default)
{
    struct kit_slot_list *slots = &reading->to->slots;
    const bool is_default = has_default && has_one_note(slots);

    for (uint32_t i = 0; i < slots->count; i++) {
        struct kit_slot *slot = &slots->at[i];
        if (!is_default && slot->note != NOTE_OF_PAD_0 + slot->pad)
            continue;
        slot->has_note = false;
        slot->note = 0;
    }
}
