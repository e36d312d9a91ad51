#include <string.h>

#include "common/log.h"
#include "schema_indexer.h"
#include "services/streamer/takes.h"

enum { BUDGET_MS = 10000 };

static void rescanned(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)answer;
    if (error != ERR_OK)
        log_fault("a finished recording will be analysed later", fault);
}

/* The item waits to be analysed: the indexer looks at its folder. */
static void have_analysed(struct take *take)
{
    const char *slash = strrchr(take->path, '/');
    struct indexer_rescan request = { .path = bytes_of(take->path, slash ? (size_t)(slash - take->path) : 0) };
    struct fault fault = { 0 };

    if (service_ask(take->takes->service, "indexer.rescan", &request, BUDGET_MS, NULL, rescanned, NULL, &fault) !=
        ERR_OK)
        log_fault("a finished recording will be analysed later", &fault);
}

static void note_mended(struct take *take)
{
    struct takes *takes = take->takes;

    if (take == &takes->mending && !take->is_forgotten && takes->mended_count < TAKES_LEFT)
        takes->mended[takes->mended_count++] = take->item;
}

static void finish(struct take *take)
{
    struct recording told;

    take_tell_as(take, &told);
    note_mended(take);
    if (take->fault.code == ERR_OK || take->result == LIFECYCLE_FINAL)
        ticket_answer(take->takes->service, take->ended, &told);
    else
        ticket_fail(take->takes->service, take->ended, &take->fault);
    ticket_fail(take->takes->service, take->begun, &take->fault); /* if it never ran */
    if (take->result == LIFECYCLE_FINAL)
        have_analysed(take);
    if (take->result != 0)
        take_publish(take, take->result == LIFECYCLE_FINAL ? "take_final" : "take_abandoned");
    log_info("the recording \"%s\" has ended: %s, %llu frames", take->name,
             take->is_forgotten ? "deleted" : take->result == LIFECYCLE_FINAL ? "final" : "abandoned",
             (unsigned long long)take->frames);
    take_free(take);
}

/* Told again it changes nothing, so what may have gone through is told again. */
static void heard(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct take *take = state;

    (void)answer;
    take->is_asking = false;
    if (error == ERR_OK || error == ERR_NOT_FOUND) { /* forgotten by a person meanwhile */
        finish(take);
    } else if (error == ERR_CONFLICT || error == ERR_BAD_REQUEST) {
        take->fault = *fault;
        take->result = LIFECYCLE_ABANDONED;
        log_fault("a recording has ended otherwise", fault);
        finish(take);
    }
}

void take_end(struct take *take)
{
    struct takes *takes = take->takes;
    struct persist_forget forget = { .id = take->item };
    struct persist_end_take end = { .id = take->item,
                                    .lifecycle = { .value = take->result },
                                    .frames = (int64_t)take->frames,
                                    .size = take->size,
                                    .mtime = take->mtime };
    struct fault fault = { 0 };

    take->phase = TAKE_TELLING;
    take->told = clock_steady();
    take->is_asking = true;
    enum err e = take->is_forgotten
                     ? service_ask(takes->service, "persist.forget", &forget, BUDGET_MS, NULL, heard, take, &fault)
                     : service_ask(takes->service, "persist.end_take", &end, BUDGET_MS, NULL, heard, take, &fault);
    if (e != ERR_OK)
        take->is_asking = false; /* takes_tick tries again */
}
