#include "services/persist/edit/undo_stack.h"

#include "common/clock.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue_meta.h"
#include "store/row.h"

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

    p->undo.top = ++p->undo.at;
    struct key key = key_number(p->undo.top);
    enum err e = turn_wrote(p, row_put(&p->w, DB_UNDO, &key, &undo_step_shape, &step));
    return e == ERR_OK && p->undo.top > UNDO_STEPS ? drop_step(p, p->undo.top - UNDO_STEPS) : e;
}
