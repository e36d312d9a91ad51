#include "services/availability/settle.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "proto/wire/codec_copy.h"
#include "schema_persist.h"
#include "schema_search.h"
#include "services/availability/where.h"

enum { SENDING_MOST = 16, PUT_BUDGET_MS = 30000, COUNT_BUDGET_MS = 2000, AGAIN_US = 500000 };

/* ---- the event ---- */

struct coming {
    struct availability *availability;
    struct id volume;
    bool online;
};

static void publish_change(void *state, enum err error, const void *answer, const struct fault *fault)
{
    const struct coming *coming = state;
    const struct all_states *all = answer;
    struct availability_changed event = { .volume = coming->volume, .online = coming->online };

    (void)fault;
    for (uint32_t i = 0; error == ERR_OK && i < all->each.count; i++)
        if (id_equal(all->each.at[i].id, coming->volume)) {
            event.has_counts = true;
            event.counts = all->each.at[i].counts;
        }
    service_publish(coming->availability->service, "changed", &event);
    free(state);
}

static void announce_row(struct availability *availability, const struct volume *row)
{
    struct coming *coming = alloc_bytes(sizeof(*coming));

    *coming = (struct coming){ availability, row->id, row->online };
    if (service_ask(availability->service, "search.states", &(struct search_states){ .id = row->id, .has_id = true },
                    COUNT_BUDGET_MS, NULL, publish_change, coming, NULL) != ERR_OK)
        publish_change(coming, ERR_BUSY, NULL, NULL);
}

/* ---- sending a row ---- */

struct sent_row {
    struct availability *availability;
    struct arena arena;
    struct volume row;
};

static void keep_refusal(struct availability *availability, const struct fault *fault)
{
    availability->refusal = *fault;
    availability->refused_at = clock_steady();
}

static void end_sending(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sent_row *sent = state;
    struct availability *availability = sent->availability;
    const struct done *done = answer;
    struct known_volume *volume = known_by_id(&availability->known, sent->row.id);

    availability->sending--;
    if (volume) {
        volume->is_sent = false;
        volume->refused = error;
        (void)text_copy(volume->why, sizeof(volume->why), text_of(fault ? fault->what : ""));
    }
    if (volume && error == ERR_OK)
        known_make_due(&availability->known, volume);
    else if (volume)
        availability->known.again = clock_steady() + AGAIN_US;
    else if (error != ERR_OK && fault)
        keep_refusal(availability, fault);
    if (error == ERR_OK) {
        log_info("volume %.*s is %s", TEXT_ARG(sent->row.label), sent->row.online ? "here" : "away");
        sent->row.id = done->id;
        announce_row(availability, &sent->row);
    } else {
        log_fault("storing the state of a volume", fault);
    }
    arena_free(&sent->arena);
    free(sent);
}

static void send_row(struct availability *availability, const struct volume *row)
{
    struct sent_row *sent = alloc_zeroed(1, sizeof(*sent));
    struct persist_put_volume put;

    sent->availability = availability;
    if (codec_copy(&volume_shape, row, &sent->arena, &sent->row) != ERR_OK) {
        free(sent);
        return;
    }
    availability->sending++;
    put.volume = sent->row;
    if (service_ask(availability->service, "persist.put_volume", &put, PUT_BUDGET_MS, NULL, end_sending, sent, NULL) !=
        ERR_OK)
        end_sending(sent, ERR_BUSY, NULL, &(struct fault){ .code = ERR_BUSY, .what = "too many asks are in progress" });
}

/* ---- comparing ---- */

/* The row as it should be. Its texts belong to the known row and to the mount. */
static struct volume wanted_row(const struct known_volume *known, const struct where *where)
{
    struct volume row = known->row;

    row.online = where->state == VOLUME_STATE_HERE;
    if (row.online && where->mount) {
        const struct mount *mount = where->mount;
        row.mount = bytes_of(mount->line.target, strlen(mount->line.target));
        if (strcmp(mount->found.device, "root") != 0) {
            row.has_device = true;
            row.device = text_of(mount->found.device);
        }
    }
    return row;
}

static bool rows_differ(const struct volume *a, const struct volume *b)
{
    return a->online != b->online || !bytes_equal(a->mount, b->mount) || a->has_device != b->has_device ||
           (a->has_device && !text_equal(a->device, b->device));
}

/* From now on a new marker that a person asked for is that of this volume: if its text changes, the volume stays. */
static void note_volume(struct mount *mount, const struct volume *row)
{
    mount->volume = row->id;
    if (mount->looked >= mount->parted && text_is(row->identity, mount->found.identity))
        mount->parted = 0;
}

static void settle_one(struct availability *availability, const struct where_index *index, struct known_volume *known)
{
    struct where where = where_is(index, &known->row);
    struct volume row = wanted_row(known, &where);

    if (where.mount && where.state == VOLUME_STATE_HERE)
        note_volume(where.mount, &known->row);
    if (where.mount && !where.mount->is_used) {
        where.mount->is_used = true;
        if (!where.mount->next && where.mount->line.target[1])
            where.mount->next = where.mount->looked + 1; /* from now on it is looked at regularly */
    }
    if (known->is_sent || where.is_open || !rows_differ(&row, &known->row))
        return;
    if (availability->sending >= SENDING_MOST) {
        known_make_due(&availability->known, known);
        return;
    }
    if (row.online != known->row.online) {
        row.has_seen_at = true;
        row.seen_at = clock_now();
    }
    known->is_sent = true;
    send_row(availability, &row);
}

void settle_volumes(struct availability *availability)
{
    struct known_volumes *known = &availability->known;
    bool is_all = availability->settled != availability->mounts.changes;
    bool is_again = known->again && clock_steady() >= known->again;
    struct where_index index;

    if (!is_all && !known->due && !is_again)
        return;
    availability->settled = availability->mounts.changes;
    known->due = 0;
    known->again = is_again ? 0 : known->again;
    where_index_make(&index, &availability->mounts, &availability->known);
    for (uint32_t i = 0; i < known->count; i++)
        if (is_all || known->at[i].is_due || (is_again && known->at[i].refused)) {
            known->at[i].is_due = false;
            settle_one(availability, &index, &known->at[i]);
        }
    where_index_free(&index);
}

bool settle_may_add(const struct availability *availability)
{
    return availability->sending == 0 && clock_steady() >= availability->refused_at + AGAIN_US;
}

void settle_add(struct availability *availability, const struct mount *mount, const char *identity)
{
    const struct volume_found *found = &mount->found;
    bool is_root = strcmp(identity, "root") == 0, is_nameless = strcmp(found->identity, "root") == 0;
    const char *at = is_root ? "/" : mount->line.target;
    struct volume row = {
        .identity = text_of(identity),
        .label = text_of(is_root       ? "root"
                         : is_nameless ? strrchr(at, '/') + 1
                                       : found->label),
        .mount = bytes_of(at, strlen(at)),
        .backend = { .value = is_root       ? BACKEND_LOCAL
                              : is_nameless ? BACKEND_EXTERNAL
                                            : found->backend },
        .online = true,
        .has_device = strcmp(found->device, "root") != 0,
        .device = text_of(found->device),
        .has_seen_at = true,
        .seen_at = clock_now(),
    };

    send_row(availability, &row);
}

void settle_move(struct availability *availability, struct known_volume *volume, const struct mount *mount)
{
    struct volume row = volume->row;

    row.mount = bytes_of(mount->line.target, strlen(mount->line.target));
    row.online = true;
    row.has_seen_at = true;
    row.seen_at = clock_now();
    volume->is_sent = true;
    send_row(availability, &row);
}

void settle_label(struct availability *availability, struct known_volume *volume, struct text label)
{
    struct volume row = volume->row;

    row.label = label;
    volume->is_sent = true;
    send_row(availability, &row);
}
