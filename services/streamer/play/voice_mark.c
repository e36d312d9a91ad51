#include "services/streamer/play/voice_mark.h"

#include <math.h>

#include "schema_loop.h"
#include "services/streamer/play/voice_acts.h"
#include "services/streamer/play/voice_cues.h"
#include "services/streamer/play/voice_follow.h"
#include "services/streamer/play/voice_place.h"

static const double half_step = 0.5; /* a press that is later counts for the next line */

static double place_now(const struct state *state)
{
    return state->place + (double)(state->frame - state->begins) / state->step_frames;
}

static double line_of(const struct state *state, uint32_t grid)
{
    const double place = place_now(state), last = floor(place / grid) * grid;

    return place - last <= half_step ? last : last + grid;
}

uint32_t voice_steps_of(int32_t grid)
{
    return grid == LOOP_GRID_BAR ? 16 : grid == LOOP_GRID_BEAT ? 4 : 0;
}

int64_t voice_line_from(const struct core_link *core, uint32_t steps, int64_t frame)
{
    const struct state *state = &core->state;
    double place;

    if (steps == 0 || !core->has_state || !state->running || !(state->step_frames >= 1))
        return frame;
    place = ceil((state->place + (double)(frame - state->begins) / state->step_frames) / steps) * steps;
    return fabs(place) < 1e12 ? core_link_frame(core, place) : frame;
}

void voice_line(struct core_link *core, int32_t grid, struct loop_line *to)
{
    const struct state *state = &core->state;
    const uint32_t steps = voice_steps_of(grid);
    const bool rolls = core->has_state && state->running && state->step_frames >= 1;
    double place = rolls ? place_now(state) : 0;

    *to = (struct loop_line){
        .frame = state->frame, .now = state->frame, .rate = core_link_rate(core), .bpm = state->tempo
    };
    if (!rolls || !(fabs(place) < 1e12))
        return;
    if (steps) {
        place = line_of(state, steps);
        to->frame = core_link_frame(core, place);
    }
    to->has_place = true;
    to->place = place;
}

static bool is_heard(const struct voice *voice)
{
    return voice_is_sounding(voice) && !voice->handover->paused;
}

/* The voice that began last, of those that a capture may take. */
static const struct voice *choose_voice(const struct voices *voices)
{
    const struct voice *newest = NULL;

    for (uint32_t i = 0; i < STREAMS; i++) {
        const struct voice *voice = &voices->each[i];
        if (is_heard(voice) && voice->plan.group != GROUP_PREVIEW && voice->plan.loop_key == 0 &&
            (!newest || voice->since > newest->since))
            newest = voice;
    }
    return newest;
}

static enum err find_voice(const struct voices *voices, const struct streamer_mark_loop *ask, const struct voice **to,
                           struct fault *fault)
{
    *to = ask->has_voice ? &voices->each[ask->voice] : choose_voice(voices);
    if (*to && is_heard(*to))
        return ERR_OK;
    if (ask->has_voice)
        return fault_set(fault, ERR_NOT_FOUND, "voice %u is silent", (unsigned)ask->voice);
    fault_set(fault, ERR_NOT_FOUND, "no voice plays a sound that could become a loop");
    return fault_hint(fault, "`loophole play ITEM` starts one; `loophole voice` lists them"), ERR_NOT_FOUND;
}

static enum err check_voice(const struct voice *voice, const struct stream_voice *now, struct fault *fault)
{
    if (voice_is_stretched(voice)) {
        fault_set(fault, ERR_CONFLICT, "voice %u is stretched to the tempo: its frames are not those of its file",
                  voice->index);
        return fault_hint(fault, "play it without --stretch"), ERR_CONFLICT;
    }
    if (id_is_zero(now->id)) {
        fault_set(fault, ERR_CONFLICT, "the file of voice %u is no item of a library", voice->index);
        return fault_hint(fault, "`loophole library add DIR` adds its folder"), ERR_CONFLICT;
    }
    return ERR_OK;
}

/* The frame of the file that is heard at a frame of the audio clock. */
static int64_t place_at(const struct voice *voice, const struct stream_voice *now, int64_t frame)
{
    const struct core_link *core = voice->all->core;
    const int64_t from = now->has_at ? now->at : core->state.frame;
    const int64_t ahead = llround((double)(frame - from) * (double)now->rate / core_link_rate(core));

    return ahead > -now->position ? voice_place(voice, now->position + ahead) : 0;
}

static void mark_place(const struct voice *voice, const struct stream_voice *now, struct loop_mark *to)
{
    const struct handover_voice *handover = voice->handover;
    const int64_t end = handover->loop_end > 0 ? handover->loop_end : now->frames;

    to->voice = now->voice;
    to->generation = now->generation;
    to->id = now->id;
    to->rate = now->rate;
    to->frames = now->frames;
    to->gain = now->gain;
    to->position = place_at(voice, now, to->line.frame);
    to->has_loop_from = to->has_loop_end = handover->looping && end > handover->loop_from;
    to->loop_from = handover->loop_from;
    to->loop_end = end;
}

enum err voice_mark(struct voices *voices, const struct streamer_mark_loop *ask, struct arena *arena,
                    struct loop_mark *to, struct fault *fault)
{
    const struct voice *voice;
    struct stream_voice now;
    enum err e = find_voice(voices, ask, &voice, fault);

    *to = (struct loop_mark){ .silent = e != ERR_OK, .rate = 1, .frames = -1 };
    voice_line(voices->core, ask->grid.value, &to->line);
    if (ask->has_since)
        voice_acts_since(voices, ask->since, arena, to);
    if (e != ERR_OK)
        return ask->has_since ? ERR_OK : e;
    voice_describe(voice, &now);
    if (!ask->has_since)
        e = check_voice(voice, &now, fault);
    if (e == ERR_OK)
        mark_place(voice, &now, to);
    return e;
}
