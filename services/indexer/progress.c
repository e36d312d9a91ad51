#include "services/indexer/progress.h"

#include <string.h>

#include "schema_service.h"

static bool is_idle(const struct indexer *indexer)
{
    return state_is_idle(indexer) && pipeline_is_idle(indexer->pipeline);
}

void progress_begin(struct indexer *indexer)
{
    if (indexer->busy)
        return;
    indexer->busy = true;
    indexer->task = id_new();
    indexer->since = clock_now();
    pipeline_restart(indexer->pipeline);
}

void progress_turn(struct indexer *indexer)
{
    if (!is_idle(indexer))
        return;
    indexer->busy = false;
    indexer->events_lost = false;
}

static uint64_t files_of(const struct library_state *lib)
{
    return lib->scan && lib->seen > lib->library.files ? lib->seen : lib->library.files;
}

void progress_now(const struct indexer *indexer, struct progress *to)
{
    const struct pipeline_counts *counts = pipeline_counted(indexer->pipeline);
    uint64_t settled = counts->done + counts->failed;

    *to = (struct progress){ .task = indexer->task,
                             .scanning = !state_is_idle(indexer),
                             .done = counts->done,
                             .failed = counts->failed,
                             .waiting = counts->fresh > settled ? counts->fresh - settled : 0,
                             .seconds = counts->seconds,
                             .since = indexer->since,
                             .idle = is_idle(indexer) };
    for (const struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        to->files += files_of(lib);
    if (to->files < counts->fresh)
        to->files = counts->fresh;
    to->known = to->files - counts->fresh;
}

void progress_tick(struct indexer *indexer)
{
    struct indexer_progressed event;

    memset(&event, 0, sizeof(event)); /* memcmp compares the padding too */
    progress_now(indexer, &event.progress);
    if (memcmp(&event.progress, &indexer->published, sizeof(event.progress)) == 0)
        return;
    indexer->published = event.progress;
    service_publish(indexer->service, "progressed", &event);
}
