/* Patterns of the library whose rhythm is like that of a slot, of a pattern of the library, or of another one. */
#include <stdlib.h>

#include "services/project/library/library_handlers.h"
#include "services/project/library/library_source.h"
#include "services/project/pattern/slot_handlers.h"
#include "store/pattern/message.h"

enum { ALIKE = 20 };

static struct library_source source_of(const struct project_similar_patterns *ask)
{
    return (struct library_source){ .slot = ask->slot, .name = ask->name, .file = ask->file };
}

static enum err begin_similar(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct library_source source = source_of(work->ask);

    return library_source_begin(work, txn, &source, fault);
}

static int nearest_first(const void *a, const void *b)
{
    const struct library_pattern *x = a, *y = b;

    return x->distance < y->distance ? -1 : x->distance > y->distance ? 1 : library_by_name(a, b);
}

/* Leaves out the pattern itself. */
static void compare_all(const struct library_job *job, const struct rhythm *rhythm, struct text name,
                        struct library_pattern_list *to)
{
    const struct library_entry *itself = NULL;

    if (name.len)
        (void)library_find(job->library, name, false, &itself, &(struct fault){ 0 });
    for (uint32_t i = 0; i < job->library->count; i++) {
        const struct library_entry *entry = &job->library->entries[i];

        if (entry == itself || entry->line.archived || entry->line.trouble.len)
            continue;
        to->at[to->count] = entry->line;
        to->at[to->count].has_distance = true;
        to->at[to->count++].distance = rhythm_distance(rhythm, &entry->rhythm);
    }
    qsort(to->at, to->count, sizeof(*to->at), nearest_first);
}

static enum err list_alike(struct library_job *job, const struct rhythm *rhythm, struct fault *fault)
{
    const struct project_similar_patterns *ask = job->ask;
    const uint32_t most = ask->limit ? (uint32_t)ask->limit : ALIKE;
    struct arena arena = { 0 };
    struct library_pattern_list lines = { 0, arena_array(&arena, job->library->count + 1, sizeof(*lines.at)) };
    enum err e;

    compare_all(job, rhythm, ask->name, &lines);
    lines.count = lines.count < most ? lines.count : most;
    job->said.total = lines.count;
    job->said.message = message_counted(MESSAGE_FILES_LISTED, &job->arena, lines.count, (struct text){ 0 });
    e = library_keep_lines(job, &lines, fault);
    arena_free(&arena);
    return e;
}

static enum err act_similar(struct library_job *job, struct fault *fault)
{
    const struct project_similar_patterns *ask = job->ask;
    struct pattern_file *file = arena_alloc(&job->arena, sizeof(*file));
    struct rhythm rhythm;
    enum err e = library_source_read(job, ask->name, file, fault);

    if (e != ERR_OK)
        return e;
    rhythm_of(&file->pattern, &rhythm);
    return list_alike(job, &rhythm, fault);
}

static enum err find_similar(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct library_source source = source_of(work->ask);

    return library_source_start(work, txn, &source, &project_similar_patterns_shape, act_similar, fault);
}

const struct handler library_handler_similar = {
    .explain = slot_job_explain,
    .needs_no_project = true,
    .before = begin_similar,
    .after = find_similar,
    .answer = library_job_answer,
};
const struct handler library_handler_similar_to_slot = {
    .explain = slot_job_explain,
    .before = begin_similar,
    .after = find_similar,
    .answer = library_job_answer,
};
