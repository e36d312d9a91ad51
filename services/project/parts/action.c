#include "services/project/parts/action.h"

#include "common/id_table.h"

enum { BEFORE_MOST = 16 };

struct action action_put(int32_t kind, struct id project, struct id id, struct text body, uint64_t expect)
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

struct action action_remove(const struct element *part)
{
    struct action action = action_put(part->kind.value, part->project, part->id, (struct text){ 0 }, part->revision);

    action.element.has_body = false;
    return action;
}

struct action action_keys(int32_t kind, struct id project, struct id id, struct text keys)
{
    return (struct action){
        .has_keys = true,
        .keys = { .id = id, .project = project, .kind = parts_kind(kind), .has_body = true, .body = keys }
    };
}

struct action action_without_step(struct action action)
{
    action.element.has_apart = action.element.apart = true;
    return action;
}

struct action action_unchecked(struct action action)
{
    action.element.has_expect = false;
    return action;
}

struct action action_place(struct arena *arena, struct id project, struct tree place, struct txn *txn)
{
    const struct text folder = elements_kept_folder(txn, tree_text(&place, "folder"));
    struct id id = elements_place_id(project);
    struct element was;
    enum err e = elements_get(txn, arena, parts_kind(ELEMENT_KIND_PLACE), project, id, &was);

    if (folder.len)
        tree_set(&place, arena, "folder", tree_of_text(folder));
    return action_put(ELEMENT_KIND_PLACE, project, id, tree_canonical(&place, arena), e == ERR_OK ? was.revision : 0);
}

struct action action_open(struct arena *arena, struct id project)
{
    char id[ID_TEXT_SIZE];
    struct text body = arena_printf(arena, "{\"project\":\"%s\"}", id_write(project, id));

    struct action action = action_put(ELEMENT_KIND_CURRENT, project, elements_current_id, body, 0);

    action.element.has_expect = false;
    return action;
}

/* The row may be there although no project is open: that project is gone. */
struct action action_open_alone(struct arena *arena, struct id project, struct txn *txn)
{
    struct action action = action_open(arena, project);
    struct element was;
    enum err e =
        elements_get(txn, arena, parts_kind(ELEMENT_KIND_CURRENT), elements_current_id, elements_current_id, &was);

    action.element.has_expect = true;
    action.element.expect = e == ERR_OK ? was.revision : 0;
    return action;
}

/* The open project, and those that were open before it, as their ids. */
static struct tree list_before(struct arena *arena, struct txn *txn)
{
    struct tree list = { .type = TREE_LIST }, body;
    const struct tree *before;
    struct element row;

    if (elements_get(txn, arena, parts_kind(ELEMENT_KIND_CURRENT), elements_current_id, elements_current_id, &row) !=
            ERR_OK ||
        tree_read(row.body, arena, &body, NULL) != ERR_OK)
        return list;
    tree_add(&list, arena, tree_of_id(row.project, arena));
    before = tree_get(&body, ELEMENTS_BEFORE);
    for (uint32_t i = 0; before && before->type == TREE_LIST && i < before->count && list.count < BEFORE_MOST; i++)
        tree_add(&list, arena, before->members[i].value);
    return list;
}

struct action action_open_imported(struct arena *arena, struct id project, struct txn *txn)
{
    struct action action = action_open_alone(arena, project, txn);
    struct tree body = { .type = TREE_OBJECT };

    tree_set(&body, arena, "project", tree_of_id(project, arena));
    tree_set(&body, arena, ELEMENTS_BEFORE, list_before(arena, txn));
    action.element.body = tree_canonical(&body, arena);
    return action;
}

/* True if the part is there as the action puts it. Otherwise the action now expects the revision that is there. */
static bool is_done(struct txn *txn, struct arena *arena, struct action *action)
{
    struct element_edit *edit = &action->element;
    struct element was;
    bool is_there = elements_get(txn, arena, edit->kind, edit->project, edit->id, &was) == ERR_OK &&
                    was.kind.value == edit->kind.value;

    edit->expect = is_there ? was.revision : 0;
    return is_there && edit->has_body && text_equal(was.body, edit->body);
}

static void remove_others(const struct element_list *now, const struct action_list *due, struct action_list *to)
{
    struct id_table kinds = { 0 };

    for (uint32_t i = 0; i < due->count; i++)
        *id_table_number(&kinds, due->at[i].element.id) = (uint32_t)due->at[i].element.kind.value;
    for (uint32_t i = 0; i < now->count; i++)
        if (*id_table_number(&kinds, now->at[i].id) != (uint32_t)now->at[i].kind.value)
            to->at[to->count++] = action_without_step(action_remove(&now->at[i]));
    id_table_free(&kinds);
}

struct action_list action_left_to_do(struct txn *txn, struct arena *arena, struct id project, struct action_list due)
{
    struct action_list left = { 0 };
    struct element_list now;

    if (parts_all(txn, arena, project, &now) != ERR_OK)
        return due;
    left.at = arena_array(arena, now.count + due.count, sizeof(*left.at));
    if (!is_done(txn, arena, &due.at[0]))
        left.at[left.count++] = due.at[0];
    remove_others(&now, &due, &left);
    for (uint32_t i = 1; i < due.count; i++)
        if (!is_done(txn, arena, &due.at[i]))
            left.at[left.count++] = due.at[i];
    return left;
}
