#include "services/persist/uses/uses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "common/process/limits.h"
#include "proto/wire/codec.h"
#include "services/persist/turn/turn.h"
#include "store/uses.h"

/* ---- the context ---- */

/* The id of the context of this kind and name, if no program gave it an id. */
static struct id id_of_context(struct choice kind, struct text name)
{
    struct key key = { 0 };
    struct hash hash;
    struct id id;

    key_add(&key, &(uint8_t){ (uint8_t)kind.value }, 1);
    key_add(&key, name.at, name.len);
    hash = hash_of(key.b, key.len);
    memcpy(id.b, hash.b, sizeof(id.b));
    return id;
}

bool uses_is_of_another_kind(struct persist *p, struct id context, struct choice kind)
{
    struct context now;

    return uses_context(p->w.txn, &p->arena, context, &now) == ERR_OK && now.kind.value != kind.value;
}

static enum err refuse_kind(struct fault *fault)
{
    fault_set(fault, ERR_CONFLICT, "the context is of another kind");
    fault_hint(fault, "note these uses under another id");
    return fault_field(fault, "kind");
}

static enum err find_context(struct persist *p, const struct persist_use *ask, struct context *was, struct context *now,
                             struct fault *fault)
{
    *now = (struct context){ .id = ask->has_id ? ask->id : id_of_context(ask->kind, ask->name),
                             .kind = ask->kind,
                             .name = ask->name,
                             .at = clock_now() };
    enum err e = uses_context(p->w.txn, &p->arena, now->id, was);

    if (now->name.len == 0)
        now->name = was->name;
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return fault_set(fault, e, "the context cannot be read");
    if (ask->has_id && uses_is_of_another_kind(p, ask->id, ask->kind))
        return refuse_kind(fault);
    if (now->name.len)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "the context is new and has no name: expected one");
    return fault_field(fault, "name");
}

/* ---- its uses ---- */

struct noting {
    struct persist *p;
    const struct persist_use *ask;
    struct context context;
    struct use *was; /* the rows of the context */
    uint32_t count, room;
    uint32_t alive; /* uses after the ask; a new one that it names twice counts twice */
    uint32_t written;
    enum err e;
};

static bool keep_row(void *state, const struct use *use)
{
    struct noting *n = state;

    if (n->count == n->room) {
        n->e = ERR_TOO_LARGE;
        return false;
    }
    n->was[n->count++] = *use;
    return true;
}

static bool count_row(void *state, const struct use *use)
{
    struct noting *n = state;

    (void)use;
    n->room++;
    return n->room <= USES_IN_CONTEXT;
}

/* A write makes the map move, so all rows are read before the first one. */
static enum err read_use_rows(struct noting *n, struct fault *fault)
{
    enum err e = uses_each_place(n->p->w.txn, n->context.id, count_row, n);

    if (e != ERR_OK)
        return fault_set(fault, e, "the uses of the context cannot be counted");
    n->was = arena_array(&n->p->arena, n->room + 1, sizeof(*n->was));
    if (!n->was)
        return limits_refuse(fault, "the uses");
    e = uses_each(n->p->w.txn, &n->p->arena, n->context.id, keep_row, n);
    return e == ERR_OK ? n->e : fault_set(fault, e, "the uses of the context cannot be read");
}

static bool is_same_use(const struct use *a, const struct use *b)
{
    return id_equal(a->media, b->media) && text_equal(a->role, b->role) && text_equal(a->section, b->section) &&
           text_equal(a->track, b->track);
}

/* The number of the first row of the item, if it has one. */
static uint32_t find_first_row(const struct noting *n, struct id item)
{
    uint32_t low = 0, high = n->count; /* the rows are in the order of items */

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (id_compare(n->was[middle].media, item) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct use *find_row(const struct noting *n, const struct use *use)
{
    for (uint32_t i = find_first_row(n, use->media); i < n->count && id_equal(n->was[i].media, use->media); i++)
        if (is_same_use(&n->was[i], use))
            return &n->was[i];
    return NULL;
}

/* Counts the uses that continue unless the ask ends them, and notes their rows. */
static uint32_t count_alive(const struct noting *n, bool *goes_on)
{
    uint32_t alive = 0;

    for (uint32_t i = 0; i < n->count && !n->ask->whole; i++) {
        goes_on[i] = !n->was[i].ended;
        alive += goes_on[i];
    }
    return alive;
}

/* The ask may name a use several times: the last time counts. */
static void count_use(struct noting *n, const struct use *use, const struct use *row, bool *goes_on)
{
    if (row) {
        n->alive -= goes_on[row - n->was];
        goes_on[row - n->was] = !use->ended;
    }
    n->alive += !use->ended;
}

static enum err check_items(struct noting *n, struct fault *fault)
{
    bool *goes_on = arena_array(&n->p->arena, n->count + 1, sizeof(*goes_on));
    char id[ID_TEXT_SIZE], field[32];

    if (!goes_on)
        return limits_refuse(fault, "the uses");
    const uint32_t before = count_alive(n, goes_on);
    n->alive = before;
    for (uint32_t i = 0; i < n->ask->uses.count; i++) {
        const struct use *use = &n->ask->uses.at[i];
        struct key key = key_id(use->media);
        struct bytes value;
        const struct use *row = find_row(n, use);
        count_use(n, use, row, goes_on);
        if (row || txn_get(n->p->w.txn, DB_MEDIA, key_bytes(&key), &value) == ERR_OK)
            continue;
        snprintf(field, sizeof(field), "uses[%u].media", i);
        fault_set(fault, ERR_NOT_FOUND, "no media item %s", id_write(use->media, id));
        return fault_field(fault, field);
    }
    if (n->alive <= USES_IN_CONTEXT)
        return ERR_OK;
    fault_set(fault, ERR_TOO_LARGE, "the context has %u uses and would have %u more: at most %d", before,
              n->alive - before, USES_IN_CONTEXT);
    return fault_hint(fault, "end uses of this context, or record the new ones in another context");
}

static enum err write_use(struct noting *n, const struct use *use)
{
    n->written++;
    return turn_wrote(n->p, uses_put(&n->p->w, n->context.id, use));
}

/* An end of a use that never began changes nothing. */
static enum err note_use(struct noting *n, const struct use *use)
{
    struct use *was = find_row(n, use), now = *use;

    now.at = use->at ? use->at : n->context.at;
    now.has_from = false;
    if (!was)
        return use->ended ? ERR_OK : write_use(n, &now);
    if (was->ended == use->ended)
        return ERR_OK;
    if (use->ended)
        now.at = was->at;
    *was = now; /* the texts are the same */
    return write_use(n, &now);
}

/* The rows that the ask does not have. */
static enum err end_others(struct noting *n)
{
    bool *stays = arena_array(&n->p->arena, n->count + 1, sizeof(*stays));
    enum err e = stays ? ERR_OK : ERR_FULL;

    for (uint32_t i = 0; e == ERR_OK && i < n->ask->uses.count; i++) {
        struct use *row = find_row(n, &n->ask->uses.at[i]);
        if (row)
            stays[row - n->was] = true;
    }
    for (uint32_t i = 0; e == ERR_OK && i < n->count; i++) {
        if (stays[i] || n->was[i].ended)
            continue;
        n->was[i].ended = true;
        e = write_use(n, &n->was[i]);
    }
    return e;
}

/* ---- the ended ones ---- */

static int compare_begins(const void *a, const void *b)
{
    const struct use *x = *(struct use *const *)a, *y = *(struct use *const *)b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x < y ? -1 : x > y; /* the order of rows */
}

static int compare_rows(const void *a, const void *b)
{
    const struct use *x = *(struct use *const *)a, *y = *(struct use *const *)b;

    return x < y ? -1 : x > y;
}

/* A reader finds the items of a change of uses by their rows, so an item whose row goes is logged itself. */
static enum err remove_rows(struct noting *n, struct use **rows, uint32_t count)
{
    enum err e = ERR_OK;

    qsort(rows, count, sizeof(struct use *), compare_rows);
    for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
        e = turn_wrote(n->p, uses_remove(&n->p->w, n->context.id, rows[i]));
        if (e == ERR_OK && (i + 1 == count || !id_equal(rows[i]->media, rows[i + 1]->media)))
            e = turn_log(n->p, CHANGE_KIND_MEDIA, rows[i]->media, false);
    }
    return e;
}

/* Removes the ended uses beyond the number that is kept, those that began first. */
static enum err trim_ended(struct noting *n)
{
    const uint32_t room = USES_IN_CONTEXT - n->alive, kept = room < ENDED_IN_CONTEXT ? room : ENDED_IN_CONTEXT;
    struct use **ended = arena_array(&n->p->arena, n->count + 1, sizeof(struct use *));
    uint32_t count = 0;

    if (!ended)
        return ERR_FULL;
    for (uint32_t i = 0; i < n->count; i++)
        if (n->was[i].ended)
            ended[count++] = &n->was[i];
    if (count <= kept)
        return ERR_OK;
    qsort(ended, count, sizeof(struct use *), compare_begins);
    return remove_rows(n, ended, count - kept);
}

static bool is_same_context(const struct context *a, const struct context *b)
{
    return id_equal(a->id, b->id) && a->kind.value == b->kind.value && text_equal(a->name, b->name);
}

static enum err finish_writing(struct noting *n)
{
    enum err e = n->written ? trim_ended(n) : ERR_OK;

    if (e == ERR_OK)
        e = turn_wrote(n->p, uses_put_context(&n->p->w, &n->context));
    return e == ERR_OK ? turn_log(n->p, CHANGE_KIND_USE, n->context.id, false) : e;
}

static enum err write_all(struct noting *n, const struct context *was)
{
    enum err e = n->ask->whole ? end_others(n) : ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < n->ask->uses.count; i++)
        e = note_use(n, &n->ask->uses.at[i]);
    return e == ERR_OK && (n->written || !is_same_context(was, &n->context)) ? finish_writing(n) : e;
}

enum err uses_note(struct persist *p, const struct persist_use *ask, struct done *answer, struct fault *fault)
{
    struct noting n = { .p = p, .ask = ask };
    struct context was = { 0 };
    enum err e = find_context(p, ask, &was, &n.context, fault);

    if (e == ERR_OK)
        e = read_use_rows(&n, fault);
    if (e == ERR_OK)
        e = check_items(&n, fault);
    if (e == ERR_OK)
        e = write_all(&n, &was);
    answer->id = n.context.id;
    answer->revision = turn_next(p) - 1;
    return e;
}

static uint32_t count_current(const struct noting *n)
{
    uint32_t current = 0;

    for (uint32_t i = 0; i < n->count; i++)
        current += !n->was[i].ended;
    return current;
}

/* ---- two contexts become one ---- */

static enum err remove_all(struct noting *n)
{
    struct use **rows = arena_array(&n->p->arena, n->count + 1, sizeof(struct use *));
    enum err e = rows ? ERR_OK : ERR_FULL;

    for (uint32_t i = 0; rows && i < n->count; i++)
        rows[i] = &n->was[i];
    if (e == ERR_OK)
        e = remove_rows(n, rows, n->count);
    return e == ERR_OK ? turn_wrote(n->p, uses_remove_context(&n->p->w, n->context.id)) : e;
}

/* A use that both have began with the first. */
static enum err begin_earlier(struct noting *to, struct use *row, const struct use *before)
{
    if (row->at <= before->at)
        return ERR_OK;
    row->at = before->at;
    return write_use(to, row);
}

/* The rows that `to` lacks are ended ones of it. */
static enum err add_rows(struct noting *to, const struct noting *from)
{
    struct use *all = arena_array(&to->p->arena, to->count + from->count + 1, sizeof(*all));
    uint32_t count = to->count;
    enum err e = all ? ERR_OK : ERR_FULL;

    for (uint32_t i = 0; e == ERR_OK && i < from->count; i++) {
        struct use use = from->was[i], *row = find_row(to, &use);
        use.ended = true;
        e = row ? begin_earlier(to, row, &use) : write_use(to, &use);
        if (!row)
            all[count++] = use;
    }
    if (all && to->count)
        memcpy(all, to->was, to->count * sizeof(*all));
    to->was = all;
    to->count = count;
    return e;
}

enum err uses_merge(struct persist *p, struct id from, struct id to, struct fault *fault)
{
    struct noting was = { .p = p, .context = { .id = from } }, now = { .p = p };
    enum err e = uses_context(p->w.txn, &p->arena, to, &now.context);

    if (e != ERR_OK)
        return fault_set(fault, e, "the context cannot be read");
    e = read_use_rows(&was, fault);
    if (e == ERR_OK)
        e = read_use_rows(&now, fault);
    now.alive = count_current(&now);
    if (e == ERR_OK)
        e = add_rows(&now, &was);
    if (e == ERR_OK && now.written)
        e = finish_writing(&now);
    return e == ERR_OK ? remove_all(&was) : e;
}

/* ---- an end by a person ---- */

static bool is_meant(const struct persist_end_uses *ask, const struct use *use)
{
    return !use->ended && (!ask->has_role || text_equal(ask->role, use->role)) &&
           (!ask->has_section || text_equal(ask->section, use->section));
}

/* Ends the uses of one item; returns whether there were any. */
static bool end_item(struct noting *n, const struct persist_end_uses *ask, struct id item, enum err *e)
{
    uint32_t written = n->written;

    for (uint32_t i = find_first_row(n, item); i < n->count && id_equal(n->was[i].media, item) && *e == ERR_OK; i++)
        if (is_meant(ask, &n->was[i])) {
            n->was[i].ended = true;
            *e = write_use(n, &n->was[i]);
        }
    return n->written > written;
}

enum err uses_end(struct persist *p, const struct persist_end_uses *ask, struct ended_uses *answer, struct fault *fault)
{
    struct noting n = { .p = p };
    struct id id = id_of_context((struct choice){ .value = CONTEXT_KIND_NAMED }, ask->name);
    enum err e = uses_context(p->w.txn, &p->arena, id, &n.context);

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return fault_set(fault, e, "the context cannot be read");
    if (e == ERR_NOT_FOUND) {
        fault_set(fault, e, "`loophole use` has recorded no context named \"%.*s\"", TEXT_ARG(ask->name));
        return fault_hint(fault, "the uses of a project or a session end when it no longer has the item");
    }
    n.context.at = clock_now();
    e = read_use_rows(&n, fault);
    for (uint32_t i = 0; e == ERR_OK && i < ask->items.count; i++)
        answer->items += end_item(&n, ask, ask->items.at[i], &e);
    n.alive = count_current(&n);
    if (e == ERR_OK && n.written)
        e = finish_writing(&n);
    answer->id = id;
    answer->revision = turn_next(p) - 1;
    return e;
}
