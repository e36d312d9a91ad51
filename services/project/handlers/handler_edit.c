/* Changes of a project and its parts. */
#include <stdio.h>

#include "proto/wire/json_bounds.h"
#include "services/project/handlers/handler_parts.h"
#include "services/project/parts/aliases.h"
#include "services/project/parts/document.h"
#include "services/project/parts/kinds.h"
#include "services/project/parts/sound_body.h"
#include "services/project/sound/sound_begin.h"

/* Makes an id from the request id, so a repeated ask makes the same one. */
static struct id made_id(const struct work *work)
{
    return id_of_bytes(work->sender.request.b, sizeof(work->sender.request.b));
}

static struct text or_else(struct text label, const char *other)
{
    return label.len ? label : text_of(other);
}

/* The key `file_keys` of a project's body has more than a client's key of that name (document.h). */
static void patch_body(struct work *work, int32_t kind, struct tree *patch, struct tree *body)
{
    const struct tree *own = kind == ELEMENT_KIND_PROJECT ? tree_get(patch, DOCUMENT_FILE_KEYS) : NULL;

    if (own) {
        document_set_own_file_keys(body, &work->arena, own);
        tree_remove(patch, TEXT(DOCUMENT_FILE_KEYS));
    }
    tree_patch(body, &work->arena, patch);
}

/* Merges typed keys into `body`. */
static enum err merge_keys(struct work *work, int32_t kind, struct text typed, struct tree *body, struct fault *fault)
{
    struct tree patch;
    enum err e = ERR_OK;

    if (typed.len) {
        e = tree_read_bounded(typed, JSON_VALUES_PART, &work->arena, &patch, fault);
        if (e == ERR_OK && patch.type != TREE_OBJECT)
            e = fault_set(fault, ERR_BAD_REQUEST, "the body is not a JSON object: expected {\"key\": value, …}");
        if (e != ERR_OK)
            return fault_field(fault, "body");
        patch_body(work, kind, &patch, body);
    }
    return kinds_check(kind, body, &work->arena, fault);
}

/* ---- new ---- */

static enum err begin_new(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_new *ask = work->ask;
    enum err e = kinds_check_name(ask->name, fault);

    (void)txn;
    if (e == ERR_OK)
        e = handler_new_folder(work, ask->folder, ask->name, fault);
    if (e == ERR_OK && !work->was_done) /* otherwise a save may have written it since */
        work_file(work, FILE_IO_ABSENT, handler_in_folder(&work->arena, work->folder, "project.json"),
                  (struct bytes){ 0 });
    return e;
}

static enum err plan_new(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_new *ask = work->ask;
    struct tree body = { .type = TREE_OBJECT }, place = { .type = TREE_OBJECT };
    enum err e;

    work->id = made_id(work);
    if (work->filed.code != ERR_OK)
        return *fault = work->filed, work->filed.code;
    tree_set(&body, &work->arena, "bpm", tree_of_real(120));
    e = merge_keys(work, ELEMENT_KIND_PROJECT, ask->body, &body, NULL);
    tree_set(&body, &work->arena, "name", tree_of_text(ask->name));
    e = merge_keys(work, ELEMENT_KIND_PROJECT, ask->body, &body, fault);
    tree_set(&body, &work->arena, "name", tree_of_text(ask->name));
    if (e == ERR_OK)
        e = handler_check_unused(work, txn, ask->name, work->id, fault);
    if (e == ERR_OK)
        e = handler_check_folder(work, txn, work->id, fault);
    if (e != ERR_OK)
        return e;
    tree_set(&place, &work->arena, "folder", tree_of_text(work->folder));
    struct action actions[] = {
        action_without_step(action_put(ELEMENT_KIND_PROJECT, work->id, work->id, tree_canonical(&body, &work->arena),
                                       0)),
        action_place(&work->arena, work->id, place, txn),
        sound_begin_open(&work->arena, work->id, ask->body, txn),
    };
    const struct persist_apply apply = { .label = TEXT("new project"), .actions = { 3, actions } };
    return work_apply(work, &apply, fault);
}

/* Another project is open now, or none. */
static enum err answer_turned(struct work *work, struct txn *txn, struct fault *fault)
{
    return handler_stop_other_loops(work, txn) ? ERR_OK : handler_answer_state(work, txn, fault);
}

const struct handler handler_new = {
    .needs_no_project = true,
    .before = begin_new,
    .plan = plan_new,
    .after = handler_read_mirror,
    .answer = answer_turned,
};

/* ---- one part ---- */

/* A client's own `expect` is for its part alone. */
static void expect_as_asked(struct work *work, struct action *action, bool has_expect, uint64_t expect)
{
    struct element_edit *edit = action->has_keys ? &action->keys : &action->element;

    if (!has_expect)
        return;
    work->is_strict = true;
    edit->has_expect = true;
    edit->expect = expect;
}

static enum err send_changes(struct work *work, struct action *action, uint32_t count, struct text label,
                             struct fault *fault)
{
    char scope[ID_TEXT_SIZE];
    const struct persist_apply apply = { .label = label,
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { count, action },
                                         .has_show = work->handler == &handler_put,
                                         .show = true };

    return work_apply(work, &apply, fault);
}

/* A new tempo of the project is also the tempo of its sound; both change in one step. */
static uint32_t change_tempo(struct work *work, struct text typed, struct action *to)
{
    static const char *const names[] = { "bpm", "swing" };
    struct tree patch, keys = { .type = TREE_OBJECT };

    if (!typed.len || tree_read(typed, &work->arena, &patch, NULL) != ERR_OK)
        return 0;
    for (int i = 0; i < 2; i++)
        if (tree_get(&patch, names[i]))
            tree_set(&keys, &work->arena, names[i], tree_of_real(tree_real(&patch, names[i], i == 0 ? 120 : 0)));
    *to = action_keys(ELEMENT_KIND_SOUND, work->id, sound_body_id(work->id), tree_canonical(&keys, &work->arena));
    return keys.count > 0;
}

/* The action also rewrites the row that names the open project. So of two renames at the same time one is a conflict,
 * and no two projects get one name. */
static uint32_t rename_alone(struct work *work, struct txn *txn, struct action *to)
{
    char project[ID_TEXT_SIZE], request[ID_TEXT_SIZE];
    struct id open;

    if (elements_current(txn, &work->arena, &open) != ERR_OK)
        return 0;
    *to = action_without_step(action_open_alone(&work->arena, open, txn));
    to->element.body = arena_printf(&work->arena, "{\"project\":\"%s\",\"renamed\":\"%s\"}", id_write(open, project),
                                    id_write(made_id(work), request));
    return 1;
}

/* The draft keeps its name, because it is made the open project whenever no other one is. */
static enum err check_new_name(struct work *work, struct txn *txn, struct text name, struct fault *fault)
{
    if (!id_equal(work->id, elements_draft_id) || text_is(name, "draft"))
        return handler_check_unused(work, txn, name, work->id, fault);
    fault_set(fault, ERR_BAD_REQUEST, "the draft project cannot be renamed");
    fault_hint(fault, "`loophole project save_as NAME` makes a project of it");
    return fault_field(fault, "name");
}

static enum err plan_set(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_set *ask = work->ask;
    struct element project;
    struct action actions[3];
    struct tree body;
    struct text was = { 0 };
    uint32_t count = 0;
    enum err e = work_project(work, txn, &project, fault);

    if (e == ERR_OK)
        e = tree_read(project.body, &work->arena, &body, fault);
    if (e == ERR_OK)
        was = tree_text(&body, "name");
    if (e == ERR_OK)
        e = merge_keys(work, ELEMENT_KIND_PROJECT, ask->body, &body, fault);
    if (e == ERR_OK && !text_equal(was, tree_text(&body, "name")))
        e = check_new_name(work, txn, tree_text(&body, "name"), fault);
    if (e != ERR_OK)
        return e;
    if (!text_equal(was, tree_text(&body, "name"))) /* first: the newest change of an ask names its project (work.c) */
        count += rename_alone(work, txn, &actions[count]);
    actions[count] =
        action_put(ELEMENT_KIND_PROJECT, work->id, work->id, tree_canonical(&body, &work->arena), project.revision);
    expect_as_asked(work, &actions[count++], ask->has_expect, ask->expect);
    count += change_tempo(work, ask->body, &actions[count]);
    return send_changes(work, actions, count, or_else(ask->label, "change project"), fault);
}

const struct handler handler_set = {
    .ends_when_done = true,
    .plan = plan_set,
    .after = handler_read_mirror,
    .answer = handler_answer_state,
};

static bool is_for_clients(int32_t kind)
{
    return kinds_list_name(kind) != NULL;
}

static enum err find_part(struct work *work, struct txn *txn, struct element *to, struct fault *fault)
{
    const struct project_put *ask = work->ask;
    struct id id = ask->has_id ? ask->id : made_id(work);
    enum err e = parts_one(txn, &work->arena, work->id, id, to, fault);

    if (e == ERR_NOT_FOUND && !ask->has_id) {
        *to = (struct element){ .id = id, .project = work->id, .kind = ask->kind, .body = TEXT("{}") };
        e = ERR_OK;
    }
    if (e == ERR_OK && !is_for_clients(to->kind.value)) {
        fault_set(fault, ERR_BAD_REQUEST,
                  "kind \"%.*s\" is unknown: expected track, section, clip, mixer, pads, sound, pattern, kit, loop "
                  "or preset",
                  TEXT_ARG(choice_text(&element_kind_table, to->kind)));
        return fault_field(fault, "kind");
    }
    return e;
}

/* The part is gone. persist knows whether the same ask changed it before: otherwise it refuses this revision. */
static enum err ask_whether_put(struct work *work, struct fault *fault)
{
    const struct project_put *ask = work->ask;
    struct action action = action_put(ELEMENT_KIND_TRACK, work->id, ask->id, TEXT("{}"), UINT64_MAX);

    work->unless_done = *fault;
    work->unless_done.code = ERR_NOT_FOUND;
    return send_changes(work, &action, 1, TEXT("change part"), fault);
}

/* A project is opened by one apply that contains all of its parts, so their number is bounded. */
static enum err check_room(struct work *work, struct txn *txn, struct fault *fault)
{
    struct element_list parts;
    enum err e = parts_all(txn, &work->arena, work->id, &parts);

    if (e != ERR_OK || parts.count + 1 < PARTS_MOST)
        return e;
    fault_set(fault, ERR_TOO_LARGE, "the project has %u parts: at most %d", parts.count + 1, PARTS_MOST);
    return fault_hint(fault, "remove parts that are not needed, or begin another project"), ERR_TOO_LARGE;
}

static enum err check_alias(struct work *work, struct txn *txn, const struct element *part, const struct tree *body,
                            struct fault *fault)
{
    struct element_list parts;
    enum err e = tree_get(body, "alias") ? parts_all(txn, &work->arena, work->id, &parts) : ERR_NOT_FOUND;

    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    return aliases_check(&parts, part->id, part->kind.value, body, &work->arena, fault);
}

/* What sounds changes without steps too: a step of it has only the keys that the client typed. */
static struct action put_part(struct work *work, const struct element *part, struct text typed, const struct tree *body)
{
    if (typed.len && id_equal(part->id, sound_body_id(work->id)))
        return action_keys(part->kind.value, work->id, part->id, typed);
    return action_put(part->kind.value, work->id, part->id, tree_canonical(body, &work->arena), part->revision);
}

static enum err plan_put(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_put *ask = work->ask;
    struct element part;
    struct action action;
    struct tree body;
    char label[64];
    enum err e = find_part(work, txn, &part, fault);

    work->unless_done = (struct fault){ 0 };
    if (e == ERR_NOT_FOUND)
        return ask_whether_put(work, fault);
    if (e == ERR_OK)
        e = part.revision ? ERR_OK : check_room(work, txn, fault);
    if (e == ERR_OK)
        e = tree_read(part.body, &work->arena, &body, fault);
    if (e == ERR_OK)
        e = merge_keys(work, part.kind.value, ask->body, &body, fault);
    if (e == ERR_OK)
        e = check_alias(work, txn, &part, &body, fault);
    if (e != ERR_OK)
        return e;
    snprintf(label, sizeof(label), "%s %s", part.revision ? "change" : "add",
             choice_word(&element_kind_table, part.kind.value));
    action = put_part(work, &part, ask->body, &body);
    expect_as_asked(work, &action, ask->has_expect, ask->expect);
    return send_changes(work, &action, 1, or_else(ask->label, label), fault);
}

/* Answers with the part as persist committed it, because another client may have changed or undone it since. */
static enum err answer_part(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    if (!work->shown)
        return fault_set(fault, ERR_INTERNAL, "persist sent no event of the changed part");
    work_answer(work, &(struct project_part){ .element = *work->shown });
    return ERR_OK;
}

const struct handler handler_put = { .plan = plan_put, .answer = answer_part };

static enum err plan_remove(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_remove *ask = work->ask;
    struct element part;
    struct action action;
    char label[64];
    enum err e = parts_one(txn, &work->arena, work->id, ask->id, &part, fault);

    if (e == ERR_NOT_FOUND) { /* persist knows whether the same ask removed it */
        work->unless_done = *fault;
        work->unless_done.code = e;
        part = (struct element){ .id = ask->id, .project = work->id, .kind = parts_kind(ELEMENT_KIND_TRACK) };
        e = ERR_OK;
    }
    if (e == ERR_OK && !is_for_clients(part.kind.value))
        e = fault_set(fault, ERR_BAD_REQUEST, "clients cannot remove a %.*s", TEXT_ARG(part.kind.word));
    if (e != ERR_OK)
        return e;
    snprintf(label, sizeof(label), "remove %s", choice_word(&element_kind_table, part.kind.value));
    action = action_remove(&part);
    expect_as_asked(work, &action, ask->has_expect && !work->unless_done.code, ask->expect);
    return send_changes(work, &action, 1, or_else(ask->label, label), fault);
}

const struct handler handler_remove = { .plan = plan_remove,
                                        .after = handler_read_mirror,
                                        .answer = handler_answer_state };

/* ---- close ---- */

static enum err plan_close(struct work *work, struct txn *txn, struct fault *fault)
{
    struct action action = action_open(&work->arena, work->id);
    const struct persist_apply apply = { .label = TEXT("close project"), .actions = { 1, &action } };

    (void)txn;
    action.element.has_body = false;
    return work_apply(work, &apply, fault);
}

const struct handler handler_close = {
    .needs_no_draft = true,
    .ends_when_done = true,
    .plan = plan_close,
    .after = handler_read_mirror,
    .answer = answer_turned,
};
