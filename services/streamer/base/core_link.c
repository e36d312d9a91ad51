#include "services/streamer/base/core_link.h"

#include <math.h>
#include <string.h>

enum { RATE = 48000 };

enum err core_link_open(struct core_link *core, const struct paths *paths, struct fault *fault)
{
    *core = (struct core_link){ 0 };
    enum err e = studio_open(paths, &core->studio, fault);
    if (e != ERR_OK)
        return e;
    core->cues = studio_cues(core->studio, CUES_STREAMER);
    core->notes = studio_notes(core->studio, CUES_STREAMER);
    core->slots = studio_state(core->studio);
    core_link_look(core);
    return ERR_OK;
}

void core_link_close(struct core_link *core)
{
    studio_close(core->studio);
    *core = (struct core_link){ 0 };
}

void core_link_look(struct core_link *core)
{
    struct state state;

    if (!slots_get(&core->slots, &state, NULL))
        return;
    core->state = state;
    core->has_state = true;
}

enum err core_link_check(struct core_link *core, usec_t longest, struct fault *fault)
{
    core_link_look(core);
    if (core->has_state && clock_steady() - core->state.at < longest)
        return ERR_OK;
    fault_set(fault, ERR_OFFLINE, "the audio core is not running");
    return fault_hint(fault, "`loophole status` shows its state, `loophole doctor` shows what it needs");
}

uint32_t core_link_rate(const struct core_link *core)
{
    uint32_t rate = core->has_state ? core->state.rate : RATE;

    return state_is_rate(rate) ? rate : RATE;
}

bool core_link_cue(struct core_link *core, const struct cue *cue)
{
    return ring_write(&core->cues, cue, 1) == 1;
}

uint64_t core_link_effects(const struct core_link *core)
{
    return ring_written(&core->cues);
}

bool core_link_has_room(const struct core_link *core, uint32_t cues)
{
    return ring_space(&core->cues) >= cues;
}

bool core_link_look_note(struct core_link *core, struct note *note, uint64_t *index)
{
    struct ring_span span;

    *index = ring_taken(&core->notes);
    span = ring_look(&core->notes, *index, 1);
    if (span.cells[0] + span.cells[1] == 0)
        return false;
    memcpy(note, span.at[span.cells[0] == 0], sizeof(*note));
    return true;
}

void core_link_take_note(struct core_link *core, uint64_t index)
{
    ring_release(&core->notes, index + 1);
}

/* The formula of the audio thread, so that a sound begins exactly with the step. */
static int64_t frame_of_place(const struct state *state, double place)
{
    return state->begins + (int64_t)floor((place - state->place) * state->step_frames + 0.5);
}

int64_t core_link_frame(const struct core_link *core, double place)
{
    return frame_of_place(&core->state, place);
}

int64_t core_link_next(const struct core_link *core, uint32_t grid)
{
    const struct state *state = &core->state;
    double ahead = (double)(state->frame - state->begins) + 2.0 * state->period;
    double line = ceil((state->place + ahead / state->step_frames) / grid) * grid;

    if (!core->has_state || !state->running || grid == 0 || !(state->step_frames >= 1) || !(fabs(line) < 1e12))
        return CUE_NOW;
    return frame_of_place(state, line);
}
