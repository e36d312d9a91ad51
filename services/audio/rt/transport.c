#include "services/audio/rt/transport.h"

#include <math.h>

#include "common/rt/cue.h"

static const double FARTHEST = 1e9;    /* steps: years */
static const double FASTEST_STEP = 64; /* frames */
static const double SLOWEST_STEP = 1e6;
static const double COUNTED_IN = 0.5; /* steps */
static const double BAR_STEPS = 16;

static double clamp_to(double x, double low, double high)
{
    return x > low ? (x < high ? x : high) : low;
}

double transport_place(const struct transport *transport, int64_t frame)
{
    if (!transport->running)
        return transport->place;
    return transport->place + (double)(frame - transport->frame) / transport->step_frames;
}

int64_t transport_frame_of(const struct transport *transport, double place)
{
    double frames = clamp_to((place - transport->place) * transport->step_frames, -1e17, 1e17);

    return transport->frame + (int64_t)floor(frames + 0.5);
}

/* Makes this place the anchor of a new step length. */
static void anchor_place(struct transport *transport, int64_t frame, double place)
{
    transport->place = clamp_to(place, -FARTHEST, FARTHEST);
    transport->frame = frame;
}

void transport_pace(struct transport *transport, int64_t frame, double step_frames)
{
    step_frames = clamp_to(step_frames, FASTEST_STEP, SLOWEST_STEP);
    if (!(fabs(step_frames - transport->step_frames) > 0))
        return;
    anchor_place(transport, frame, transport_place(transport, frame));
    transport->step_frames = step_frames;
}

void transport_tempo(struct transport *transport, int64_t frame, double tempo, uint32_t rate)
{
    transport->tempo = clamp_to(tempo, TRANSPORT_SLOWEST, TRANSPORT_FASTEST);
    transport_pace(transport, frame, 15.0 * rate / transport->tempo);
}

void transport_start(struct transport *transport, int64_t frame, uint32_t bars)
{
    if (transport->running)
        return;
    transport->from = transport->place;
    anchor_place(transport, frame, transport->place - 16.0 * bars);
    transport->running = 1;
    transport->rolls++;
}

void transport_stop(struct transport *transport, int64_t frame)
{
    double place = transport_place(transport, frame);

    if (!transport->running)
        return;
    anchor_place(transport, frame, floor(place > transport->from ? place + 1e-6 : transport->from));
    transport->running = 0;
    transport->rolls++;
}

void transport_locate(struct transport *transport, int64_t frame, double place)
{
    anchor_place(transport, frame, place);
    transport->from = transport->place;
    transport->rolls++;
}

void transport_nudge(struct transport *transport, int64_t frame, double place)
{
    anchor_place(transport, frame, place);
    transport->from = transport->from < transport->place ? transport->from : transport->place;
}

double transport_place_on(const struct transport *transport, int64_t frame)
{
    double place = transport_place(transport, frame), step = floor(place + 0.5);

    return transport->running && transport_frame_of(transport, step) == frame ? step : place;
}

int64_t transport_note_place(const struct transport *transport, int64_t frame)
{
    const double place = transport_place_on(transport, frame);

    if (!transport->running || !(transport->from - place <= COUNTED_IN) || !(fabs(place) <= FARTHEST))
        return NOTE_NO_PLACE;
    return (int64_t)floor((place > transport->from ? place : transport->from) * NOTE_STEP + 0.5);
}

static double place_of_line(double number, double grid, double swing)
{
    const double place = number * grid;

    return floor(place) < place || fmod(place, 2) < 1 ? place : place + swing / 2;
}

int64_t transport_near_line(const struct transport *transport, int64_t frame, uint32_t lines, double swing)
{
    const double grid = BAR_STEPS / lines, place = transport_place_on(transport, frame);
    double number = floor(place / grid);

    if (!transport->running)
        return 0;
    if (place_of_line(number, grid, swing) <= place)
        number++;
    const double next = place_of_line(number, grid, swing), before = place_of_line(number - 1, grid, swing);
    const int64_t line = transport_frame_of(transport, next);
    return next - place < place - before && line > frame ? line : 0;
}

void transport_repair(struct transport *transport, int64_t frame, uint32_t rate)
{
    if (!(transport->tempo >= TRANSPORT_SLOWEST && transport->tempo <= TRANSPORT_FASTEST))
        transport->tempo = 120;
    if (!(transport->step_frames >= FASTEST_STEP && transport->step_frames <= SLOWEST_STEP))
        transport->step_frames = 15.0 * rate / transport->tempo;
    transport->place = clamp_to(transport->place, -FARTHEST, FARTHEST);
    transport->from = clamp_to(transport->from, -FARTHEST, FARTHEST);
    if (transport->frame > frame || frame - transport->frame > INT64_C(1) << 44)
        transport->frame = frame;
}
