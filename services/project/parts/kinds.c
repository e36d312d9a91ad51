#include "services/project/parts/kinds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/musical_key.h"
#include "services/project/parts/loop_body.h"
#include "services/project/parts/preset_body.h"
#include "services/project/parts/sound_ranges.h"
#include "store/kit/kit_body.h"
#include "store/pattern/message.h"

enum key_type {
    KEY_TEXT,
    KEY_NAME,
    KEY_REAL,
    KEY_WHOLE,
    KEY_BOOL,
    KEY_ID,
    KEY_MUSICAL,
    KEY_LIST,
    KEY_OBJECT,
    KEY_WORD
};

enum { NAME_MOST = 80, TEXT_MOST = 4000 };

static const double most = 1e12;

struct key_row {
    int32_t kind;
    const char *name;
    enum key_type type;
    double min, max;   /* KEY_REAL, KEY_WHOLE */
    const char *words; /* KEY_WORD: " one two " */
};

#define KIND(word) ELEMENT_KIND_##word
static const struct key_row rows[] = {
    { KIND(PROJECT), "name", KEY_NAME, 0, 0, NULL },
    { KIND(PROJECT), "bpm", KEY_REAL, 20, 400, NULL },
    { KIND(PROJECT), "swing", KEY_REAL, 0, 0.999, NULL },
    { KIND(PROJECT), "key", KEY_MUSICAL, 0, 0, NULL },
    { KIND(PROJECT), "tempo_lock", KEY_BOOL, 0, 0, NULL },
    { KIND(PROJECT), "song", KEY_OBJECT, 0, 0, NULL },
    { KIND(PROJECT), "midi", KEY_LIST, 0, 0, NULL },
    { KIND(TRACK), "name", KEY_TEXT, 0, 0, NULL },
    { KIND(TRACK), "role", KEY_TEXT, 0, 0, NULL },
    { KIND(TRACK), "order", KEY_REAL, -1e12, 1e12, NULL },
    { KIND(TRACK), "gain", KEY_REAL, 0, 16, NULL },
    { KIND(TRACK), "pan", KEY_REAL, -1, 1, NULL },
    { KIND(TRACK), "mute", KEY_BOOL, 0, 0, NULL },
    { KIND(TRACK), "solo", KEY_BOOL, 0, 0, NULL },
    { KIND(SECTION), "name", KEY_TEXT, 0, 0, NULL },
    { KIND(SECTION), "role", KEY_TEXT, 0, 0, NULL },
    { KIND(SECTION), "start", KEY_REAL, 0, 1e12, NULL },
    { KIND(SECTION), "length", KEY_REAL, 0, 1e12, NULL },
    { KIND(CLIP), "name", KEY_TEXT, 0, 0, NULL },
    { KIND(CLIP), "track", KEY_ID, 0, 0, NULL },
    { KIND(CLIP), "section", KEY_ID, 0, 0, NULL },
    { KIND(CLIP), "lane", KEY_WHOLE, 0, 4095, NULL },
    { KIND(CLIP), "item", KEY_ID, 0, 0, NULL },
    { KIND(CLIP), "start", KEY_REAL, 0, 1e12, NULL },
    { KIND(CLIP), "length", KEY_REAL, 0, 1e12, NULL },
    { KIND(CLIP), "offset", KEY_REAL, 0, 1e12, NULL },
    { KIND(CLIP), "base", KEY_WORD, 0, 0, " beats seconds " },
    { KIND(CLIP), "gain", KEY_REAL, 0, 16, NULL },
    { KIND(CLIP), "pitch", KEY_REAL, -96, 96, NULL },
    { KIND(CLIP), "automation", KEY_OBJECT, 0, 0, NULL },
    { KIND(MIXER), "name", KEY_TEXT, 0, 0, NULL },
    { KIND(MIXER), "snapshot_type", KEY_WORD, 0, 0, " channel subgroup master " },
    { KIND(MIXER), "gains", KEY_OBJECT, 0, 0, NULL },
    { KIND(MIXER), "pans", KEY_OBJECT, 0, 0, NULL },
    { KIND(MIXER), "mutes", KEY_OBJECT, 0, 0, NULL },
    { KIND(MIXER), "sends", KEY_OBJECT, 0, 0, NULL },
    { KIND(PADS), "name", KEY_TEXT, 0, 0, NULL },
    { KIND(PADS), "pads", KEY_LIST, 0, 0, NULL },
    { KIND(SOUND), "name", KEY_TEXT, 0, 0, NULL },
    { KIND(ITEM), "name", KEY_TEXT, 0, 0, NULL },
    { KIND(ITEM), "content", KEY_TEXT, 0, 0, NULL },
    { KIND(ITEM), "tags", KEY_LIST, 0, 0, NULL },
    { KIND(ITEM), "storage", KEY_OBJECT, 0, 0, NULL },
    { KIND(ITEM), "format", KEY_OBJECT, 0, 0, NULL },
    { KIND(ITEM), "facts", KEY_OBJECT, 0, 0, NULL },
    { KIND(PATTERN), "name", KEY_TEXT, 0, 0, NULL },
    { KIND(KIT), "name", KEY_NAME, 0, 0, NULL },
    { KIND(PRESET), "name", KEY_NAME, 0, 0, NULL },
    { KIND(LOOP), "fkey", KEY_WHOLE, LOOP_FKEY_FIRST, LOOP_FKEY_LAST, NULL },
    { KIND(LOOP), "duration", KEY_REAL, 0, 1e6, NULL },
    { KIND(LOOP), "volume", KEY_REAL, 0, 8, NULL },
    { KIND(LOOP), "locked", KEY_BOOL, 0, 0, NULL },
    { KIND(LOOP), "tempo", KEY_REAL, 0, 400, NULL },
    { KIND(LOOP), "beats", KEY_REAL, 0, 1e6, NULL },
};

/* ---- values ---- */

static bool check_key_real(const struct key_row *row, struct tree *value)
{
    if (value->type != TREE_REAL && value->type != TREE_WHOLE)
        return false;
    *value = tree_of_real(value->real);
    return value->real >= row->min && value->real <= row->max;
}

static bool check_key_whole(const struct key_row *row, struct tree *value)
{
    if ((value->type != TREE_REAL && value->type != TREE_WHOLE) || fabs(value->real) > most ||
        floor(value->real) != value->real)
        return false;
    *value = tree_of_whole((int64_t)value->real);
    return value->real >= row->min && value->real <= row->max;
}

static bool read_musical(struct tree *value)
{
    int key;

    if (value->type != TREE_TEXT || !musical_key_read(value->text, &key))
        return false;
    value->text = text_of(musical_key_name(key));
    return true;
}

static bool is_word(const struct key_row *row, const struct tree *value)
{
    char word[64];

    if (value->type != TREE_TEXT || value->text.len == 0 || memchr(value->text.at, ' ', value->text.len))
        return false;
    snprintf(word, sizeof(word), " %.*s ", TEXT_ARG(value->text));
    return strstr(row->words, word) != NULL;
}

static bool check_key_value(const struct key_row *row, struct tree *value, struct fault *fault)
{
    struct id id;

    switch (row->type) {
    case KEY_TEXT:
        return value->type == TREE_TEXT && value->text.len <= TEXT_MOST;
    case KEY_NAME:
        return value->type == TREE_TEXT && kinds_check_name(value->text, fault) == ERR_OK;
    case KEY_REAL:
        return check_key_real(row, value);
    case KEY_WHOLE:
        return check_key_whole(row, value);
    case KEY_BOOL:
        return value->type == TREE_BOOL;
    case KEY_ID:
        return value->type == TREE_TEXT && id_read(value->text, &id);
    case KEY_MUSICAL:
        return read_musical(value);
    case KEY_LIST:
        return value->type == TREE_LIST;
    case KEY_OBJECT:
        return value->type == TREE_OBJECT;
    case KEY_WORD:
        return is_word(row, value);
    }
    return false;
}

static enum err refuse_value(const struct key_row *row, const struct tree *value, struct arena *arena,
                             struct fault *fault)
{
    static const char *const wanted[] = {
        [KEY_TEXT] = "a text of at most 4,000 bytes",
        [KEY_NAME] = "a name",
        [KEY_BOOL] = "true or false",
        [KEY_ID] = "an id",
        [KEY_MUSICAL] = "a key, such as F#min",
        [KEY_LIST] = "a list",
        [KEY_OBJECT] = "an object",
    };
    struct text typed = tree_canonical(value, arena);
    int len = typed.len < 60 ? (int)typed.len : 60;

    if (row->type == KEY_REAL || row->type == KEY_WHOLE)
        fault_set(fault, ERR_BAD_REQUEST, "%s %.*s is out of range: expected a %snumber from %g to %g", row->name, len,
                  typed.at, row->type == KEY_WHOLE ? "whole " : "", row->min, row->max);
    else if (row->type == KEY_WORD)
        fault_set(fault, ERR_BAD_REQUEST, "%s %.*s: expected one of%s", row->name, len, typed.at, row->words);
    else if (row->type != KEY_NAME || !fault || !fault->what[0])
        fault_set(fault, ERR_BAD_REQUEST, "%s %.*s: expected %s", row->name, len, typed.at, wanted[row->type]);
    return fault ? fault_field(fault, row->name) : ERR_BAD_REQUEST;
}

enum err kinds_check(int32_t kind, struct tree *body, struct arena *arena, struct fault *fault)
{
    if (body->type != TREE_OBJECT)
        return fault_set(fault, ERR_BAD_REQUEST, "the part is not a JSON object");
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct tree *value = rows[i].kind == kind ? (struct tree *)(uintptr_t)tree_get(body, rows[i].name) : NULL;
        if (value && value->type != TREE_NULL && !check_key_value(&rows[i], value, fault))
            return refuse_value(&rows[i], value, arena, fault);
    }
    if (kind == ELEMENT_KIND_SOUND)
        return sound_ranges_check(body, fault);
    if (kind == ELEMENT_KIND_KIT)
        return kit_body_check(body, arena, fault);
    if (kind == ELEMENT_KIND_PRESET)
        return preset_body_check(body, arena, fault);
    if (kind == ELEMENT_KIND_LOOP)
        return loop_body_check(body, arena, fault);
    if (kind == ELEMENT_KIND_PROJECT && tree_text(body, "name").len == 0) {
        fault_set(fault, ERR_BAD_REQUEST, "the project has no name: expected 1 to 80 characters");
        return fault ? fault_field(fault, "name") : ERR_BAD_REQUEST;
    }
    return ERR_OK;
}

/* ---- names ---- */

static uint32_t count_characters(struct text text)
{
    uint32_t count = 0;

    for (uint32_t at = 0, len; at < text.len; at += len, count++)
        if (!(len = text_character((struct text){ text.len - at, text.at + at })))
            return UINT32_MAX;
    return count;
}

/* NULL: nothing is wrong. */
static const char *wrong_with_name(struct text name)
{
    if (name.len == 0)
        return "is empty";
    if (count_characters(name) > NAME_MOST)
        return "is longer than 80 characters";
    if (memchr(name.at, '/', name.len))
        return "contains a slash";
    if (name.at[0] == '.')
        return "begins with a dot";
    return !text_is_plain(name) ? "contains a control character" : NULL;
}

enum err kinds_check_name(struct text name, struct fault *fault)
{
    const char *why = wrong_with_name(name);

    if (!why)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "the name \"%.*s\" %s", name.len < 80 ? (int)name.len : 80,
              name.at ? name.at : "", why);
    return fault ? fault_field(fault, "name") : ERR_BAD_REQUEST;
}

enum err kinds_check_pattern_name(struct text name, struct fault *fault)
{
    const char *why = wrong_with_name(name);

    if (!why)
        return ERR_OK;
    message_fault(MESSAGE_BAD_NAME, name, (struct text){ 0 }, fault);
    return fault_hint(fault, "the name %s", why), ERR_BAD_REQUEST;
}

/* ---- kinds ---- */

const char *kinds_list_name(int32_t kind)
{
    static const char *const names[] = {
        [KIND(TRACK)] = "tracks", [KIND(SECTION)] = "sections", [KIND(CLIP)] = "clips",       [KIND(MIXER)] = "mixer",
        [KIND(PADS)] = "pads",    [KIND(SOUND)] = "sound",      [KIND(PATTERN)] = "patterns", [KIND(KIT)] = "kits",
        [KIND(LOOP)] = "loops",   [KIND(PRESET)] = "presets",
    };

    return kind > 0 && (size_t)kind < sizeof(names) / sizeof(*names) ? names[kind] : NULL;
}

bool kinds_is_edit(int32_t kind)
{
    return kind < ELEMENT_KIND_SAVED; /* slots are large, and have asks of their own */
}
