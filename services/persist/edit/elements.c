#include "services/persist/edit/elements.h"

#include "proto/wire/json_bounds.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/turn/turn.h"
#include "store/elements.h"

enum { SAVE_VALUES = JSON_VALUES_FILE + 64 /* a save has a document, and says a few words about it */ };

struct change_of_element {
    bool was_there, is_same;
    struct element was, now;
};

/* Readers of the store read a body on their loop. */
static enum err check_body(const struct element_edit *edit, struct fault *fault)
{
    const bool is_save = edit->kind.value == ELEMENT_KIND_SAVED;
    enum err e = json_check_bounds(edit->body, is_save ? SAVE_VALUES : JSON_VALUES_PART, fault);

    return e == ERR_OK || !fault ? e : fault_field(fault, "body");
}

static enum err check_element(const struct element_edit *edit, struct fault *fault)
{
    bool is_project = edit->kind.value == ELEMENT_KIND_PROJECT;

    if (id_is_zero(edit->id) || id_is_zero(edit->project))
        return fault_set(fault, ERR_BAD_REQUEST, "the element has no id or no project: expected both");
    if (is_project != id_equal(edit->id, edit->project) && edit->kind.value != ELEMENT_KIND_CURRENT)
        return fault_set(fault, ERR_BAD_REQUEST, "only an element of kind project may have the id of its project");
    return edit->has_body ? check_body(edit, fault) : ERR_OK;
}

static enum err refuse_conflict(const struct change_of_element *c, const struct element_edit *edit, struct fault *fault)
{
    char id[ID_TEXT_SIZE];

    fault_set(fault, ERR_CONFLICT, "element %s is at revision %llu, not %llu", id_write(edit->id, id),
              (unsigned long long)c->was.revision, (unsigned long long)edit->expect);
    fault_field(fault, "expect");
    fault_hint(fault, "read it again, and repeat the edit with its current revision");
    if (fault)
        fault->revision = c->was.revision;
    return ERR_CONFLICT;
}

static enum err find_was(struct persist *p, const struct element_edit *edit, struct change_of_element *c,
                         struct fault *fault)
{
    char id[ID_TEXT_SIZE];
    enum err e = elements_get(p->w.txn, &p->arena, edit->kind, edit->project, edit->id, &c->was);

    c->was_there = e == ERR_OK;
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return fault_set(fault, e, "the element cannot be read");
    if (!c->was_there)
        c->was = (struct element){ 0 };
    if (edit->has_expect && edit->expect != c->was.revision)
        return refuse_conflict(c, edit, fault);
    if (!c->was_there && !edit->has_body)
        return fault_set(fault, ERR_NOT_FOUND, "no element %s", id_write(edit->id, id));
    if (c->was_there && !choice_equal(c->was.kind, edit->kind))
        return fault_set(fault, ERR_CONFLICT, "element %s has the kind %s, not %.*s", id_write(edit->id, id),
                         choice_word(&element_kind_table, c->was.kind.value),
                         TEXT_ARG(choice_text(&element_kind_table, edit->kind)));
    return ERR_OK;
}

static enum err find_project(struct persist *p, const struct element_edit *edit, struct fault *fault)
{
    struct key key = elements_key((struct choice){ .value = ELEMENT_KIND_PROJECT }, edit->project, edit->project);
    struct bytes value;
    char id[ID_TEXT_SIZE];

    if (edit->kind.value == ELEMENT_KIND_PROJECT || elements_is_of_no_project(edit->kind, edit->project) ||
        txn_get(p->w.txn, DB_ELEMENT, key_bytes(&key), &value) == ERR_OK)
        return ERR_OK;
    return fault_set(fault, ERR_NOT_FOUND, "no project %s", id_write(edit->project, id));
}

/* Puts what was there back. */
static struct element_edit as_edit(const struct element_edit *edit, const struct change_of_element *c)
{
    return (struct element_edit){
        .id = edit->id, .project = edit->project, .kind = edit->kind, .has_body = c->was_there, .body = c->was.body
    };
}

bool elements_has_step(const struct element_edit *edit)
{
    int32_t kind = edit->kind.value;

    return !(edit->has_apart && edit->apart) && kind != ELEMENT_KIND_SAVED && kind != ELEMENT_KIND_PLACE &&
           kind != ELEMENT_KIND_CURRENT;
}

/* ---- how a step left a global kit ---- */

static struct hash hash_of_part(struct persist *p, const struct element_edit *edit)
{
    struct element now;

    if (elements_get(p->w.txn, &p->arena, edit->kind, edit->project, edit->id, &now) != ERR_OK)
        now.body = TEXT("");
    return hash_of(now.body.at, now.body.len);
}

void elements_note_left(struct persist *p, struct undo_step *row)
{
    const struct hash hash = hash_of_part(p, &row->element);

    row->has_left = true;
    row->left = arena_bytes(&p->arena, bytes_of(hash.b, sizeof(hash.b)));
}

bool elements_are_as_left(struct persist *p, const struct undo_step *row)
{
    const struct hash hash = hash_of_part(p, &row->element);

    return bytes_equal(row->left, bytes_of(hash.b, sizeof(hash.b)));
}

static enum err push_step(struct persist *p, const struct change_of_element *c, const struct element_edit *edit)
{
    struct undo_step row = { .has_element = true, .element = as_edit(edit, c) };

    row.before.id = row.after.id = edit->id;
    if (edit->kind.value == ELEMENT_KIND_KIT && id_equal(edit->project, elements_global_kits))
        elements_note_left(p, &row);
    return undo_push(p, edit->project, &row);
}

static enum err write_element(struct persist *p, struct change_of_element *c, const struct element_edit *edit)
{
    enum err e;

    c->now = (struct element){
        .id = edit->id, .project = edit->project, .kind = edit->kind, .revision = turn_next(p), .body = edit->body
    };
    e = edit->has_body ? elements_put(&p->w, &c->now) : elements_remove(&p->w, &c->was);
    return turn_wrote(p, e);
}

/* The error of a write breaks the turn. */
static enum err change_element(struct persist *p, const struct element_edit *edit, struct change_of_element *c,
                               struct done *done, struct fault *fault)
{
    enum err e = check_element(edit, fault);

    if (e == ERR_OK)
        e = find_was(p, edit, c, fault);
    if (e == ERR_OK)
        e = find_project(p, edit, fault);
    if (e != ERR_OK)
        return e;
    *done = (struct done){ .revision = c->was.revision, .id = edit->id };
    c->is_same = c->was_there && edit->has_body && text_equal(c->was.body, edit->body);
    if (c->is_same)
        return ERR_OK;
    e = write_element(p, c, edit);
    if (e == ERR_OK)
        e = turn_log(p, CHANGE_KIND_ELEMENT, edit->project,
                     edit->kind.value == ELEMENT_KIND_PROJECT && !edit->has_body);
    done->revision = p->head;
    return e;
}

enum err elements_apply(struct persist *p, const struct element_edit *edit, struct done *done, struct fault *fault)
{
    struct change_of_element c = { 0 };
    enum err e = change_element(p, edit, &c, done, fault);

    return e == ERR_OK && !c.is_same && elements_has_step(edit) ? push_step(p, &c, edit) : e;
}

/* A step made the part, and was undone; what put it again meanwhile is no step.
 * The part stays as it is. */
static bool is_made_again(struct persist *p, const struct element_edit *version, struct element *there)
{
    return version->has_apart && version->apart && version->has_body &&
           elements_get(p->w.txn, &p->arena, version->kind, version->project, version->id, there) == ERR_OK;
}

enum err elements_exchange(struct persist *p, struct element_edit *version, struct done *done, struct fault *fault)
{
    struct change_of_element c = { 0 };
    const bool removes = !version->has_body;
    enum err e;

    if (is_made_again(p, version, &c.was)) {
        *done = (struct done){ .revision = c.was.revision, .id = version->id };
        *version = as_edit(version, &(struct change_of_element){ .was_there = false });
        return ERR_OK;
    }
    e = change_element(p, version, &c, done, fault);
    if (e != ERR_OK)
        return e;
    *version = as_edit(version, &c);
    version->has_apart = version->apart = removes;
    return ERR_OK;
}
