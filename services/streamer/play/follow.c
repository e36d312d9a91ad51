#include "services/streamer/play/follow.h"

#include <math.h>

#include "services/streamer/play/tune.h"

static const double about_whole = 0.04, about_most = 0.25; /* of a beat for each beat; beats */

struct follow_grid follow_grid(const struct state *state)
{
    if (state->running && state->step_frames >= 1)
        return (struct follow_grid){ (double)state->begins, state->place / 4, 4 * state->step_frames };
    return (struct follow_grid){ (double)state->frame, 0, 60.0 * state->rate / fmax(1, state->tempo) };
}

double follow_beat(const struct follow_grid *grid, double frame)
{
    return grid->beat + (frame - grid->frame) / grid->beat_frames;
}

double follow_beat_frames(double bpm, double tempo, double file_rate, const struct follow_loop *loop)
{
    double ratio = tune_tempo(bpm, tempo), frames, beats;

    if (!(bpm >= 20 && bpm <= 400) || !(tempo >= 20 && tempo <= 400))
        return 0;
    frames = 60 * file_rate * ratio / tempo;
    beats = round((loop->until - loop->from) / frames);
    if (loop->until <= loop->from || beats < 1 ||
        fabs((loop->until - loop->from) / frames - beats) > fmin(about_most, about_whole * beats))
        return frames;
    return (loop->until - loop->from) / beats;
}

double follow_wrap(const struct follow_loop *loop, double place)
{
    double length = loop->until - loop->from, turns = floor((place - loop->from) / length);

    return length > 0 ? place - turns * length : place;
}

double follow_apart(const struct follow_loop *loop, double a, double b)
{
    double length = loop->until - loop->from, apart = a - b;

    return length > 0 ? apart - round(apart / length) * length : apart;
}
