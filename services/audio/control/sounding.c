#include "services/audio/control/sounding.h"

#include <string.h>

#include "services/audio/control/asked.h"
#include "services/audio/control/change.h"
#include "services/audio/control/core.h"
#include "services/audio/control/note_events.h"
#include "services/audio/control/ports.h"
#include "services/audio/control/report.h"
#include "services/audio/control/score.h"
#include "services/audio/control/song.h"

static void report_tempo(const struct audio *audio, struct sounding *to)
{
    static const int32_t sources[] = {
        [SYNC_NONE] = SYNC_SOURCE_NONE,
        [SYNC_FOLLOW_JACK] = SYNC_SOURCE_JACK,
        [SYNC_LEAD_JACK] = SYNC_SOURCE_LEAD,
        [SYNC_FOLLOW_MIDI] = SYNC_SOURCE_MIDI,
    };
    const struct score *score = &audio->score;

    to->has_bpm = to->has_swing = to->has_sync = to->has_clock_out = to->has_clock_stopped = to->has_clock_offset =
        true;
    to->has_metronome = true;
    to->bpm = score->tempo;
    to->swing = score->swing;
    to->sync.value = sources[score->sync <= SYNC_FOLLOW_MIDI ? score->sync : SYNC_NONE];
    to->clock_out = score->midi_clock_out != 0;
    to->clock_stopped = score->midi_clock_stopped != 0;
    to->clock_offset = audio_clock_offset(audio);
    to->metronome = score->metronome != 0;
    to->has_quantise = true;
    to->quantise = score->quantise <= 64 ? score->quantise : 64;
}

static void list_rows_again(const struct audio *audio, struct call *call, struct uint_list *to)
{
    to->at = arena_array(call_arena(call), SCORE_ROWS, sizeof(*to->at));
    for (uint32_t i = 0; i < SCORE_ROWS; i++)
        if (audio->rows_again >> i & 1)
            to->at[to->count++] = i;
}

enum err audio_ask_sounding(struct audio *audio, struct call *call, const struct audio_sounding *ask,
                            struct sounding *answer)
{
    const struct score *score = &audio->score;

    (void)ask;
    memcpy(answer->project.b, score->project, sizeof(answer->project.b));
    answer->has_project = !id_is_zero(answer->project);
    answer->revision = score->kept_revision;
    answer->serial = score->serial;
    answer->touched = score->serial > score->kept_serial;
    answer->has_tempo_lock = true;
    answer->tempo_lock = score->tempo_locked != 0;
    answer->has_keeper = audio->held.keeper != 0;
    answer->keeper.value = audio->held.keeper;
    answer->has_again = answer->again = silent_pads_again(&audio->silent) || audio->rows_again;
    list_rows_again(audio, call, &answer->rows_again);
    answer->has_newest = true;
    answer->newest = score_has_next(score) ? score->next.serial : core_pattern(audio)->serial;
    answer->has_sets = true;
    answer->sets = audio->sets;
    report_tempo(audio, answer);
    audio_report_inserts(audio, call, &answer->inserts);
    asked_pads(audio, call, &answer->pads);
    answer->has_pattern = asked_pattern(audio, call, &answer->pattern);
    answer->has_mixer = true;
    return audio_ask_mixer(audio, call, NULL, &answer->mixer);
}

/* A pattern that is still queued loses its tempo and swing; one that has begun has changed them before the lock. */
static void lock_tempo(struct audio *audio, bool is_locked)
{
    struct score *score = &audio->score;

    audio_take_begun(audio);
    if (is_locked && core_pattern(audio) != &score->next) {
        score->next_tempo = 0;
        score->next_swing = -1;
    }
    score->tempo_locked = is_locked;
}

/* Changes after this serial still count as touched. */
enum err audio_ask_sounding_kept(struct audio *audio, struct call *call, const struct audio_sounding_kept *ask,
                                 struct nothing *answer)
{
    struct score *score = &audio->score;
    struct id before;

    (void)answer;
    lock_tempo(audio, ask->has_tempo_lock && ask->tempo_lock);
    const bool is_all = ask->serial >= audio->changed && ask->serial <= score->serial;
    memcpy(before.b, score->project, sizeof(before.b));
    if (!id_equal(before, ask->project))
        song_leave(audio, call);
    memcpy(score->project, ask->project.b, sizeof(score->project));
    score->kept_revision = ask->revision;
    score->kept_serial = is_all ? score->serial : ask->serial;
    audio->sounding_reported = is_all ? audio->changed : audio->sounding_reported;
    audio_score_publish_apart(audio);
    held_keep(&audio->held, ask->has_keeper && ask->keeper.value ? ask->keeper.value : KEEPER_KEEPS, id_is_zero(before),
              ask->has_seen ? ask->seen : ask->serial);
    audio->sounding_is_open = false;
    if (audio->held.count)
        change_report(audio);
    return ERR_OK;
}
