#include "services/indexer/base/work.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/closing.h"

struct work *work_new(struct bytes path)
{
    struct work *work = alloc_zeroed(1, sizeof(*work) + path.len + 1);

    work->fd = work->sound = -1;
    memcpy(work->path, path.at, path.len);
    return work;
}

void work_free(struct work *work)
{
    if (!work)
        return;
    closing_start(work->fd);
    if (work->sound >= 0)
        close(work->sound);
    arena_free(&work->arena);
    free(work);
}

void work_push(struct work_queue *queue, struct work *work)
{
    work->next = NULL;
    if (queue->last)
        queue->last->next = work;
    else
        queue->first = work;
    queue->last = work;
    queue->count++;
}

void work_push_front(struct work_queue *queue, struct work *work)
{
    work->next = queue->first;
    queue->first = work;
    if (!queue->last)
        queue->last = work;
    queue->count++;
}

struct work *work_pop(struct work_queue *queue)
{
    struct work *work = queue->first;

    if (!work)
        return NULL;
    queue->first = work->next;
    if (!queue->first)
        queue->last = NULL;
    queue->count--;
    work->next = NULL;
    return work;
}

void work_queue_append(struct work_queue *queue, struct work_queue *more)
{
    struct work *work;

    while ((work = work_pop(more)))
        work_push(queue, work);
}

void work_queue_clear(struct work_queue *queue)
{
    struct work *work;

    while ((work = work_pop(queue)))
        work_free(work);
}

struct work_queue work_queue_take(struct work_queue *queue, bool (*wanted)(const void *what, const struct work *work),
                                  const void *what)
{
    struct work_queue all = *queue, taken = { 0 };
    struct work *work;

    *queue = (struct work_queue){ 0 };
    while ((work = work_pop(&all)))
        work_push(wanted(what, work) ? &taken : queue, work);
    return taken;
}
