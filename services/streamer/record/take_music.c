/* Where the bars of the transport lie on the audio clock, also when its tempo changes. A take in bars keeps its end as
 * a step; a kept take begins where a past bar began. */
#include "services/streamer/record/take_music.h"

#include <math.h>

enum { BAR_STEPS = 16 };
static const double JUMP_STEPS = 4, STEPS_MOST = 1e12, FRAMES_MOST = 1e15;

static double place_on(const struct take_line *line, int64_t frame)
{
    return line->place + (double)(frame - line->begins) / line->step_frames;
}

/* The formula of the audio thread. */
static int64_t frame_on(const struct take_line *line, double step)
{
    double frames = (step - line->place) * line->step_frames;

    return line->begins + (fabs(frames) < FRAMES_MOST ? (int64_t)floor(frames + 0.5) : 0);
}

int64_t take_music_frame(const struct takes *takes, double step)
{
    return frame_on(&takes->music.line, step);
}

/* The tempo may have changed since the bar began: then the line before `line` has its begin. */
static void add_bar(struct take_music *music, const struct take_line *line)
{
    double step = (double)++music->bar * BAR_STEPS;
    int64_t before = frame_on(&music->line, step);

    music->began[(uint64_t)music->bar % TAKE_BARS_KNOWN] = before < line->begins ? before : frame_on(line, step);
    if (music->known < TAKE_BARS_KNOWN)
        music->known++;
}

static void add_bars(struct take_music *music, const struct take_line *line, double place)
{
    int64_t bar = (int64_t)floor(place / BAR_STEPS);

    if (music->known == 0 || bar < music->bar || bar - music->bar > TAKE_BARS_KNOWN) {
        music->known = 0;
        music->bar = bar - 1;
    }
    while (music->bar < bar)
        add_bar(music, line);
}

/* A jump moves the end of a take in bars by the same steps, so the rest of the take keeps its length. */
static void jump_by(struct takes *takes, double steps)
{
    takes->recording.bars.end += steps;
    takes->pass.end += steps;
    takes->music.known = 0;
}

void take_music_follow(struct takes *takes)
{
    const struct state *state = &takes->core->state;
    const struct take_line line = { state->begins, state->place, state->step_frames };
    struct take_music *music = &takes->music;
    double place = place_on(&line, state->frame), jump;

    if (!takes->core->has_state || !state->running || !(line.step_frames >= 1) || !(fabs(place) < STEPS_MOST)) {
        music->known = 0;
        return;
    }
    if (!(music->line.step_frames >= 1))
        music->line = line;
    jump = line.place - place_on(&music->line, line.begins);
    if (fabs(jump) >= JUMP_STEPS)
        jump_by(takes, jump);
    if (music->known == 0)
        music->line = line;
    add_bars(music, &line, place);
    music->line = line;
}

int64_t take_music_began(const struct takes *takes, uint64_t ago)
{
    const struct take_music *music = &takes->music;
    uint64_t known = ago < music->known ? ago : music->known - 1;

    return music->began[(uint64_t)(music->bar - (int64_t)known) % TAKE_BARS_KNOWN] -
           llround((double)(ago - known) * BAR_STEPS * music->line.step_frames);
}
