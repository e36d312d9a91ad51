#include "store/kit/kit_text.h"

#include <string.h>

#include "proto/wire/json_bounds.h"
#include "store/catalogue.h"
#include "store/community.h"

enum { CONTENT = 16, NAME_MOST = 80 /* characters */, NAME_SHOWN = 100 /* bytes */, NAME_BYTES = 320 };

/* ---- the keys of a text ---- */

static const char *const kit_keys[] = { "name", "family", "tags", "author", "licence", "key", "seed", "slots" };
static const char *const slot_keys[] = { "slot",        "pad",        "layers",  "voice", "gain",        "pan",
                                         "mode",        "choke",      "reverse", "note",  "channel",     "attack",
                                         "decay",       "sustain",    "release", "curve", "filter_freq", "filter_q",
                                         "reverb_send", "delay_send", "output" };
static const char *const layer_keys[] = { "content", "velocity_from", "velocity_until", "gain", "pitch", "start",
                                          "end",     "name" };
static const char *const preset_keys[] = { "preset", "name", "gain", "pitch" };

#define KEEP(from, keys, arena) keep_keys(from, keys, sizeof(keys) / sizeof(*(keys)), arena)

static struct tree keep_keys(const struct tree *from, const char *const *keys, size_t count, struct arena *arena)
{
    struct tree to = { .type = TREE_OBJECT };

    for (size_t i = 0; i < count; i++) {
        const struct tree *value = tree_get(from, keys[i]);
        if (value)
            tree_set(&to, arena, keys[i], *value);
    }
    return to;
}

static struct tree keep_layer(const struct tree *from, struct arena *arena)
{
    return tree_get(from, "preset") ? KEEP(from, preset_keys, arena) : KEEP(from, layer_keys, arena);
}

static void keep_list(struct tree *object, const char *name, struct tree (*keep)(const struct tree *, struct arena *),
                      struct arena *arena)
{
    const struct tree *list = tree_get(object, name);
    struct tree to = { .type = TREE_LIST };

    for (uint32_t i = 0; list && list->type == TREE_LIST && i < list->count; i++)
        tree_add(&to, arena, keep(&list->members[i].value, arena));
    if (list && list->type != TREE_LIST)
        to = tree_of_bool(false); /* the schema refuses it */
    tree_set(object, arena, name, to);
}

static struct tree keep_slot(const struct tree *from, struct arena *arena)
{
    struct tree to = KEEP(from, slot_keys, arena);

    keep_list(&to, "layers", keep_layer, arena);
    return to;
}

static struct text keep_kit(const struct tree *from, struct arena *arena)
{
    struct tree to = KEEP(from, kit_keys, arena);

    keep_list(&to, "slots", keep_slot, arena);
    return tree_canonical(&to, arena);
}

/* ---- words ---- */

static enum err refuse_words(struct text word, const char *what, struct fault *fault)
{
    const int len = word.len < NAME_SHOWN ? (int)word.len : NAME_SHOWN;

    return fault_set(fault, ERR_BAD_REQUEST, "%s \"%.*s\" is empty, too long, or has a control character", what, len,
                     word.at ? word.at : "");
}

static bool is_name(struct text name)
{
    return name.len && text_is_plain(name) && text_characters(name) <= NAME_MOST && name.at[0] != '.' &&
           !memchr(name.at, '/', name.len);
}

static enum err check_slot_words(const struct kit_slot *slot, struct fault *fault)
{
    for (uint32_t i = 0; i < slot->layers.count; i++)
        if (!text_is_plain(slot->layers.at[i].name))
            return refuse_words(slot->layers.at[i].name, "the name of a sound", fault);
    return ERR_OK;
}

static enum err check_words(const struct kit *kit, struct fault *fault)
{
    enum err e = ERR_OK;

    if (!is_name(kit->name))
        return refuse_words(kit->name, "the name", fault);
    if (!text_is_plain(kit->author) || !text_is_plain(kit->key) || !text_is_plain_lines(kit->licence))
        return refuse_words(kit->author, "author, key or licence of", fault);
    for (uint32_t i = 0; i < kit->tags.count; i++)
        if (!kit->tags.at[i].len || !text_is_plain(kit->tags.at[i]))
            return refuse_words(kit->tags.at[i], "the tag", fault);
    for (uint32_t i = 0; e == ERR_OK && i < kit->slots.count; i++)
        e = check_slot_words(&kit->slots.at[i], fault);
    return e == ERR_OK ? kit_body_check_kit(kit, fault) : e;
}

/* ---- sounds ---- */

struct said_sounds {
    struct txn *txn;
    struct arena *arena;
    struct bytes_list paths;
    struct text excluded, unknown; /* the name of such a sound */
    bool is_excluded, is_unknown;
};

/* Gives the layer the content of its sound, unless it has one: a file that was overwritten changes no kit. */
static void note_sound(struct said_sounds *s, struct kit_layer *layer)
{
    struct media media;

    if (layer->has_preset) {
        layer->has_content = false;
        return;
    }
    if (catalogue_media(s->txn, s->arena, layer->media, &media) == ERR_OK) {
        if (!layer->has_content && media.content.len == CONTENT) {
            layer->has_content = true;
            layer->content = media.content;
        }
        if (community_is_excluded(s->txn, s->arena, &s->paths, &media)) {
            s->is_excluded = true;
            s->excluded = layer->name;
        }
    }
    if (!layer->has_content || layer->content.len != CONTENT) {
        s->is_unknown = true;
        s->unknown = layer->name;
    } else if (s->paths.count && community_is_content_excluded(s->txn, s->arena, &s->paths, layer->content)) {
        s->is_excluded = true;
        s->excluded = layer->name;
    }
}

static enum err note_sounds(struct said_sounds *s, struct kit *kit)
{
    enum err e = community_excluded_paths(s->txn, s->arena, &s->paths);

    for (uint32_t i = 0; e == ERR_OK && i < kit->slots.count; i++)
        for (uint32_t k = 0; k < kit->slots.at[i].layers.count; k++)
            note_sound(s, &kit->slots.at[i].layers.at[k]);
    return e;
}

static int shown_length(struct text name)
{
    return name.len < NAME_SHOWN ? (int)name.len : NAME_SHOWN;
}

/* ---- writing ---- */

static struct text write_kit(const struct kit *kit, struct arena *arena)
{
    struct tree body;

    if (tree_read(kit_body_write(kit, TEXT("{}"), arena), arena, &body, NULL) != ERR_OK)
        return (struct text){ 0 };
    return keep_kit(&body, arena);
}

static enum err explain_sounds(const struct said_sounds *s, struct text text, struct fault *fault)
{
    if (s->is_excluded)
        return fault_set(fault, ERR_DENIED, "its sound %.*s lies in an excluded folder", shown_length(s->excluded),
                         s->excluded.at ? s->excluded.at : "");
    if (s->is_unknown)
        return fault_set(fault, ERR_NOT_FOUND, "its sound %.*s is not analysed yet", shown_length(s->unknown),
                         s->unknown.at ? s->unknown.at : "");
    if (text.len > KIT_TEXT_MOST)
        return fault_set(fault, ERR_TOO_LARGE, "it takes %u bytes: at most %d are sent", text.len, KIT_TEXT_MOST);
    return ERR_OK;
}

enum err kit_text_write(struct txn *txn, struct arena *arena, const struct element *part, const struct kit_alias *alias,
                        struct text *to, struct fault *fault)
{
    struct said_sounds sounds = { .txn = txn, .arena = arena };
    struct kit kit;
    enum err e = kit_body_read(part, arena, &kit, fault);

    *to = (struct text){ 0 };
    if (e == ERR_OK && alias->name.len && text_equal(kit.name, alias->name))
        kit.name = alias->of;
    if (e == ERR_OK)
        e = check_words(&kit, fault);
    if (e != ERR_OK)
        return e;
    if (note_sounds(&sounds, &kit) != ERR_OK)
        return fault_set(fault, ERR_DENIED, "the excluded folders cannot be read");
    if (!sounds.is_unknown)
        *to = write_kit(&kit, arena);
    return explain_sounds(&sounds, *to, fault);
}

/* ---- reading ---- */

/* The id of a sound that is not here; when it comes, its content leads to it. */
static struct id id_of_content(struct bytes content)
{
    static const char word[] = "sound of a team";
    struct key key = { 0 };

    key_add(&key, word, sizeof(word));
    key_add(&key, content.at, content.len);
    return id_of_bytes(key.b, key.len);
}

static enum err find_sound(struct txn *txn, struct kit_layer *layer, struct fault *fault)
{
    if (layer->has_preset)
        return ERR_OK;
    if (!layer->has_content || layer->content.len != CONTENT)
        return fault_set(fault, ERR_BAD_REQUEST, "a sound has no content");
    (void)catalogue_first_with_content(txn, layer->content, &layer->media);
    if (id_is_zero(layer->media))
        layer->media = id_of_content(layer->content);
    return ERR_OK;
}

enum err kit_text_read(struct txn *txn, struct arena *arena, struct text from, struct kit *to, struct fault *fault)
{
    struct element part = { 0 };
    struct tree tree;
    enum err e = tree_read_bounded(from, JSON_VALUES_PART, arena, &tree, fault);

    if (e != ERR_OK)
        return e;
    part.body = keep_kit(&tree, arena);
    e = kit_body_read(&part, arena, to, fault);
    for (uint32_t i = 0; e == ERR_OK && i < to->slots.count; i++)
        for (uint32_t k = 0; e == ERR_OK && k < to->slots.at[i].layers.count; k++)
            e = find_sound(txn, &to->slots.at[i].layers.at[k], fault);
    return e == ERR_OK ? check_words(to, fault) : e;
}

/* ---- what stays here ---- */

static bool is_same_sound(const struct kit_layer *a, const struct kit_layer *b)
{
    if (a->has_preset || b->has_preset)
        return a->has_preset && b->has_preset && id_equal(a->preset, b->preset);
    return a->has_content && b->has_content && bytes_equal(a->content, b->content);
}

static bool has_same_sounds(const struct kit_slot *a, const struct kit_slot *b)
{
    if (a->layers.count != b->layers.count || !text_equal(a->slot, b->slot))
        return false;
    for (uint32_t i = 0; i < a->layers.count; i++)
        if (!is_same_sound(&a->layers.at[i], &b->layers.at[i]))
            return false;
    return true;
}

/* A sound keeps its item if that is here. */
static void keep_own(struct said_sounds *s, const struct kit_slot *was, struct kit_slot *to)
{
    struct media media;

    to->has_locked = was->has_locked;
    to->locked = was->locked;
    to->has_anchor = was->has_anchor;
    to->anchor = was->anchor;
    to->has_turn = was->has_turn;
    to->turn = was->turn;
    to->has_before = was->has_before;
    to->before = was->before;
    to->has_before_why = was->has_before_why;
    to->before_why = was->before_why;
    to->why = was->why;
    to->placeholder = to->layers.count ? to->placeholder : was->placeholder;
    for (uint32_t i = 0; i < to->layers.count; i++)
        if (catalogue_media(s->txn, s->arena, was->layers.at[i].media, &media) == ERR_OK)
            to->layers.at[i].media = media.id;
}

/* The body without the keys of a text, which the kit may lack now. */
static struct text without_keys(struct text body, struct arena *arena)
{
    struct tree tree;

    if (!body.len || tree_read(body, arena, &tree, NULL) != ERR_OK)
        return TEXT("{}");
    for (size_t i = 0; i < sizeof(kit_keys) / sizeof(*kit_keys); i++)
        tree_remove(&tree, text_of(kit_keys[i]));
    return tree_canonical(&tree, arena);
}

struct text kit_text_body(struct txn *txn, struct arena *arena, struct kit *kit, struct text was)
{
    struct said_sounds sounds = { .txn = txn, .arena = arena };
    struct kit here = { 0 };

    if (was.len && kit_body_read(&(struct element){ .body = was }, arena, &here, NULL) == ERR_OK)
        (void)note_sounds(&sounds, &here);
    for (uint32_t i = 0; i < kit->slots.count; i++)
        for (uint32_t k = 0; k < here.slots.count; k++)
            if (has_same_sounds(&here.slots.at[k], &kit->slots.at[i]))
                keep_own(&sounds, &here.slots.at[k], &kit->slots.at[i]);
    return kit_body_write(kit, without_keys(was, arena), arena);
}

/* ---- for others ---- */

bool kit_text_is_excluded(struct txn *txn, struct arena *arena, const struct bytes_list *paths, struct text text)
{
    struct kit kit;

    if (!paths->count)
        return false;
    if (kit_text_read(txn, arena, text, &kit, NULL) != ERR_OK)
        return true;
    for (uint32_t i = 0; i < kit.slots.count; i++)
        for (uint32_t k = 0; k < kit.slots.at[i].layers.count; k++) {
            const struct kit_layer *layer = &kit.slots.at[i].layers.at[k];
            if (!layer->has_preset && community_is_content_excluded(txn, arena, paths, layer->content))
                return true;
        }
    return false;
}

static bool read_kit_tree(struct arena *arena, struct text text, struct tree *to)
{
    return text.len && tree_read_bounded(text, JSON_VALUES_PART, arena, to, NULL) == ERR_OK;
}

struct text kit_text_name(struct arena *arena, struct text text)
{
    struct tree kit;
    const struct text name = read_kit_tree(arena, text, &kit) ? tree_text(&kit, "name") : TEXT("");

    return arena_utf8(arena, bytes_of(name.at, name.len), NAME_BYTES);
}

struct text kit_text_words(struct arena *arena, struct text text)
{
    const struct tree *slots;
    struct tree kit;

    if (!read_kit_tree(arena, text, &kit))
        return TEXT("");
    slots = tree_get(&kit, "slots");
    const uint32_t count = slots && slots->type == TREE_LIST ? slots->count : 0;
    const struct text name = kit_text_name(arena, text);
    return arena_printf(arena, "%.*s, %u slot%s", TEXT_ARG(name), count, text_plural(count));
}
