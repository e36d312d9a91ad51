#include "services/audio/control/send_cues.h"

#include "services/audio/control/core.h"
#include "services/audio/control/report.h"
#include "services/audio/control/song.h"

enum { WAIT_US = 5000000 };
enum { PERIODS_AHEAD = 2 }; /* a cue that is sent now is taken by the second period from now at the latest */

/* ---- what sent cues do ---- */

static bool is_ahead(uint64_t by, const struct state *now)
{
    return by > now->periods && by - now->periods <= PERIODS_AHEAD;
}

void audio_expect(const struct audio *audio, struct state *state)
{
    const struct expected *expected = &audio->expected;

    if (is_ahead(expected->place_by, state)) {
        state->step = expected->step;
        state->step_phase = 0;
        state->count_in = 0;
    }
    if (is_ahead(expected->running_by, state)) {
        state->running = expected->running;
        state->count_in = expected->count_in;
    }
}

static void expect_running(struct expected *expected, const struct state *now, bool running, uint32_t count_in)
{
    if (running && now->running)
        return;
    expected->running = running;
    expected->count_in = count_in;
    expected->running_by = now->periods + PERIODS_AHEAD;
}

static void expect_place(struct expected *expected, const struct state *now, int64_t step)
{
    expected->step = step;
    expected->count_in = 0;
    expected->place_by = now->periods + PERIODS_AHEAD;
}

static void note_expected(struct audio *audio, const struct cue *cues, uint32_t count)
{
    struct state now;

    for (uint32_t i = 0; i < count; i++) {
        if (cues[i].frame != CUE_NOW)
            continue;
        (void)core_state(audio, &now);
        audio_expect(audio, &now);
        if (cues[i].verb == CUE_TRANSPORT_START)
            expect_running(&audio->expected, &now, true, (uint32_t)cues[i].value * SCORE_BAR);
        else if (cues[i].verb == CUE_TRANSPORT_STOP)
            expect_running(&audio->expected, &now, false, 0);
        else if (cues[i].verb == CUE_TRANSPORT_LOCATE)
            expect_place(&audio->expected, &now, cues[i].from);
    }
}

/* ---- sending ---- */

uint64_t audio_effects(const struct audio *audio)
{
    return ring_written(&audio->cues) + audio->score.serial;
}

bool audio_is_of_transport(const struct call *call)
{
    return call_ask(call)->answer == &transport_state_shape;
}

/* A cue that is part of an ask has no answer and cannot be deferred: it waits in the ring. */
enum err audio_may_cue(const struct audio *audio, struct call *call, uint32_t count, const void *answer)
{
    if (!core_sounds(audio) && (answer || !core_sounded(audio, WAIT_US))) {
        (void)refuse(call, ERR_OFFLINE, "no sound: the audio core has no JACK server");
        return fault_hint(call_fault(call), "`loophole audio status` shows the reason");
    }
    if (ring_space(&audio->cues) < count)
        return refuse(call, ERR_BUSY, "the queue of the audio core is full: ask again in a moment");
    return ERR_OK;
}

/* The core has room for CUES_WAITING cues, and could only drop a later one. */
static enum err note_timed(struct audio *audio, struct call *call, const struct cue *cues, uint32_t count)
{
    struct state state;
    uint32_t left = 0;

    (void)core_state(audio, &state);
    for (uint32_t i = 0; i < audio->timed_count; i++)
        if (audio->timed[i] > state.frame)
            audio->timed[left++] = audio->timed[i];
    audio->timed_count = left;
    for (uint32_t i = 0; i < count; i++) {
        if (cues[i].frame <= state.frame)
            continue;
        if (left == AUDIO_TIMED_MOST) {
            (void)refuse(call, ERR_BUSY, "%u commands wait for their frame: at most %d", left, AUDIO_TIMED_MOST);
            return fault_hint(call_fault(call), "send it again when one of them is done");
        }
        audio->timed[left++] = cues[i].frame;
    }
    audio->timed_count = left;
    return ERR_OK;
}

/* A pattern that comes with a position has its own bar in the song. */
static bool moves_song(const struct call *call, const struct cue *first)
{
    return first->verb == CUE_TRANSPORT_LOCATE && first->frame == CUE_NOW && audio_is_of_transport(call);
}

enum err audio_cues_now(struct audio *audio, struct call *call, struct cue *cues, uint32_t count, const void *answer)
{
    enum err e = audio_may_cue(audio, call, count, answer);

    if (e == ERR_OK)
        e = note_timed(audio, call, cues, count);
    if (e != ERR_OK)
        return e;
    if (moves_song(call, cues))
        song_move(audio, cues->from / SCORE_BAR);
    if (answer)
        recall_prepare(call, answer, audio_effects(audio) + count);
    (void)ring_write(&audio->cues, cues, count);
    note_expected(audio, cues, count);
    return ERR_OK;
}

enum err audio_cues(struct audio *audio, struct call *call, struct cue *cues, uint32_t count, const void *answer)
{
    bool is_late = audio->late.count > 0 || !core_sounds(audio);

    if (answer && is_late && core_sounded(audio, LATE_US) && late_cue_put(&audio->late, call, cues, count, answer)) {
        note_expected(audio, cues, count);
        return ERR_OK;
    }
    return audio_cues_now(audio, call, cues, count, answer);
}

static enum err send_late(void *state, struct late_cue *cue)
{
    struct audio *audio = state;
    enum err e = audio_cues_now(audio, cue->call, cue->cues, cue->parts, cue->answer);

    if (e == ERR_OK && audio_is_of_transport(cue->call))
        audio_report_changed(audio, cue->answer);
    return e;
}

void audio_send_late(struct audio *audio)
{
    late_cues_tick(&audio->late, audio->service, core_sounds(audio), send_late, audio);
}

enum err audio_cue_at(struct audio *audio, struct call *call, struct cue cue, bool has_at, int64_t at,
                      const void *answer)
{
    cue.frame = has_at ? at : CUE_NOW;
    return audio_cues(audio, call, &cue, 1, answer);
}

enum err audio_cue(struct audio *audio, struct call *call, struct cue cue, const void *answer)
{
    return audio_cue_at(audio, call, cue, false, 0, answer);
}
