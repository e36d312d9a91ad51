#include "services/streamer/record/take.h"

#include <stdio.h>
#include <string.h>

#include "common/process/log.h"
#include "common/process/mount_point.h"
#include "services/streamer/record/encode_queue.h"
#include "services/streamer/record/take_again.h"
#include "services/streamer/record/take_bars.h"
#include "services/streamer/record/take_begin.h"
#include "services/streamer/record/take_end.h"
#include "services/streamer/record/take_flac.h"
#include "services/streamer/record/take_inputs.h"
#include "services/streamer/record/take_keep.h"
#include "services/streamer/record/take_report.h"

enum { BEGIN_US = 5000000, STOP_US = 3000000, PROGRESS_US = 1000000, SILENT_US = 2000000, LATE_US = 4000000 };

/* ---- cues ---- */

static bool send_cue(struct take *take, enum cue_verb verb, int64_t frame)
{
    struct cue cue = { .frame = frame, .verb = verb, .voice = 0, .generation = take->facts.generation };

    if (verb == CUE_CAPTURE_START && take_has_bus(take))
        cue.group = (uint16_t)(take->source - TAKE_SOURCE_STREAMS + CAPTURE_GROUP);
    if (take->kept.is_kept && verb == CUE_CAPTURE_START)
        take_keep_cue(take, &cue);
    return core_link_cue(take->takes->core, &cue);
}

static bool is_take_captured(const struct take *take)
{
    return capture_header_get(take->takes->memory).generation == take->facts.generation;
}

/* Discards the rest of the ring, which no longer has a reader. */
static void end_capture(struct take *take)
{
    if (is_take_captured(take))
        (void)send_cue(take, CUE_CAPTURE_STOP, CUE_NOW); /* takes_tick repeats it if necessary */
}

/* ---- steps ---- */

static void fail_file(struct take *take, const struct fault *fault)
{
    take->fault = *fault;
    atomic_store(&take->file->is_erased, true);
    atomic_store(&take->file->is_ending, true);
    take->phase = TAKE_STOPPING;
    take->since = clock_steady();
    take->is_cued = true;
}

/* A take that waits for its bar ends without a frame. */
static void give_up_bar(struct take *take)
{
    atomic_store(&take->file->is_erased, true);
    atomic_store(&take->file->is_ending, true);
    take->phase = TAKE_STOPPING;
    take->since = clock_steady();
    take->is_cued = true;
}

/* Repeats the cue while the ring has no room for it, until the first frame is there. After the cue a wish waits for
 * that frame: the cue cannot be undone, and would end a later take. */
static void follow_start(struct take *take)
{
    int64_t frame = take->bars.waits && !take->is_cued ? take_bars_frame(take) : CUE_NOW;
    struct fault fault = { 0 };

    if (take->bars.waits && !take->is_cued && take->wish != TAKE_WISH_NOTHING) {
        give_up_bar(take);
        return;
    }
    if (!take->is_cued && take->bars.waits && frame < 0)
        return;
    if (!take->is_cued && take_is_audible(take)) {
        take->since = take->bars.waits ? clock_steady() : take->since;
        if (!take->kept.is_kept)
            ring_release(&take->takes->ring, ring_taken(&take->takes->ring) + ring_ready(&take->takes->ring));
        take->is_cued = send_cue(take, CUE_CAPTURE_START, frame);
    }
    if (clock_steady() - take->since < BEGIN_US)
        return;
    if (core_link_check(take->takes->core, CORE_PAUSE_US, &fault) == ERR_OK)
        fault_set(&fault, ERR_TIMEOUT, "the audio core does not start the take");
    fail_file(take, &fault);
}

static void take_facts(struct take *take, const struct take_file *file)
{
    take->facts = file->take.take;
    if (take->facts.is_for_flac)
        take->format = TAKE_FORMAT_FLAC;
    else
        take->format = file->take.format == WAV_PCM24 ? TAKE_FORMAT_WAV24 : TAKE_FORMAT_WAV;
}

static void start_running(struct take *take, const struct take_file *file)
{
    struct recording reply;

    take_facts(take, file);
    take->phase = TAKE_GOING;
    take->is_cued = false;
    take->since = take->reported = clock_steady();
    log_info("the take \"%s\" begins: %s", take->name, take->path);
    take_describe(take, &reply);
    ticket_answer(take->takes->service, take->begun, &reply);
    take->begun = (struct ticket){ 0 };
    take_publish(take, "take_started");
}

static void follow_running(struct take *take)
{
    const struct core_link *core = take->takes->core;
    usec_t now = clock_steady();

    take->lost = capture_header_get(take->takes->memory).lost;
    take_bars_follow_end(take);
    if (now - take->reported >= PROGRESS_US) {
        take->reported = now;
        take_publish_progress(take);
    }
    if (core->has_state && core_link_rate(core) != take->facts.rate && take->wish == TAKE_WISH_NOTHING) {
        fault_set(&take->fault, ERR_CONFLICT, "the JACK server runs at another rate now");
        log_fault("a take ends early", &take->fault);
        take->wish = TAKE_WISH_STOP;
    }
    if (take->wish == TAKE_WISH_NOTHING)
        return;
    atomic_store(&take->file->is_asked, take->fault.code == ERR_OK);
    atomic_store(&take->file->is_erased, take->wish == TAKE_WISH_CANCEL && take->takes->deletes_cancelled);
    take->phase = TAKE_STOPPING;
    take->since = now;
}

/* Does not wait for a core that is gone or hangs. */
static void follow_stop(struct take *take)
{
    if (!take->is_cued)
        take->is_cued = send_cue(take, CUE_CAPTURE_STOP, CUE_NOW);
    if (clock_steady() - take->since > STOP_US && take->file)
        atomic_store(&take->file->is_ending, true);
}

/* The recovered take is still being captured, so it becomes the current take. */
static void become_current(struct take *recovery)
{
    struct takes *takes = recovery->takes;
    struct take *take = &takes->recording;

    struct take waiting = *take; /* a new ask to begin or end a take may wait already */
    struct fault fault;

    *take = *recovery;
    take->is_recovery = false;
    take->file->state = take;
    take_free(recovery);
    if (id_is_zero(takes->ending) || id_equal(takes->ending, take->item)) {
        take->ended = waiting.ended;
        take->late_at = waiting.late_at;
        take->answer_by = waiting.answer_by;
        take->wish = waiting.wish;
    } else {
        take_answer_end(takes, waiting.ended);
    }
    takes->ending = (struct id){ { 0 } };
    if (id_equal(waiting.facts.request, take->file->take.take.request)) {
        take->begun = waiting.begun;
    } else {
        fault_set(&fault, ERR_BUSY, "the take \"%.100s\" is under way", take->name);
        ticket_fail(takes->service, waiting.begun, &fault);
    }
    start_running(take, take->file);
}

/* A client waits for the begin of the take, but the disk of its file does not answer. */
static bool is_disk_late(const struct take *take)
{
    const usec_t silent = take->file ? errand_waited(&take->file->errand) : 0;

    return ticket_is_open(take->takes->service, take->begun) &&
           (silent >= LATE_US || (silent >= SILENT_US && clock_steady() >= take->begin_by));
}

/* It ends when the disk answers. */
static void fail_late_begin(struct take *take)
{
    struct fault fault = { 0 };

    mount_point_blame(take->path, &fault, "the take \"%.60s\" does not begin", take->name);
    log_fault("a take does not begin", &fault);
    ticket_fail(take->takes->service, take->begun, &fault);
    take->begun = (struct ticket){ 0 };
    fail_file(take, &fault);
}

void take_follow(struct take *take)
{
    int stage = take->file ? atomic_load(&take->file->stage) : TAKE_OPENING;

    switch (take->phase) {
    case TAKE_MAKING:
        if (stage == TAKE_READY || stage == TAKE_RUNNING) {
            take->phase = TAKE_WAITING;
            take->since = clock_steady();
        } else if (is_disk_late(take)) {
            fail_late_begin(take);
        }
        break;
    case TAKE_WAITING:
        if (stage == TAKE_RUNNING && take->file->work == TAKE_RESUME)
            become_current(take);
        else if (stage == TAKE_RUNNING)
            start_running(take, take->file);
        else
            follow_start(take);
        break;
    case TAKE_GOING:
        follow_running(take);
        break;
    case TAKE_STOPPING:
        follow_stop(take);
        break;
    case TAKE_REPORTING:
        take_end_again(take);
        break;
    case TAKE_STARTING:
        take_begin_again(take);
        break;
    case TAKE_BARS:
        take_bars_follow(take);
        break;
    case TAKE_ENCODING: /* encode_queue_follow handles it */
    case TAKE_FREE:
        break;
    }
}

/* ---- the end ---- */

static void set_cut(struct wav_cut *cut, const struct fault *fault)
{
    cut->is_cut = true;
    (void)snprintf(cut->code, sizeof(cut->code), "%s", err_name(fault->code));
    (void)snprintf(cut->why, sizeof(cut->why), "%.*s", (int)sizeof(cut->why) - 1, fault->what);
}

/* The loop may know better than the file's thread why the take ended. */
static void take_over(struct take *take, const struct take_file *file)
{
    take->cut = file->take.cut;
    take->fault = take->fault.code == ERR_OK && !file->is_gone ? file->fault : take->fault;
    if (take->fault.code != ERR_OK && !take->is_forgotten)
        set_cut(&take->cut, &take->fault);
}

static void report_cut(struct take *take)
{
    log_error("a take ended early: \"%s\": %s", take->name, take->cut.why);
    snprintf(take->takes->alarm, sizeof(take->takes->alarm), "the take %.60s ended early: %.120s", take->name,
             take->cut.why);
    take_publish(take, "take_failed");
}

/* The take has no file: a person deleted it, or the take never began, and then no client got the answer that it
 * records. */
static void report_gone(struct take *take)
{
    log_warn("the take \"%s\" has no file any more, so it is forgotten: %s", take->name, take->path);
    snprintf(take->takes->alarm, sizeof(take->takes->alarm), "the take %.60s has no file any more, so it is forgotten",
             take->name);
    take_publish(take, "take_failed");
}

static void judge_cut(struct take *take, const struct take_file *file)
{
    take_over(take, file);
    if (file->is_gone)
        report_gone(take);
    else if (take->cut.is_cut && !take->is_forgotten)
        report_cut(take);
}

static void judge_recording(struct take *take, const struct take_file *file)
{
    take->result =
        take->wish == TAKE_WISH_CANCEL || file->fault.code == ERR_BAD_REQUEST ? LIFECYCLE_ABANDONED : LIFECYCLE_FINAL;
    take->is_forgotten = file->is_gone || atomic_load(&file->is_erased) ||
                         (take->frames == 0 && !file->is_mark && file->fault.code != ERR_BAD_REQUEST);
    if (take->is_forgotten || take->frames == 0)
        take->result = LIFECYCLE_ABANDONED;
    judge_cut(take, file);
}

/* True if the capture continues after the take, which has its length: take_keep_listen keeps the following frames. */
static bool goes_on(const struct take *take, const struct take_file *file)
{
    return take->takes->looks_back && take->wish == TAKE_WISH_NOTHING && file->fault.code == ERR_OK &&
           file->work == TAKE_NEW && (take->loops || !take_has_bus(take));
}

static void file_ended(struct take *take, const struct take_file *file)
{
    struct takes *takes = take->takes;
    bool is_running = atomic_load(&file->stage) == TAKE_RUNNING, is_capturing = is_running && goes_on(take, file);

    if (is_running && file->work == TAKE_NEW && take->phase < TAKE_GOING)
        start_running(take, file); /* it was complete before the loop looked */
    take_facts(take, file);
    take_note_gaps(take, &file->take.gaps);
    take->frames = atomic_load(&file->frames);
    take->size = file->size;
    take->mtime = file->mtime;
    if (is_capturing)
        take_keep_pass(take);
    if ((is_running || take->is_cued) && !is_capturing)
        end_capture(take);
    if (is_running && take == &takes->recording && take->wish == TAKE_WISH_NOTHING)
        takes->ended_itself = take->item;
    if (is_running && take == &takes->recovery && takes->recording.phase == TAKE_FREE) {
        take->ended = takes->recording.ended; /* it ended before it could be taken over and stopped */
        take_free(&takes->recording);
    }
    if (file->work == TAKE_NEW && !is_running && take->bars.waits && take->wish != TAKE_WISH_NOTHING) {
        take->is_forgotten = true;
        take->result = LIFECYCLE_ABANDONED;
        take_end(take);
    } else if (file->work == TAKE_NEW && !is_running) {
        struct fault fault = take->fault.code ? take->fault : file->fault;
        take_fail(take, &fault);
    } else if (file->is_flac) {
        take->result = LIFECYCLE_FINAL;
        encode_queue_add(take);
    } else if (file->work == TAKE_RESUME && !is_running && file->fault.code != ERR_OK &&
               file->fault.code != ERR_BAD_REQUEST && !file->is_gone) {
        take_leave(take, &file->fault);
    } else {
        judge_recording(take, file);
        if (take->result == LIFECYCLE_FINAL && take->facts.is_for_flac)
            encode_queue_add(take);
        else
            take_end(take);
    }
    if (is_running && !is_capturing)
        ring_release(&takes->ring, ring_taken(&takes->ring) + ring_ready(&takes->ring));
}

void take_done(struct errand *errand, bool lost)
{
    struct take_file *file = (struct take_file *)errand;
    struct take *take = file->state;
    struct fault fault;

    take->file = NULL;
    if (lost) {
        fault_set(&fault, ERR_TIMEOUT, "the disk does not answer");
        take_leave(take, &fault);
    } else {
        file_ended(take, file);
    }
}

/* ---- the begin ---- */

static void make_file(struct take *take)
{
    struct takes *takes = take->takes;
    struct take_file *file = take_file_new(TAKE_NEW, take_done, take);

    take->facts.generation = take_new_generation(takes);
    take->facts.item = take->item;
    file->format = take->format == TAKE_FORMAT_WAV24 ? WAV_PCM24 : WAV_FLOAT;
    file->memory = takes->memory;
    file->ring = takes->ring;
    file->take.take = take->facts;
    memcpy(file->path, take->path, sizeof(file->path));
    take->file = file;
    take->phase = TAKE_MAKING;
    take_file_start(file, takes->errands);
}

void take_go_on(struct take *take)
{
    const enum take_due due = take->due;

    take->due = TAKE_DUE_NOTHING;
    if (due == TAKE_DUE_ITEM)
        take_reserve(take);
    else if (due == TAKE_DUE_FILE)
        make_file(take);
}
