/* voice_plan.h: which part of a file a voice plays, and which its loop repeats. */
#ifndef LOOPHOLE_STREAMER_VOICE_PLAN_H
#define LOOPHOLE_STREAMER_VOICE_PLAN_H

#include "services/streamer/play/voice_state.h"

/* The points of an ask, frames of the file; -1: not given. */
struct voice_points {
    int64_t from, until, loop_from, loop_frames;
};

/* A preview_grid as 16th notes; 0: at once. */
uint32_t voice_grid(int32_t grid);

/* Sets the part of the file that the plan plays, and the part that its loop repeats. The points of the ask give them;
 * if it has none, the item's trim. With points the plan has no fades, because fades belong to the trim. */
void voice_plan_part(struct voice_plan *plan, const struct voice_points *points, const struct treatment *treatment);

/* Makes it a loop of `length` frames of the file from plan->from on, with fades of `edge` frames at both ends of
 * a turn. */
void voice_plan_loop(struct voice_plan *plan, uint32_t key, double length, int64_t edge);

/* Checks the part of the file: it must end after its begin, and a loop must not be too short. Errors (explained):
 * bad_request. */
enum err voice_check_part(const struct voice_plan *plan, struct fault *fault);

void voice_move(struct voice *voice, struct id project); /* its loop is that of another project, a copy */

#endif
