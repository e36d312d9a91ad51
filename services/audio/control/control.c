#include <math.h>
#include <string.h>

#include "common/process/log.h"
#include "services/audio/control/audio.h"
#include "services/audio/control/pattern.h"
#include "services/audio/control/song.h"
#include "store/pattern/message.h"

enum { TAP_LONGEST_US = 3000000 };

/* ---- transport ---- */

/* The transport as of the next period. */
static struct transport_state current_state(const struct audio *audio)
{
    struct state state;

    (void)audio_state(audio, &state);
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
    now = when.has_at ? current_state(audio) : now;
    e = audio_cue_at(audio, call, cue, when.has_at, when.at, is_whole_ask ? &now : NULL);
    if (e != ERR_OK || audio->late.count > late)
        return e;
    return publish_answer(audio, answer, now);
}

static enum err start_transport(struct audio *audio, struct call *call, uint64_t count_in, struct timing when,
                                struct transport_state *answer)
{
    struct transport_state now = current_state(audio);

    now.running = true;
    return cue_transport(audio, call, (struct cue){ .verb = CUE_TRANSPORT_START, .value = (float)count_in }, when, now,
                         answer);
}

static enum err stop_transport(struct audio *audio, struct call *call, struct timing when,
                               struct transport_state *answer)
{
    struct transport_state now = current_state(audio);

    now.running = false;
    now.counting_in = 0;
    return cue_transport(audio, call, (struct cue){ .verb = CUE_TRANSPORT_STOP }, when, now, answer);
}

static enum err locate_step(struct audio *audio, struct call *call, int64_t step, struct timing when,
                            struct transport_state *answer)
{
    struct transport_state now = current_state(audio);

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
    struct transport_state now = current_state(audio);
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

static enum err ask_start(struct audio *audio, struct call *call, const struct audio_start *ask,
                          struct transport_state *answer)
{
    const struct timing when = { ask->has_at, ask->at };

    return ask->has_bar ? start_at_bar(audio, call, ask, answer)
                        : start_transport(audio, call, ask->count_in, when, answer);
}

static enum err ask_stop(struct audio *audio, struct call *call, const struct audio_stop *ask,
                         struct transport_state *answer)
{
    return stop_transport(audio, call, (struct timing){ ask->has_at, ask->at }, answer);
}

static enum err ask_toggle(struct audio *audio, struct call *call, const struct audio_toggle *ask,
                           struct transport_state *answer)
{
    struct transport_state now = current_state(audio);

    return now.running || now.counting_in ? stop_transport(audio, call, (struct timing){ 0 }, answer)
                                          : start_transport(audio, call, ask->count_in, (struct timing){ 0 }, answer);
}

static enum err ask_locate(struct audio *audio, struct call *call, const struct audio_locate *ask,
                           struct transport_state *answer)
{
    return locate_step(audio, call, ask->bar * SCORE_BAR, (struct timing){ ask->has_at, ask->at }, answer);
}

static enum err publish_score(struct audio *audio, struct call *call, struct transport_state *answer)
{
    audio_score_publish(audio);
    return audio_end_change(audio, call, publish_answer(audio, answer, current_state(audio)), answer);
}

static enum err ask_set_tempo(struct audio *audio, struct call *call, const struct audio_set_tempo *ask,
                              struct transport_state *answer)
{
    audio_take_begun(audio);
    audio->score.tempo = ask->bpm;
    return publish_score(audio, call, answer);
}

static enum err ask_set_swing(struct audio *audio, struct call *call, const struct audio_set_swing *ask,
                              struct transport_state *answer)
{
    audio_take_begun(audio);
    audio->score.swing = ask->swing;
    return publish_score(audio, call, answer);
}

/* The mean of the last intervals; a long pause restarts the measurement. */
static enum err ask_tap(struct audio *audio, struct call *call, const struct audio_tap *ask,
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
        *answer = current_state(audio);
        return ERR_OK;
    }
    bpm = 60e6 * (count - 1) / (double)(now - audio->taps[count - 1]);
    audio->score.tempo = fmin(fmax(bpm, 20), 400);
    *answer = current_state(audio);
    held_prepare(call, answer, audio_effects(audio) + 1);
    return publish_score(audio, call, answer);
}

static enum err ask_set_metronome(struct audio *audio, struct call *call, const struct audio_set_metronome *ask,
                                  struct transport_state *answer)
{
    audio_take_begun(audio);
    audio->score.metronome = ask->on;
    return publish_score(audio, call, answer);
}

static enum err ask_set_sync(struct audio *audio, struct call *call, const struct audio_set_sync *ask,
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

static enum err ask_reset_meters(struct audio *audio, struct call *call, const struct audio_reset_meters *ask,
                                 struct nothing *answer)
{
    (void)ask, (void)answer;
    return audio_cue(audio, call, (struct cue){ .verb = CUE_METERS_RESET }, NULL);
}

/* ---- patterns ---- */

static uint32_t next_serial(const struct score *score)
{
    uint32_t newest = score->now.serial > score->next.serial ? score->now.serial : score->next.serial;

    return newest == UINT32_MAX ? 1 : newest + 1;
}

/* Tempo and swing come from the pattern. */
static void sound_now(struct audio *audio, const struct score_pattern *pattern, const struct sequencer *from)
{
    struct score *score = &audio->score;

    audio_forget_replaced(audio);
    score->now = *pattern;
    score->next_bar = -1;
    score->tempo = from->has_bpm ? from->bpm : score->tempo;
    score->swing = from->has_swing ? from->swing : score->swing;
}

static void sound_next(struct audio *audio, const struct score_pattern *pattern, const struct sequencer *from,
                       int64_t bar)
{
    struct score *score = &audio->score;

    audio_replace_next(audio);
    score->next = *pattern;
    score->next_bar = bar;
    score->next_tempo = from->has_bpm ? from->bpm : 0;
    score->next_swing = from->has_swing ? from->swing : -1;
}

/* Restores the saved position, and whether the transport ran. */
static enum err take_position(struct audio *audio, struct call *call, const struct sequencer *from)
{
    const struct timing now = { 0 };
    struct transport_state answer;
    enum err e = from->has_global_step ? locate_step(audio, call, from->global_step, now, &answer) : ERR_OK;

    if (e == ERR_OK && from->has_running)
        e = from->running ? start_transport(audio, call, 0, now, &answer) : stop_transport(audio, call, now, &answer);
    return e;
}

/* The position that the transport takes with the pattern. */
static struct sequencer position_of(const struct audio_set_pattern *ask, const struct transport_state *at)
{
    const struct sequencer start = {
        .has_global_step = true, .global_step = at->bar * SCORE_BAR, .has_running = true, .running = true
    };

    if (ask->immediate)
        return ask->pattern.sequencer;
    return ask->has_start && ask->start && !at->running && !at->counting_in ? start : (struct sequencer){ 0 };
}

enum err audio_begin_pattern(struct audio *audio, struct call *call, const struct audio_set_pattern *ask,
                             struct queued *answer)
{
    const struct sequencer *from = &ask->pattern.sequencer;
    struct transport_state at = current_state(audio);
    const struct sequencer position = position_of(ask, &at);
    const uint32_t cues = (uint32_t)position.has_global_step + (uint32_t)position.has_running;
    struct score_pattern pattern;
    char said[MESSAGE_BAR_SIZE];
    enum err e = pattern_read(&ask->pattern, &pattern, call_fault(call));

    audio_take_begun(audio); /* after `at` was read: that bar's queued pattern must not be replaced */
    if (e == ERR_OK)
        e = song_check(audio, call, ask);
    if (e == ERR_OK && cues > 0)
        e = audio_may_cue(audio, call, cues, NULL);
    if (e != ERR_OK)
        return e;
    for (uint32_t i = 0; i < answer->silent.count; i++) /* without its sound a row would play the synth */
        pattern.rows[answer->silent.at[i].index].soundless = 1;
    pattern_mute_rows(&pattern);
    answer->replaced = score_has_next(&audio->score);
    answer->now = !ask->has_after && (ask->immediate || (!at.running && !at.counting_in));
    answer->number = pattern.serial = next_serial(&audio->score);
    answer->bar = answer->now || (at.counting_in && at.step == 0) ? at.bar : at.bar + 1;
    answer->bar = ask->has_after ? song_bar(audio, answer->bar) : answer->bar;
    song_mark(&pattern, ask, answer->bar);
    if (answer->now)
        sound_now(audio, &pattern, from);
    else
        sound_next(audio, &pattern, from, answer->bar);
    held_prepare(call, answer, audio_effects(audio) + 1 + cues);
    audio_score_publish(audio);
    log_info("pattern %u is \"%.*s\"", pattern.serial, TEXT_ARG(ask->pattern.metadata.name));
    log_info("%s", message_of_bar(answer->now        ? MESSAGE_LOADED_AT
                                  : answer->replaced ? MESSAGE_REPLACES
                                                     : MESSAGE_QUEUED,
                                  answer->bar, said));
    return take_position(audio, call, &position);
}

const struct audio_handlers audio_handlers = {
    .transport = audio_ask_transport,
    .start = ask_start,
    .stop = ask_stop,
    .toggle = ask_toggle,
    .locate = ask_locate,
    .set_tempo = ask_set_tempo,
    .set_swing = ask_set_swing,
    .tap = ask_tap,
    .set_metronome = ask_set_metronome,
    .set_sync = ask_set_sync,
    .mixer = audio_ask_mixer,
    .set_strip = audio_ask_set_strip,
    .set_limiter = audio_ask_set_limiter,
    .set_preview = audio_ask_set_preview,
    .monitoring = audio_ask_monitoring,
    .set_monitoring = audio_ask_set_monitoring,
    .chain = audio_ask_chain,
    .insert = audio_ask_insert,
    .inserts = audio_ask_inserts,
    .panic = audio_ask_panic,
    .set_pattern = audio_ask_set_pattern,
    .leave_song = audio_ask_leave_song,
    .pattern = audio_ask_pattern,
    .note_pattern = audio_ask_note_pattern,
    .rows = audio_ask_rows,
    .set_row = audio_ask_set_row,
    .sounding = audio_ask_sounding,
    .set_pad_controls = audio_ask_set_pad_controls,
    .sounding_kept = audio_ask_sounding_kept,
    .pads = audio_ask_pads,
    .set_pads = audio_ask_set_pads,
    .hit = audio_ask_hit,
    .start_sound = audio_ask_start_sound,
    .set_sound = audio_ask_set_sound,
    .stop_sound = audio_ask_stop_sound,
    .release = audio_ask_release,
    .meters = audio_ask_meters,
    .reset_meters = ask_reset_meters,
    .server = audio_ask_server,
    .ports = audio_ask_ports,
    .send_midi = audio_ask_send_midi,
    .connect = audio_ask_connect,
    .disconnect = audio_ask_disconnect,
};
