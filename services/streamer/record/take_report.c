#include "services/streamer/record/take_report.h"

#include <string.h>

#include "services/streamer/record/take_flac.h"

void take_cut_tell(const struct take_cut *cut, struct recording *to)
{
    to->failure = cut->why;
    to->has_failure_code = cut->code.len > 0;
    to->failure_code = cut->code;
    to->has_wanted = cut->has_wanted;
    to->wanted = cut->wanted;
}

static void describe_cut(const struct take *take, struct recording *to)
{
    const struct fault *fault = &take->fault;
    const struct wav_cut *cut = &take->cut;

    if (cut->is_cut) {
        take_cut_tell(&(struct take_cut){ .code = text_of(cut->code),
                                          .why = text_of(cut->why),
                                          .has_wanted = cut->wanted > 0,
                                          .wanted = (int64_t)cut->wanted },
                      to);
        return;
    }
    to->failure = text_of(fault->what);
    to->has_failure_code = fault->code != ERR_OK;
    to->failure_code = to->has_failure_code ? text_of(err_name(fault->code)) : (struct text){ 0 };
}

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
    describe_cut(take, to);
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
