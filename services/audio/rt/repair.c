#include "services/audio/rt/repair.h"

#include "services/audio/rt/instance.h"
#include "services/audio/rt/midi_out.h"
#include "services/audio/rt/row_midi.h"
#include "services/audio/rt/sequencer.h"
#include "services/audio/rt/sounds.h"

static const int64_t FRAMES_MOST = INT64_C(1) << 60; /* limit of a clock */
static const int64_t STEPS_MOST = INT64_C(1) << 40;
enum { STEPS_AWAY = 2 }; /* largest distance of the next step from the transport's place */

static int64_t near_or_0(int64_t x, int64_t most)
{
    return x < -most || x > most ? 0 : x;
}

static void repair_sync(struct sync *sync)
{
    if (!(sync->interval_frames >= 0 && sync->interval_frames < 1e6))
        sync->interval_frames = 0;
    if (!(sync->tempo >= TRANSPORT_SLOWEST && sync->tempo <= TRANSPORT_FASTEST))
        sync->tempo = 0;
    sync->jack_ahead = near_or_0(sync->jack_ahead, FRAMES_MOST);
    sync->ticks = near_or_0(sync->ticks, STEPS_MOST);
    if (!(fabs(sync->start_place) <= (double)STEPS_MOST))
        sync->starts = 0;
    sync->start_frame = near_or_0(sync->start_frame, FRAMES_MOST);
    sync->next_tick = near_or_0(sync->next_tick, STEPS_MOST);
    sync->tick_frame = sync->tick_frame < 0 ? 0 : near_or_0(sync->tick_frame, FRAMES_MOST);
    sync->clocks = core_least(sync->clocks, SYNC_TICKS_A_BEAT);
}

static void repair_hits(struct sequencer_hits *hits, double place)
{
    if (hits->left == 0)
        return;
    if (hits->left > SCORE_RATCHET || !(fabs(hits->place - place) <= STEPS_AWAY) ||
        !(hits->apart > 0 && hits->apart <= STEPS_AWAY))
        hits->left = 0;
}

/* A step far in the past would make the sequencer catch up, eight steps per frame. */
static void repair_sequencer(struct engine *engine)
{
    struct rt_sequencer *sequencer = &engine->half->sequencer;
    double place = transport_place(&engine->half->transport, engine->half->frame);
    double away = (double)sequencer->step - place;

    sequencer->origin = near_or_0(sequencer->origin, STEPS_MOST);
    sequencer->wipe = core_least(sequencer->wipe, CORE_WIPED);
    if (!(away >= -STEPS_AWAY && away <= STEPS_AWAY))
        sequencer_place(engine);
    row_midi_repair(sequencer, engine->half->frame);
    for (uint32_t r = 0; r < SCORE_ROWS; r++)
        for (int i = 0; i < HITS; i++)
            repair_hits(&sequencer->row[r].hits[i], place);
}

static void repair_fade(struct fade *fade, uint32_t most)
{
    if (fade->place.left > most)
        fade_cut(fade);
}

static void repair_streams(struct streams *streams, uint32_t rate)
{
    const uint32_t most = fade_frames(rate);

    for (uint32_t i = 0; i < STREAMS; i++) {
        struct streams_voice *voice = &streams->voice[i];
        if (voice->state > STREAM_STOPS || voice->group >= GROUPS)
            voice->state = STREAM_SILENT;
        voice->group %= GROUPS;
        voice->paused = voice->paused != 0;
        repair_fade(&voice->fade, most);
        for (uint32_t k = 0; k < STREAMS_OLD; k++) {
            repair_fade(&voice->old[k].fade, most);
            if (voice->old[k].group >= GROUPS)
                fade_cut(&voice->old[k].fade);
            voice->old[k].group %= GROUPS;
        }
    }
}

static void repair_sounds(struct rt_sounds *sounds)
{
    sounds->releases = core_least(sounds->releases, SOUNDS_RELEASES);
    for (uint32_t i = 0; i < SOUNDS_VOICES; i++)
        if (sounds->voice[i].state != SOUND_SILENT && !sounds_can_be(&sounds->voice[i]))
            sounds->voice[i].state = SOUND_SILENT;
}

static void repair_mixer(struct rt_mixer *mixer, uint32_t rate)
{
    for (uint32_t i = 0; i < MIXER_LIMITERS; i++) {
        limiter_repair(&mixer->limiter[i]);
        lookahead_repair(&mixer->ahead[i], rate);
    }
    for (uint32_t i = 0; i < GROUPS; i++)
        align_repair(&mixer->align[i]);
}

void repair_half(struct engine *engine, uint32_t rate)
{
    struct engine_half *half = engine->half;

    half->frame = half->frame < 0 ? 0 : near_or_0(half->frame, FRAMES_MOST);
    half->rate = rate;
    half->load = number_within(half->load, 0, 1000);
    half->worst_load = number_within(half->worst_load, 0, 1000);
    engine->now = half->frame;
    transport_repair(&half->transport, half->frame, rate);
    repair_sync(&half->sync);
    midi_out_repair(&half->midi_out);
    repair_sequencer(engine);
    repair_streams(&half->streams, rate);
    repair_sounds(&half->sounds);
    repair_mixer(&half->mixer, rate);
}
