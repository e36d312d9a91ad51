#include "services/streamer/base/desk.h"

#include <math.h>

enum { STALE_US = 1000000, RATE = 48000 };

enum err desk_open(struct desk *desk, const struct paths *paths, struct fault *fault)
{
    *desk = (struct desk){ 0 };
    enum err e = studio_open(paths, &desk->studio, fault);
    if (e != ERR_OK)
        return e;
    desk->orders = studio_orders(desk->studio, ORDERS_STREAMER);
    desk->notes = studio_notes(desk->studio, ORDERS_STREAMER);
    desk->slots = studio_state(desk->studio);
    desk_look(desk);
    return ERR_OK;
}

void desk_close(struct desk *desk)
{
    studio_close(desk->studio);
    *desk = (struct desk){ 0 };
}

void desk_look(struct desk *desk)
{
    struct state state;

    if (!slots_get(&desk->slots, &state, NULL))
        return;
    desk->state = state;
    desk->has_state = true;
}

enum err desk_check(struct desk *desk, struct fault *fault)
{
    desk_look(desk);
    if (desk->has_state && clock_steady() - desk->state.at < STALE_US)
        return ERR_OK;
    fault_set(fault, ERR_OFFLINE, "the sound core does not run");
    return fault_hint(fault, "`loophole status` shows it, `loophole doctor` says what it needs");
}

uint32_t desk_rate(const struct desk *desk)
{
    uint32_t rate = desk->has_state ? desk->state.rate : RATE;

    return rate >= 1000 && rate <= 768000 ? rate : RATE;
}

bool desk_order(struct desk *desk, const struct order *order)
{
    return ring_write(&desk->orders, order, 1) == 1;
}

uint64_t desk_effects(const struct desk *desk)
{
    return ring_written(&desk->orders);
}

bool desk_has_room(const struct desk *desk, uint32_t orders)
{
    return ring_space(&desk->orders) >= orders;
}

bool desk_note(struct desk *desk, struct note *note)
{
    return ring_read(&desk->notes, note, 1) == 1;
}

/* The audio thread's own formula: what begins there begins with the step. */
static int64_t frame_of(const struct state *state, double place)
{
    return state->begins + (int64_t)floor((place - state->place) * state->step_frames + 0.5);
}

int64_t desk_next(const struct desk *desk, uint32_t grid)
{
    const struct state *state = &desk->state;
    double ahead = (double)(state->frame - state->begins) + 2.0 * state->period;
    double line = ceil((state->place + ahead / state->step_frames) / grid) * grid;

    if (!desk->has_state || !state->running || grid == 0 || !(state->step_frames >= 1) || !(fabs(line) < 1e12))
        return ORDER_NOW;
    return frame_of(state, line);
}
