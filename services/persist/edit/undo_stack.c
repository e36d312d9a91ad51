#include "services/persist/edit/undo_stack.h"

#include "common/clock.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue.h"
#include "store/keys.h"
#include "store/row.h"

static const struct id catalogue_scope;
const struct id undo_moves = { "moves" };

/* ---- scopes ---- */

enum err undo_read_scope(struct text word, struct id *scope, struct fault *fault)
{
    *scope = catalogue_scope;
    if (word.len == 0 || text_is(word, "catalogue"))
        return ERR_OK;
    if (text_is(word, "moves")) {
        *scope = undo_moves;
        return ERR_OK;
    }
    if (id_read(word, scope))
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "unknown scope \"%.*s\": expected catalogue, moves or an id", TEXT_ARG(word));
    return fault_field(fault, "scope");
}

struct text undo_write_scope(struct id scope, char room[ID_TEXT_SIZE])
{
    if (id_is_zero(scope))
        return TEXT("catalogue");
    return id_equal(scope, undo_moves) ? TEXT("moves") : text_of(id_write(scope, room));
}

static struct key join_scope(struct id scope, struct key after)
{
    struct key key = key_id(scope);

    if (id_is_zero(scope))
        return after;
    key_add(&key, after.b, after.len);
    return key;
}

struct key undo_key(struct id scope, uint64_t number)
{
    return join_scope(scope, key_number(number));
}

/* ---- pointers ---- */

static struct key pointers_key(struct id scope)
{
    struct key key = key_name(META_UNDO);

    if (id_is_zero(scope))
        return key;
    key_add(&key, scope.b, sizeof(scope.b));
    return key;
}

enum err undo_pointers_read(struct txn *txn, struct id scope, struct undo_pointers *to)
{
    struct key key = pointers_key(scope);
    struct bytes value = { 0, NULL };
    enum err e = txn_get(txn, DB_META, key_bytes(&key), &value);

    *to = (struct undo_pointers){ key_number_at(value, 0), key_number_at(value, 8) };
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err write_pointers(struct persist *p, struct id scope, struct undo_pointers to)
{
    struct key key = pointers_key(scope), value = key_number(to.at), top = key_number(to.top);

    key_add(&value, top.b, top.len);
    return txn_put(p->w.txn, DB_META, key_bytes(&key), key_bytes(&value));
}

enum err undo_load(struct persist *p)
{
    enum err e = undo_pointers_read(p->w.txn, catalogue_scope, &p->undo);

    p->undo_was = p->undo;
    p->step = (struct step_in_hand){ 0 };
    return e;
}

enum err undo_save(struct persist *p)
{
    if (p->undo.at == p->undo_was.at && p->undo.top == p->undo_was.top)
        return ERR_OK;
    return write_pointers(p, catalogue_scope, p->undo);
}

/* Those of the open step's scope, which undo_close stores. */
static bool are_in_hand(const struct persist *p, struct id scope)
{
    return p->step.is_open && id_equal(p->step.scope, scope);
}

enum err undo_pointers(struct persist *p, struct id scope, struct undo_pointers *to)
{
    if (id_is_zero(scope))
        *to = p->undo;
    else if (are_in_hand(p, scope) && p->step.pointers.top)
        *to = p->step.pointers;
    else
        return undo_pointers_read(p->w.txn, scope, to);
    return ERR_OK;
}

enum err undo_point(struct persist *p, struct id scope, struct undo_pointers to)
{
    if (id_is_zero(scope))
        p->undo = to;
    else if (are_in_hand(p, scope))
        p->step.pointers = to;
    else
        return turn_wrote(p, write_pointers(p, scope, to));
    return turn_wrote(p, ERR_OK);
}

/* ---- rows ---- */

const struct element_edit *undo_element(const struct undo_step *row)
{
    if (row->has_element)
        return &row->element;
    return row->has_keys_before ? &row->keys_before : row->has_element_before ? &row->element_before : NULL;
}

enum err undo_row(struct txn *txn, struct arena *arena, struct id scope, uint64_t number, struct undo_step *to)
{
    struct key key = undo_key(scope, number);

    return row_get(txn, arena, DB_UNDO, &key, &undo_step_shape, to);
}

enum err undo_row_put(struct persist *p, struct id scope, uint64_t number, const struct undo_step *row)
{
    struct key key = undo_key(scope, number);

    return turn_wrote(p, row_put(&p->w, DB_UNDO, &key, &undo_step_shape, row));
}

enum err undo_first_kept(struct txn *txn, struct arena *arena, struct id scope, uint64_t top, uint64_t *first,
                         struct undo_step *row)
{
    const uint64_t step = *first, most = undo_most(scope);
    enum err e = undo_row(txn, arena, scope, step, row);

    if (e != ERR_NOT_FOUND || top < most)
        return e;
    e = undo_row(txn, arena, scope, top, row);
    if (e != ERR_OK || !row->has_first || row->first != step)
        return e == ERR_OK ? ERR_NOT_FOUND : e;
    *first = top - most + 1;
    return undo_row(txn, arena, scope, *first, row);
}

enum err undo_step_ending(struct txn *txn, struct arena *arena, struct id scope, uint64_t top, uint64_t last,
                          uint64_t *first, struct undo_step *row)
{
    enum err e = undo_row(txn, arena, scope, last, row);

    *first = last;
    if (e != ERR_OK || !row->has_first)
        return e;
    if (row->first >= last)
        return ERR_INTERNAL;
    *first = row->first;
    return undo_first_kept(txn, arena, scope, top, first, row);
}

static bool has_media(struct txn *txn, struct id id)
{
    struct key key = key_id(id);
    struct bytes value;

    return txn_get(txn, DB_MEDIA, key_bytes(&key), &value) == ERR_OK;
}

bool undo_has_item(struct txn *txn, struct arena *arena, const struct undo_step *row)
{
    struct folder folder;

    return row->has_library || undo_element(row) || has_media(txn, row->before.id) ||
           catalogue_folder(txn, arena, row->before.id, &folder) == ERR_OK;
}

void undo_open(struct persist *p, struct id scope, struct text label)
{
    p->step = (struct step_in_hand){ .is_open = true, .scope = scope, .label = label };
}

uint64_t undo_close(struct persist *p)
{
    const struct step_in_hand step = p->step;

    p->step = (struct step_in_hand){ 0 };
    if (step.pointers.top)
        (void)undo_point(p, step.scope, step.pointers); /* a failure breaks the turn */
    return step.first;
}

static void join_step(struct persist *p, uint64_t number, struct undo_step *row)
{
    if (p->step.is_open) {
        row->has_first = p->step.first != 0;
        row->first = p->step.first;
    }
    if (row->has_first)
        return;
    row->by = text_of(p->client);
    row->has_by = row->by.len > 0;
    if (!p->step.is_open)
        return;
    p->step.first = number;
    row->label = p->step.label;
}

/* The open step has more rows than its scope keeps: the row after `number`, which is its first now, gets the label and
 * the client. */
static enum err pass_label_on(struct persist *p, struct id scope, uint64_t number)
{
    struct undo_step row, next;
    enum err e = undo_row(p->w.txn, &p->arena, scope, number, &row);

    if (e == ERR_OK)
        e = undo_row(p->w.txn, &p->arena, scope, number + 1, &next);
    if (e != ERR_OK)
        return turn_wrote(p, e);
    next.label = row.label;
    next.has_by = row.has_by;
    next.by = row.by;
    return undo_row_put(p, scope, number + 1, &next);
}

static enum err drop_row(struct persist *p, struct id scope, uint64_t number)
{
    struct key key = undo_key(scope, number);
    bool is_of_open_step = p->step.is_open && number >= p->step.first;
    enum err e = is_of_open_step ? pass_label_on(p, scope, number) : ERR_OK;

    return e == ERR_OK ? turn_wrote(p, row_delete(&p->w, DB_UNDO, &key)) : e;
}

uint64_t undo_most(struct id scope)
{
    return id_is_zero(scope) || id_equal(scope, undo_moves) ? UNDO_STEPS : UNDO_PROJECT_STEPS;
}

struct undo_pieces undo_pieces(void)
{
    return (struct undo_pieces){ .whole = 4096, .part = 1024 };
}

enum err undo_push(struct persist *p, struct id scope, const struct undo_step *row)
{
    struct undo_step kept = *row;
    struct undo_pointers stack;
    enum err e;

    scope = p->step.is_open ? p->step.scope : scope;
    e = undo_pointers(p, scope, &stack);
    stack.top = ++stack.at;
    kept.at = clock_now();
    join_step(p, stack.top, &kept);
    if (e == ERR_OK)
        e = undo_row_put(p, scope, stack.top, &kept);
    if (e == ERR_OK)
        e = undo_point(p, scope, stack);
    return e == ERR_OK && stack.top > undo_most(scope) ? drop_row(p, scope, stack.top - undo_most(scope)) : e;
}
