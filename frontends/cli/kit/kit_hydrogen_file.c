#include "frontends/cli/kit/kit_hydrogen_file.h"

#include <math.h>
#include <stdio.h>

#include "frontends/cli/sound/kit.h"
#include "proto/wire/json_write.h"

static const double frames_per_second = 44100; /* of Hydrogen's envelopes */

/* ---- elements ---- */

/* A character that XML cannot contain becomes a blank: a control, U+FFFE and U+FFFF. A comment cannot have "--". */
static void add_escaped(struct buffer *to, struct text text)
{
    for (uint32_t i = 0; i < text.len; i++) {
        const struct text rest = { text.len - i, text.at + i };
        const char c = text.at[i];
        if (text_starts(rest, TEXT("\xef\xbf\xbe")) || text_starts(rest, TEXT("\xef\xbf\xbf"))) {
            buffer_add_text(to, " ");
            i += 2;
        } else if (c == '&')
            buffer_add_text(to, "&amp;");
        else if (c == '<')
            buffer_add_text(to, "&lt;");
        else if (c == '>')
            buffer_add_text(to, "&gt;");
        else if (c == '-' && i > 0 && text.at[i - 1] == '-')
            buffer_add_text(to, "&#45;");
        else
            buffer_add_text(to, (char[2]){ (unsigned char)c < ' ' ? ' ' : c, 0 });
    }
}

static void add_element(struct buffer *to, const char *name, struct text text)
{
    buffer_add_text(to, "<");
    buffer_add_text(to, name);
    buffer_add_text(to, ">");
    add_escaped(to, text);
    buffer_add_text(to, "</");
    buffer_add_text(to, name);
    buffer_add_text(to, ">\n");
}

static void add_word(struct buffer *to, const char *name, const char *word)
{
    add_element(to, name, text_of(word));
}

/* A number of JSON is one of XML too. */
static void add_number(struct buffer *to, const char *name, double number)
{
    struct buffer text = { 0 };

    json_number(&text, number);
    add_word(to, name, buffer_c(&text));
    buffer_free(&text);
}

static void add_whole(struct buffer *to, const char *name, long long number)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%lld", number);
    add_word(to, name, text);
}

static void add_frames(struct buffer *to, const char *name, double seconds)
{
    add_whole(to, name, llround(seconds * frames_per_second));
}

/* What the format has no place for, as a comment that only our reader looks at. */
static void add_comment(struct buffer *to, const char *key, struct text value)
{
    buffer_add_text(to, "<!--loophole ");
    buffer_add_text(to, key);
    buffer_add_text(to, " ");
    add_escaped(to, value);
    buffer_add_text(to, " -->\n");
}

static void add_point(struct buffer *to, const char *key, uint64_t frame)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)frame);
    if (frame)
        add_comment(to, key, text_of(text));
}

static void add_record(struct buffer *to, const struct kit_slot *slot)
{
    if (slot->why.len)
        add_comment(to, "why", slot->why);
    if (slot->has_locked && slot->locked)
        add_comment(to, "locked", TEXT(""));
    if (slot->layers.count == 0 && slot->placeholder.len)
        add_comment(to, "placeholder", slot->placeholder);
}

/* ---- instruments ---- */

/* The highest velocity is in a range that ends with it. */
static bool begins_within(const struct kit_layer *layer, const struct kit_layer *other)
{
    const double until = kit_velocity_until(other);

    return layer->velocity_from < until || until >= 1;
}

/* Some hit matches two layers: then they take turns. */
static bool has_turns(const struct kit_slot *slot)
{
    for (uint32_t i = 0; i < slot->layers.count; i++)
        for (uint32_t k = 0; k < i; k++) {
            const struct kit_layer *one = &slot->layers.at[i], *other = &slot->layers.at[k];
            if (begins_within(one, other) && begins_within(other, one))
                return true;
        }
    return false;
}

static void add_layer(struct buffer *to, const struct kit_layer *layer, struct text file)
{
    buffer_add_text(to, "<layer>\n");
    add_element(to, "filename", file);
    add_number(to, "min", layer->velocity_from);
    add_number(to, "max", kit_velocity_until(layer));
    add_number(to, "gain", layer->has_gain ? layer->gain : 1);
    add_number(to, "pitch", layer->pitch);
    add_point(to, "start", layer->start);
    add_point(to, "end", layer->end);
    buffer_add_text(to, "</layer>\n");
}

static void add_envelope(struct buffer *to, const struct kit_slot *slot)
{
    add_frames(to, "Attack", slot->has_attack ? slot->attack : 0);
    add_frames(to, "Decay", slot->has_decay ? slot->decay : 0);
    add_number(to, "Sustain", slot->has_sustain ? slot->sustain : 1);
    add_frames(to, "Release", slot->has_release ? slot->release : 0);
}

static void add_midi(struct buffer *to, const struct kit_slot *slot)
{
    add_whole(to, "muteGroup", slot->has_choke ? (long long)slot->choke - 1 : -1);
    add_whole(to, "midiOutChannel", -1);
    add_whole(to, "midiOutNote", (long long)kit_file_note(slot));
    add_word(to, "isStopNote", "false");
    add_word(to, "sampleSelectionAlgo", has_turns(slot) ? "ROUND_ROBIN" : "VELOCITY");
    add_word(to, "isHihat", "-1");
    add_word(to, "lower_cc", "0");
    add_word(to, "higher_cc", "127");
}

/* The elements are in the order of the schema. */
static void add_instrument(struct buffer *to, const struct kit_slot *slot, const struct text *files, uint32_t number)
{
    buffer_add_text(to, "<instrument>\n");
    add_record(to, slot);
    add_whole(to, "id", number);
    add_element(to, "name", slot->slot);
    add_word(to, "volume", "1");
    add_word(to, "isMuted", "false");
    add_word(to, "isSoloed", "false");
    add_number(to, "pan", slot->has_pan ? slot->pan : 0);
    add_word(to, "pitchOffset", "0");
    add_word(to, "randomPitchFactor", "0");
    add_number(to, "gain", slot->has_gain ? slot->gain : 1);
    add_word(to, "applyVelocity", "true");
    add_word(to, "filterActive", "false");
    add_word(to, "filterCutoff", "1");
    add_word(to, "filterResonance", "0");
    add_envelope(to, slot);
    add_midi(to, slot);
    buffer_add_text(to, "<instrumentComponent>\n");
    add_word(to, "component_id", "0");
    add_word(to, "gain", "1");
    for (uint32_t i = 0; i < slot->layers.count; i++)
        add_layer(to, &slot->layers.at[i], files[i]);
    buffer_add_text(to, "</instrumentComponent>\n</instrument>\n");
}

void kit_hydrogen_file_write(const struct kit *kit, const struct text *files, struct buffer *to)
{
    buffer_add_text(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<drumkit_info xmlns=\"http://www.hydrogen-music.org/drumkit\">\n");
    add_comment(to, "family", text_of(choice_word(&kit_family_table, kit->family.value)));
    for (uint32_t i = 0; i < kit->tags.count; i++)
        add_comment(to, "tag", kit->tags.at[i]);
    add_element(to, "name", kit->name);
    add_element(to, "author", kit->has_author ? kit->author : TEXT(""));
    add_word(to, "info", "");
    add_element(to, "license", kit->has_licence ? kit->licence : TEXT(""));
    add_word(to, "image", "");
    add_word(to, "imageLicense", "");
    buffer_add_text(to, "<componentList>\n<drumkitComponent>\n");
    add_word(to, "id", "0");
    add_word(to, "name", "Main");
    add_word(to, "volume", "1");
    buffer_add_text(to, "</drumkitComponent>\n</componentList>\n<instrumentList>\n");
    for (uint32_t i = 0; i < kit->slots.count; i++) {
        add_instrument(to, &kit->slots.at[i], files, i);
        files += kit->slots.at[i].layers.count;
    }
    buffer_add_text(to, "</instrumentList>\n</drumkit_info>\n");
}
