#include "services/project/import/import_plan.h"

#include <string.h>

#include "services/project/handlers/handlers.h"
#include "services/project/import/imported.h"
#include "services/project/loop/loop_find.h"
#include "services/project/loop/loop_job.h"
#include "services/project/parts/document_read.h"
#include "services/project/parts/kinds.h"
#include "services/project/parts/uses.h"

/* As persist applies them together: parts in the first pass, so that a death leaves none or all. */
enum { ACTIONS_MOST = 4090, BYTES_MOST = 5 << 20, LINES_MOST = 8192 };

/* ---- the project ---- */

/* The same document always makes the same project; under another name it makes another one. */
static struct id id_of_import(struct work *work, const struct tree *document, struct text name)
{
    const struct tree *foreign = tree_get(tree_get(document, "project"), "id");
    const struct text alias = foreign ? tree_canonical(foreign, &work->arena) : (struct text){ 0 };
    const struct text key = arena_printf(&work->arena, "import %.*s as %.*s", TEXT_ARG(alias), TEXT_ARG(name));

    return id_of_bytes(key.at, key.len);
}

static enum err refuse_name(struct text name, struct fault *fault)
{
    fault_set(fault, ERR_EXISTS, "a project \"%.*s\" is here already, and was not made by this import", TEXT_ARG(name));
    fault_hint(fault, "nothing was changed; --project NAME imports into that project, or makes another one");
    return fault ? fault_field(fault, "name") : ERR_EXISTS;
}

enum err import_plan_find(struct work *work, struct txn *txn, struct import_plan *to, struct fault *fault)
{
    const struct project_import_document *ask = work->ask;
    const struct tree *document = &work->document.tree;
    struct element found;
    struct fault unused = { 0 };
    enum err e;

    if (document_has_id(document))
        return fault_set(fault, ERR_BAD_REQUEST, "the document is a project of loophole: `project open` opens it");
    *to = (struct import_plan){ .name = ask->name.len ? ask->name : tree_text(tree_get(document, "project"), "name") };
    e = kinds_check_name(to->name, fault);
    if (e != ERR_OK)
        return e;
    work->id = id_of_import(work, document, to->name);
    to->is_own = elements_is_complete(txn, &work->arena, work->id);
    if (to->is_own)
        return ERR_OK;
    if (parts_find(txn, &work->arena, to->name, &found, &unused) != ERR_OK) {
        to->is_new = true;
        return ERR_OK;
    }
    work->id = found.project;
    return ask->name.len ? ERR_OK : refuse_name(to->name, fault);
}

/* ---- parts ---- */

struct import_comparing {
    struct work *work;
    struct txn *txn;
    struct import_plan *plan;
    struct element_list now;
    struct loop loops[LOOP_KEYS];
    struct element rows[LOOP_KEYS];
    size_t bytes;
};

static struct text find_part_name(struct import_comparing *c, const struct element *part)
{
    struct tree body;
    struct text name = { 0 };
    struct loop loop;

    if (part->kind.value == ELEMENT_KIND_LOOP && loop_body_read(part, &c->work->arena, &loop))
        return text_of(loop_key_name(loop.fkey));
    if (tree_read(part->body, &c->work->arena, &body, NULL) == ERR_OK)
        name = tree_text(&body, "name");
    return name.len <= 320 ? name : (struct text){ 0 };
}

static void list_part(struct import_comparing *c, const struct element *part, int32_t outcome)
{
    struct import_line_list *lines = &c->plan->lines;

    if (lines->count < LINES_MOST)
        lines->at[lines->count++] =
            (struct import_line){ .kind = part->kind, .name = find_part_name(c, part), .outcome.value = outcome };
}

static void add_action(struct import_comparing *c, struct action action, struct text body)
{
    c->plan->todo.at[c->plan->todo.count++] = action;
    c->bytes += body.len;
}

/* The part that is here in its place; NULL: none. */
static const struct element *find_present(struct import_comparing *c, struct element *part)
{
    const struct element *present = NULL;
    struct loop loop;

    if (part->kind.value == ELEMENT_KIND_LOOP && loop_body_read(part, &c->work->arena, &loop)) {
        part->id = loop_part_id(c->work->id, loop.fkey);
        if (c->loops[loop_number(loop.fkey)].fkey)
            return &c->rows[loop_number(loop.fkey)];
    }
    if (c->now.count)
        present = document_part(&c->now, part->id);
    return present;
}

/* The catalogue keeps all of an item that it knows. */
static bool is_known_item(struct import_comparing *c, const struct element *part)
{
    struct item_use use = { .id = part->id };

    if (part->kind.value != ELEMENT_KIND_ITEM)
        return false;
    uses_resolve_one(c->txn, &c->work->arena, (struct bytes){ 0 }, &use);
    return use.known;
}

static void compare_present(struct import_comparing *c, const struct element *part, const struct element *present)
{
    struct arena *arena = &c->work->arena;

    if (text_equal(imported_body(present->body, arena), imported_body(part->body, arena))) {
        list_part(c, part, IMPORT_OUTCOME_SAME);
        return;
    }
    if (!imported_is_unchanged(present, arena)) {
        list_part(c, part, IMPORT_OUTCOME_KEPT);
        return;
    }
    list_part(c, part, IMPORT_OUTCOME_UPDATED);
    add_action(c, action_put(part->kind.value, c->work->id, present->id, part->body, present->revision), part->body);
}

static void compare_part(struct import_comparing *c, struct element *part)
{
    const struct element *present = find_present(c, part);

    part->body = imported_mark(part, &c->work->arena);
    if (present)
        compare_present(c, part, present);
    else if (is_known_item(c, part))
        list_part(c, part, IMPORT_OUTCOME_SAME);
    else {
        list_part(c, part, IMPORT_OUTCOME_ADDED);
        add_action(c, action_put(part->kind.value, c->work->id, part->id, part->body, 0), part->body);
    }
}

/* ---- the project itself ---- */

static void list_key(struct import_comparing *c, struct text name, int32_t outcome)
{
    struct import_line_list *lines = &c->plan->lines;

    if (lines->count < LINES_MOST && name.len <= 320)
        lines->at[lines->count++] =
            (struct import_line){ .kind.value = ELEMENT_KIND_PROJECT, .name = name, .outcome.value = outcome };
}

/* The keys of the file that the project lacks, and of a project that is this document's also those that differ. Of
 * another project these stay, and are listed. */
static void merge_file_keys(struct import_comparing *c, const struct tree *due)
{
    struct arena *arena = &c->work->arena;
    const struct tree *more = tree_get(due, DOCUMENT_FILE_KEYS);
    struct tree body, keys = { .type = TREE_OBJECT };
    bool is_changed = false;

    if (!more || more->type != TREE_OBJECT || tree_read(c->now.at[0].body, arena, &body, NULL) != ERR_OK)
        return;
    if (tree_get(&body, DOCUMENT_FILE_KEYS) && tree_get(&body, DOCUMENT_FILE_KEYS)->type == TREE_OBJECT)
        keys = tree_clone(tree_get(&body, DOCUMENT_FILE_KEYS), arena);
    for (uint32_t i = 0; i < more->count; i++) {
        const struct tree *present = tree_get_text(&keys, more->members[i].name);
        const bool is_other = present && !tree_equal(present, &more->members[i].value);
        if (is_other)
            list_key(c, more->members[i].name, c->plan->is_own ? IMPORT_OUTCOME_UPDATED : IMPORT_OUTCOME_KEPT);
        if (present && !(is_other && c->plan->is_own))
            continue;
        tree_set_text(&keys, arena, more->members[i].name, more->members[i].value);
        is_changed = true;
    }
    tree_set(&body, arena, DOCUMENT_FILE_KEYS, keys);
    const struct text text = tree_canonical(&body, arena);
    if (is_changed)
        add_action(c, action_put(ELEMENT_KIND_PROJECT, c->work->id, c->work->id, text, c->now.at[0].revision), text);
}

static void compare_project(struct import_comparing *c, const struct element *due)
{
    struct arena *arena = &c->work->arena;
    struct tree body;

    if (tree_read(due->body, arena, &body, NULL) != ERR_OK)
        return;
    if (!c->plan->is_new) {
        merge_file_keys(c, &body);
        if (tree_read(c->now.at[0].body, arena, &body, NULL) == ERR_OK)
            c->plan->name = tree_text(&body, "name");
        return;
    }
    tree_set(&body, arena, "name", tree_of_text(c->plan->name));
    if (!tree_get(&body, "bpm"))
        tree_set(&body, arena, "bpm", tree_of_real(120));
    const struct text text = tree_canonical(&body, arena);
    add_action(c, action_without_step(action_put(ELEMENT_KIND_PROJECT, c->work->id, c->work->id, text, 0)), text);
}

/* ---- all ---- */

static enum err read_now(struct import_comparing *c, struct fault *fault)
{
    struct element project;
    struct element_list parts;
    enum err e = ERR_OK;

    if (c->plan->is_new)
        return e;
    e = work_project(c->work, c->txn, &project, fault);
    if (e == ERR_OK)
        e = parts_all(c->txn, &c->work->arena, c->work->id, &parts);
    if (e == ERR_OK)
        e = loop_find_all(c->txn, &c->work->arena, c->work->id, c->loops, c->rows);
    if (e != ERR_OK)
        return e;
    c->now = (struct element_list){ parts.count + 1, arena_array(&c->work->arena, parts.count + 1, sizeof(project)) };
    c->now.at[0] = project;
    if (parts.count)
        memcpy(c->now.at + 1, parts.at, parts.count * sizeof(project));
    return e;
}

static enum err refuse_size(const struct import_comparing *c, struct fault *fault)
{
    fault_set(fault, ERR_TOO_LARGE, "%u parts of %zu bytes would be added: at most %d of %d can be, together",
              c->plan->todo.count, c->bytes, ACTIONS_MOST, BYTES_MOST);
    return fault_hint(fault, "nothing was changed"), ERR_TOO_LARGE;
}

enum err import_plan_make(struct work *work, struct txn *txn, struct import_plan *to, struct fault *fault)
{
    struct import_comparing *c = arena_alloc(&work->arena, sizeof(*c));
    struct element_list due = { 0 };
    struct id id;
    enum err e;

    *c = (struct import_comparing){ .work = work, .txn = txn, .plan = to };
    e = read_now(c, fault);
    if (e == ERR_OK)
        e = document_read(&work->document.tree, &work->id, &c->now, &work->arena, &id, &due, fault);
    if (e != ERR_OK)
        return e;
    to->todo.at = arena_array(&work->arena, due.count + 4, sizeof(*to->todo.at));
    to->lines.at = arena_array(&work->arena, LINES_MOST, sizeof(*to->lines.at));
    compare_project(c, &due.at[0]); /* first: parts need a project */
    for (uint32_t i = 1; i < due.count; i++)
        compare_part(c, &due.at[i]);
    return to->todo.count > ACTIONS_MOST || c->bytes > BYTES_MOST ? refuse_size(c, fault) : ERR_OK;
}

void import_plan_keep(const struct import_plan *plan, struct id project, struct arena *arena, struct project_import *to)
{
    *to = (struct project_import){ .id = project, .name = arena_text(arena, plan->name), .made = plan->is_new };
    to->each.at = arena_array(arena, plan->lines.count, sizeof(*to->each.at));
    for (uint32_t i = 0; i < plan->lines.count; i++) {
        to->each.at[i] = plan->lines.at[i];
        to->each.at[i].name = arena_text(arena, plan->lines.at[i].name);
    }
    to->each.count = plan->lines.count;
}
