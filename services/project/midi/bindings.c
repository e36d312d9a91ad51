#include "services/project/midi/bindings.h"

#include <math.h>

/* Reads one binding. A person or a later version may have written anything. False: it is not a binding. */
static bool read_binding(const struct tree *from, struct midi_binding *to)
{
    struct midi_control control;
    struct midi_target target;
    struct fault fault = { 0 };

    if (from->type != TREE_OBJECT || !control_read(tree_text(from, "control"), &control) ||
        target_read(tree_text(from, "target"), &target, &fault) != ERR_OK)
        return false;
    *to = (struct midi_binding){ .control = tree_text(from, "control"),
                                 .target = tree_text(from, "target"),
                                 .mode.value = choice_value(&midi_mode_table, tree_text(from, "mode")),
                                 .from = tree_real(from, "from", target.from),
                                 .until = tree_real(from, "until", target.until) };
    return to->mode.value > 0 && fabs(to->from) <= 400 && fabs(to->until) <= 400;
}

static uint32_t count_members(const struct tree *list)
{
    return list && list->type == TREE_LIST ? list->count : 0;
}

void bindings_read(const struct tree *body, struct arena *arena, struct midi_bindings *to)
{
    const struct tree *list = tree_get(body, "midi");
    struct midi_binding *each = arena_array(arena, MIDI_BINDINGS, sizeof(*each));

    *to = (struct midi_bindings){ .each.at = each };
    for (uint32_t i = 0; i < count_members(list) && to->each.count < MIDI_BINDINGS; i++)
        to->each.count += read_binding(&list->members[i].value, &each[to->each.count]);
}

static struct tree binding_tree(const struct midi_binding *binding, struct arena *arena)
{
    struct tree tree = { .type = TREE_OBJECT };

    tree_set(&tree, arena, "control", tree_of_text(binding->control));
    tree_set(&tree, arena, "target", tree_of_text(binding->target));
    tree_set(&tree, arena, "mode", tree_of_text(text_of(choice_word(&midi_mode_table, binding->mode.value))));
    tree_set(&tree, arena, "from", tree_of_real(binding->from));
    tree_set(&tree, arena, "until", tree_of_real(binding->until));
    return tree;
}

struct tree bindings_tree(const struct midi_bindings *bindings, const struct tree *present, struct arena *arena)
{
    struct tree list = { .type = TREE_LIST };
    struct midi_binding unused;
    uint32_t count = 0;

    for (uint32_t i = 0; i < count_members(present); i++)
        if (!read_binding(&present->members[i].value, &unused))
            tree_add(&list, arena, present->members[i].value);
    for (uint32_t i = 0; i < bindings->each.count; i++)
        tree_add(&list, arena, binding_tree(&bindings->each.at[i], arena));
    for (uint32_t i = 0; i < count_members(present); i++)
        if (read_binding(&present->members[i].value, &unused) && ++count > MIDI_BINDINGS)
            tree_add(&list, arena, present->members[i].value);
    return list;
}
