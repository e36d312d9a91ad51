#include "services/audio/control/set_pattern.h"

#include <stddef.h>
#include <string.h>

#include "common/process/log.h"
#include "proto/wire/codec_copy.h"
#include "proto/wire/value.h"
#include "services/audio/control/asked.h"
#include "services/audio/control/change.h"
#include "services/audio/control/core.h"
#include "services/audio/control/named_sounds.h"
#include "services/audio/control/note_events.h"
#include "services/audio/control/pattern.h"
#include "services/audio/control/score.h"
#include "services/audio/control/send_cues.h"
#include "services/audio/control/song.h"
#include "services/audio/control/transport_asks.h"
#include "store/pattern/message.h"
#include "store/pattern/pattern_check.h"

/* A copy of the ask, whose rows can be changed, and its number. */
struct pattern_asked {
    struct audio_set_pattern ask;
    uint64_t number;
    bool is_edit; /* of the pattern that plays, or of an edit of it that was queued before */
    struct asked_sound as_asked;
};

static struct pattern_asked *copy_ask(struct call *call, const struct audio_set_pattern *ask, uint64_t number)
{
    const struct row_list *from = &ask->pattern.sequencer.tracks;
    struct pattern_asked *own = arena_alloc(call_arena(call), sizeof(*own));
    struct row *rows = arena_array(call_arena(call), from->count + 1, sizeof(*rows));

    *own = (struct pattern_asked){ .ask = *ask, .number = number };
    own->ask.pattern.sequencer.tracks.at = rows;
    if (from->count)
        memcpy(rows, from->at, from->count * sizeof(*rows));
    return own;
}

static enum err check_slots(const struct audio *audio, struct call *call, const struct pattern *pattern)
{
    const struct row_list *rows = &pattern->sequencer.tracks;

    for (uint32_t i = 0; i < rows->count; i++) {
        struct row *row = &rows->at[i];

        if (row->has_id || !row->has_sound ||
            named_slot(audio, row->sound, &row->generation, call_fault(call)) == ERR_OK)
            continue;
        pattern_row_fault(pattern, PATTERN_IN_MESSAGE, i, "sound", call_fault(call)->code, call_fault(call));
        return value_fault_in(call_fault(call), call_fault(call)->code, "pattern");
    }
    return ERR_OK;
}

static uint32_t list_items(struct row_list *rows, struct named_sound to[SCORE_ROWS])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < rows->count && i < SCORE_ROWS; i++) {
        struct row *row = &rows->at[i];

        if (row->has_id)
            to[count++] =
                (struct named_sound){ i, row->name, row->id, &row->has_sound, &row->sound, &row->generation, false };
    }
    return count;
}

/* ---- the pattern as it was set ---- */

static void keep_pattern(const struct audio *audio, struct kept_pattern *kept, const struct pattern *pattern,
                         uint32_t number, bool is_edit)
{
    arena_reset(&kept->arena);
    kept->is_edit = is_edit;
    kept->number = codec_copy(&pattern_shape, pattern, &kept->arena, &kept->pattern) == ERR_OK ? number : 0;
    if (kept->number)
        (void)asked_name_rows(audio, &kept->pattern.sequencer.tracks);
}

static enum err refuse_unknown(struct audio *audio, struct call *call)
{
    const bool plays = core_pattern(audio)->serial > 0;

    (void)message_fault(plays ? MESSAGE_UNKNOWN_PLAYS : MESSAGE_NONE_PLAYS, (struct text){ 0 }, (struct text){ 0 },
                        call_fault(call));
    if (!plays)
        return fault_hint(call_fault(call), "`loophole pattern FILE.json` plays one, `loophole pattern load SLOT` too");
    if (score_has_next(&audio->score))
        return fault_hint(call_fault(call), "the queued pattern can be saved as soon as it begins; a load before that "
                                            "replaces it");
    return fault_hint(call_fault(call), "load it again with `loophole pattern FILE.json` or `pattern load SLOT`");
}

/* The pattern that was set last, also while it waits for its bar. Serial 0: none. */
static const struct score_pattern *newest_pattern(struct audio *audio)
{
    return score_has_next(&audio->score) ? &audio->score.next : core_pattern(audio);
}

/* A new pattern may play before its note has arrived. */
enum err audio_ask_pattern(struct audio *audio, struct call *call, const struct audio_pattern *ask,
                           struct pattern_now *answer)
{
    struct state state;
    const struct kept_pattern *kept;

    (void)ask;
    audio_take_begun(audio); /* its tempo and swing too */
    (void)core_state(audio, &state);
    kept = audio->next.number && audio->next.number == state.pattern ? &audio->next : &audio->now;
    if (kept->number == 0)
        return refuse_unknown(audio, call);
    *answer = (struct pattern_now){ .number = kept->number, .pattern = kept->pattern, .has_newest = true };
    answer->newest = newest_pattern(audio)->serial;
    answer->has_edited = audio->next.is_edit && audio->next.number == answer->newest && answer->newest != kept->number;
    answer->edited = audio->next.pattern;
    answer->pattern.sequencer.has_bpm = answer->pattern.sequencer.has_swing = true;
    answer->pattern.sequencer.bpm = audio->score.tempo;
    answer->pattern.sequencer.swing = audio->score.swing;
    answer->pattern.sequencer.has_running = answer->pattern.sequencer.has_global_step = true;
    answer->pattern.sequencer.running = state.running != 0;
    answer->pattern.sequencer.global_step = state.step < 0 ? 0 : state.step < UINT32_MAX ? state.step : UINT32_MAX;
    return ERR_OK;
}

/* ---- the pattern of a predecessor ---- */

/* A row whose sound was loaded has its slot in the score alone. */
static void take_slots(const struct score_pattern *score, struct row_list *rows)
{
    for (uint32_t i = 0; i < rows->count && i < SCORE_ROWS; i++) {
        rows->at[i].has_sound = score->rows[i].sound != SCORE_NO_SOUND;
        rows->at[i].sound = score->rows[i].sound;
        rows->at[i].generation = score->rows[i].generation;
    }
}

static bool is_same_row(const struct score_row *one, const struct score_row *other)
{
    struct score_row a = *one, b = *other;

    a.mute = a.muted = a.solo = a.soundless = b.mute = b.muted = b.solo = b.soundless = 0;
    return memcmp(&a, &b, sizeof(a)) == 0;
}

/* The effects lie between two other members. */
static bool has_same_effects(const struct score_pattern *one, const struct score_pattern *other)
{
    const size_t from = offsetof(struct score_pattern, reverb_mix), until = offsetof(struct score_pattern, rows);

    return memcmp((const char *)one + from, (const char *)other + from, until - from) == 0;
}

/* True if the pattern makes this score; mutes and solos may have changed since. Gives it the slots and the mutes of the
 * score. */
static bool is_pattern_of(const struct score_pattern *score, struct pattern *pattern)
{
    struct row_list *rows = &pattern->sequencer.tracks;
    struct score_pattern made;
    bool same = score->serial != 0;

    take_slots(score, rows);
    same = same && pattern_read(pattern, &made, NULL) == ERR_OK && made.steps == score->steps &&
           made.seed == score->seed && has_same_effects(&made, score);
    for (uint32_t i = 0; same && i < SCORE_ROWS; i++)
        same = is_same_row(&made.rows[i], &score->rows[i]);
    for (uint32_t i = 0; same && i < rows->count; i++) {
        rows->at[i].mute = score->rows[i].muted != 0;
        rows->at[i].has_solo = rows->at[i].solo = score->rows[i].solo != 0;
    }
    return same;
}

/* Returns the pattern as audio.sounding reports it. */
static struct bytes note_kept(struct audio *audio, struct call *call, struct kept_pattern *to,
                              const struct pattern *pattern, const struct score_pattern *score)
{
    keep_pattern(audio, to, pattern, score->serial, false);
    return asked_encode_pattern(audio, call, pattern).bytes;
}

/* Entries of a song may be equal, so the project's pattern may be both the one that plays and the queued one. The note
 * that a queued pattern has begun may be still under way. */
enum err audio_ask_note_pattern(struct audio *audio, struct call *call, const struct audio_note_pattern *ask,
                                struct nothing *answer)
{
    const struct score_pattern *playing = core_pattern(audio), *next = &audio->score.next;
    const bool is_queued = score_has_next(&audio->score) && playing != next;
    struct audio_set_pattern asked = { .pattern = ask->pattern };
    struct pattern *pattern = &copy_ask(call, &asked, 0)->ask.pattern;
    struct bytes noted = { 0 };

    (void)answer;
    if (audio->now.number || audio->next.number)
        return refuse(call, ERR_CONFLICT, "the core knows its pattern");
    if (is_pattern_of(playing, pattern))
        noted = note_kept(audio, call, playing == next ? &audio->next : &audio->now, pattern, playing);
    if (is_queued && is_pattern_of(next, pattern))
        noted = note_kept(audio, call, &audio->next, pattern, next);
    if (noted.len == 0)
        return refuse(call, ERR_CONFLICT, "another pattern plays");
    asked_note(&audio->pattern_asked, noted);
    return ERR_OK;
}

/* ---- setting ---- */

static void leave_locked_tempo(const struct audio *audio, struct pattern *pattern)
{
    if (audio->score.tempo_locked)
        pattern->sequencer.has_bpm = pattern->sequencer.has_swing = false;
}

/* No number comes back: an edit of the playing pattern has a higher one than the pattern that follows it. */
static uint32_t next_serial(struct audio *audio)
{
    const struct score *score = &audio->score;
    uint32_t newest = score->now.serial > score->next.serial ? score->now.serial : score->next.serial;

    newest = newest > audio->pattern_highest ? newest : audio->pattern_highest;
    return audio->pattern_highest = newest == UINT32_MAX ? 1 : newest + 1;
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

/* Is this an edit of the pattern that plays, which leaves the one that waits? */
static bool is_of_playing(const struct audio_set_pattern *ask)
{
    return ask->has_made_from && ask->has_playing && ask->playing;
}

/* The edited pattern stays the same entry of its song, and the one that waits for its bar keeps waiting. */
static void sound_edit(struct audio *audio, struct score_pattern *pattern)
{
    const struct score_pattern *before = &audio->score.now;

    pattern->began = before->began;
    pattern->song = before->song;
    pattern->bars = before->bars;
    audio->score.now = *pattern;
}

/* The position that the transport takes with the pattern. */
static struct sequencer position_of(const struct audio_set_pattern *ask, const struct transport_state *at)
{
    const struct sequencer start = {
        .has_global_step = true, .global_step = at->bar * SCORE_BAR, .has_running = true, .running = true
    };

    if (is_of_playing(ask))
        return (struct sequencer){ 0 };
    if (ask->immediate)
        return ask->pattern.sequencer;
    return ask->has_start && ask->start && !at->running && !at->counting_in ? start : (struct sequencer){ 0 };
}

/* True if an edit of the playing pattern would be lost: the queued one has begun, and its note has not arrived, or it
 * is an edit of the playing one. */
static bool is_next_newer(struct audio *audio)
{
    const struct score *score = &audio->score;

    return core_pattern(audio) == &score->next || (score_has_next(score) && audio->next.is_edit);
}

/* An edit of a pattern that is not the newest would undo what was set since. */
static enum err check_newest(struct audio *audio, struct call *call, const struct audio_set_pattern *ask)
{
    const bool is_late = is_of_playing(ask) && is_next_newer(audio);
    const uint64_t newest = is_of_playing(ask) && !is_late ? audio->score.now.serial : newest_pattern(audio)->serial;

    if (!ask->has_made_from || (ask->made_from == newest && !is_late))
        return ERR_OK;
    (void)refuse(call, ERR_CONFLICT, "pattern %llu is not the newest: %llu was set since",
                 (unsigned long long)ask->made_from, (unsigned long long)newest);
    return fault_hint(call_fault(call), "read the newest with audio.pattern, and make the edit from it");
}

static enum err begin_asked(struct audio *audio, struct call *call, struct pattern_asked *asked, struct queued *answer)
{
    const struct audio_set_pattern *ask = &asked->ask;
    const struct sequencer *from = &ask->pattern.sequencer;
    struct transport_state at = audio_transport_soon(audio);
    const struct sequencer position = position_of(ask, &at);
    const uint32_t cues = (uint32_t)position.has_global_step + (uint32_t)position.has_running;
    struct score_pattern pattern;
    char said[MESSAGE_BAR_SIZE];
    enum err e = pattern_read(&ask->pattern, &pattern, call_fault(call));

    audio_take_begun(audio); /* after `at` was read: that bar's queued pattern must not be replaced */
    if (e == ERR_OK)
        e = song_check(audio, call, ask);
    if (e == ERR_OK)
        e = check_newest(audio, call, ask);
    if (e == ERR_OK && cues > 0)
        e = audio_may_cue(audio, call, cues, NULL);
    if (e != ERR_OK)
        return e;
    for (uint32_t i = 0; i < answer->silent.count; i++) /* without its sound a row would play the synth */
        pattern.rows[answer->silent.at[i].index].soundless = 1;
    pattern_mute_rows(&pattern);
    answer->replaced = score_has_next(&audio->score) && !is_of_playing(ask);
    asked->is_edit = ask->has_made_from && (!answer->replaced || audio->next.is_edit);
    answer->now = is_of_playing(ask) || (!ask->has_after && (ask->immediate || (!at.running && !at.counting_in)));
    answer->number = pattern.serial = next_serial(audio);
    answer->bar = answer->now || (at.counting_in && at.step == 0) ? at.bar : at.bar + 1;
    answer->bar = ask->has_after ? song_bar(audio, answer->bar) : answer->bar;
    song_mark(&pattern, ask, answer->bar);
    if (is_of_playing(ask))
        sound_edit(audio, &pattern);
    else if (answer->now)
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
    return audio_take_position(audio, call, &position);
}

static void note_rows_again(struct audio *audio, const struct silent_sound_list *silent)
{
    audio->rows_again = 0;
    for (uint32_t i = 0; i < silent->count; i++)
        if (silent->at[i].again && silent->at[i].index < SCORE_ROWS)
            audio->rows_again |= 1u << silent->at[i].index;
}

/* Sounds load in any order; the later ask wins. An edit is of what was there when it was made: it cancels nothing. */
static enum err begin_pattern(struct audio *audio, struct call *call, void *own, struct silent_sound_list silent,
                              void *answer)
{
    struct pattern_asked *asked = own;
    struct queued *queued = answer;
    enum err e;

    if (asked->number < audio->pattern_set && !asked->ask.has_made_from) {
        (void)refuse(call, ERR_CONFLICT, "a later pattern was set before the sounds of this one were loaded");
        return fault_hint(call_fault(call), "set this pattern again if you want it");
    }
    queued->silent = silent;
    leave_locked_tempo(audio, &asked->ask.pattern); /* the lock may be newer than the ask */
    e = begin_asked(audio, call, asked, queued);
    if (e == ERR_OK) {
        keep_pattern(audio, queued->now ? &audio->now : &audio->next, &asked->ask.pattern, (uint32_t)queued->number,
                     asked->is_edit);
        if (!asked->ask.has_made_from)
            audio->pattern_set = asked->number;
        if (!is_of_playing(&asked->ask) || !score_has_next(&audio->score)) { /* else the one that waits is the latest */
            asked_note(&audio->pattern_asked, asked->as_asked.bytes);
            note_rows_again(audio, &silent);
        }
        held_mark(&queued->has_unkept, &queued->unkept, asked->as_asked.is_whole);
        audio->held.is_of_keeper = asked->ask.has_of_keeper && asked->ask.of_keeper;
    }
    return e;
}

enum err audio_ask_set_pattern(struct audio *audio, struct call *call, const struct audio_set_pattern *ask,
                               struct queued *answer)
{
    struct pattern_asked *own = copy_ask(call, ask, ++audio->sets);
    struct named_sound items[SCORE_ROWS];
    struct score_pattern checked;
    uint32_t count;
    enum err e;

    leave_locked_tempo(audio, &own->ask.pattern);
    e = pattern_read(&own->ask.pattern, &checked, call_fault(call)); /* before anything is loaded for the pattern */
    if (e == ERR_OK)
        e = check_slots(audio, call, &own->ask.pattern);
    if (e == ERR_OK)
        e = check_newest(audio, call, ask);
    if (e != ERR_OK)
        return e;
    own->as_asked = asked_encode_pattern(audio, call, &own->ask.pattern);
    count = list_items(&own->ask.pattern.sequencer.tracks, items);
    return count ? named_load(audio, call, items, count, begin_pattern, own)
                 : change_end(audio, call, begin_pattern(audio, call, own, (struct silent_sound_list){ 0 }, answer),
                              answer);
}
