#include "services/indexer/base/analysis.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/closing.h"

struct analysis *analysis_new(struct bytes path)
{
    struct analysis *analysis = alloc_zeroed(1, sizeof(*analysis) + path.len + 1);

    analysis->fd = analysis->sound = -1;
    memcpy(analysis->path, path.at, path.len);
    return analysis;
}

void analysis_free(struct analysis *analysis)
{
    if (!analysis)
        return;
    closing_start(analysis->fd);
    if (analysis->sound >= 0)
        close(analysis->sound);
    arena_free(&analysis->arena);
    free(analysis);
}

void analysis_push(struct analysis_queue *queue, struct analysis *analysis)
{
    analysis->next = NULL;
    if (queue->last)
        queue->last->next = analysis;
    else
        queue->first = analysis;
    queue->last = analysis;
    queue->count++;
}

void analysis_push_front(struct analysis_queue *queue, struct analysis *analysis)
{
    analysis->next = queue->first;
    queue->first = analysis;
    if (!queue->last)
        queue->last = analysis;
    queue->count++;
}

struct analysis *analysis_pop(struct analysis_queue *queue)
{
    struct analysis *analysis = queue->first;

    if (!analysis)
        return NULL;
    queue->first = analysis->next;
    if (!queue->first)
        queue->last = NULL;
    queue->count--;
    analysis->next = NULL;
    return analysis;
}

void analysis_queue_append(struct analysis_queue *queue, struct analysis_queue *more)
{
    struct analysis *analysis;

    while ((analysis = analysis_pop(more)))
        analysis_push(queue, analysis);
}

void analysis_queue_clear(struct analysis_queue *queue)
{
    struct analysis *analysis;

    while ((analysis = analysis_pop(queue)))
        analysis_free(analysis);
}

struct analysis_queue analysis_queue_take(struct analysis_queue *queue,
                                          bool (*wanted)(const void *what, const struct analysis *analysis),
                                          const void *what)
{
    struct analysis_queue all = *queue, taken = { 0 };
    struct analysis *analysis;

    *queue = (struct analysis_queue){ 0 };
    while ((analysis = analysis_pop(&all)))
        analysis_push(wanted(what, analysis) ? &taken : queue, analysis);
    return taken;
}
