#include "store/kit/kit_body.h"

#include <stdio.h>

#include "proto/wire/json.h"
#include "proto/wire/json_write.h"
#include "proto/wire/value.h"
#include "store/elements.h"

static const char *const keys_of_rows[] = { "id", "scope", "project", "revision", "loaded", "held", "silent" };
enum { KEYS_OF_ROWS = sizeof(keys_of_rows) / sizeof(*keys_of_rows) };

/* ---- reading ---- */

static struct tree known_keys(const struct tree *from, const struct shape *shape, struct arena *arena);

static struct tree known_in_list(const struct tree *from, const struct shape *shape, struct arena *arena)
{
    struct tree to = { .type = TREE_LIST };

    for (uint32_t i = 0; i < from->count; i++) {
        const struct tree *one = &from->members[i].value;
        tree_add(&to, arena, one->type == TREE_OBJECT ? known_keys(one, shape, arena) : *one);
    }
    return to;
}

/* True if all of the value is read: it is no record or list of records, or has another form than in the schema. */
static bool is_read_whole(const struct field *field, const struct tree *value)
{
    const bool is_list = (field->flags & FIELD_LIST) != 0;

    return field->type != FIELD_RECORD || value->type != (is_list ? TREE_LIST : TREE_OBJECT);
}

/* Without the keys that the shape does not declare: a later version may have written them. */
static struct tree known_keys(const struct tree *from, const struct shape *shape, struct arena *arena)
{
    struct tree to = { .type = TREE_OBJECT };
    uint32_t next = 0;

    if (from->type == TREE_LIST)
        return known_in_list(from, shape, arena);
    for (uint32_t i = 0; i < from->count; i++) {
        const struct tree_member *member = &from->members[i];
        const struct tree *value = &member->value;
        const struct field *field = value_field(shape, member->name, &next);
        if (field && value->type != TREE_NULL)
            tree_set_text(&to, arena, member->name,
                          is_read_whole(field, value) ? *value : known_keys(value, field->record, arena));
    }
    return to;
}

static void set_layer_defaults(struct kit_layer_list *layers)
{
    for (uint32_t i = 0; i < layers->count; i++) {
        struct kit_layer *layer = &layers->at[i];
        layer->gain = layer->has_gain ? layer->gain : 1;
        layer->velocity_until = layer->has_velocity_until ? layer->velocity_until : 1;
        layer->has_gain = layer->has_velocity_until = true;
    }
}

static void set_defaults(struct kit *kit)
{
    if (kit->family.value == KIT_FAMILY_OTHER && kit->family.word.len == 0)
        kit->family.value = KIT_FAMILY_FREE;
    for (uint32_t i = 0; i < kit->slots.count; i++) {
        set_layer_defaults(&kit->slots.at[i].layers);
        set_layer_defaults(&kit->slots.at[i].before);
    }
}

enum err kit_body_record(const struct tree *body, const struct shape *shape, struct arena *arena, void *to,
                         struct fault *fault)
{
    struct tree known = known_keys(body, shape, arena);

    for (int i = 0; i < KEYS_OF_ROWS; i++)
        tree_remove(&known, text_of(keys_of_rows[i]));
    return json_read(shape, tree_canonical(&known, arena), arena, to, fault);
}

static enum err read_tree(const struct tree *body, struct arena *arena, struct kit *to, struct fault *fault)
{
    enum err e;

    *to = (struct kit){ 0 };
    e = kit_body_record(body, &kit_shape, arena, to, fault);
    if (e == ERR_OK)
        set_defaults(to);
    return e;
}

int32_t kit_body_scope(struct id project)
{
    if (id_equal(project, elements_global_kits))
        return KIT_SCOPE_GLOBAL;
    return id_equal(project, elements_workspace_kits) ? KIT_SCOPE_EPHEMERAL : KIT_SCOPE_PROJECT;
}

enum err kit_body_read(const struct element *part, struct arena *arena, struct kit *to, struct fault *fault)
{
    struct tree body;
    enum err e = tree_read(part->body, arena, &body, fault);

    if (e == ERR_OK)
        e = read_tree(&body, arena, to, fault);
    to->id = part->id;
    to->scope.value = kit_body_scope(part->project);
    to->has_project = to->scope.value == KIT_SCOPE_PROJECT;
    to->project = to->has_project ? part->project : (struct id){ 0 };
    to->revision = part->revision;
    return e;
}

struct text kit_body_keep(const struct shape *shape, const void *record, struct text was, struct arena *arena)
{
    struct buffer buffer = { 0 };
    struct tree body, keys;

    json_write(shape, record, &buffer);
    if (tree_read(was, arena, &body, NULL) != ERR_OK)
        body = (struct tree){ .type = TREE_OBJECT };
    if (tree_read(arena_take(arena, &buffer), arena, &keys, NULL) == ERR_OK) {
        for (int i = 0; i < KEYS_OF_ROWS; i++)
            tree_remove(&keys, text_of(keys_of_rows[i]));
        tree_patch(&body, arena, &keys);
    }
    return tree_canonical(&body, arena);
}

struct text kit_body_write(const struct kit *kit, struct text was, struct arena *arena)
{
    return kit_body_keep(&kit_shape, kit, was, arena);
}

/* ---- checking ---- */

static enum err refuse_at(struct fault *fault, uint32_t slot, const char *inner)
{
    char field[64];

    (void)snprintf(field, sizeof(field), "slots[%u].%s", slot, inner);
    return fault ? fault_field(fault, field) : ERR_BAD_REQUEST;
}

/* An oscillator has no velocities and no frames. */
static enum err check_preset(const struct kit_slot *slot, const struct kit_layer *layer, struct fault *fault)
{
    const bool is_whole = layer->velocity_from <= 0 && (!layer->has_velocity_until || layer->velocity_until >= 1);

    if (slot->layers.count == 1 && id_is_zero(layer->media) && is_whole && !layer->start && !layer->end)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "slot %.*s has a preset beside other values of a layer", TEXT_ARG(slot->slot));
    return fault_hint(fault, "a preset is the only layer, without media, start and end, for all velocities"),
           ERR_BAD_REQUEST;
}

static enum err check_layer(const struct kit_slot *slot, const struct kit_layer *layer, struct fault *fault)
{
    const double until = layer->has_velocity_until ? layer->velocity_until : 1;

    if (layer->has_preset)
        return check_preset(slot, layer, fault);
    if (id_is_zero(layer->media))
        return fault_set(fault, ERR_BAD_REQUEST, "a layer of slot %.*s names no media item", TEXT_ARG(slot->slot));
    if (until <= layer->velocity_from && until < 1)
        return fault_set(fault, ERR_BAD_REQUEST, "a layer of slot %.*s ends at velocity %g, before it begins",
                         TEXT_ARG(slot->slot), until);
    if (layer->end && layer->end <= layer->start)
        return fault_set(fault, ERR_BAD_REQUEST, "a layer of slot %.*s ends at frame %llu, before it begins",
                         TEXT_ARG(slot->slot), (unsigned long long)layer->end);
    return ERR_OK;
}

static bool is_slot_name(struct text name)
{
    return name.len > 0 && text_is_plain(name);
}

static enum err check_alone(const struct kit *kit, uint32_t i, struct fault *fault)
{
    const struct kit_slot *slot = &kit->slots.at[i];

    if (!is_slot_name(slot->slot)) {
        fault_set(fault, ERR_BAD_REQUEST, "the name of slot %u is empty, or has a control character", i);
        return refuse_at(fault, i, "slot");
    }
    for (uint32_t k = 0; k < i; k++) {
        if (text_equal(kit->slots.at[k].slot, slot->slot)) {
            fault_set(fault, ERR_BAD_REQUEST, "two slots have the name %.*s", TEXT_ARG(slot->slot));
            return refuse_at(fault, i, "slot");
        }
        if (kit->slots.at[k].pad == slot->pad) {
            fault_set(fault, ERR_BAD_REQUEST, "slots %.*s and %.*s have the same pad, %llu",
                      TEXT_ARG(kit->slots.at[k].slot), TEXT_ARG(slot->slot), (unsigned long long)slot->pad);
            return refuse_at(fault, i, "pad");
        }
    }
    return ERR_OK;
}

enum err kit_body_check_kit(const struct kit *kit, struct fault *fault)
{
    enum err e = ERR_OK;

    if (kit->name.len == 0) {
        fault_set(fault, ERR_BAD_REQUEST, "the kit has no name: expected 1 to 80 characters");
        return fault ? fault_field(fault, "name") : ERR_BAD_REQUEST;
    }
    if (kit->family.value == KIT_FAMILY_OTHER) {
        fault_set(fault, ERR_BAD_REQUEST, "family \"%.*s\" is unknown: expected drum, vocal, texture or free",
                  TEXT_ARG(kit->family.word));
        return fault ? fault_field(fault, "family") : ERR_BAD_REQUEST;
    }
    for (uint32_t i = 0; e == ERR_OK && i < kit->slots.count; i++) {
        const struct kit_slot *slot = &kit->slots.at[i];
        e = check_alone(kit, i, fault);
        for (uint32_t k = 0; e == ERR_OK && k < slot->layers.count; k++)
            if ((e = check_layer(slot, &slot->layers.at[k], fault)) != ERR_OK)
                e = refuse_at(fault, i, "layers");
    }
    return e;
}

enum err kit_body_check(const struct tree *body, struct arena *arena, struct fault *fault)
{
    struct kit kit;
    enum err e = read_tree(body, arena, &kit, fault);

    return e == ERR_OK ? kit_body_check_kit(&kit, fault) : e;
}
