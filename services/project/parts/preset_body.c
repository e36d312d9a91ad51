#include "services/project/parts/preset_body.h"

#include "store/kit/kit_body.h"

static enum err read_tree(const struct tree *body, struct arena *arena, struct preset *to, struct fault *fault)
{
    *to = (struct preset){ 0 };
    return kit_body_record(body, &preset_shape, arena, to, fault);
}

enum err preset_body_read(const struct element *part, struct arena *arena, struct preset *to, struct fault *fault)
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

struct text preset_body_write(const struct preset *preset, struct text was, struct arena *arena)
{
    return kit_body_keep(&preset_shape, preset, was, arena);
}

enum err preset_body_check(const struct tree *body, struct arena *arena, struct fault *fault)
{
    struct preset preset;
    enum err e = read_tree(body, arena, &preset, fault);

    if (e != ERR_OK || preset.name.len)
        return e;
    fault_set(fault, ERR_BAD_REQUEST, "the preset has no name: expected 1 to 80 characters");
    return fault ? fault_field(fault, "name") : ERR_BAD_REQUEST;
}
