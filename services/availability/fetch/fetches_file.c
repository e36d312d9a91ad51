/* fetches_file.c: the list of fetches on the disk, as the record `fetches`, for a successor. */
#include <stdlib.h>

#include "common/alloc.h"
#include "common/file.h"
#include "common/process/log.h"
#include "proto/wire/codec.h"
#include "services/availability/fetch/fetches.h"

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
