#include "services/streamer/play/voice_follow.h"

#include <math.h>

#include "services/streamer/play/follow.h"
#include "services/streamer/play/voice_place.h"

enum {
    PAUSE_US = 100000, /* between two changes */
    LOOKS = 2,         /* that find the voice out of step, before it changes */
};

static const double aim_s = 0.15, step_s = 0.004, same_tempo = 1e-4, no_stretch = 2e-5;

bool voice_follows(const struct voice *voice)
{
    return voice->handover->follow.beat_frames > 0;
}

bool voice_is_stretched(const struct voice *voice)
{
    return voice_piece(voice)->tempo != 1 || voice->handover->semitones != 0;
}

static struct follow_loop loop_of(const struct voice *voice)
{
    const struct handover_voice *handover = voice->handover;
    const double from = (double)handover->loop_from;
    int64_t end = voice->format.frames;

    if (handover->looping && handover->loop_length > 0)
        return (struct follow_loop){ from, from + handover->loop_length };
    if (!handover->looping || voice->format.frames <= handover->loop_from)
        return (struct follow_loop){ 0 };
    if (handover->loop_end > 0 && handover->loop_end < end)
        end = handover->loop_end;
    return (struct follow_loop){ from, (double)end };
}

/* ---- the tempo ---- */

/* The speed factor that fits the current tempo of the transport. */
static double wanted_tempo(const struct voice *voice)
{
    const struct core_link *core = voice->all->core;
    struct follow_grid grid = follow_grid(&core->state);
    double tempo = voice->handover->follow.beat_frames / grid.beat_frames * core_link_rate(core) / voice->format.rate;

    if (!isfinite(tempo) || fabs(tempo - 1) < no_stretch)
        return 1;
    return fmax(0.25, fmin(4, tempo));
}

static void take_tempo(struct voice *voice)
{
    struct handover_follow *follow = &voice->handover->follow;
    struct follow_loop loop = loop_of(voice);

    if (voice->plan.bpm > 0 && voice->all->core->has_state)
        follow->beat_frames =
            follow_beat_frames(voice->plan.bpm, voice->all->core->state.tempo, voice->format.rate, &loop);
    voice->plan.bpm = 0;
    if (voice_follows(voice))
        voice->plan.tempo = wanted_tempo(voice);
}

/* ---- the place ---- */

/* The file's frame that sounds at the core's present moment. False: nothing of the current piece sounds. */
static bool measure_place(const struct voice *voice, double *place)
{
    const struct state_voice *state = &voice->all->core->state.streams[voice->index];
    const struct handover_piece *piece = voice_piece(voice);
    uint64_t cell = atomic_load(&voice->memory->begin) + (uint64_t)state->position;

    if (state->generation != piece->generation || state->position <= 0 || cell < piece->at || piece->rate == 0)
        return false;
    *place = (double)piece->from + (double)(cell - piece->at) * piece->tempo * piece->file_rate / piece->rate;
    if (isfinite(*place) && *place > 0 && *place < 1e15)
        *place = (double)voice_place(voice, (int64_t)*place);
    return true;
}

static void set_place(struct handover_follow *follow, double beat, double frame)
{
    atomic_store(&follow->is_placed, 0);
    follow->beat = beat;
    follow->frame = frame;
    atomic_store(&follow->is_placed, 1);
}

/* Remembers at which beat the sound began. A loop that began while the transport was stopped takes the place that it
 * would have if it had begun with beat 0. */
static void take_place(struct voice *voice, double now)
{
    struct handover_follow *follow = &voice->handover->follow;
    const struct state *state = &voice->all->core->state;
    struct follow_grid grid = follow_grid(state);
    double beat = follow_beat(&grid, (double)state->frame), began;

    if (!state->running && !atomic_load(&follow->is_placed))
        follow->ran_free = 1;
    if (!state->running || atomic_load(&follow->is_placed))
        return;
    began = follow->ran_free && voice->handover->looping ? 0 : beat - (now - follow->frame) / follow->beat_frames;
    if (follow->grid > 0 && !follow->ran_free)
        began = round(began * 4 / follow->grid) * follow->grid / 4;
    set_place(follow, began, follow->frame);
}

/* Returns the place in the file that should sound at a moment of the running transport. */
static double place_at(const struct voice *voice, double frame)
{
    const struct handover_follow *follow = &voice->handover->follow;
    struct follow_grid grid = follow_grid(&voice->all->core->state);
    struct follow_loop loop = loop_of(voice);
    double place = follow->frame + (follow_beat(&grid, frame) - follow->beat) * follow->beat_frames;

    if (place >= follow->frame && place < loop.until)
        return place;
    return follow_wrap(&loop, place);
}

static bool keeps_place(const struct voice *voice)
{
    return voice->all->core->state.running && atomic_load(&voice->handover->follow.is_placed);
}

/* ---- a new generation ---- */

/* Seconds until the generation is due. A successor may take longer: the cells of its predecessor are in step. */
static double lead_of(const struct voice *voice)
{
    double half = voice_ahead(voice) / 2;

    return voice->is_heir && half > aim_s ? half : aim_s;
}

void voice_follow_aim(struct voice *voice)
{
    const struct core_link *core = voice->all->core;
    const struct handover_piece *piece = voice_piece(voice);
    double lead = floor(lead_of(voice) * core_link_rate(core)), place;
    bool is_heard = voice->is_aiming && measure_place(voice, &place);
    struct follow_loop loop = loop_of(voice);

    take_tempo(voice);
    voice->is_heir = false;
    voice->due = is_heard ? core->state.frame + (int64_t)lead : 0;
    if (!is_heard)
        return;
    if (voice_follows(voice) && keeps_place(voice))
        place = place_at(voice, (double)voice->due);
    else /* where the old generation will be */
        place += lead * piece->tempo * piece->file_rate / piece->rate;
    if (loop.until > 0 && place >= loop.until)
        place = follow_wrap(&loop, place);
    voice->plan.from = place > 0 && place < 1e15 ? (int64_t)(place + 0.5) : 0;
}

int64_t voice_follow_late(const struct voice *voice)
{
    int64_t late = voice->due ? voice->all->core->state.frame - voice->due : 0;

    return late > 0 ? late : 0;
}

void voice_follow_restart(struct voice *voice)
{
    struct handover_follow *follow = &voice->handover->follow;

    atomic_store(&follow->is_placed, 0);
    follow->ran_free = follow->grid = 0;
    follow->frame = (double)voice->plan.from;
}

void voice_follow_next(struct voice *voice, const struct handover_piece *next)
{
    voice->plan.from = next->from;
    voice->plan.tempo = 1;
    voice->plan.bpm = next->bpm;
    voice->plan.is_drums = next->is_drums;
    voice->handover->follow.beat_frames = 0;
    voice_follow_restart(voice);
    take_tempo(voice);
}

/* ---- the tick ---- */

/* When the transport jumps, only a loop follows it; any other sound continues from its current frame. */
static bool is_out_of_step(struct voice *voice, double now)
{
    struct handover_follow *follow = &voice->handover->follow;
    const struct state *state = &voice->all->core->state;
    struct follow_grid grid = follow_grid(state);
    struct follow_loop loop = loop_of(voice);
    double apart;

    if (fabs(wanted_tempo(voice) / voice_piece(voice)->tempo - 1) > same_tempo)
        return true;
    if (!keeps_place(voice))
        return false;
    apart = follow_apart(&loop, place_at(voice, (double)state->frame), now);
    if (loop.until == 0 && fabs(apart) > follow->beat_frames / 2) {
        set_place(follow, follow_beat(&grid, (double)state->frame), now);
        return false;
    }
    return fabs(apart) > step_s * voice->format.rate;
}

bool voice_follow_look(struct voice *voice)
{
    double now;

    if (!voice_follows(voice) || voice->phase != VOICE_PLAYING || voice->format.rate == 0 ||
        clock_steady() - voice->since < PAUSE_US || (voice->reader && !reader_is_free(voice->reader)) ||
        !measure_place(voice, &now))
        return false;
    take_place(voice, now);
    voice->looks = is_out_of_step(voice, now) ? voice->looks + 1 : 0;
    if (voice->looks < LOOKS)
        return false;
    voice->looks = 0;
    return true;
}
