#include "services/project/deeds/deed_action.h"

struct action deed_put_action(int32_t kind, struct id project, struct id id, struct text body, uint64_t expect)
{
    return (struct action){ .has_element = true,
                            .element = { .id = id,
                                         .project = project,
                                         .kind = parts_kind(kind),
                                         .has_expect = true,
                                         .expect = expect,
                                         .has_body = true,
                                         .body = body } };
}

struct action deed_apart(struct action action)
{
    action.element.has_apart = action.element.apart = true;
    return action;
}

struct action deed_place(struct arena *arena, struct id project, struct tree place, struct txn *txn)
{
    struct id id = elements_place_id(project);
    struct element was;
    enum err e = elements_get(txn, arena, parts_kind(ELEMENT_KIND_PLACE), project, id, &was);

    return deed_put_action(ELEMENT_KIND_PLACE, project, id, tree_canonical(&place, arena),
                           e == ERR_OK ? was.revision : 0);
}

struct action deed_open_it(struct arena *arena, struct id project)
{
    char id[ID_TEXT_SIZE];
    struct text body = arena_printf(arena, "{\"project\":\"%s\"}", id_write(project, id));

    struct action action = deed_put_action(ELEMENT_KIND_CURRENT, project, elements_current_id, body, 0);

    action.element.has_expect = false;
    return action;
}

/* The row may be there although no project is open: that project is gone. */
struct action deed_open_alone(struct arena *arena, struct id project, struct txn *txn)
{
    struct action action = deed_open_it(arena, project);
    struct element was;
    enum err e =
        elements_get(txn, arena, parts_kind(ELEMENT_KIND_CURRENT), elements_current_id, elements_current_id, &was);

    action.element.has_expect = true;
    action.element.expect = e == ERR_OK ? was.revision : 0;
    return action;
}

uint32_t deed_leave_undone(struct txn *txn, struct arena *arena, struct action *actions, uint32_t count)
{
    struct element was;
    uint32_t left = 0;

    for (uint32_t i = 0; i < count; i++) {
        struct element_edit *edit = &actions[i].element;
        enum err e = elements_get(txn, arena, edit->kind, edit->project, edit->id, &was);
        if (e == ERR_OK && edit->has_body && text_equal(was.body, edit->body))
            continue;
        edit->expect = e == ERR_OK ? was.revision : 0;
        actions[left++] = actions[i];
    }
    return left;
}
