#include "services/persist/steps/together.h"

#include "services/persist/edit/elements.h"
#include "services/persist/edit/kit_names.h"
#include "services/persist/steps/kit_uses.h"
#include "services/persist/turn/turn.h"
#include "store/elements.h"

enum {
    ROWS_OF_ONE = 512, /* bytes: the rows of the change log and the undo stack, with their keys */
    ROWS_OF_USE = 256  /* bytes: the rows of one use of an item, with their keys */
};

enum err together_begin(struct persist *p, struct together *together, struct fault *fault)
{
    enum err e = txn_begin_inner(p->w.txn);

    p->values = 0;
    *together = (struct together){ .head = p->head,
                                   .request_revision = p->request_revision,
                                   .writes = p->writes,
                                   .kit_names = p->kit_names.changes,
                                   .changes = p->changes,
                                   .undo = p->undo,
                                   .dropped = p->w.dropped.len };
    return e == ERR_OK ? e : fault_set(fault, e, "cannot begin an inner transaction in the store: %s", err_name(e));
}

static void restore_turn(struct persist *p, const struct together *together)
{
    p->head = together->head;
    p->request_revision = together->request_revision;
    p->writes = together->writes;
    p->changes = together->changes;
    p->undo = together->undo;
    p->w.dropped.len = together->dropped;
    if (p->kit_names.changes != together->kit_names)
        kit_names_forget(p);
}

enum err together_end(struct persist *p, const struct together *together, enum err e, struct fault *fault)
{
    if (e == ERR_OK && p->writes != together->writes && !turn_is_broken(p)) {
        e = turn_wrote(p, txn_keep_inner(p->w.txn));
        return e == ERR_OK ? e : fault_set(fault, e, "%s", p->broken.what);
    }
    txn_undo_inner(p->w.txn);
    restore_turn(p, together);
    return turn_is_broken(p) ? fault_set(fault, p->broken.code, "%s", p->broken.what) : e;
}

static size_t count_row(struct persist *p, enum database db, struct id id)
{
    struct key key = key_id(id);
    struct bytes value = { 0, NULL };

    return txn_get(p->w.txn, db, key_bytes(&key), &value) == ERR_OK ? value.len : 0;
}

static size_t count_texts(const struct text_list *list)
{
    size_t bytes = 0;

    for (uint32_t i = 0; i < list->count; i++)
        bytes += list->at[i].len;
    return bytes;
}

static size_t count_facts(const struct fact_list *list)
{
    size_t bytes = list->count * sizeof(struct fact);

    for (uint32_t i = 0; i < list->count; i++)
        bytes += list->at[i].attribute.len + list->at[i].text.len;
    return bytes;
}

size_t together_count_edit(const struct edit *edit)
{
    return edit->name.len + edit->pack.len + edit->notes.len + edit->remote.len + count_texts(&edit->add_tags) +
           count_texts(&edit->remove_tags) + count_facts(&edit->facts) + count_texts(&edit->clear_facts) +
           (edit->add_unlike.count + edit->remove_unlike.count) * sizeof(struct id);
}

size_t together_reckon(struct persist *p, struct id item, bool touches_facts, size_t put)
{
    size_t bytes = ROWS_OF_ONE + put + count_row(p, DB_MEDIA, item);

    return touches_facts ? bytes + count_row(p, DB_FACTS, item) : bytes;
}

static size_t count_element(struct persist *p, const struct element_edit *edit)
{
    struct key key = elements_key(edit->kind, edit->project, edit->id);
    struct bytes value = { 0, NULL };

    return txn_get(p->w.txn, DB_ELEMENT, key_bytes(&key), &value) == ERR_OK ? value.len : 0;
}

/* Of a kit whose body had `was` bytes: its uses end, and others begin. */
static size_t count_uses(const struct element_edit *edit, size_t was)
{
    if (edit->kind.value != ELEMENT_KIND_KIT)
        return 0;
    return (size_t)ROWS_OF_USE * (kit_uses_most(was) + kit_uses_most(edit->body.len));
}

size_t together_reckon_element(struct persist *p, const struct element_edit *edit)
{
    const size_t was = count_element(p, edit);

    return ROWS_OF_ONE + edit->body.len + (elements_has_step(edit) ? 2 * was : 0) + count_uses(edit, was);
}

/* The step has the former values too, which may be the whole element. */
size_t together_reckon_keys(struct persist *p, const struct element_edit *edit)
{
    const size_t was = count_element(p, edit);

    return ROWS_OF_ONE + 2 * edit->body.len + 2 * was + count_uses(edit, was + edit->body.len);
}

enum err together_check(size_t bytes, struct fault *fault)
{
    if (bytes <= TOGETHER_BYTES)
        return ERR_OK;
    fault_set(fault, ERR_TOO_LARGE, "this rewrites about %zu KiB of rows: at most %d KiB are rewritten together",
              bytes >> 10, TOGETHER_BYTES >> 10);
    return fault_hint(fault, "do it in smaller pieces");
}

bool together_is_used_up(const struct persist *p)
{
    return p->values > TOGETHER_VALUES;
}

enum err together_refuse_values(struct fault *fault)
{
    fault_set(fault, ERR_TOO_LARGE, "this reads parts of projects with more than %d values together", TOGETHER_VALUES);
    return fault_hint(fault, "do it in smaller pieces");
}
