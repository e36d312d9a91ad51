#include "services/streamer/record/take_end.h"

#include <stdio.h>
#include <string.h>

#include "common/process/log.h"
#include "common/process/mount_point.h"
#include "schema_indexer.h"
#include "services/streamer/record/take_report.h"

enum { BUDGET_MS = 10000, SILENT_US = 2000000, AGAIN_US = 1000000 };

static void log_rescan(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)answer;
    if (error != ERR_OK)
        log_fault("a finished take will be analysed later", fault);
}

/* The item waits for its analysis: makes the indexer scan its folder. */
static void have_analysed(struct take *take)
{
    const char *slash = strrchr(take->path, '/');
    struct indexer_rescan request = { .path = bytes_of(take->path, slash ? (size_t)(slash - take->path) : 0) };
    struct fault fault = { 0 };

    if (service_ask(take->takes->service, "indexer.rescan", &request, BUDGET_MS, NULL, log_rescan, NULL, &fault) !=
        ERR_OK)
        log_fault("a finished take will be analysed later", &fault);
}

void take_note_recovered(struct take *take)
{
    struct takes *takes = take->takes;

    if (take->is_recovery && !take->is_forgotten && takes->recovered_count < TAKES_LEFT)
        takes->recovered[takes->recovered_count++] = take->item;
    take->is_recovery = false;
}

static void keep_remark(const struct take *take)
{
    struct takes *takes = take->takes;

    if (take->is_forgotten || !take->remark[0])
        return;
    takes->remarked = take->item;
    memcpy(takes->remark, take->remark, sizeof(takes->remark));
}

void take_recall_remark(const struct takes *takes, struct recording *to)
{
    if (!id_equal(to->id, takes->remarked))
        return;
    to->has_remark = takes->remark[0] != '\0';
    to->remark = text_of(takes->remark);
}

static void finish_take(struct take *take)
{
    struct recording reply;

    if (take->is_forgotten && (take->is_recovery || take->begun.number))
        take->takes->never_ran = take->item;
    take_describe(take, &reply);
    take_note_recovered(take);
    keep_remark(take);
    if (take->fault.code == ERR_OK || take->result == LIFECYCLE_FINAL)
        ticket_answer(take->takes->service, take->ended, &reply);
    else
        ticket_fail(take->takes->service, take->ended, &take->fault);
    ticket_fail(take->takes->service, take->begun, &take->fault); /* if it never ran */
    if (take->result == LIFECYCLE_FINAL)
        have_analysed(take);
    if (take->result != 0)
        take_publish(take, take->result == LIFECYCLE_FINAL ? "take_final" : "take_abandoned");
    log_info("the take \"%s\" has ended: %s, length in frames: %llu", take->name,
             take->is_forgotten                ? "deleted"
             : take->result == LIFECYCLE_FINAL ? "final"
                                               : "abandoned",
             (unsigned long long)take->frames);
    if (take->lost > 0)
        log_warn("the take \"%s\" lacks frames: %llu, at this number of places: %llu", take->name,
                 (unsigned long long)take->lost, (unsigned long long)take->gaps.count);
    take_free(take);
}

/* A repeated report changes nothing, so a lost acknowledgement needs no special care. */
static void take_acknowledgement(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct take *take = state;

    (void)answer;
    take->is_asking = false;
    if (error == ERR_OK || error == ERR_NOT_FOUND) { /* not_found: a person removed the item meanwhile */
        finish_take(take);
    } else if (error == ERR_CONFLICT || error == ERR_BAD_REQUEST || error == ERR_EXISTS) {
        take->fault = *fault;
        take->result = LIFECYCLE_ABANDONED;
        log_fault("persist refused the end of a take, which counts as abandoned", fault);
        finish_take(take);
    }
}

static struct encoded_take file_of(const struct take *take)
{
    const char *name = strrchr(take->path, '/') + 1;

    return (struct encoded_take){ .file = bytes_of(name, strlen(name)),
                                  .container = TEXT("flac"),
                                  .sample_format = TEXT("flac"),
                                  .bit_depth = 24,
                                  .content = bytes_of(take->content, sizeof(take->content)) };
}

static struct take_cut cut_of(const struct take *take)
{
    const struct wav_cut *cut = &take->cut;

    return (struct take_cut){ .code = text_of(cut->code),
                              .why = text_of(cut->why),
                              .at = (int64_t)take->frames,
                              .has_wanted = cut->wanted > 0,
                              .wanted = (int64_t)cut->wanted };
}

void take_end(struct take *take)
{
    struct takes *takes = take->takes;
    bool has_facts = take->facts.rate > 0 || take->is_flac;
    struct recording reply;

    take_describe(take, &reply);
    struct persist_forget forget = { .id = take->item };
    struct persist_end_take end = { .id = take->item,
                                    .lifecycle = { .value = take->result },
                                    .frames = (int64_t)take->frames,
                                    .size = take->size,
                                    .mtime = take->mtime,
                                    .has_first = has_facts,
                                    .first = take->facts.first,
                                    .has_latency = has_facts,
                                    .latency = take->facts.latency_frames,
                                    .has_lost = true,
                                    .lost = take->lost,
                                    .has_gaps = true,
                                    .gaps = reply.gaps,
                                    .lost_at = reply.lost_at,
                                    .has_lost_more = reply.has_lost_more,
                                    .lost_more = reply.lost_more,
                                    .has_cut = take->cut.is_cut,
                                    .has_encoded = take->is_flac };
    if (take->cut.is_cut)
        end.cut = cut_of(take);
    if (take->is_flac)
        end.encoded = file_of(take);
    struct fault fault = { 0 };

    take->phase = TAKE_REPORTING;
    take->due = TAKE_DUE_NOTHING;
    take->reported = clock_steady();
    take->is_asking = true;
    const struct sender *sender = take == &takes->deleting && take->sender.digest ? &take->sender : NULL;
    enum err e = take->is_forgotten ? service_ask(takes->service, "persist.forget", &forget, BUDGET_MS, sender,
                                                  take_acknowledgement, take, &fault)
                                    : service_ask(takes->service, "persist.end_take", &end, BUDGET_MS, NULL,
                                                  take_acknowledgement, take, &fault);
    if (e != ERR_OK)
        take->is_asking = false; /* takes_tick tries again */
}

void take_end_again(struct take *take)
{
    if (take->phase == TAKE_REPORTING && !take->is_asking && clock_steady() - take->reported >= AGAIN_US)
        take_end(take);
}

/* ---- an end without a report ---- */

void take_fail(struct take *take, const struct fault *fault)
{
    log_fault("a take failed", fault);
    take->fault = *fault;
    take_publish(take, "take_failed");
    take->is_forgotten = true;
    if (!id_is_zero(take->item)) {
        take_end(take);
        return;
    }
    ticket_fail(take->takes->service, take->begun, fault);
    ticket_fail(take->takes->service, take->ended, fault);
    take_free(take);
}

void take_leave(struct take *take, const struct fault *fault)
{
    struct takes *takes = take->takes;

    log_fault("a take is not finished", fault);
    take->fault = *fault;
    snprintf(takes->alarm, sizeof(takes->alarm), "the take %.60s cannot be finished yet: %.120s", take->name,
             fault->what);
    ticket_fail(takes->service, take->begun, fault);
    ticket_fail(takes->service, take->ended, fault);
    take_publish(take, "take_failed");
    take_free(take);
}

/* ---- an ask to end it that waits long ---- */

enum take_late take_why_late(const struct take *take, usec_t now, usec_t silent)
{
    if (now >= take->late_at && silent >= SILENT_US)
        return TAKE_LATE_DISK;
    return now >= take->answer_by ? TAKE_LATE_BUSY : TAKE_NOT_LATE;
}

static void explain_late(const struct take *held, enum take_late why, struct fault *fault)
{
    if (why == TAKE_LATE_DISK)
        mount_point_blame(held->path, fault, "the take \"%.60s\" ends when it does", held->name);
    else
        fault_set(fault, ERR_TIMEOUT, "the take \"%.60s\" is still being ended: it needs no further command",
                  held->name);
    fault_hint(fault, "`loophole record takes` shows its state; its sound up to now is kept");
}

/* The take itself ends later. Without a file it waits for a take that is being recovered. A thread that waits for a
 * processor does not blame the disk. */
void take_answer_late(struct take *take)
{
    const struct take *held = take->file ? take : &take->takes->recovery;
    struct fault fault = { 0 };
    enum take_late why;

    if (!ticket_is_open(take->takes->service, take->ended))
        return;
    why = take_why_late(take, clock_steady(), held->file ? errand_waited(&held->file->errand) : 0);
    if (why == TAKE_NOT_LATE)
        return;
    explain_late(held->file ? held : take, why, &fault);
    log_fault("the end of a take waits", &fault);
    ticket_fail(take->takes->service, take->ended, &fault);
    take->ended = (struct ticket){ 0 };
}
