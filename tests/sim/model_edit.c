/* Edits, edits that are done together, and undo. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/model.h"

/* ---- edits ---- */

static void change_text(bool has, const char *to, char *field, bool *had, char *before, bool *has_after, char *after)
{
    if (!has || strcmp(field, to) == 0)
        return;
    *had = *has_after = true;
    memcpy(before, field, WORD);
    snprintf(after, WORD, "%s", to);
    memcpy(field, after, WORD);
}

static void change_bool(bool has, bool to, bool *field, bool *had, bool *before, bool *has_after, bool *after)
{
    if (!has || *field == to)
        return;
    *had = *has_after = true;
    *before = *field;
    *field = *after = to;
}

/* True if anything changed; `step` records the change. */
static bool change_item(struct model_item *item, const struct wish *w, struct model_step *step)
{
    struct wish *before = &step->before, *after = &step->after;
    uint32_t tags = (item->tags & ~w->remove) | w->add;

    *step = (struct model_step){ .item = item->id, .at = item->forgotten ? item->forgotten_at : 0 };
    change_text(w->has_name, w->name, item->name, &before->has_name, before->name, &after->has_name, after->name);
    change_text(w->has_notes, w->notes, item->notes, &before->has_notes, before->notes, &after->has_notes,
                after->notes);
    change_bool(w->has_favourite, w->favourite, &item->favourite, &before->has_favourite, &before->favourite,
                &after->has_favourite, &after->favourite);
    change_bool(w->has_hidden, w->hidden, &item->hidden, &before->has_hidden, &before->hidden, &after->has_hidden,
                &after->hidden);
    change_bool(w->has_forgotten, w->forgotten, &item->forgotten, &before->has_forgotten, &before->forgotten,
                &after->has_forgotten, &after->forgotten);
    item->forgotten_at = after->has_forgotten ? 0 : item->forgotten_at;
    after->add = before->remove = tags & ~item->tags;
    after->remove = before->add = item->tags & ~tags;
    item->tags = tags;
    return after->has_name || after->has_notes || after->has_favourite || after->has_hidden || after->has_forgotten ||
           after->add || after->remove;
}

void model_push_step(struct model *m, const struct model_step *step)
{
    if (m->at + 1 >= MODEL_STEPS)
        sim_fail("more undo steps than the model has room for");
    m->top = ++m->at;
    m->steps[m->top] = *step;
    m->steps[m->top].first = m->apply_first ? m->apply_first : m->top;
}

static struct verdict apply_wish(struct model *m, struct model_item *item, const struct wish *wish, bool by_person)
{
    struct model_step step;

    if (change_item(item, wish, &step)) {
        item->revision = model_emit(m, CHANGE_KIND_MEDIA, item->id, false);
        if (by_person)
            model_push_step(m, &step);
    }
    return (struct verdict){ .revision = item->revision, .id = item->id };
}

enum err model_edit_refusal(struct model *m, const struct op *op)
{
    struct model_item *item = model_item(m, op->item);

    if (!item)
        return op->has_expect ? ERR_CONFLICT : ERR_NOT_FOUND;
    return op->has_expect && op->expect != item->revision ? ERR_CONFLICT : ERR_OK;
}

struct verdict model_edit(struct model *m, const struct op *op)
{
    enum err e = model_edit_refusal(m, op);

    if (e != ERR_OK)
        return (struct verdict){ .error = e };
    return apply_wish(m, model_item(m, op->item), &op->wish, true);
}

/* ---- edits together ---- */

/* Each item as the previous operations left it. */
static struct model_item *copy_of(struct model *m, struct id id, struct model_item *copies, uint32_t *count)
{
    struct model_item *item = model_item(m, id);

    for (uint32_t i = 0; i < *count; i++)
        if (id_equal(copies[i].id, id))
            return &copies[i];
    if (!item)
        return NULL;
    copies[*count] = *item;
    return &copies[(*count)++];
}

/* A step is continued only while it is the newest one. */
static bool may_continue(const struct model *m, uint64_t step)
{
    return step > 0 && m->at == m->top && m->steps[m->top].first == step;
}

static enum err relink_copies(struct model *m, const struct op *op, struct model_item *copies, uint32_t *count)
{
    struct model_item *item = copy_of(m, op->item, copies, count), *with = copy_of(m, op->with, copies, count);
    enum err e = model_relink_refusal(item, with);

    if (e != ERR_OK)
        return e;
    int32_t availability = item->availability;
    item->availability = with->availability;
    with->availability = availability;
    item->revision = with->revision = UINT64_MAX;
    return ERR_OK;
}

/* The first error of these actions, each after the effect of those before it. */
static enum err refusal_of_actions(struct model *m, const struct deed *deed, uint32_t first)
{
    struct model_item copies[2 * OPS];
    struct model_step unused;
    uint32_t count = 0;

    for (uint32_t i = first; i < deed->op_count; i++) {
        const struct op *op = &deed->ops[i];
        struct model_item *item = copy_of(m, op->item, copies, &count);
        enum err e = op->kind == OP_RELINK ? relink_copies(m, op, copies, &count) : ERR_OK;
        if (e != ERR_OK)
            return e;
        if (op->kind == OP_RELINK)
            continue;
        if (!item)
            return op->has_expect ? ERR_CONFLICT : ERR_NOT_FOUND;
        if (op->has_expect && op->expect != item->revision)
            return ERR_CONFLICT;
        if (change_item(item, &op->wish, &unused))
            item->revision = UINT64_MAX; /* a revision that no client knows */
    }
    return ERR_OK;
}

enum err model_edit_together_refusal(struct model *m, const struct deed *deed)
{
    if (deed->has_step && !may_continue(m, deed->step))
        return ERR_CONFLICT;
    return refusal_of_actions(m, deed, 0);
}

static void do_actions(struct model *m, const struct deed *deed, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        if (deed->ops[i].kind == OP_RELINK)
            model_relink(m, &deed->ops[i]);
        else
            apply_wish(m, model_item(m, deed->ops[i].item), &deed->ops[i].wish, true);
}

struct verdict model_edit_together(struct model *m, const struct deed *deed)
{
    uint64_t at = m->at;
    struct verdict verdict = { 0 };

    m->apply_first = deed->has_step ? deed->step : at + 1;
    do_actions(m, deed, 0, deed->op_count);
    sim.counts.continued += deed->has_step && m->at > at;
    verdict.revision = m->head;
    verdict.items = m->at - at;
    verdict.step = m->at > at || deed->has_step ? m->apply_first : 0;
    m->apply_first = 0;
    return verdict;
}

/* ---- an apply in parts ---- */

enum err model_long_refusal(struct model *m, const struct deed *deed, const struct model_long *at)
{
    return deed->has_step ? ERR_BAD_REQUEST : refusal_of_actions(m, deed, at->done);
}

/* All parts are one step, unless another change came between two of them. */
void model_long_part(struct model *m, const struct deed *deed, struct model_long *at, uint32_t count)
{
    const uint64_t was = m->at;

    if (count == 0 || at->done + count > deed->op_count)
        sim_fail("an apply of %u actions has done %u, and does %u more", deed->op_count, at->done, count);
    m->request = deed->request;
    m->apply_first = may_continue(m, at->step) ? at->step : was + 1;
    do_actions(m, deed, at->done, count);
    if (m->at > was && m->apply_first != at->step) {
        sim.counts.new_steps += at->step != 0;
        at->step = m->apply_first;
        at->steps++;
    }
    at->done += count;
    at->changed = m->at > was ? at->done : at->changed;
    at->items += m->at - was;
    m->apply_first = 0;
}

/* ---- undo ---- */

struct model_rows {
    uint64_t first, last;
};

static uint64_t last_row(const struct model *m, uint64_t row)
{
    const uint64_t first = m->steps[row].first;

    while (row < m->top && m->steps[row + 1].first == first)
        row++;
    return row;
}

/* The part of a step that ends at this position, or begins after it. */
static bool part_at(const struct model *m, uint64_t at, bool back, struct model_rows *rows)
{
    if (back ? at == 0 : at >= m->top)
        return false;
    *rows = back ? (struct model_rows){ m->steps[at].first, at } : (struct model_rows){ at + 1, last_row(m, at + 1) };
    if (rows->last - rows->first >= MODEL_WHOLE && back)
        rows->first = rows->last - MODEL_PART + 1;
    else if (rows->last - rows->first >= MODEL_WHOLE)
        rows->last = rows->first + MODEL_PART - 1;
    return true;
}

static bool is_left(struct model *m, const struct model_step *step)
{
    if (step->is_library)
        return model_folder(m, step->library) != NULL;
    return model_item(m, step->item) && (!step->is_relink || model_item(m, step->with));
}

static bool has_any_item(struct model *m, uint64_t first, uint64_t last)
{
    for (; first <= last; first++)
        if (is_left(m, &m->steps[first]))
            return true;
    return false;
}

bool model_step_may_be_passed_over(struct model *m)
{
    uint64_t first = m->steps[m->top].first;

    return m->top > 0 && !has_any_item(m, first, m->top);
}

/* Back to a step: it and all after it, of which something must be left. */
static enum err refuse_named(struct model *m, uint64_t step)
{
    if (step == 0 || step > m->top || m->steps[step].first != step)
        return ERR_NOT_FOUND;
    return step <= m->at && has_any_item(m, step, m->at) ? ERR_OK : ERR_CONFLICT;
}

enum err model_undo_refusal(struct model *m, const struct deed *deed)
{
    const bool back = deed->kind == DEED_UNDO;
    struct model_rows rows;

    if (back && deed->has_step)
        return refuse_named(m, deed->step);
    for (uint64_t at = m->at; part_at(m, at, back, &rows); at = back ? rows.first - 1 : rows.last)
        if (has_any_item(m, rows.first, rows.last))
            return ERR_OK;
    return ERR_NOT_FOUND;
}

bool model_undo_is_at(struct model *m, uint64_t at, uint64_t top)
{
    uint64_t first = at < m->at ? at : m->at, last = at < m->at ? m->at : at;

    if (top != m->top || last > top)
        return false;
    while (++first <= last)
        if (is_left(m, &m->steps[first]))
            return false;
    m->at = at;
    return true;
}

/* Puts the library back, or removes it again; its items follow as work of their own. */
static struct verdict take_library(struct model *m, const struct model_step *step, bool back)
{
    struct model_folder *folder = model_folder(m, step->library);

    if (folder->is_library != back) {
        folder->is_library = back;
        folder->files = back ? step->files : folder->files;
        m->structure = model_emit(m, CHANGE_KIND_LIBRARY, folder->id, !back);
    }
    if (!model_has_work(m, folder->id, !back, step->at))
        sim_fail("nothing forgets or brings back the items of a library");
    return (struct verdict){ .revision = m->head, .id = folder->id };
}

static struct verdict take_row(struct model *m, const struct model_step *step, bool back)
{
    if (step->is_library)
        return take_library(m, step, back);
    if (step->is_relink)
        return model_relink_take(m, step, back);
    struct model_item *item = model_item(m, step->item);
    bool was = item->forgotten;
    struct verdict verdict = apply_wish(m, item, back ? &step->before : &step->after, false);

    if (back && item->forgotten && !was) /* as it was before, perhaps with its library */
        item->forgotten_at = step->at;
    return verdict;
}

static bool take_rows(struct model *m, const struct model_rows *rows, bool back, struct verdict *verdict)
{
    bool any = false;

    for (uint64_t i = 0; i <= rows->last - rows->first; i++) {
        const struct model_step *step = &m->steps[back ? rows->last - i : rows->first + i];
        if (!is_left(m, step))
            continue;
        *verdict = take_row(m, step, back);
        any = true;
    }
    m->at = back ? rows->first - 1 : rows->last;
    return any;
}

struct verdict model_undo_to(struct model *m, const struct deed *deed)
{
    const struct model_rows rows = { deed->step, m->at };
    struct verdict verdict = { 0 };

    m->request = deed->request;
    take_rows(m, &rows, true, &verdict);
    sim.counts.ways_back++;
    return verdict;
}

bool model_undo_part(struct model *m, const struct deed *deed, uint64_t to, struct verdict *verdict, bool *has_taken)
{
    const bool back = deed->kind == DEED_UNDO;
    struct model_rows rows = { 0 };
    bool taken = false;

    m->request = deed->request;
    while (m->at != to) {
        if (taken || !part_at(m, m->at, back, &rows))
            sim_fail("request %u moves undo to %llu, past %llu", deed_number(deed), (unsigned long long)to,
                     (unsigned long long)m->at);
        taken = take_rows(m, &rows, back, verdict);
    }
    *has_taken = *has_taken || taken;
    return back ? m->steps[rows.first].first == rows.first : rows.last == last_row(m, rows.last);
}
