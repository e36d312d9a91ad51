#include <string.h>

#include "services/streamer/loop_asks.h"
#include "services/streamer/play/preview.h"
#include "services/streamer/play/preview_chain.h"
#include "services/streamer/play/preview_voice.h"
#include "services/streamer/play/together.h"
#include "services/streamer/play/voice.h"
#include "services/streamer/play/voice_cues.h"
#include "services/streamer/play/voice_mark.h"
#include "services/streamer/play/voice_place.h"
#include "services/streamer/play/voice_plan.h"
#include "services/streamer/play/voices.h"
#include "services/streamer/record/take_again.h"
#include "services/streamer/record/takes.h"

/* ---- voices ---- */

/* A hit has no tempo. */
static double bpm_of(const struct streamer_play *ask, const struct located *located)
{
    return !ask->has_stretch || !ask->stretch || located->is_one_shot ? 0 : located->bpm;
}

static enum err play_file(struct streamer *streamer, struct call *call, const void *wish)
{
    const struct streamer_play *ask = wish;
    struct fault *fault = call_fault(call);
    struct located located;
    struct voice *voice;
    const struct voice_points points = { ask->from > 0 ? ask->from : -1, ask->has_until ? ask->until : -1,
                                         ask->has_loop_from ? ask->loop_from : -1,
                                         ask->has_loop_frames ? ask->loop_frames : -1 };
    enum err e = locate_find(&streamer->locator, ask->has_id, ask->id, ask->path, &located, fault);
    if (e != ERR_OK)
        return e;
    struct voice_plan plan = { .path = located.path,
                               .media = located.media,
                               .instead_of = located.instead_of,
                               .request = call_request(call),
                               .group = GROUP_STREAMS,
                               .grid = ask->has_grid ? voice_grid(ask->grid.value) : 0,
                               .at = ask->has_at ? ask->at : CUE_NOW,
                               .loop = ask->loop,
                               .gain = ask->has_gain ? (float)ask->gain : 1,
                               .pan = (float)ask->pan,
                               .tempo = 1,
                               .bpm = bpm_of(ask, &located),
                               .is_drums = located.is_drums };
    if (ask->whole)
        located.treatment = (struct treatment){ 0 };
    voice_plan_part(&plan, &points, &located.treatment);
    e = voice_check_part(&plan, fault);
    if (e == ERR_OK)
        e = voice_play(&streamer->voices, &plan, &voice, fault);
    if (e == ERR_OK)
        voice->ticket = call_defer(call);
    return e;
}

static enum err answer_play(struct streamer *streamer, struct call *call, const struct streamer_play *ask,
                            struct stream_voice *answer)
{
    struct voice *voice = voices_find(&streamer->voices, call_request(call));

    if (!voice)
        return waiting_asks_wait(&streamer->waiting, call, play_file, ask);
    if (!voice->is_cued) { /* begun by this ask, before its budget ended */
        voice->ticket = call_defer(call);
        return ERR_OK;
    }
    voice_describe(voice, answer); /* started by a streamer that died before it could answer */
    return ERR_OK;
}

static enum err answer_queue(struct streamer *streamer, struct call *call, const struct streamer_queue *ask,
                             struct stream_voice *answer)
{
    struct voice *voice = &streamer->voices.each[ask->voice];
    struct located located;
    enum err e = locate_find(&streamer->locator, ask->has_id, ask->id, ask->path, &located, call_fault(call));

    if (e == ERR_OK)
        e = voice_may_queue(voice, call_fault(call));
    if (e != ERR_OK)
        return e;
    voice_describe(voice, answer);
    answer->next = bytes_of(located.path, strlen(located.path));
    recall_prepare(call, answer, 0);
    e = voice_queue(voice, &located, call_request(call), call_fault(call));
    if (e == ERR_OK)
        voice_describe(voice, answer);
    return e;
}

static bool is_to_stop(const struct voice *voice, const void *state)
{
    const struct streamer_stop *ask = state;

    if (ask->has_loop_key)
        return voice->plan.loop_key > 0 && (ask->loop_key == 0 || voice->plan.loop_key == ask->loop_key) &&
               !(ask->has_loop_except && id_equal(voice->plan.loop_project, ask->loop_except));
    return ask->has_voice ? voice->index == ask->voice : voice->plan.group != GROUP_PREVIEW;
}

static void drop_waiting(struct streamer *streamer, const struct streamer_stop *ask)
{
    const bool stops_all = !ask->has_voice && !ask->has_loop_key;

    if (stops_all)
        waiting_asks_drop(&streamer->waiting, play_file);
    if (stops_all || (ask->has_loop_key && ask->loop_key == 0 && !ask->has_loop_except))
        loop_asks_drop(streamer);
}

static enum err answer_stop(struct streamer *streamer, struct call *call, const struct streamer_stop *ask,
                            struct nothing *answer)
{
    struct voice *voices = streamer->voices.each;

    (void)answer;
    if (ask->has_voice && !ask->has_loop_key && voices[ask->voice].phase == VOICE_FREE && !recall_was_begun(call))
        return refuse(call, ERR_NOT_FOUND, "voice %u is silent", (unsigned)ask->voice);
    enum err e = voices_may_stop(&streamer->voices, call, is_to_stop, ask);
    if (e == ERR_OK)
        drop_waiting(streamer, ask);
    for (uint32_t i = 0; e == ERR_OK && i < STREAMS; i++)
        if (is_to_stop(&voices[i], ask))
            voice_stop(&voices[i], (float)ask->fade);
    return e;
}

static enum err refuse_pause(const struct voice *voice, struct call *call)
{
    if (voice->phase == VOICE_FREE)
        return refuse(call, ERR_NOT_FOUND, "voice %u is silent", voice->index);
    return voice_may_pause(voice, call_fault(call));
}

static enum err answer_pause(struct streamer *streamer, struct call *call, const struct streamer_pause *ask,
                             struct stream_voices *answer)
{
    enum err e = ask->has_voice ? refuse_pause(&streamer->voices.each[ask->voice], call) : ERR_OK;

    if (e == ERR_OK && !core_link_has_room(&streamer->core, STREAMS))
        e = refuse(call, ERR_BUSY, "the queue of the audio core is full: ask again in a moment");
    answer->each.at = arena_array(call_arena(call), STREAMS, sizeof(*answer->each.at));
    for (uint32_t i = 0; e == ERR_OK && i < STREAMS; i++) {
        struct voice *voice = &streamer->voices.each[i];
        if (ask->has_voice && i != ask->voice)
            continue;
        if (voice_pause(voice, ask->on, NULL) == ERR_OK)
            voice_describe(voice, &answer->each.at[answer->each.count++]);
    }
    return e;
}

static enum err answer_move(struct streamer *streamer, struct call *call, const struct streamer_move_loops *ask,
                            struct nothing *answer)
{
    (void)call, (void)answer;
    for (uint32_t i = 0; i < STREAMS; i++)
        if (id_equal(streamer->voices.each[i].plan.loop_project, ask->from))
            voice_move(&streamer->voices.each[i], ask->to);
    return ERR_OK;
}

static enum err answer_seek(struct streamer *streamer, struct call *call, const struct streamer_seek *ask,
                            struct stream_voice *answer)
{
    struct voice *voice = &streamer->voices.each[ask->voice];
    enum err e = voice_may_seek(voice, call_fault(call));

    if (e != ERR_OK)
        return e;
    voice_describe(voice, answer);
    if (answer->frames > 0 && ask->frame >= answer->frames && !recall_was_begun(call)) {
        refuse(call, ERR_BAD_REQUEST, "the file has no frame %lld: it has %lld", (long long)ask->frame,
               (long long)answer->frames);
        return fault_field(call_fault(call), "frame");
    }
    answer->position = ask->frame;
    recall_prepare(call, answer, 0);
    e = voice_seek(voice, ask->frame, call_request(call), call_fault(call));
    if (e == ERR_OK)
        voice_describe(voice, answer);
    return e;
}

static enum err answer_gain(struct streamer *streamer, struct call *call, const struct streamer_gain *ask,
                            struct stream_voice *answer)
{
    struct voice *voice = &streamer->voices.each[ask->voice];

    if (voice->phase == VOICE_FREE)
        return refuse(call, ERR_NOT_FOUND, "voice %u is silent", (unsigned)ask->voice);
    enum err e = voice_gain(voice, (float)ask->gain, (float)ask->pan, (float)ask->ramp, call_fault(call));
    if (e == ERR_OK)
        voice_describe(voice, answer);
    return e;
}

static enum err answer_voices(struct streamer *streamer, struct call *call, const struct streamer_voices *ask,
                              struct stream_voices *answer)
{
    (void)ask;
    core_link_look(&streamer->core);
    answer->each.at = arena_array(call_arena(call), STREAMS, sizeof(*answer->each.at));
    together_list(&streamer->voices, answer);
    return ERR_OK;
}

static enum err answer_mark(struct streamer *streamer, struct call *call, const struct streamer_mark_loop *ask,
                            struct loop_mark *answer)
{
    core_link_look(&streamer->core);
    streamer_read_notes(streamer); /* a capture has the hits until now */
    return voice_mark(&streamer->voices, ask, call_arena(call), answer, call_fault(call));
}

static enum err answer_played(struct streamer *streamer, struct call *call, const struct streamer_played *ask,
                              struct played *answer)
{
    core_link_look(&streamer->core);
    streamer_read_notes(streamer);
    played_describe(streamer->played, ask->from, call_arena(call), answer);
    answer->rate = core_link_rate(&streamer->core);
    answer->now = streamer->core.state.frame;
    return ERR_OK;
}

/* ---- sounds ---- */

static enum err load_file(struct streamer *streamer, struct call *call, const void *wish)
{
    const struct streamer_load_sound *ask = wish;
    struct located located;
    enum err e = locate_find(&streamer->locator, ask->has_id, ask->id, ask->path, &located, call_fault(call));

    if (e == ERR_OK)
        e = core_link_check(&streamer->core, CORE_PAUSE_US, call_fault(call)); /* before that, its rate is unknown */
    return e == ERR_OK ? sounds_load(&streamer->sounds, &located, !ask->has_unheld || !ask->unheld, call_defer(call),
                                     call_fault(call))
                       : e;
}

static enum err load_sound(struct streamer *streamer, struct call *call, const struct streamer_load_sound *ask,
                           struct loaded_sound *answer)
{
    (void)answer;
    return waiting_asks_wait(&streamer->waiting, call, load_file, ask);
}

static enum err release_sound(struct streamer *streamer, struct call *call, const struct streamer_release_sound *ask,
                              struct nothing *answer)
{
    (void)answer;
    return sounds_release(&streamer->sounds, (uint32_t)ask->sound, (uint32_t)ask->generation,
                          !ask->has_unheld || !ask->unheld, call_fault(call));
}

static enum err answer_sounds(struct streamer *streamer, struct call *call, const struct streamer_sounds *ask,
                              struct loaded_sounds *answer)
{
    (void)ask;
    return sounds_list(&streamer->sounds, call_arena(call), answer);
}

/* ---- previews ---- */

static enum err preview_file(struct streamer *streamer, struct call *call, const void *ask)
{
    core_link_look(&streamer->core);
    return preview_begin(&streamer->preview, call, ask);
}

static enum err answer_preview(struct streamer *streamer, struct call *call, const struct streamer_preview *ask,
                               struct preview_begun *answer)
{
    if (preview_is_begun(&streamer->preview, call, answer))
        return ERR_OK;
    return waiting_asks_wait(&streamer->waiting, call, preview_file, ask);
}

static enum err preview_following(struct streamer *streamer, struct call *call, const void *ask)
{
    return preview_next(&streamer->preview, call, ask);
}

static bool is_preview(const struct voice *voice, const void *state)
{
    (void)state;
    return voice->plan.group == GROUP_PREVIEW;
}

/* The next preview also removes a chain that a dead streamer left. */
static enum err stop_preview(struct streamer *streamer, struct call *call, const struct streamer_preview_stop *ask,
                             struct nothing *answer)
{
    enum err e = voices_may_stop(&streamer->voices, call, is_preview, NULL);

    (void)ask, (void)answer;
    if (e != ERR_OK)
        return e;
    waiting_asks_drop(&streamer->waiting, preview_file);
    waiting_asks_drop(&streamer->waiting, preview_following);
    preview_stop(&streamer->preview);
    preview_chain_undo(&streamer->preview);
    return ERR_OK;
}

static enum err next_preview(struct streamer *streamer, struct call *call, const struct streamer_preview_next *ask,
                             struct preview_begun *answer)
{
    if (preview_is_begun(&streamer->preview, call, answer))
        return ERR_OK;
    return waiting_asks_wait(&streamer->waiting, call, preview_following, ask);
}

/* ---- takes ---- */

static enum err record_take(struct streamer *streamer, struct call *call, const void *ask)
{
    core_link_look(&streamer->core);
    return takes_record(&streamer->takes, call, ask);
}

static enum err answer_record(struct streamer *streamer, struct call *call, const struct streamer_record *ask,
                              struct recording *answer)
{
    bool is_again = false;

    if (takes_is_under_way(&streamer->takes, call, answer))
        return ERR_OK;
    enum err e = take_begun_again(&streamer->takes, call, answer, &is_again);
    if (e != ERR_OK || is_again)
        return e;
    return ask->has_at_bar || ask->has_count_in ? waiting_asks_settle(&streamer->waiting, call, record_take, ask)
                                                : waiting_asks_wait(&streamer->waiting, call, record_take, ask);
}

static enum err record_stop(struct streamer *streamer, struct call *call, const struct streamer_record_stop *ask,
                            struct recording *answer)
{
    (void)ask;
    return takes_end(&streamer->takes, call, TAKE_WISH_STOP, answer);
}

static enum err record_cancel(struct streamer *streamer, struct call *call, const struct streamer_record_cancel *ask,
                              struct recording *answer)
{
    (void)ask;
    return takes_end(&streamer->takes, call, TAKE_WISH_CANCEL, answer);
}

static enum err answer_take(struct streamer *streamer, struct call *call, const struct streamer_take *ask,
                            struct recording *answer)
{
    return takes_one(&streamer->takes, call, ask->id, answer);
}

static enum err answer_takes(struct streamer *streamer, struct call *call, const struct streamer_takes *ask,
                             struct recordings *answer)
{
    (void)ask;
    return takes_list(&streamer->takes, call, answer);
}

static enum err delete_take(struct streamer *streamer, struct call *call, const struct streamer_delete_take *ask,
                            struct nothing *answer)
{
    (void)answer;
    return takes_delete(&streamer->takes, call, ask->id);
}

static enum err answer_recover(struct streamer *streamer, struct call *call, const struct streamer_recover *ask,
                               struct recordings *answer)
{
    (void)ask, (void)answer;
    return takes_recover(&streamer->takes, call);
}

/* ---- listening ---- */

static enum err listen_to(struct streamer *streamer, struct call *call, const void *ask)
{
    core_link_look(&streamer->core);
    return listen_begin(&streamer->listening, call, ask);
}

static enum err answer_listen(struct streamer *streamer, struct call *call, const struct streamer_listen *ask,
                              struct heard *answer)
{
    (void)answer;
    return waiting_asks_wait(&streamer->waiting, call, listen_to, ask);
}

const struct streamer_handlers asks_handlers = {
    .play = answer_play,
    .queue = answer_queue,
    .stop = answer_stop,
    .pause = answer_pause,
    .seek = answer_seek,
    .gain = answer_gain,
    .voices = answer_voices,
    .play_loops = streamer_play_loops,
    .move_loops = answer_move,
    .mark_loop = answer_mark,
    .played = answer_played,
    .load_sound = load_sound,
    .release_sound = release_sound,
    .sounds = answer_sounds,
    .preview = answer_preview,
    .preview_stop = stop_preview,
    .preview_next = next_preview,
    .record = answer_record,
    .record_stop = record_stop,
    .record_cancel = record_cancel,
    .take = answer_take,
    .takes = answer_takes,
    .delete_take = delete_take,
    .recover = answer_recover,
    .listen = answer_listen,
};
