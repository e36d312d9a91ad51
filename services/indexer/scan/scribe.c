#include "services/indexer/scan/scribe.h"

#include <string.h>

#include "common/process/log.h"

enum { BUDGET_MS = 10000, PAUSE_US = 200000 };

enum err scribe_open(struct scribe *scribe, const struct paths *paths, struct fault *fault)
{
    scribe->asker = asker_new(paths, fault);
    return scribe->asker ? ERR_OK : fault->code;
}

void scribe_close(struct scribe *scribe)
{
    asker_free(scribe->asker);
    arena_free(&scribe->arena);
    scribe->asker = NULL;
    scribe->count = 0;
}

static bool is_transient(enum err e)
{
    return err_passes(e) || e == ERR_IO;
}

enum err scribe_ask(struct scribe *scribe, const char *name, const void *request, void *answer, struct fault *fault)
{
    return scribe_ask_for(scribe, &(struct sender){ 0 }, name, request, answer, fault);
}

enum err scribe_ask_for(struct scribe *scribe, const struct sender *sender, const char *name, const void *request,
                        void *answer, struct fault *fault)
{
    struct id request_id = sender->digest ? sender->request : id_new();

    asker_for(scribe->asker, sender->digest);
    while (errand_goes_on(scribe->errand)) {
        struct fault refused = { 0 };
        enum err e = ask(scribe->asker, name, request, BUDGET_MS, &request_id, answer, &refused);
        atomic_store(scribe->waits, is_transient(e));
        if (!is_transient(e)) {
            *fault = refused;
            return e;
        }
        clock_sleep(PAUSE_US);
    }
    return fault_set(fault, ERR_TIMEOUT, "%s was given up", name);
}

enum err scribe_add(struct scribe *scribe, const struct operation *operation, void *about, struct fault *fault)
{
    enum err e = codec_copy(&operation_shape, operation, &scribe->arena, &scribe->operations[scribe->count]);

    if (e != ERR_OK)
        return fault_set(fault, e, "no memory for a batch");
    scribe->about[scribe->count++] = about;
    return scribe->count == SCRIBE_BATCH ? scribe_flush(scribe, fault) : ERR_OK;
}

enum err scribe_flush(struct scribe *scribe, struct fault *fault)
{
    struct persist_batch batch = { .operations = { scribe->count, scribe->operations } };
    struct outcomes outcomes = { 0 };

    if (scribe->count == 0)
        return ERR_OK;
    enum err e = scribe_ask(scribe, "persist.batch", &batch, &outcomes, fault);
    if (e == ERR_OK && outcomes.each.count != scribe->count)
        e = fault_set(fault, ERR_INTERNAL, "persist answered %u of %u operations", outcomes.each.count, scribe->count);
    for (uint32_t i = 0; e == ERR_OK && i < scribe->count; i++)
        scribe->answered(scribe->state, &scribe->operations[i], &outcomes.each.at[i], scribe->about[i]);
    scribe->count = 0;
    memset(scribe->operations, 0, sizeof(scribe->operations));
    arena_reset(&scribe->arena);
    return e;
}
