#include "services/persist/undo.h"
#include "common/clock.h"
#include "services/persist/edit.h"
#include "services/persist/turn.h"
#include "store/catalogue_meta.h"

enum err undo_load(struct persist *p)
{
    struct key key = key_name(META_UNDO);
    struct bytes value = { 0, NULL };
    enum err e = txn_get(p->w.txn, DB_META, key_bytes(&key), &value);

    p->undo = (struct undo_pointers){ key_number_at(value, 0), key_number_at(value, 8) };
    p->undo_was = p->undo;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err undo_save(struct persist *p)
{
    struct key key = key_name(META_UNDO), value = key_number(p->undo.at), top = key_number(p->undo.top);

    if (p->undo.at == p->undo_was.at && p->undo.top == p->undo_was.top)
        return ERR_OK;
    for (uint32_t i = 0; i < top.len; i++)
        value.b[value.len++] = top.b[i];
    return txn_put(p->w.txn, DB_META, key_bytes(&key), key_bytes(&value));
}

static enum err drop_step(struct persist *p, uint64_t number)
{
    struct key key = key_number(number);

    return turn_wrote(p, row_delete(&p->w, DB_UNDO, &key));
}

enum err undo_push(struct persist *p, const struct edit *before, const struct edit *after)
{
    struct undo_step step = { .at = clock_now(), .before = *before, .after = *after };
    enum err e = ERR_OK;

    for (; e == ERR_OK && p->undo.top > p->undo.at; p->undo.top--)
        e = drop_step(p, p->undo.top);
    if (e != ERR_OK)
        return e;
    p->undo.at = ++p->undo.top;
    struct key key = key_number(p->undo.top);
    e = turn_wrote(p, row_put(&p->w, DB_UNDO, &key, &undo_step_shape, &step));
    return e == ERR_OK && p->undo.top > UNDO_STEPS ? drop_step(p, p->undo.top - UNDO_STEPS) : e;
}

/* Applies one half of the step. not_found: the step or its item is gone. */
static enum err apply(struct persist *p, uint64_t number, bool back, struct done *done, struct fault *fault)
{
    struct key key = key_number(number);
    struct undo_step step;
    enum err e = row_get(p->w.txn, &p->arena, DB_UNDO, &key, &undo_step_shape, &step);

    if (e != ERR_OK)
        return fault_set(fault, e, "step %llu of the undo stack cannot be read", (unsigned long long)number);
    return edit_apply(p, back ? &step.before : &step.after, EDIT_IS_UNDO, done, fault);
}

static bool has_step(struct persist *p, uint64_t number)
{
    struct key key = key_number(number);
    struct bytes value;

    return txn_get(p->w.txn, DB_UNDO, key_bytes(&key), &value) == ERR_OK;
}

enum err undo_back(struct persist *p, struct done *done, struct fault *fault)
{
    uint64_t at = p->undo.at;

    for (; at > 0 && has_step(p, at); at--) {
        enum err e = apply(p, at, true, done, fault);
        if (e == ERR_NOT_FOUND)
            continue;
        if (e == ERR_OK)
            p->undo.at = at - 1;
        return e;
    }
    return fault_set(fault, ERR_NOT_FOUND, "there is nothing to undo");
}

enum err undo_again(struct persist *p, struct done *done, struct fault *fault)
{
    for (uint64_t at = p->undo.at + 1; at <= p->undo.top; at++) {
        enum err e = apply(p, at, false, done, fault);
        if (e == ERR_NOT_FOUND)
            continue;
        if (e == ERR_OK)
            p->undo.at = at;
        return e;
    }
    return fault_set(fault, ERR_NOT_FOUND, "there is nothing to redo");
}
