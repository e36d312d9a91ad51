#include "services/availability/fetching.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/config.h"
#include "common/process/log.h"
#include "schema_indexer.h"
#include "store/availability.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"

enum { RESCAN_BUDGET_MS = 10000, RESCAN_AGAIN_US = 1000000, KEEP_EVERY_US = 500000, LOOK_AT_ENDED_US = 2000000 };

/* ---- an item ---- */

struct whole_item {
    struct media media;
    struct volume volume;
    struct bytes path; /* empty: its volume is away */
};

static enum err read_whole_item(struct txn *txn, struct arena *arena, struct id id, struct whole_item *to)
{
    enum backend backend;

    *to = (struct whole_item){ 0 };
    enum err e = catalogue_media(txn, arena, id, &to->media);
    return e == ERR_OK ? catalogue_state(txn, arena, &to->media, &to->path, &to->volume, &backend) : e;
}

static bool is_readable(const struct whole_item *item)
{
    return availability_is_readable((enum item_state)item->media.availability.value);
}

static bool can_be_fetched(const struct whole_item *item)
{
    return item->media.availability.value == ITEM_STATE_REMOTE_OFFLINE && item->path.len > 0;
}

/* ---- reading ---- */

static void read_fetch_item(struct availability *availability, struct txn *txn, struct fetching_item *one)
{
    struct fetches *fetches = &availability->fetches;
    struct arena arena = { 0 };
    struct whole_item item;
    char path[PATH_MAX];
    enum err e = read_whole_item(txn, &arena, one->id, &item);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && item.media.has_forgotten))
        fetches_end(fetches, one, FETCH_STATE_CANCELLED);
    else if (e != ERR_OK)
        fetches_fail(fetches, one, "its record cannot be read", false);
    else if (is_readable(&item))
        fetches_end(fetches, one, FETCH_STATE_DONE);
    else if (!can_be_fetched(&item) || !bytes_copy(path, sizeof(path), item.path))
        fetches_fail(fetches, one, item.path.len ? "its file is missing" : "its volume is not mounted", false);
    else
        fetches_read(fetches, one, path);
    arena_free(&arena);
}

static void read_next(struct availability *availability)
{
    struct fetching_item *item = fetches_next(&availability->fetches);
    struct txn *txn;

    if (!item || store_read(availability->known.store, &txn, NULL) != ERR_OK)
        return;
    for (int i = 0; item && i < READER_LANES; i++) {
        read_fetch_item(availability, txn, item);
        item = fetches_next(&availability->fetches);
    }
    txn_end(txn);
}

/* ---- the scan that sees a file ---- */

struct sent_scan {
    struct availability *availability;
    struct id item;
};

static void take_scan(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sent_scan sent = *(struct sent_scan *)state;
    struct fetches *fetches = &sent.availability->fetches;
    struct fetching_item *item = fetches_of(fetches, sent.item);

    (void)answer;
    free(state);
    if (error == ERR_OK || !item || item->state != FETCH_STATE_SETTLING)
        return;
    if (error == ERR_NOT_FOUND) {
        fetches_fail(fetches, item, fault->what, true);
        return;
    }
    item->is_sent = false;
    item->ask_at = clock_steady() + RESCAN_AGAIN_US;
}

/* Asks for a scan of the folder of the file. */
static enum err ask_scan(struct availability *availability, struct fetching_item *one, struct bytes path)
{
    struct indexer_rescan rescan = { .path = path, .has_shallow = true, .shallow = true };
    struct sent_scan *sent = alloc_bytes(sizeof(*sent));

    while (rescan.path.len > 1 && rescan.path.at[rescan.path.len - 1] != '/')
        rescan.path.len--;
    *sent = (struct sent_scan){ availability, one->id };
    one->is_sent = true;
    enum err e =
        service_ask(availability->service, "indexer.rescan", &rescan, RESCAN_BUDGET_MS, NULL, take_scan, sent, NULL);
    if (e != ERR_OK)
        take_scan(sent, ERR_BUSY, NULL, NULL);
    return e;
}

/* True: the fetch is over, and another item has its place in the list. */
static bool settle_one(struct availability *availability, struct txn *txn, struct fetching_item *one)
{
    struct arena arena = { 0 };
    struct whole_item item;
    enum err e = read_whole_item(txn, &arena, one->id, &item);
    bool is_over = e == ERR_NOT_FOUND || (e == ERR_OK && is_readable(&item));

    if (is_over)
        fetches_end(&availability->fetches, one, e == ERR_OK ? FETCH_STATE_DONE : FETCH_STATE_CANCELLED);
    else if (e == ERR_OK && one->state == FETCH_STATE_SETTLING && !one->is_sent && one->ask_at <= clock_steady() &&
             item.path.len)
        ask_scan(availability, one, item.path);
    arena_free(&arena);
    return is_over;
}

static void settle_items(struct availability *availability)
{
    struct fetches *fetches = &availability->fetches;
    bool is_new = availability->fetched_head != availability->known.head;
    bool is_later = clock_steady() - availability->ended_looked > LOOK_AT_ENDED_US &&
                    availability->ended_head != availability->known.head;
    struct txn *txn = NULL;

    for (uint32_t i = 0; i < fetches->count;) {
        struct fetching_item *one = &fetches->at[i];
        bool has_ended = one->state == FETCH_STATE_FAILED || one->state == FETCH_STATE_CANCELLED;
        bool is_due = has_ended ? is_later
                                : one->state == FETCH_STATE_SETTLING &&
                                      (is_new || (!one->is_sent && one->ask_at <= clock_steady()));
        if (is_due && !txn && store_read(availability->known.store, &txn, NULL) != ERR_OK)
            return;
        i += !is_due || !settle_one(availability, txn, one);
    }
    if (txn)
        txn_end(txn);
    availability->fetched_head = availability->known.head;
    if (is_later) {
        availability->ended_looked = clock_steady();
        availability->ended_head = availability->known.head;
    }
}

/* ---- turns ---- */

static void keep_all(struct availability *availability)
{
    struct fault fault = { 0 };
    usec_t now = clock_steady();

    if (!availability->fetches.is_changed || now - availability->fetches_kept < KEEP_EVERY_US)
        return;
    availability->fetches_kept = now;
    if (fetches_keep(&availability->fetches, availability->fetches_path, &fault) != ERR_OK)
        log_fault("keeping the list of fetches", &fault);
}

void fetching_turn(struct availability *availability)
{
    if (!availability->known.is_read)
        return;
    fetches_turn(&availability->fetches);
    settle_items(availability);
    read_next(availability);
    keep_all(availability);
}

/* ---- asks ---- */

enum err fetching_add(struct availability *availability, struct txn *txn, struct id item, struct text label,
                      struct fetch_task **task, struct fetch_begun *to)
{
    struct arena arena = { 0 };
    struct whole_item whole;
    enum err e = read_whole_item(txn, &arena, item, &whole);

    if (e == ERR_OK && is_readable(&whole))
        to->here++;
    else if (e == ERR_OK && !can_be_fetched(&whole))
        to->away++;
    else if (e == ERR_OK && !*task && !(*task = fetches_add_task(&availability->fetches, label)))
        e = ERR_FULL;
    else if (e == ERR_OK) {
        const struct fetching_item *was = fetches_of(&availability->fetches, item);
        e = fetches_add(&availability->fetches, *task, item, whole.media.name, whole.media.size);
        to->items += e == ERR_OK || e == ERR_EXISTS;
        to->bytes += e == ERR_OK || e == ERR_EXISTS ? whole.media.size : 0;
        if (e == ERR_EXISTS && !to->has_task)
            to->task = was->task;
        else if (e == ERR_OK)
            to->task = (*task)->id;
        to->has_task |= e == ERR_OK || e == ERR_EXISTS;
        e = e == ERR_EXISTS ? ERR_OK : e;
    }
    arena_free(&arena);
    return e;
}

/* Nothing is begun unless all of it can be: the number of items that would be new. */
static enum err count_new(struct availability *availability, struct txn *txn, const struct availability_fetch *ask,
                          uint32_t *count, uint32_t *at)
{
    struct arena arena = { 0 };
    enum err e = ERR_OK;

    for (*count = *at = 0; e == ERR_OK && *at < ask->ids.count; *at += e == ERR_OK) {
        const struct fetching_item *was = fetches_of(&availability->fetches, ask->ids.at[*at]);
        struct whole_item whole;
        e = read_whole_item(txn, &arena, ask->ids.at[*at], &whole);
        *count += e == ERR_OK && can_be_fetched(&whole) && !(was && fetches_goes_on(was));
        arena_reset(&arena);
    }
    arena_free(&arena);
    if (e == ERR_OK && !fetches_have_room(&availability->fetches, *count))
        e = ERR_FULL;
    return e;
}

static enum err refuse_one(struct call *call, enum err e, struct id item, uint32_t at)
{
    char text[ID_TEXT_SIZE];

    if (e == ERR_FULL) {
        refuse(call, ERR_BUSY, "the list of fetches is full: %d items, or %d tasks", FETCHES_MOST, FETCH_TASKS_MOST);
        return fault_hint(call_fault(call), "wait, or cancel one; `loophole tasks` lists them");
    }
    refuse(call, e, e == ERR_NOT_FOUND ? "no media item %s" : "the item %s cannot be read", id_write(item, text));
    return fault_field(call_fault(call), arena_printf(call_arena(call), "ids[%u]", at).at);
}

static enum err add_all(struct availability *availability, struct call *call, const struct availability_fetch *ask,
                        struct txn *txn, struct fetch_begun *to)
{
    struct fetch_task *task = NULL;
    struct text label = ask->label;
    uint32_t count, at;
    enum err e = ERR_OK;

    e = count_new(availability, txn, ask, &count, &at);
    if (e != ERR_OK)
        return refuse_one(call, e, ask->ids.at[at < ask->ids.count ? at : 0], at);
    if (!label.len)
        label = arena_printf(call_arena(call), "Fetching %u item%s", count, text_plural(count));
    for (uint32_t i = 0; e == ERR_OK && i < ask->ids.count; i++) {
        e = fetching_add(availability, txn, ask->ids.at[i], label, &task, to);
        if (e != ERR_OK)
            e = refuse_one(call, e, ask->ids.at[i], i);
    }
    fetches_drop_empty(&availability->fetches);
    if (e == ERR_OK && to->items == 0 && to->here == 0 && to->away > 0) {
        refuse(call, ERR_OFFLINE, "%s cannot be fetched now: missing, or on a volume that is away",
               to->away == 1 ? "its file" : "their files");
        fault_hint(call_fault(call), "`loophole whereis ID` names the volume");
        return fault_field(call_fault(call), "ids");
    }
    return e;
}

enum err fetching_begin(struct availability *availability, struct call *call, const struct availability_fetch *ask,
                        struct fetch_begun *answer)
{
    struct txn *txn;
    enum err e = store_read(availability->known.store, &txn, call_fault(call));

    if (e != ERR_OK)
        return e;
    e = add_all(availability, call, ask, txn, answer);
    txn_end(txn);
    if (e == ERR_OK && availability->fetches.is_changed)
        e = fetches_keep(&availability->fetches, availability->fetches_path, call_fault(call));
    return e;
}

enum err fetching_list(struct availability *availability, struct call *call, const struct id *task,
                       struct fetches_kept *answer)
{
    const struct fetches *fetches = &availability->fetches;

    answer->each.at = arena_array(call_arena(call), fetches->count, sizeof(*answer->each.at));
    if (!answer->each.at)
        return refuse_full(call);
    answer->each.count = fetches_fill(fetches, task, answer->each.at);
    return ERR_OK;
}

/* ---- opening ---- */

static void publish_fetch(void *state, const struct fetching_item *item, enum fetch_state now)
{
    struct availability *availability = state;
    struct availability_fetching event;

    fetches_show(item, now, &event.fetch);
    service_publish(availability->service, "fetching", &event);
}

/* The end of this turn takes the reports. */
static void read_reports(void *state, int fd)
{
    (void)state, (void)fd;
}

static enum err read_fetch_settings(struct availability *availability, struct fault *fault)
{
    struct fetches *fetches = &availability->fetches;
    struct config *config;
    enum err e = config_load(availability->known.paths, &config, fault);

    if (e != ERR_OK)
        return e;
    fetches->readers.most = (uint32_t)config_int(config, "availability.fetch_files");
    fetches->readers.patience = config_int(config, "availability.fetch_patience_s") * 1000000;
    fetches->tries_most = (uint32_t)config_int(config, "availability.fetch_tries");
    fetches->pause = 1000000;
    return config_end(config, e, fault);
}

enum err fetching_open(struct availability *availability, struct fault *fault)
{
    struct fetches *fetches = &availability->fetches;

    if (snprintf(availability->fetches_path, PATH_MAX, "%s/fetches", availability->known.paths->data) >= PATH_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "the path of the data directory is too long");
    enum err e = fetches_open(fetches, availability->fetches_path, fault);
    if (e == ERR_OK)
        e = read_fetch_settings(availability, fault);
    if (e != ERR_OK)
        return e;
    fetches->report = publish_fetch;
    fetches->state = availability;
    service_watch(availability->service, fetches->readers.from, read_reports, availability);
    return ERR_OK;
}

void fetching_close(struct availability *availability)
{
    if (availability->fetches.is_changed)
        (void)fetches_keep(&availability->fetches, availability->fetches_path, NULL);
    fetches_close(&availability->fetches);
}
