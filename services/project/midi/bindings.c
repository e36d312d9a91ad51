#include "services/project/midi/bindings.h"

#include <math.h>

/* A person may have written anything. */
static bool is_binding(const struct midi_binding *binding)
{
    struct midi_control control;
    struct midi_target target;
    struct fault fault = { 0 };

    return control_read(binding->control, &control) && target_read(binding->target, &target, &fault) == ERR_OK &&
           binding->mode.value > 0 && fabs(binding->from) <= 400 && fabs(binding->until) <= 400;
}

void bindings_read(const struct tree *body, struct arena *arena, struct midi_bindings *to)
{
    const struct tree *list = tree_get(body, "midi");
    struct midi_binding *each = arena_array(arena, MIDI_BINDINGS, sizeof(*each));

    *to = (struct midi_bindings){ .each.at = each };
    for (uint32_t i = 0; list && list->type == TREE_LIST && i < list->count && to->each.count < MIDI_BINDINGS; i++) {
        const struct tree *from = &list->members[i].value;
        struct midi_binding binding = { 0 };

        if (from->type == TREE_OBJECT)
            binding = (struct midi_binding){ .control = tree_text(from, "control"),
                                             .target = tree_text(from, "target"),
                                             .mode.value = choice_value(&midi_mode_table, tree_text(from, "mode")),
                                             .from = tree_real(from, "from", 0),
                                             .until = tree_real(from, "until", 0) };
        if (is_binding(&binding))
            each[to->each.count++] = binding;
    }
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

struct tree bindings_tree(const struct midi_bindings *bindings, struct arena *arena)
{
    struct tree list = { .type = TREE_LIST };

    for (uint32_t i = 0; i < bindings->each.count; i++)
        tree_add(&list, arena, binding_tree(&bindings->each.at[i], arena));
    return list;
}
