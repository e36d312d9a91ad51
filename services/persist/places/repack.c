#include "services/persist/places/repack.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "services/persist/places/levels.h"
#include "services/persist/places/pack.h"
#include "services/persist/places/places.h"
#include "services/persist/places/places_lookup.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue_write.h"
#include "store/keys.h"

enum { HEAD = sizeof(META_PACK) - 1 + 16 /* of a key: bytes before the old pack */ };
static const usec_t pause_between_parts = 1000, pause_without_writes = 1000000, pause_after_an_error = 1000000;

/* The row in progress, and its folders level by level. In folder `at`, the files up to `name` are done. */
struct repack {
    struct key row;
    struct text old; /* points into `row`; empty: the items get `state` */
    enum item_state state;
    struct levels levels; /* its name is first that of the last folder, and then that of the last file */
    uint32_t at;
    bool is_listed; /* the subfolders of folder `at` are in the list */
};

static void run_repack_part(void *persist);

/* ---- rows ---- */

static struct key row_of(struct id folder, struct text old)
{
    struct key key = key_name(META_PACK);

    key_add(&key, folder.b, sizeof(folder.b));
    key_add(&key, old.at, old.len < LEVELS_NAME ? old.len : LEVELS_NAME);
    return key;
}

/* The value of a row without a pack is a state. */
static enum err first_row(struct persist *p, struct key *row, enum item_state *state)
{
    struct key prefix = key_name(META_PACK);
    struct walk walk;
    enum err e = walk_begin(p->w.txn, DB_META, key_bytes(&prefix), key_bytes(&prefix), &walk);

    if (e == ERR_OK && !walk_next(&walk))
        e = ERR_NOT_FOUND;
    if (e == ERR_OK && (walk.key.len < HEAD || walk.key.len > sizeof(row->b) || walk.value.len == 0))
        e = ERR_INTERNAL;
    if (e == ERR_OK) {
        *state = (enum item_state)walk.value.at[0];
        row->len = walk.key.len;
        memcpy(row->b, walk.key.at, walk.key.len);
    }
    walk_end(&walk);
    return e;
}

/* ---- the row in progress ---- */

static void free_repack(struct persist *p)
{
    if (p->repack)
        levels_free(&p->repack->levels);
    free(p->repack);
    p->repack = NULL;
}

static enum err take_row(struct persist *p)
{
    struct repack *r = alloc_zeroed(1, sizeof(*r));
    enum err e = first_row(p, &r->row, &r->state);

    if (e != ERR_OK) {
        free(r);
        return e;
    }
    (void)levels_add(&r->levels, key_id_at(key_bytes(&r->row), HEAD - 16));
    r->old = (struct text){ r->row.len - HEAD, (const char *)r->row.b + HEAD };
    p->repack = r;
    return ERR_OK;
}

/* ---- items ---- */

static enum err put_pack(struct persist *p, const struct repack *r, struct id id, struct text pack)
{
    struct media was, now;
    struct fault unused = { 0 };
    enum err e = places_find(p, id, &was, &unused);

    if (places_pass_over(id, e))
        return ERR_OK;
    if (e != ERR_OK || !text_equal(was.pack, r->old) || text_equal(was.pack, pack))
        return e;
    now = was;
    now.pack = pack;
    now.revision = turn_next(p);
    e = turn_wrote(p, catalogue_put_media(&p->w, &was, &now));
    return e == ERR_OK ? turn_log(p, CHANGE_KIND_MEDIA, id, false) : e;
}

static enum err put_presence(struct persist *p, const struct repack *r, struct id id)
{
    const struct presence presence = { .id = id, .availability = { .value = (int32_t)r->state } };
    struct outcome outcome = { 0 };
    struct fault unused = { 0 };
    struct media was;
    enum err e = places_find(p, id, &was, &unused);

    if (places_pass_over(id, e))
        return ERR_OK;
    if (e == ERR_OK && r->state != ITEM_STATE_MISSING && was.availability.value != ITEM_STATE_MISSING)
        return ERR_OK;
    if (e == ERR_OK)
        e = places_presence(p, &presence, &outcome, &unused);
    return e == ERR_NOT_FOUND ? ERR_INTERNAL : e;
}

static enum err do_some(struct persist *p, struct repack *r, bool *folder_is_done)
{
    const bool is_presence = r->old.len == 0;
    struct levels_items some;
    struct text pack = { 0 };
    struct folder folder;
    enum err e = catalogue_folder(p->w.txn, &p->arena, r->levels.folders[r->at], &folder);

    *folder_is_done = e == ERR_NOT_FOUND; /* the folder was removed meanwhile */
    if (*folder_is_done)
        return ERR_OK;
    if (e == ERR_OK && !is_presence)
        e = pack_of_folder(p, r->levels.folders[r->at], &pack);
    if (e == ERR_OK)
        e = levels_next_items(p, &r->levels, r->at, &some);
    *folder_is_done = e == ERR_OK && (some.count < LEVELS_ITEMS || (!is_presence && pack.len == 0));
    for (uint32_t i = 0; e == ERR_OK && (is_presence || pack.len) && i < some.count; i++)
        e = is_presence ? put_presence(p, r, some.ids[i]) : put_pack(p, r, some.ids[i], pack);
    return e;
}

/* ---- parts ---- */

static enum err do_part(struct persist *p, struct repack *r)
{
    enum err e = ERR_OK;

    do {
        bool is_done = false;
        arena_reset(&p->arena);
        e = r->is_listed ? do_some(p, r, &is_done) : levels_gather(p, &r->levels, r->at, &r->is_listed);
        if (!is_done)
            continue;
        r->at++;
        r->is_listed = false;
        r->levels.name_len = 0;
    } while (e == ERR_OK && r->at < r->levels.count && !turn_is_over(p));
    if (e == ERR_OK && r->at == r->levels.count)
        return turn_wrote(p, txn_delete(p->w.txn, DB_META, key_bytes(&r->row)));
    return e;
}

bool repack_part(struct persist *p)
{
    struct fault fault = { 0 };
    enum err e = turn_continue(p, id_new(), &fault);

    if (e == ERR_OK && !p->repack)
        e = take_row(p);
    if (e == ERR_NOT_FOUND)
        return false;
    turn_begin_part(p);
    if (e == ERR_OK)
        e = do_part(p, p->repack);
    if (e == ERR_OK && p->repack->at < p->repack->levels.count)
        return true;
    free_repack(p); /* the row is done; or the turn was undone, and the work begins again from the row */
    if (e == ERR_INTERNAL && !turn_is_broken(p)) {
        log_error("the packs of a moved folder cannot be renewed: run loophole store check");
        return false;
    }
    if (e != ERR_OK && p->service)
        service_every(p->service, pause_after_an_error, run_repack_part, p);
    return true;
}

static void run_repack_part(void *persist)
{
    struct persist *p = persist;

    bool may_write = p->store && !p->alarm[0];

    service_every(p->service, may_write ? pause_between_parts : pause_without_writes, run_repack_part, p);
    if (may_write && !repack_part(p))
        service_every(p->service, 0, run_repack_part, p);
}

void repack_resume(struct persist *p)
{
    free_repack(p);
    if (p->service)
        service_every(p->service, turn_is_broken(p) ? pause_after_an_error : pause_between_parts, run_repack_part, p);
}

void repack_close(struct persist *p)
{
    free_repack(p);
}

static enum err begin_row(struct persist *p, struct key row, struct bytes value)
{
    enum err e = turn_wrote(p, txn_put(p->w.txn, DB_META, key_bytes(&row), value));

    free_repack(p); /* the current work may be on this row, whose folders then begin again */
    if (e == ERR_OK && p->service)
        service_every(p->service, pause_between_parts, run_repack_part, p);
    return e;
}

enum err repack_begin(struct persist *p, struct id folder, struct text old)
{
    return begin_row(p, row_of(folder, old), bytes_of("1", 1));
}

enum err repack_begin_presence(struct persist *p, struct id folder, enum item_state state)
{
    const uint8_t value = (uint8_t)state;

    return begin_row(p, row_of(folder, (struct text){ 0 }), bytes_of(&value, 1));
}
