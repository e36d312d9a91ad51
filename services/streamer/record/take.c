#include <stdio.h>
#include <string.h>

#include "common/process/log.h"
#include "common/process/mount_point.h"
#include "services/streamer/record/take_cut.h"
#include "services/streamer/record/take_flac.h"
#include "services/streamer/record/takes.h"

enum { BEGIN_US = 5000000, STOP_US = 3000000, PROGRESS_US = 1000000, SILENT_US = 2000000, LATE_US = 4000000 };

/* ---- answers and events ---- */

static int32_t take_state_of(const struct take *take)
{
    static const int32_t ended[] = { [LIFECYCLE_PENDING] = TAKE_STATE_PENDING,
                                     [LIFECYCLE_FINAL] = TAKE_STATE_FINAL,
                                     [LIFECYCLE_ABANDONED] = TAKE_STATE_ABANDONED };

    if (take->phase == TAKE_ENCODING)
        return TAKE_STATE_ENCODING;
    if (take->result != 0)
        return ended[take->result];
    if (take->bars.waits && take->phase >= TAKE_BARS && take->phase < TAKE_GOING)
        return TAKE_STATE_WAITING;
    if (take->phase < TAKE_GOING)
        return TAKE_STATE_STARTING;
    return take->phase == TAKE_GOING ? TAKE_STATE_RUNNING : TAKE_STATE_STOPPING;
}

static uint32_t places_of(const struct wav_gaps *gaps)
{
    return gaps->count < WAV_GAPS ? (uint32_t)gaps->count : WAV_GAPS;
}

void take_describe(struct take *take, struct recording *to)
{
    const struct wav_take *facts = &take->facts;

    if (take->file)
        take->frames = atomic_load(&take->file->frames);
    *to = (struct recording){ .id = take->item,
                              .name = text_of(take->name),
                              .path = bytes_of(take->path, take->is_forgotten ? 0 : strlen(take->path)),
                              .state = { .value = take_state_of(take) },
                              .frames = (int64_t)take->frames,
                              .rate = facts->rate,
                              .first = facts->first,
                              .latency = facts->latency_frames,
                              .lost = take->lost,
                              .size = take->size,
                              .began = facts->began,
                              .has_format = take->format != 0,
                              .format = { .value = take->format },
                              .has_encoded = take->flac != NULL,
                              .encoded = take->flac ? (int64_t)atomic_load(&take->flac->frames) : 0,
                              .has_remark = take->remark[0] != '\0',
                              .remark = text_of(take->remark),
                              .has_gaps = true,
                              .gaps = { .value = facts->is_filled ? GAPS_FILL : GAPS_SKIP },
                              .lost_at = { .at = take->lost_at, .count = places_of(&take->gaps) },
                              .has_lost_more = take->gaps.count > WAV_GAPS,
                              .lost_more = take->gaps.count - places_of(&take->gaps) };
    take_cut_describe(take, to);
}

void take_note_gaps(struct take *take, const struct wav_gaps *gaps)
{
    take->gaps = *gaps;
    take->lost = gaps->lost;
    for (uint32_t i = 0; i < places_of(gaps); i++)
        take->lost_at[i] =
            (struct take_gap){ .at = (int64_t)gaps->each[i].at, .frames = (int64_t)gaps->each[i].frames };
}

void take_publish(struct take *take, const char *event)
{
    struct streamer_take_started reply;

    take_describe(take, &reply.take); /* the same shape for all these events */
    service_publish(take->takes->service, event, &reply);
}

void take_publish_progress(struct take *take)
{
    struct streamer_take_progress progress = { 0 };
    struct take_peaks peaks;
    uint32_t bins = take->file ? take_peaks_read(&take->file->peaks, &peaks) : 0;

    take_describe(take, &progress.take);
    progress.has_peaks = bins > 0;
    if (bins > 0)
        progress.peaks = (struct waveform_so_far){ .frames_a_bin = peaks.frames_a_bin,
                                                   .from = peaks.from,
                                                   .low = bytes_of(peaks.low, bins),
                                                   .high = bytes_of(peaks.high, bins) };
    service_publish(take->takes->service, "take_progress", &progress);
}

void take_free(struct take *take)
{
    *take = (struct take){ .takes = take->takes, .next = take->next };
}

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
        if (!take->is_asking && clock_steady() - take->reported >= PROGRESS_US)
            take_end(take);
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

static void judge_recording(struct take *take, const struct take_file *file)
{
    take->result =
        take->wish == TAKE_WISH_CANCEL || file->fault.code == ERR_BAD_REQUEST ? LIFECYCLE_ABANDONED : LIFECYCLE_FINAL;
    take->is_forgotten = file->is_gone || atomic_load(&file->is_erased) ||
                         (take->frames == 0 && !file->is_mark && file->fault.code != ERR_BAD_REQUEST);
    if (take->is_forgotten || take->frames == 0)
        take->result = LIFECYCLE_ABANDONED;
    take_cut_judge(take, file);
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
