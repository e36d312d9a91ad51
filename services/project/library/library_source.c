#include "services/project/library/library_source.h"

#include "services/project/library/library_handlers.h"
#include "services/project/pattern/slot_handlers.h"
#include "services/project/pattern/slot_parse.h"
#include "store/pattern/message.h"

enum err library_source_begin(struct work *work, struct txn *txn, const struct library_source *source,
                              struct fault *fault)
{
    /* The slot's file is read; library_source_start compares it with the store. */
    if (source->slot.len)
        return slot_job_begin_one(work, txn, source->slot, fault);
    return source->name.len ? ERR_OK : library_read_given(work, source->file, fault);
}

enum err library_source_start(struct work *work, struct txn *txn, const struct library_source *source,
                              const struct shape *shape, enum err (*act)(struct library_job *job, struct fault *fault),
                              struct fault *fault)
{
    const enum err e = source->slot.len ? slot_job_keep(work, txn, fault) : ERR_OK;
    struct library_job *job;

    if (e != ERR_OK)
        return e;
    job = library_job_new(work, shape, act);
    if (source->slot.len || source->name.len == 0)
        job->text = arena_text(&job->arena, library_given_text(work));
    library_job_start(job);
    return ERR_OK;
}

enum err library_source_read(struct library_job *job, struct text name, struct pattern_file *to, struct fault *fault)
{
    struct fault why = { 0 };
    enum err e = job->text.len ? ERR_OK : library_find_text(job, name, fault);

    if (e != ERR_OK)
        return e;
    e = slot_parse(job->hand, arena_printf(&job->arena, "%.*s", TEXT_ARG(name)).at, job->text, &job->arena, to, &why);
    if (e == ERR_OK || name.len == 0)
        return *fault = why, e;
    message_fault(MESSAGE_FILE_CORRUPT, name, text_of(why.what), fault);
    return fault->code = e == ERR_VERSION ? e : fault->code;
}
