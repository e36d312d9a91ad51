#include "services/audio/control/transport_asks.h"

#include <math.h>
#include <string.h>

#include "services/audio/control/change.h"
#include "services/audio/control/core.h"
#include "services/audio/control/note_events.h"
#include "services/audio/control/report.h"
#include "services/audio/control/score.h"
#include "services/audio/control/send_cues.h"

enum { TAP_LONGEST_US = 3000000 };

struct transport_state audio_transport_soon(const struct audio *audio)
{
    struct state state;

    (void)core_state(audio, &state);
    audio_expect(audio, &state);
    return audio_next_transport(audio, &state);
}

static enum err publish_answer(struct audio *audio, struct transport_state *answer, struct transport_state now)
{
    *answer = now;
    audio_report_changed(audio, answer);
    return ERR_OK;
}

/* The frame of an ask that has one. */
struct timing {
    bool has_at;
    int64_t at;
};

/* A cue of a transport ask, or part of another ask. The answer to a timed one is the current state: the event
 * `changed` follows when it is done (note_events.c). */
static enum err cue_transport(struct audio *audio, struct call *call, struct cue cue, struct timing when,
                              struct transport_state now, struct transport_state *answer)
{
    bool is_whole_ask = audio_is_of_transport(call);
    uint32_t late = audio->late.count;
    enum err e;

    cue.tag = when.has_at ? AUDIO_TIMED : 0;
    now = when.has_at ? audio_transport_soon(audio) : now;
    e = audio_cue_at(audio, call, cue, when.has_at, when.at, is_whole_ask ? &now : NULL);
    if (e != ERR_OK || audio->late.count > late)
        return e;
    return publish_answer(audio, answer, now);
}

static enum err start_transport(struct audio *audio, struct call *call, uint64_t count_in, struct timing when,
                                struct transport_state *answer)
{
    struct transport_state now = audio_transport_soon(audio);

    now.running = true;
    return cue_transport(audio, call, (struct cue){ .verb = CUE_TRANSPORT_START, .value = (float)count_in }, when, now,
                         answer);
}

static enum err stop_transport(struct audio *audio, struct call *call, struct timing when,
                               struct transport_state *answer)
{
    struct transport_state now = audio_transport_soon(audio);

    now.running = false;
    now.counting_in = 0;
    return cue_transport(audio, call, (struct cue){ .verb = CUE_TRANSPORT_STOP }, when, now, answer);
}

static enum err locate_step(struct audio *audio, struct call *call, int64_t step, struct timing when,
                            struct transport_state *answer)
{
    struct transport_state now = audio_transport_soon(audio);

    if (step < 0 || step > UINT32_MAX)
        return refuse(call, ERR_BAD_REQUEST, "step %lld is out of range: 0 to %u", (long long)step, UINT32_MAX);
    now.bar = step / SCORE_BAR;
    now.step = step % SCORE_BAR;
    now.phase = 0;
    return cue_transport(audio, call, (struct cue){ .verb = CUE_TRANSPORT_LOCATE, .from = (uint32_t)step }, when, now,
                         answer);
}

/* Two cues of one frame, which one period takes. */
static enum err start_at_bar(struct audio *audio, struct call *call, const struct audio_start *ask,
                             struct transport_state *answer)
{
    const int64_t frame = ask->has_at ? ask->at : CUE_NOW;
    const uint32_t tag = ask->has_at ? AUDIO_TIMED : 0;
    struct transport_state now = audio_transport_soon(audio);
    struct cue cues[] = {
        { .frame = frame, .verb = CUE_TRANSPORT_LOCATE, .from = (uint32_t)(ask->bar * SCORE_BAR), .tag = tag },
        { .frame = frame, .verb = CUE_TRANSPORT_START, .value = (float)ask->count_in, .tag = tag }
    };

    if (!ask->has_at) {
        now.running = true;
        now.bar = ask->bar;
        now.step = 0;
        now.phase = 0;
    }
    *answer = now;
    recall_prepare(call, answer, audio_effects(audio) + 2);
    enum err e = audio_cues_now(audio, call, cues, 2, NULL);
    return e != ERR_OK ? e : publish_answer(audio, answer, now);
}

enum err audio_ask_start(struct audio *audio, struct call *call, const struct audio_start *ask,
                         struct transport_state *answer)
{
    const struct timing when = { ask->has_at, ask->at };

    return ask->has_bar ? start_at_bar(audio, call, ask, answer)
                        : start_transport(audio, call, ask->count_in, when, answer);
}

enum err audio_ask_stop(struct audio *audio, struct call *call, const struct audio_stop *ask,
                        struct transport_state *answer)
{
    return stop_transport(audio, call, (struct timing){ ask->has_at, ask->at }, answer);
}

enum err audio_ask_toggle(struct audio *audio, struct call *call, const struct audio_toggle *ask,
                          struct transport_state *answer)
{
    struct transport_state now = audio_transport_soon(audio);

    return now.running || now.counting_in ? stop_transport(audio, call, (struct timing){ 0 }, answer)
                                          : start_transport(audio, call, ask->count_in, (struct timing){ 0 }, answer);
}

enum err audio_ask_locate(struct audio *audio, struct call *call, const struct audio_locate *ask,
                          struct transport_state *answer)
{
    return locate_step(audio, call, ask->bar * SCORE_BAR, (struct timing){ ask->has_at, ask->at }, answer);
}

static enum err publish_score(struct audio *audio, struct call *call, struct transport_state *answer)
{
    audio_score_publish(audio);
    return change_end(audio, call, publish_answer(audio, answer, audio_transport_soon(audio)), answer);
}

enum err audio_ask_set_tempo(struct audio *audio, struct call *call, const struct audio_set_tempo *ask,
                             struct transport_state *answer)
{
    audio_take_begun(audio);
    audio->score.tempo = ask->bpm;
    return publish_score(audio, call, answer);
}

enum err audio_ask_set_swing(struct audio *audio, struct call *call, const struct audio_set_swing *ask,
                             struct transport_state *answer)
{
    audio_take_begun(audio);
    audio->score.swing = ask->swing;
    return publish_score(audio, call, answer);
}

/* The mean of the last intervals; a long pause restarts the measurement. */
enum err audio_ask_tap(struct audio *audio, struct call *call, const struct audio_tap *ask,
                       struct transport_state *answer)
{
    usec_t now = clock_steady();
    uint32_t count = 1;
    double bpm;

    (void)ask;
    audio_take_begun(audio);
    if (now - audio->taps[0] > TAP_LONGEST_US)
        memset(audio->taps, 0, sizeof(audio->taps));
    memmove(audio->taps + 1, audio->taps, sizeof(audio->taps) - sizeof(audio->taps[0]));
    audio->taps[0] = now;
    while (count < AUDIO_TAPS && audio->taps[count])
        count++;
    if (count == 1) {
        *answer = audio_transport_soon(audio);
        return ERR_OK;
    }
    bpm = 60e6 * (count - 1) / (double)(now - audio->taps[count - 1]);
    audio->score.tempo = fmin(fmax(bpm, 20), 400);
    *answer = audio_transport_soon(audio);
    held_prepare(call, answer, audio_effects(audio) + 1);
    return publish_score(audio, call, answer);
}

enum err audio_ask_set_metronome(struct audio *audio, struct call *call, const struct audio_set_metronome *ask,
                                 struct transport_state *answer)
{
    audio_take_begun(audio);
    audio->score.metronome = ask->on;
    return publish_score(audio, call, answer);
}

enum err audio_ask_set_quantise(struct audio *audio, struct call *call, const struct audio_set_quantise *ask,
                                struct transport_state *answer)
{
    enum { FINEST = 192 /* divides into all grids */ };

    if (ask->lines && FINEST % ask->lines != 0) {
        fault_set(call_fault(call), ERR_BAD_REQUEST,
                  "1/%llu is no grid: 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48 or 64 lines a bar",
                  (unsigned long long)ask->lines);
        return fault_field(call_fault(call), "lines");
    }
    audio_take_begun(audio);
    audio->score.quantise = (uint32_t)ask->lines;
    return publish_score(audio, call, answer);
}

enum err audio_ask_set_sync(struct audio *audio, struct call *call, const struct audio_set_sync *ask,
                            struct transport_state *answer)
{
    static const uint32_t syncs[] = {
        [SYNC_SOURCE_NONE] = SYNC_NONE,
        [SYNC_SOURCE_JACK] = SYNC_FOLLOW_JACK,
        [SYNC_SOURCE_LEAD] = SYNC_LEAD_JACK,
        [SYNC_SOURCE_MIDI] = SYNC_FOLLOW_MIDI,
    };

    if (ask->source.value == 0)
        return refuse(call, ERR_BAD_REQUEST, "unknown sync source \"%.*s\"", TEXT_ARG(ask->source.word));
    audio_take_begun(audio);
    audio->score.sync = syncs[ask->source.value];
    if (ask->has_clock_out)
        audio->score.midi_clock_out = ask->clock_out;
    if (ask->has_clock_stopped)
        audio->score.midi_clock_stopped = ask->clock_stopped;
    if (ask->has_clock_offset)
        audio->score.midi_clock_offset = (float)ask->clock_offset;
    return publish_score(audio, call, answer);
}

enum err audio_ask_reset_meters(struct audio *audio, struct call *call, const struct audio_reset_meters *ask,
                                struct nothing *answer)
{
    (void)ask, (void)answer;
    return audio_cue(audio, call, (struct cue){ .verb = CUE_METERS_RESET }, NULL);
}

enum err audio_take_position(struct audio *audio, struct call *call, const struct sequencer *from)
{
    const struct timing now = { 0 };
    struct transport_state answer;
    enum err e = from->has_global_step ? locate_step(audio, call, from->global_step, now, &answer) : ERR_OK;

    if (e == ERR_OK && from->has_running)
        e = from->running ? start_transport(audio, call, 0, now, &answer) : stop_transport(audio, call, now, &answer);
    return e;
}
