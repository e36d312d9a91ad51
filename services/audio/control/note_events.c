#include "services/audio/control/note_events.h"

#include <math.h>
#include <string.h>

#include "common/process/log.h"
#include "services/audio/control/core.h"
#include "services/audio/control/report.h"
#include "services/audio/control/score.h"
#include "store/pattern/message.h"

enum { NOTES_A_TICK = 1024, XRUN_US = 100000, LEVELS_US = 28000 /* three ticks, which may come early */ };
static const double FALL_S = 1.7, LEVEL_LEAST = 1e-5; /* a peak falls by 20 dB in this time, down to -100 dB */

static void publish_bar(struct audio *audio, const struct note *note)
{
    struct state state;
    struct audio_bar event = { .bar = note->index, .frame = note->frame };

    (void)core_state(audio, &state);
    event.bpm = state.tempo > 0 && state.tempo <= 400 ? state.tempo : 0;
    service_publish(audio->service, "bar", &event);
}

/* The queued pattern plays now. */
static void keep_next(struct audio *audio)
{
    const struct kept_pattern was = audio->now;

    audio->now = audio->next;
    audio->next = was;
    if (audio->now.number == 0) /* queued before this process started, and not noted: the former one is not the last */
        buffer_reset(&audio->pattern_asked);
}

/* False: another pattern began, or none is queued. */
static bool take_next(struct audio *audio, uint32_t serial)
{
    struct score *score = &audio->score;

    if (score->next_bar < 0 || score->next.serial != serial)
        return false;
    score->now = score->next;
    keep_next(audio);
    score->next_bar = -1;
    audio_take_tempo(score, score->next_tempo, score->next_swing);
    return true;
}

/* The queued pattern plays now. The next pattern replaces it. */
static void begin_next_pattern(struct audio *audio, const struct note *note)
{
    struct score *score = &audio->score;
    const double tempo = score->tempo, swing = score->swing;
    struct audio_pattern_began event = { .number = note->tag, .bar = note->index, .frame = note->frame };
    char said[MESSAGE_BAR_SIZE];

    if (take_next(audio, note->tag) || audio_restore_replaced(audio, note->tag, note->index)) {
        score->now.began = note->index;
        if (score->tempo != tempo || score->swing != swing)
            audio_score_publish(audio);
        else
            audio_score_publish_apart(audio); /* the pattern was stored when it was queued */
    }
    log_info("%s", message_of_bar(MESSAGE_LOADED_AT, note->index, said));
    service_publish(audio->service, "pattern_began", &event);
}

/* A cue at a frame of its own has begun: no event announced it. */
static void publish_timed(struct audio *audio, const struct note *note)
{
    const uint32_t verb = note->value >= 0 && note->value < CUE_VERBS ? (uint32_t)note->value : CUE_NOTHING;
    const bool is_transport = verb == CUE_TRANSPORT_START || verb == CUE_TRANSPORT_STOP || verb == CUE_TRANSPORT_LOCATE;
    struct transport_state now;
    struct state state;

    if (note->tag != AUDIO_TIMED || !is_transport)
        return;
    (void)core_state(audio, &state);
    now = audio_next_transport(audio, &state);
    audio_report_changed(audio, &now);
}

static void publish_midi(struct audio *audio, const struct note *note)
{
    struct audio_midi event = { .frame = note->frame,
                                .has_hits = note->value > 0,
                                .hits = note->value > 0,
                                .has_port = note->port > 0,
                                .port = note->port };

    event.message = bytes_of(note->midi + 1, note->midi[0] <= 3 ? note->midi[0] : 3);
    service_publish(audio->service, "midi", &event);
}

static void publish_wired(struct audio *audio, const struct note *note)
{
    (void)note;
    service_publish(audio->service, "control_connected", &(const char){ 0 });
}

static void publish_end(struct audio *audio, const struct note *note)
{
    struct audio_voice_ended event = {
        .kind.value = note->kind == NOTE_SOUND_ENDED ? VOICE_KIND_SOUND : VOICE_KIND_STREAM,
        .voice = note->voice,
        .generation = note->generation,
        .tag = note->tag,
        .frame = note->frame,
    };

    service_publish(audio->service, "voice_ended", &event);
}

/* The item of a sound that is still in its slot. */
static bool item_of_hit(const struct audio *audio, const struct note *note, struct id *to)
{
    const struct sound_entry *entry = note->sound < SOUNDS ? &studio_sounds(audio->studio)->entries[note->sound] : NULL;

    if (!entry || atomic_load_explicit(&entry->generation, memory_order_acquire) != note->generation)
        return false;
    memcpy(to->b, entry->media, sizeof(to->b));
    return !id_is_zero(*to);
}

static void keep_hit(struct audio *audio, const struct note *note)
{
    struct sound_hit hit = { .has_pad = note->voice < SCORE_PADS,
                             .has_row = note->voice >= SCORE_PADS,
                             .velocity = note->value >= 0 && note->value <= 1 ? (double)note->value : 0,
                             .frame = note->frame };

    if (audio->hit_count == AUDIO_HITS || (hit.has_row && (note->index < 0 || note->index >= SCORE_ROWS)))
        return;
    hit.pad = hit.has_pad ? note->voice : 0;
    hit.row = hit.has_row ? (uint64_t)note->index : 0;
    hit.has_id = item_of_hit(audio, note, &hit.id);
    audio->hits[audio->hit_count++] = hit;
}

static void publish_hits(struct audio *audio)
{
    const struct audio_hits event = { .each = { audio->hit_count, audio->hits } };

    if (audio->hit_count)
        service_publish(audio->service, "hits", &event);
    audio->hit_count = 0;
}

static void report_note(struct audio *audio, const struct note *note)
{
    static void (*const publishers[NOTE_KINDS])(struct audio *audio, const struct note *note) = {
        [NOTE_BAR] = publish_bar,
        [NOTE_NEXT_IS_NOW] = begin_next_pattern,
        [NOTE_MIDI] = publish_midi,
        [NOTE_CUE_DONE] = publish_timed,
        [NOTE_CONTROL_WIRED] = publish_wired,
        [NOTE_STREAM_ENDED] = publish_end,
        [NOTE_SOUND_ENDED] = publish_end,
        [NOTE_HIT] = keep_hit,
    };

    if (note->kind < NOTE_KINDS && publishers[note->kind])
        publishers[note->kind](audio, note);
}

static void publish_xruns(struct audio *audio)
{
    struct state state;
    struct audio_xrun event;
    bool was_reset;
    usec_t now = clock_steady();

    if (now - audio->xrun_reported < XRUN_US || !core_state(audio, &state) ||
        (state.xruns == audio->xruns && state.lost == audio->lost))
        return;
    was_reset = state.lost < audio->lost;
    audio->xruns = event.xruns = state.xruns;
    audio->lost = event.lost = state.lost;
    audio->xrun_reported = now;
    if (!was_reset)
        service_publish(audio->service, "xrun", &event);
}

/* ---- levels ---- */

static void let_fall(double *now, double before, double share)
{
    *now = fmax(*now, before * share > LEVEL_LEAST ? before * share : 0);
}

/* Returns true if any level is audible. */
static bool fall_all(struct audio *audio, struct meter now[AUDIO_METERS], double share)
{
    bool any = false;

    for (uint32_t i = 0; i < AUDIO_METERS; i++) {
        let_fall(&now[i].peak_left, audio->levels[i].peak_left, share);
        let_fall(&now[i].peak_right, audio->levels[i].peak_right, share);
        any |= now[i].peak_left > 0 || now[i].peak_right > 0;
    }
    return any;
}

static void publish_levels(struct audio *audio)
{
    struct meter now[AUDIO_METERS];
    struct state state;
    usec_t at = clock_steady(), passed = at - audio->levels_reported;
    bool were_any = audio->levels_any;

    if (passed < LEVELS_US || !core_state(audio, &state) || state.frame == audio->levels_frame)
        return;
    double seconds = passed < 1000000 ? (double)passed * 1e-6 : 1;
    double reduction = audio_meters(audio, &state, &audio->levels_frame, now);
    audio->levels_any = fall_all(audio, now, pow(10, -seconds / FALL_S));
    memcpy(audio->levels, now, sizeof(now));
    audio->reduction = fmax(reduction, audio->reduction - 20 * seconds / FALL_S);
    audio->levels_frame = state.frame;
    audio->levels_reported = at;
    struct audio_levels event = { .meters = { AUDIO_METERS, now },
                                  .reduction = fmax(audio->reduction, 0),
                                  .momentary = audio_lufs(state.momentary),
                                  .short_term = audio_lufs(state.short_term),
                                  .frame = state.frame };
    if (audio->levels_any || were_any)
        service_publish(audio->service, "levels", &event);
}

void audio_take_notes(struct audio *audio)
{
    struct note note;

    for (uint32_t i = 0; i < NOTES_A_TICK && ring_read(&audio->notes, &note, 1) == 1; i++)
        report_note(audio, &note);
    publish_hits(audio);
    publish_xruns(audio);
    publish_levels(audio);
}

void audio_take_begun(struct audio *audio)
{
    if (core_pattern(audio) == &audio->score.next)
        audio_take_notes(audio);
}
