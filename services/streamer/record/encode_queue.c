#include "services/streamer/record/encode_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "schema_service.h"
#include "services/streamer/record/take_end.h"
#include "services/streamer/record/take_find.h"
#include "services/streamer/record/take_flac.h"
#include "services/streamer/record/take_report.h"

enum { PROGRESS_US = 1000000, TASKS = 64 };

/* ---- results ---- */

static void stay_wav(struct take *take, const struct fault *why)
{
    struct takes *takes = take->takes;

    snprintf(take->remark, sizeof(take->remark), "%s", why->what);
    take->format = TAKE_FORMAT_WAV;
    snprintf(takes->alarm, sizeof(takes->alarm), "the take %.60s stays a WAV: %.120s", take->name, why->what);
    log_fault("a take stays a WAV", why);
}

/* Encoding cannot begin: the take stays a WAV. If its WAV is gone, it stays pending. */
static void leave_as_wav(struct take *take, const struct fault *why)
{
    if (take->facts.rate == 0) {
        take_leave(take, why);
        return;
    }
    stay_wav(take, why);
    take_end(take);
}

static void encode_to_flac(struct take *take, const struct take_flac *flac)
{
    take->is_flac = true;
    take->format = TAKE_FORMAT_FLAC;
    take->facts = flac->facts;
    take_note_gaps(take, &flac->gaps);
    take->cut = flac->cut;
    take->frames = flac->count;
    take->size = flac->size;
    take->mtime = flac->mtime;
    memcpy(take->content, flac->content, sizeof(take->content));
    snprintf(take->path, sizeof(take->path), "%.*s", PATH_MAX - 1, flac->flac);
}

static void end_encoding(struct errand *errand, bool lost)
{
    struct take_flac *flac = (struct take_flac *)errand;
    struct take *take = flac->state;
    struct fault hung = { .code = ERR_TIMEOUT, .what = "the disk does not answer" };

    take->flac = NULL;
    if (lost || flac->became == TAKE_IS_LEFT) {
        take_leave(take, lost ? &hung : &flac->fault);
        return;
    }
    if (flac->became == TAKE_IS_FLAC)
        encode_to_flac(take, flac);
    else if (flac->became == TAKE_STAYS_WAV)
        stay_wav(take, &flac->fault);
    take->is_forgotten = flac->became == TAKE_IS_GONE;
    if (take->is_forgotten)
        take->result = LIFECYCLE_ABANDONED;
    take_end(take);
}

/* ---- the queue ---- */

static void start_encoding(struct take *take)
{
    struct takes *takes = take->takes;
    struct take_flac *flac = take_flac_new(take->path, end_encoding, take);
    struct fault fault = { 0 };

    if (!flac) {
        fault_set(&fault, ERR_BAD_REQUEST, "\"%s\" has no name that ends in .wav", take->path);
        leave_as_wav(take, &fault);
        return;
    }
    snprintf(flac->program, sizeof(flac->program), "%s/loophole-worker", service_paths(takes->service)->programs);
    snprintf(flac->title, sizeof(flac->title), "%s", take->name);
    flac->facts = take->facts;
    flac->facts.item = take->item;
    flac->gaps = take->gaps;
    flac->cut = take->cut;
    flac->place = take_find_place(takes, take->item);
    take->flac = flac;
    take->reported = clock_steady();
    take_flac_start(flac, takes->errands);
}

/* NULL: the queue is full. */
static struct take *append_take(struct takes *takes, const struct take *take)
{
    struct take **last = &takes->encoding, *waiting;
    uint32_t count = 0;

    for (; *last; last = &(*last)->next)
        count++;
    if (count >= TAKES_LEFT)
        return NULL;
    waiting = alloc_bytes(sizeof(*waiting));
    *waiting = *take;
    waiting->phase = TAKE_ENCODING;
    return *last = waiting;
}

void encode_queue_add(struct take *take)
{
    struct takes *takes = take->takes;
    struct take *waiting = append_take(takes, take);
    struct fault fault = { 0 };
    struct recording reply;

    if (!waiting) {
        fault_set(&fault, ERR_FULL, "the queue of takes to encode is full: the take stays a WAV");
        leave_as_wav(take, &fault);
        return;
    }
    take_note_recovered(waiting);
    take_describe(waiting, &reply);
    ticket_answer(takes->service, waiting->ended, &reply);
    waiting->ended = (struct ticket){ 0 };
    take_publish_progress(waiting);
    take_free(take);
}

static void drop_ended(struct takes *takes)
{
    struct take **at = &takes->encoding;

    while (*at) {
        struct take *take = *at;
        if (take->phase == TAKE_FREE) {
            *at = take->next;
            free(take);
        } else {
            at = &take->next;
        }
    }
}

void encode_queue_follow(struct takes *takes)
{
    struct take *under_way = NULL, *next = NULL;

    drop_ended(takes);
    for (struct take *take = takes->encoding; take; take = take->next) {
        take_end_again(take);
        if (take->phase == TAKE_ENCODING && take->flac)
            under_way = take;
        else if (take->phase == TAKE_ENCODING && !next)
            next = take;
    }
    if (!under_way && next) {
        start_encoding(next);
    } else if (under_way && clock_steady() - under_way->reported >= PROGRESS_US) {
        under_way->reported = clock_steady();
        take_publish_progress(under_way);
    }
}

/* ---- as tasks ---- */

void encode_queue_list_tasks(const struct takes *takes, struct arena *arena, struct task_list *to)
{
    to->at = takes->encoding ? arena_array(arena, TASKS, sizeof(*to->at)) : NULL;
    for (const struct take *take = takes->encoding; to->at && take && to->count < TASKS; take = take->next)
        if (take->phase == TAKE_ENCODING)
            to->at[to->count++] = (struct task){ .id = take->item,
                                                 .label = arena_printf(arena, "Making FLAC of \"%s\"", take->name),
                                                 .done = take->flac ? atomic_load(&take->flac->frames) : 0,
                                                 .total = take->frames,
                                                 .since = take->facts.began,
                                                 .can_cancel = true };
}

enum err encode_queue_cancel(struct takes *takes, struct id item)
{
    struct fault why = { 0 };

    for (struct take *take = takes->encoding; take; take = take->next)
        if (take->phase == TAKE_ENCODING && id_equal(take->item, item)) {
            if (take->flac) {
                atomic_store(&take->flac->is_cancelled, true);
            } else {
                fault_set(&why, ERR_CONFLICT, "a person cancelled its encoding");
                leave_as_wav(take, &why);
            }
            return ERR_OK;
        }
    return ERR_NOT_FOUND;
}
