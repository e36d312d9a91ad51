#include "services/audio/rt/bbt.h"

#include <math.h>

enum { STEPS_A_BEAT = 4 };
static const double MOST = 1e9; /* steps: years */

int64_t bbt_frame_of(double place, double step_frames)
{
    double frame = place * step_frames;

    return frame > 0 && frame < 1e17 ? (int64_t)(frame + 0.5) : 0;
}

/* The place where the transport waits, unless JACK's frame is that of another place. */
static double place_at_jack(const struct bbt_lead *lead, int64_t jack_frame)
{
    int64_t away = jack_frame - bbt_frame_of(lead->place, lead->step_frames);

    return lead->plays || (away >= -1 && away <= 1) ? lead->place : (double)jack_frame / lead->step_frames;
}

void bbt_say(const struct bbt_lead *lead, int64_t jack_frame, struct bbt *bbt)
{
    double place = place_at_jack(lead, jack_frame), beats;

    place = place > 0 ? (place < MOST ? place : MOST) : 0; /* NaN becomes 0 */
    beats = floor(place / STEPS_A_BEAT);
    bbt->exact = (place / STEPS_A_BEAT - beats) * BBT_TICKS;
    bbt->tick = (int32_t)bbt->exact;
    bbt->bar = (int32_t)floor(beats / BBT_BEATS) + 1;
    bbt->beat = (int32_t)(beats - (bbt->bar - 1.0) * BBT_BEATS) + 1;
    bbt->bar_start_tick = (bbt->bar - 1.0) * BBT_BEATS * BBT_TICKS;
}

double bbt_slack(double ticks_a_beat)
{
    return ticks_a_beat > 1 ? STEPS_A_BEAT / ticks_a_beat : STEPS_A_BEAT;
}

double bbt_step(const struct bbt_position *at, uint32_t rate)
{
    double beats, place;

    if (!(at->ticks_a_beat > 0) || !(at->beats_a_bar > 0) || at->bar < 1)
        return -1;
    beats = (at->bar - 1.0) * at->beats_a_bar + at->beat - 1 + at->ticks / at->ticks_a_beat;
    place = beats * STEPS_A_BEAT;
    if (at->offset > 0 && at->tempo > 0)
        place += at->offset * at->tempo / (15.0 * rate);
    return place >= 0 && place < MOST ? place : -1;
}
