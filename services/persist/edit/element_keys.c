#include "services/persist/edit/element_keys.h"

#include "proto/wire/json_bounds.h"
#include "proto/wire/tree.h"
#include "services/persist/edit/elements.h"
#include "services/persist/edit/undo_stack.h"
#include "store/elements.h"

enum { SHOWN = 40 /* bytes of a value in an error */, BODY_MOST = 3 << 20 /* as in element.schema */, PADS = 128 };

struct keyed_part {
    bool is_there;
    struct text body;
    struct tree keys;
};

static enum err read_keys(struct persist *p, const struct element_edit *edit, struct tree *to, struct fault *fault)
{
    const struct text body = edit->has_body ? edit->body : TEXT("null");
    enum err e = json_check_bounds(body, JSON_VALUES_PART, fault);

    if (e != ERR_OK)
        return fault ? fault_field(fault, "body") : e;
    p->values += json_count_values(body);
    e = tree_read(body, &p->arena, to, NULL);
    if (e != ERR_OK || to->type != TREE_OBJECT) {
        fault_set(fault, ERR_BAD_REQUEST, "the keys of a part are not a JSON object: expected {\"key\": value, …}");
        return fault ? fault_field(fault, "body") : ERR_BAD_REQUEST;
    }
    if (to->count > ELEMENT_KEYS_MOST)
        return fault_set(fault, ERR_TOO_LARGE, "%u keys: at most %d are changed by one action", to->count,
                         ELEMENT_KEYS_MOST);
    return ERR_OK;
}

static enum err read_keyed_part(struct persist *p, const struct element_edit *edit, struct keyed_part *to,
                                struct fault *fault)
{
    struct element found = { 0 };
    enum err e = elements_get(p->w.txn, &p->arena, edit->kind, edit->project, edit->id, &found);

    *to = (struct keyed_part){ .is_there = e == ERR_OK, .keys = { .type = TREE_OBJECT } };
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : fault_set(fault, e, "the element cannot be read");
    to->body = found.body;
    p->values += json_count_values(found.body);
    if (tree_read(found.body, &p->arena, &to->keys, NULL) != ERR_OK || to->keys.type != TREE_OBJECT)
        return fault_set(fault, ERR_BAD_REQUEST, "the part has no keys: it is not a JSON object");
    return ERR_OK;
}

/* Puts `keys` over those of the part. Without any the part stays as it is, byte for byte. */
static enum err write_keyed_part(struct persist *p, const struct element_edit *edit, struct keyed_part *part,
                                 const struct tree *keys, struct done *done, struct fault *fault)
{
    struct element_edit version = *edit;

    tree_patch(&part->keys, &p->arena, keys);
    version.has_body = keys->count ? part->keys.count > 0 : part->is_there;
    version.body = keys->count ? tree_canonical(&part->keys, &p->arena) : part->body;
    if (version.body.len > BODY_MOST)
        return fault_set(fault, ERR_TOO_LARGE, "the part would have %u KiB: at most %d KiB", version.body.len >> 10,
                         BODY_MOST >> 10);
    return elements_exchange(p, &version, done, fault);
}

/* ---- a change ---- */

/* Of the keys of `patch`, those that change: as they are, and as they will be. */
static void compare_keys(struct persist *p, const struct tree *now, const struct tree *patch, struct tree *before,
                         struct tree *after)
{
    *before = *after = (struct tree){ .type = TREE_OBJECT };
    for (uint32_t i = 0; i < patch->count; i++) {
        const struct tree_member *key = &patch->members[i];
        const struct tree *is = tree_get_text(now, key->name);

        if (tree_equal(is, &key->value))
            continue;
        tree_set_text(before, &p->arena, key->name, is ? *is : (struct tree){ .type = TREE_NULL });
        tree_set_text(after, &p->arena, key->name, key->value);
    }
}

static enum err push_keys(struct persist *p, const struct element_edit *edit, const struct tree *before,
                          const struct tree *after)
{
    const struct element_edit half = { .id = edit->id, .project = edit->project, .kind = edit->kind, .has_body = true };
    struct undo_step row = { .has_keys_before = true, .keys_before = half, .has_keys_after = true, .keys_after = half };

    row.keys_before.body = tree_canonical(before, &p->arena);
    row.keys_after.body = tree_canonical(after, &p->arena);
    row.before.id = row.after.id = edit->id;
    return undo_push(p, edit->project, &row);
}

enum err element_keys_apply(struct persist *p, const struct element_edit *edit, struct done *done, struct fault *fault)
{
    struct tree patch, before, after;
    struct keyed_part part;
    enum err e = read_keys(p, edit, &patch, fault);

    if (e == ERR_OK)
        e = read_keyed_part(p, edit, &part, fault);
    if (e != ERR_OK)
        return e;
    compare_keys(p, &part.keys, &patch, &before, &after);
    e = write_keyed_part(p, edit, &part, &after, done, fault);
    return e == ERR_OK && after.count && elements_has_step(edit) ? push_keys(p, edit, &before, &after) : e;
}

/* ---- undo and redo ---- */

static enum err refuse_changed(struct persist *p, const struct tree_member *key, const struct tree *now,
                               struct fault *fault)
{
    static const struct tree null = { .type = TREE_NULL };
    const struct text is = tree_canonical(now ? now : &null, &p->arena), was = tree_canonical(&key->value, &p->arena);

    fault_set(fault, ERR_CONFLICT, "\"%.*s\" was changed since%s%.*s",
              key->name.len < SHOWN ? (int)key->name.len : SHOWN, key->name.at, is.len < SHOWN ? ", to " : "",
              is.len < SHOWN ? (int)is.len : 0, is.at);
    if (!fault)
        return ERR_CONFLICT;
    if (key->value.type != TREE_NULL && was.len < SHOWN)
        return fault_hint(fault, "nothing was changed; it can be done when this key is %.*s again", TEXT_ARG(was));
    return fault_hint(fault, "nothing was changed; `loophole project load` goes back to a save");
}

static const struct tree *find_pad(const struct tree *pads, int number)
{
    for (uint32_t i = 0; pads && i < pads->count; i++)
        if (tree_real(&pads->members[i].value, "pad", -1) == number)
            return &pads->members[i].value;
    return NULL;
}

static bool is_list_of_pads(const struct tree *list)
{
    uint32_t count = 0;

    for (int number = 0; number < PADS; number++)
        count += find_pad(list, number) != NULL;
    return !list || list->type == TREE_NULL || (list->type == TREE_LIST && count == list->count);
}

/* Each pad is a value of its own: those that were changed since stay, and the others become as they are due. */
static bool merge_pads(struct persist *p, const struct tree *now, const struct tree *left, struct tree *due)
{
    struct tree to = { .type = TREE_LIST };

    if (!is_list_of_pads(now) || !is_list_of_pads(left) || !is_list_of_pads(due))
        return false;
    for (int number = 0; number < PADS; number++) {
        const struct tree *is = find_pad(now, number);
        const struct tree *pad = tree_equal(is, find_pad(left, number)) ? find_pad(due, number) : is;
        if (pad)
            tree_add(&to, &p->arena, *pad);
    }
    *due = to;
    return true;
}

static bool merge_key(struct persist *p, const struct tree_member *left, const struct tree *now, struct tree *due)
{
    const struct tree *value = tree_get_text(due, left->name);
    struct tree merged = value ? *value : (struct tree){ .type = TREE_NULL };

    if (!text_is(left->name, "pads") || !merge_pads(p, now, &left->value, &merged))
        return false;
    tree_set_text(due, &p->arena, left->name, merged);
    return true;
}

/* The part still has the keys as the step left them, or they can be merged with what changed since. */
static enum err check_unchanged(struct persist *p, const struct keyed_part *part, const struct tree *left,
                                struct tree *due, struct fault *fault)
{
    for (uint32_t i = 0; i < left->count; i++) {
        const struct tree_member *key = &left->members[i];
        const struct tree *now = tree_get_text(&part->keys, key->name);

        if (!part->is_there && key->value.type != TREE_NULL)
            return fault_set(fault, ERR_NOT_FOUND, "the part is gone");
        if (!tree_equal(now, &key->value) && !merge_key(p, key, now, due))
            return refuse_changed(p, key, now, fault);
    }
    return ERR_OK;
}

enum err element_keys_take(struct persist *p, const struct undo_step *row, bool back, struct done *done,
                           struct fault *fault)
{
    const struct element_edit *due = back ? &row->keys_before : &row->keys_after;
    struct tree keys, left;
    struct keyed_part part;
    enum err e = read_keys(p, due, &keys, fault);

    if (e == ERR_OK)
        e = read_keys(p, back ? &row->keys_after : &row->keys_before, &left, fault);
    if (e == ERR_OK)
        e = read_keyed_part(p, due, &part, fault);
    if (e == ERR_OK)
        e = check_unchanged(p, &part, &left, &keys, fault);
    return e == ERR_OK ? write_keyed_part(p, due, &part, &keys, done, fault) : e;
}
