#include "services/composer/damage.h"

#include "common/process/log.h"
#include "store/community.h"

static const usec_t day_us = 24 * 3600 * 1000000LL;

bool damage_is_looking(const struct composer *c)
{
    return c->damage.is_found || clock_steady() >= c->damage.next;
}

static void end_look(struct damage_look *look)
{
    look->at = (struct key){ 0 };
    look->next = clock_steady() + day_us;
}

static enum err look_at_slice(struct damage_look *look, struct txn *txn, struct slice *slice)
{
    const struct bytes none = { 0, NULL };
    struct arena scratch = { 0 };
    struct walk walk;
    uint32_t rows = 0;
    bool at_end = false;
    enum err e = walk_begin(txn, DB_COMMUNITY, key_bytes(&look->at), none, &walk);

    while (e == ERR_OK && !at_end && !look->is_found && (rows++ == 0 || !slice_is_over(slice))) {
        at_end = !walk_next(&walk);
        if (at_end)
            continue;
        look->at = (struct key){ 0 };
        key_add(&look->at, walk.key.at, walk.key.len);
        look->is_found = !community_is_whole(txn, &scratch, walk.key, walk.value);
        arena_reset(&scratch);
    }
    walk_end(&walk);
    arena_free(&scratch);
    if (at_end || look->is_found)
        end_look(look);
    return e;
}

static void begin_rebuilding(struct composer *c)
{
    if (!c->is_rebuilding)
        log_warn("the copy of the community's knowledge is damaged: it is removed, and read again from the server");
    c->is_rebuilding = true;
    c->next = 0;
}

enum damage_found damage_turn(struct composer *c, struct txn *txn, struct fault *fault)
{
    struct damage_look *look = &c->damage;

    if (!damage_is_looking(c))
        return DAMAGE_NONE;
    if (!look->is_found && look_at_slice(look, txn, &c->slice) != ERR_OK) {
        fault_set(fault, ERR_INTERNAL, "the copy of the community's knowledge cannot be read");
        return DAMAGE_UNKNOWN;
    }
    if (!look->is_found)
        return damage_is_looking(c) ? DAMAGE_UNKNOWN : DAMAGE_NONE;
    begin_rebuilding(c);
    look->is_found = txn_count(txn, DB_COMMUNITY) > 0;
    return look->is_found ? DAMAGE_ROWS : DAMAGE_UNKNOWN;
}
