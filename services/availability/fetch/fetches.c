#include "services/availability/fetch/fetches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/file.h"
#include "common/process/log.h"
#include "proto/wire/codec.h"

enum { PAUSE_MOST_US = 60000000, SETTLE_US = 60000000, REPORT_EVERY_US = 250000 };

/* ---- looking up ---- */

struct fetching_item *fetches_of(const struct fetches *fetches, struct id item)
{
    for (uint32_t i = 0; i < fetches->count; i++)
        if (id_equal(fetches->at[i].id, item))
            return &fetches->at[i];
    return NULL;
}

static struct fetching_item *item_numbered(const struct fetches *fetches, uint64_t number)
{
    for (uint32_t i = 0; i < fetches->count; i++)
        if (fetches->at[i].state == FETCH_STATE_FETCHING && fetches->at[i].number == number)
            return &fetches->at[i];
    return NULL;
}

static struct fetch_task *task_of(const struct fetches *fetches, struct id task)
{
    for (uint32_t i = 0; i < fetches->task_count; i++)
        if (id_equal(fetches->tasks[i].id, task))
            return &fetches->tasks[i];
    return NULL;
}

bool fetches_goes_on(const struct fetching_item *item)
{
    return item->state != FETCH_STATE_FAILED && item->state != FETCH_STATE_CANCELLED;
}

uint32_t fetches_active(const struct fetches *fetches)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < fetches->count; i++)
        count += fetches_goes_on(&fetches->at[i]);
    return count;
}

bool fetches_are_full(const struct fetches *fetches)
{
    return fetches->count >= FETCHES_MOST;
}

bool fetches_have_room(const struct fetches *fetches, uint32_t items)
{
    return items == 0 || (items <= FETCHES_MOST - fetches_active(fetches) && fetches->task_count < FETCH_TASKS_MOST);
}

/* ---- transitions ---- */

static void set_state(struct fetches *fetches, struct fetching_item *item, enum fetch_state state)
{
    item->state = state;
    item->reported = clock_steady();
    fetches->is_changed |= state != FETCH_STATE_FETCHING && state != FETCH_STATE_SETTLING;
    fetches->report(fetches->state, item, state);
}

/* The task ends with its last item. */
static void leave_task(struct fetches *fetches, const struct fetching_item *item, bool has_failed)
{
    struct fetch_task *task = task_of(fetches, item->task);

    if (!task)
        return;
    task->ended++;
    task->failed += has_failed;
    task->done += item->total;
    if (task->ended >= task->items)
        *task = fetches->tasks[--fetches->task_count];
}

void fetches_end(struct fetches *fetches, struct fetching_item *item, enum fetch_state how)
{
    readers_drop(&fetches->readers, item->number);
    if (fetches_goes_on(item))
        leave_task(fetches, item, false);
    fetches->is_changed = true;
    fetches->report(fetches->state, item, how);
    *item = fetches->at[--fetches->count];
}

void fetches_fail(struct fetches *fetches, struct fetching_item *item, const char *why, bool is_last)
{
    usec_t pause = fetches->pause;

    readers_drop(&fetches->readers, item->number);
    item->number = 0;
    item->done = 0;
    item->tries++;
    snprintf(item->why, sizeof(item->why), "%s", why);
    for (uint32_t i = 1; i < item->tries && pause < PAUSE_MOST_US; i++)
        pause *= 2;
    item->next = clock_steady() + (pause < PAUSE_MOST_US ? pause : PAUSE_MOST_US);
    if (!is_last && item->tries < fetches->tries_most) {
        set_state(fetches, item, FETCH_STATE_WAITING);
        return;
    }
    leave_task(fetches, item, true);
    set_state(fetches, item, FETCH_STATE_FAILED);
}

enum err fetches_cancel(struct fetches *fetches, struct id task)
{
    bool is_any = false;

    for (uint32_t i = 0; i < fetches->count; i++) {
        struct fetching_item *item = &fetches->at[i];
        if (!id_equal(item->task, task) || !fetches_goes_on(item))
            continue;
        is_any = true;
        readers_drop(&fetches->readers, item->number);
        item->number = 0;
        snprintf(item->why, sizeof(item->why), "its task was cancelled");
        leave_task(fetches, item, false);
        set_state(fetches, item, FETCH_STATE_CANCELLED);
    }
    return is_any ? ERR_OK : ERR_NOT_FOUND;
}

struct fetch_task *fetches_add_task(struct fetches *fetches, struct text label)
{
    if (fetches->task_count == FETCH_TASKS_MOST)
        return NULL;
    ALLOC_ROOM(fetches->tasks, fetches->task_count, fetches->task_room, 8);
    struct fetch_task *task = &fetches->tasks[fetches->task_count++];
    *task = (struct fetch_task){ .id = id_new(), .since = clock_now() };
    snprintf(task->label, sizeof(task->label), "%.*s", TEXT_ARG(label));
    return task;
}

/* In a full list the new item replaces one whose fetch failed or was cancelled. */
static struct fetching_item *add_place(struct fetches *fetches)
{
    if (fetches->count < FETCHES_MOST) {
        ALLOC_ROOM(fetches->at, fetches->count, fetches->room, 64);
        return &fetches->at[fetches->count++];
    }
    for (uint32_t i = 0; i < fetches->count; i++)
        if (!fetches_goes_on(&fetches->at[i]))
            return &fetches->at[i];
    return NULL;
}

enum err fetches_add(struct fetches *fetches, struct fetch_task *task, struct id item, struct text name, uint64_t bytes)
{
    struct fetching_item *at = fetches_of(fetches, item);

    if (at && fetches_goes_on(at))
        return ERR_EXISTS;
    if (!at && !(at = add_place(fetches)))
        return ERR_FULL;
    *at = (struct fetching_item){ .id = item, .task = task->id, .total = bytes, .since = clock_now() };
    text_copy(at->name, sizeof(at->name), name);
    task->items++;
    task->bytes += bytes;
    set_state(fetches, at, FETCH_STATE_WAITING);
    return ERR_OK;
}

void fetches_drop_empty(struct fetches *fetches)
{
    if (fetches->task_count && fetches->tasks[fetches->task_count - 1].items == 0)
        fetches->task_count--;
}

/* The items of a task begin in the order in which they were added, unless a fetch fails. */
struct fetching_item *fetches_next(struct fetches *fetches)
{
    usec_t now = clock_steady();

    if (!readers_have_room(&fetches->readers))
        return NULL;
    for (uint32_t i = 0; i < fetches->count; i++)
        if (fetches->at[i].state == FETCH_STATE_WAITING && fetches->at[i].next <= now)
            return &fetches->at[i];
    return NULL;
}

void fetches_read(struct fetches *fetches, struct fetching_item *item, const char *path)
{
    item->number = ++fetches->numbers;
    item->done = 0;
    if (readers_begin(&fetches->readers, item->number, path))
        set_state(fetches, item, FETCH_STATE_FETCHING);
    else
        item->next = clock_steady() + fetches->pause;
}

static void say_why(char why[256], const struct reader_report *report)
{
    switch (report->error) {
    case READER_STILL_ONLINE:
        snprintf(why, 256, "it was read completely, but the cloud did not keep it on this machine");
        return;
    case READER_PLACEHOLDER:
        snprintf(why, 256, "only its placeholder is here: fetch it with the program of the cloud");
        return;
    default:
        snprintf(why, 256, "its file cannot be read: %s", strerror(report->error));
    }
}

/* The size of the file may differ from that in the catalogue. */
static void set_total(struct fetches *fetches, struct fetching_item *item, uint64_t total)
{
    struct fetch_task *task = task_of(fetches, item->task);

    if (task)
        task->bytes += total - item->total;
    item->total = total;
}

static void take_fetch_report(struct fetches *fetches, struct fetching_item *item, const struct reader_report *report)
{
    char why[256];

    item->done = report->done;
    set_total(fetches, item, report->total > item->done ? report->total : item->done);
    if (report->has_ended && report->error) {
        say_why(why, report);
        fetches_fail(fetches, item, why, report->error == READER_PLACEHOLDER || report->error == READER_STILL_ONLINE);
    } else if (report->has_ended) {
        item->number = 0;
        item->is_sent = false;
        item->next = clock_steady() + SETTLE_US;
        set_state(fetches, item, FETCH_STATE_SETTLING);
    } else if (clock_steady() - item->reported > REPORT_EVERY_US) {
        set_state(fetches, item, FETCH_STATE_FETCHING);
    }
}

static void take_late(void *state, uint64_t number)
{
    struct fetches *fetches = state;
    struct fetching_item *item = item_numbered(fetches, number);

    if (item)
        fetches_fail(fetches, item, "its cloud does not answer", false);
}

void fetches_turn(struct fetches *fetches)
{
    struct reader_report report;

    while (readers_take(&fetches->readers, &report)) {
        struct fetching_item *item = item_numbered(fetches, report.number);
        if (item)
            take_fetch_report(fetches, item, &report);
    }
    readers_turn(&fetches->readers, take_late, fetches);
    for (uint32_t i = fetches->count; i-- > 0;)
        if (fetches->at[i].state == FETCH_STATE_SETTLING && fetches->at[i].next <= clock_steady())
            fetches_fail(fetches, &fetches->at[i], "it was read completely, but no scan found it readable", false);
}

void fetches_list_tasks(const struct fetches *fetches, struct arena *arena, struct task_list *to)
{
    to->at = arena_array(arena, fetches->task_count, sizeof(*to->at));
    for (uint32_t i = 0; to->at && i < fetches->task_count; i++) {
        const struct fetch_task *task = &fetches->tasks[i];
        struct task *line = &to->at[to->count++];
        *line = (struct task){ .id = task->id,
                               .label = text_of(task->label),
                               .done = task->done,
                               .total = task->bytes,
                               .failed = task->failed,
                               .since = task->since,
                               .can_cancel = true };
        for (uint32_t j = 0; j < fetches->count; j++)
            if (fetches_goes_on(&fetches->at[j]) && id_equal(fetches->at[j].task, task->id))
                line->done += fetches->at[j].done;
    }
}

/* ---- the list on the disk, as the record `fetches`, for a successor ---- */

enum { FILE_MOST = 8 << 20 };

/* The items of a predecessor's task are in one task again. */
static struct fetch_task *task_again(struct fetches *fetches, const struct fetch *kept)
{
    for (uint32_t i = 0; i < fetches->task_count; i++)
        if (id_equal(fetches->tasks[i].id, kept->task))
            return &fetches->tasks[i];
    struct fetch_task *task = fetches_add_task(fetches, TEXT("Fetching, begun before a restart"));
    if (task) {
        task->id = kept->task;
        task->since = kept->since;
    }
    return task;
}

static void take_kept(struct fetches *fetches, const struct fetch *kept)
{
    enum fetch_state state = (enum fetch_state)kept->state.value;
    bool has_ended = state == FETCH_STATE_FAILED || state == FETCH_STATE_CANCELLED;
    struct fetch_task none = { .id = kept->task }, *task = has_ended ? &none : task_again(fetches, kept);

    if (!task || fetches_add(fetches, task, kept->id, kept->name, kept->total) != ERR_OK)
        return;
    struct fetching_item *item = fetches_of(fetches, kept->id);
    item->state = has_ended ? state : FETCH_STATE_WAITING;
    item->since = kept->since;
    item->tries = (uint32_t)kept->tries;
    text_copy(item->why, sizeof(item->why), kept->why);
}

static void say_nothing(void *state, const struct fetching_item *item, enum fetch_state now)
{
    (void)state, (void)item, (void)now;
}

enum err fetches_open(struct fetches *fetches, const char *path, struct fault *fault)
{
    struct buffer file = { 0 };
    struct arena arena = { 0 };
    struct fetches_kept kept = { 0 };
    struct fault why = { 0 };
    enum err e = readers_open(&fetches->readers, fault);

    if (e != ERR_OK)
        return e;
    fetches->report = say_nothing;
    e = file_read_all(path, FILE_MOST, &file, &why);
    if (e == ERR_OK)
        e = codec_decode(&fetches_kept_shape, bytes_of(file.at, (uint32_t)file.len), &arena, &kept, &why);
    if (e == ERR_OK)
        for (uint32_t i = 0; i < kept.each.count; i++)
            take_kept(fetches, &kept.each.at[i]);
    else if (e != ERR_NOT_FOUND)
        log_fault("the list of fetches cannot be read and is empty now", &why);
    fetches->is_changed = false;
    buffer_free(&file);
    arena_free(&arena);
    return ERR_OK;
}

uint32_t fetches_fill(const struct fetches *fetches, const struct id *task, struct fetch *to)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < fetches->count; i++)
        if (!task || id_equal(fetches->at[i].task, *task))
            fetches_show(&fetches->at[i], fetches->at[i].state, &to[count++]);
    return count;
}

void fetches_show(const struct fetching_item *item, enum fetch_state state, struct fetch *to)
{
    *to = (struct fetch){ .id = item->id,
                          .task = item->task,
                          .name = text_of(item->name),
                          .state = { .value = (int32_t)state },
                          .done = item->done,
                          .total = item->total,
                          .tries = item->tries,
                          .why = text_of(item->why),
                          .since = item->since };
}

enum err fetches_keep(struct fetches *fetches, const char *path, struct fault *fault)
{
    struct fetch *list = alloc_array(fetches->count + 1, sizeof(*list));
    const struct fetches_kept kept = { .each = { fetches->count, list } };
    struct buffer file = { 0 };

    (void)fetches_fill(fetches, NULL, list);
    enum err e = codec_encode(&fetches_kept_shape, &kept, &file, fault);
    if (e == ERR_OK)
        e = file_write_atomic(path, buffer_bytes(&file), 0600, fault);
    fetches->is_changed = e != ERR_OK;
    buffer_free(&file);
    free(list);
    return e;
}

void fetches_close(struct fetches *fetches)
{
    readers_close(&fetches->readers);
    free(fetches->at);
    free(fetches->tasks);
}
