#include "services/project/parts/sound_body.h"

#include <string.h>

#include "proto/wire/json.h"
#include "proto/wire/json_write.h"

static const char *const keys[] = { "bpm",       "swing",    "sync",  "clock_out", "clock_stopped", "clock_offset",
                                    "metronome", "quantise", "mixer", "inserts",   "pads",          "pattern" };
enum { KEYS = sizeof(keys) / sizeof(*keys), PADS = 128 };

struct id sound_body_id(struct id project)
{
    uint8_t bytes[] = "sound of a project ................";

    memcpy(bytes + sizeof(bytes) - 1 - sizeof(project.b), project.b, sizeof(project.b));
    return id_of_bytes(bytes, sizeof(bytes));
}

enum err sound_body_get(struct txn *txn, struct arena *arena, struct id project, struct element *to)
{
    enum err e = elements_get(txn, arena, parts_kind(ELEMENT_KIND_SOUND), project, sound_body_id(project), to);

    if (e != ERR_OK)
        *to = (struct element){ .id = sound_body_id(project), .project = project, .body = TEXT("{}") };
    return e;
}

/* ---- merging ---- */

static struct tree object_of(struct arena *arena, struct text text)
{
    struct tree tree;

    if (tree_read(text, arena, &tree, NULL) != ERR_OK || tree.type != TREE_OBJECT)
        tree = (struct tree){ .type = TREE_OBJECT };
    return tree;
}

/* Returns only those keys of the object that the schema declares. */
static struct tree declared_keys(struct arena *arena, const struct tree *from)
{
    struct tree to = { .type = TREE_OBJECT };

    for (int i = 0; i < KEYS; i++)
        if (tree_get(from, keys[i]))
            tree_set(&to, arena, keys[i], *tree_get(from, keys[i]));
    return to;
}

static struct tree write_sounding(struct arena *arena, const struct sounding *now)
{
    struct sounding own = *now;
    struct buffer buffer = { 0 };
    struct tree tree;

    own.mixer.has_delay = false;                                             /* it follows from the rate */
    own.pattern.sequencer.has_bpm = own.pattern.sequencer.has_swing = false; /* the tempo is beside it */
    own.pattern.sequencer.has_running = own.pattern.sequencer.has_global_step = false;
    json_write(&sounding_shape, &own, &buffer);
    tree = object_of(arena, arena_take(arena, &buffer));
    tree = declared_keys(arena, &tree);
    if (now->inserts.count == 0)
        tree_set(&tree, arena, "inserts", (struct tree){ .type = TREE_LIST }); /* says that there are none */
    return tree;
}

/* True for keys of a pad that an empty pad has too. Numbers without an entry are usually 0. */
static bool is_usual(const struct tree_member *key)
{
    static const struct {
        const char *name;
        double value;
    } usual[] = { { "gain", 1 }, { "ratio", 1 }, { "curve", 1 }, { "sustain", 1 }, { "bend", 2 } };
    const char *const never[] = { "id", "note", "channel", "wave", "filter_freq", "filter_q", "keys_until" };
    double number = 0;

    for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
        if (text_is(key->name, never[i]))
            return false;
    for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
        if (text_is(key->name, usual[i].name))
            number = usual[i].value;
    if (text_is(key->name, "pad") || key->value.type == TREE_NULL)
        return true;
    if (key->value.type == TREE_TEXT)
        return text_is(key->value.text, "one_shot");
    if (key->value.type == TREE_BOOL)
        return !key->value.truth;
    return key->value.type >= TREE_LIST ? key->value.count == 0 : key->value.real == number;
}

static bool is_empty_pad(const struct tree *pad)
{
    for (uint32_t i = 0; i < pad->count; i++)
        if (!is_usual(&pad->members[i]))
            return false;
    return true;
}

static bool has_pad(const struct tree *pads, double number)
{
    for (uint32_t i = 0; pads && i < pads->count; i++)
        if (tree_real(&pads->members[i].value, "pad", -1) == number)
            return true;
    return false;
}

/* Adds the pads of `from`, except empty ones and those that `but` also has. */
static void add_pads(struct arena *arena, const struct tree *from, const struct tree *but, struct tree *to)
{
    for (uint32_t i = 0; from && from->type == TREE_LIST && i < from->count; i++) {
        const struct tree *pad = &from->members[i].value;
        if (!is_empty_pad(pad) && !has_pad(but, tree_real(pad, "pad", -1)))
            tree_add(to, arena, *pad);
    }
}

/* The pads of both, by their numbers. */
static struct tree merge_pads(struct arena *arena, const struct tree *was, const struct tree *now)
{
    struct tree all = { .type = TREE_LIST }, sorted = { .type = TREE_LIST };

    add_pads(arena, was, now, &all);
    add_pads(arena, now, NULL, &all);
    for (double number = 0; number < PADS; number++)
        for (uint32_t i = 0; i < all.count; i++)
            if (tree_real(&all.members[i].value, "pad", -1) == number)
                tree_add(&sorted, arena, all.members[i].value);
    return sorted;
}

struct text sound_body_merge(struct arena *arena, struct text was, const struct sounding *now)
{
    struct tree body = object_of(arena, was), patch = write_sounding(arena, now);
    struct tree pads = merge_pads(arena, tree_get(&body, "pads"), tree_get(&patch, "pads"));

    tree_set(&patch, arena, "pads", pads);
    tree_patch(&body, arena, &patch);
    return tree_canonical(&body, arena);
}

struct text sound_body_pads(struct arena *arena, struct text body)
{
    const struct tree tree = object_of(arena, body), *pads = tree_get(&tree, "pads");
    struct tree only = { .type = TREE_OBJECT };

    tree_set(&only, arena, "pads", pads ? *pads : (struct tree){ .type = TREE_NULL });
    return tree_canonical(&only, arena);
}

struct text sound_body_with_pads(struct arena *arena, struct text body, struct text of)
{
    struct tree tree = object_of(arena, body), pads = object_of(arena, sound_body_pads(arena, of));

    tree_patch(&tree, arena, &pads);
    return tree_canonical(&tree, arena);
}

/* Returns that pad as text; one that is empty or not there has none. */
static struct text find_pad(struct arena *arena, const struct tree *pads, double number)
{
    for (uint32_t i = 0; pads && pads->type == TREE_LIST && i < pads->count; i++)
        if (tree_real(&pads->members[i].value, "pad", -1) == number && !is_empty_pad(&pads->members[i].value))
            return tree_canonical(&pads->members[i].value, arena);
    return TEXT("");
}

bool sound_body_gains(struct arena *arena, struct text was, struct text now, struct pad_list pads)
{
    const struct sounding only = { .pads = pads };
    const struct tree before = object_of(arena, was), after = object_of(arena, now);
    const struct tree asked = write_sounding(arena, &only), *each = tree_get(&asked, "pads");

    for (uint32_t i = 0; i < pads.count; i++) {
        const double number = (double)pads.at[i].pad;
        const struct text pad = find_pad(arena, each, number);

        if (text_equal(find_pad(arena, tree_get(&after, "pads"), number), pad) &&
            !text_equal(find_pad(arena, tree_get(&before, "pads"), number), pad))
            return true;
    }
    return false;
}

bool sound_body_has(struct arena *arena, struct text body, const struct sounding *now)
{
    return text_equal(sound_body_merge(arena, body, now), body);
}

/* ---- reading ---- */

void sound_body_leave_inserts(struct arena *arena, struct text body, const struct sounding *now, struct sounding *want)
{
    struct tree tree = object_of(arena, body);

    if (!tree_get(&tree, "inserts"))
        want->inserts = now->inserts;
}

void sound_body_rename(struct sounding *sounding, sound_body_own_fn *own, const void *state)
{
    struct row_list *rows = &sounding->pattern.sequencer.tracks;

    for (uint32_t i = 0; i < sounding->pads.count; i++) {
        struct pad *pad = &sounding->pads.at[i];
        pad->id = own(state, pad->id);
        for (uint32_t l = 0; l < pad->layers.count; l++)
            pad->layers.at[l].id = own(state, pad->layers.at[l].id);
    }
    for (uint32_t i = 0; i < rows->count; i++)
        rows->at[i].id = own(state, rows->at[i].id);
}

static struct id resolve_id(const void *state, struct id id)
{
    const struct item_uses *uses = state;

    for (uint32_t i = 0; i < uses->count; i++)
        if (uses->at[i].known && id_equal(uses->at[i].id, id))
            return uses->at[i].resolved;
    return id;
}

static struct element_list all_parts(struct txn *txn, struct arena *arena, struct id project)
{
    struct element_list parts;

    if (parts_all(txn, arena, project, &parts) != ERR_OK)
        parts.count = 0;
    return parts;
}

void sound_body_items(struct txn *txn, struct arena *arena, struct id project, struct text body, struct item_uses *to)
{
    struct element part = { .kind = parts_kind(ELEMENT_KIND_SOUND), .body = body };
    const struct element_list one = { 1, &part }, parts = all_parts(txn, arena, project);

    uses_find(arena, &one, to);
    uses_resolve(txn, arena, &parts, to);
}

void sound_body_project_items(struct txn *txn, struct arena *arena, struct id project, struct item_uses *to)
{
    const struct element_list parts = all_parts(txn, arena, project);

    uses_find(arena, &parts, to);
    uses_resolve(txn, arena, &parts, to);
}

static void rename_rows(struct arena *arena, struct pattern *pattern, sound_body_own_fn *own, const void *state)
{
    struct row_list *rows = &pattern->sequencer.tracks, copy = *rows;

    copy.at = arena_array(arena, rows->count, sizeof(*copy.at));
    for (uint32_t i = 0; i < rows->count; i++) {
        copy.at[i] = rows->at[i];
        copy.at[i].id = own(state, copy.at[i].id);
    }
    *rows = copy;
}

void sound_body_resolve_pattern(struct txn *txn, struct arena *arena, struct id project, struct pattern *pattern)
{
    const struct element_list parts = all_parts(txn, arena, project);
    const struct row_list *rows = &pattern->sequencer.tracks;
    struct item_uses uses = { .at = arena_array(arena, rows->count, sizeof(*uses.at)) };

    for (uint32_t i = 0; i < rows->count; i++)
        if (rows->at[i].has_id)
            uses.at[uses.count++].id = rows->at[i].id;
    if (uses.count == 0)
        return;
    uses_resolve(txn, arena, &parts, &uses);
    rename_rows(arena, pattern, resolve_id, &uses);
}

static struct id own_id(const void *state, struct id given)
{
    return uses_own_id(state, given);
}

void sound_body_own_pattern(struct txn *txn, struct arena *arena, struct id project, struct pattern *pattern)
{
    struct item_uses uses;

    sound_body_project_items(txn, arena, project, &uses);
    rename_rows(arena, pattern, own_id, &uses);
}

enum err sound_body_read(struct txn *txn, struct arena *arena, const struct element *project, struct text body,
                         struct sounding *to, struct fault *fault)
{
    struct tree own = object_of(arena, project->body), tree = object_of(arena, body), declared;
    struct item_uses uses;
    enum err e;

    declared = declared_keys(arena, &tree);
    if (!tree_get(&declared, "bpm"))
        tree_set(&declared, arena, "bpm", tree_of_real(tree_real(&own, "bpm", 120)));
    if (!tree_get(&declared, "swing"))
        tree_set(&declared, arena, "swing", tree_of_real(tree_real(&own, "swing", 0)));
    *to = (struct sounding){ 0 };
    e = json_read(&sounding_shape, tree_canonical(&declared, arena), arena, to, fault);
    if (e != ERR_OK)
        return e;
    sound_body_items(txn, arena, project->project, body, &uses);
    sound_body_rename(to, resolve_id, &uses);
    return ERR_OK;
}
