#include "services/streamer/play/voice_plan.h"

#include <math.h>
#include <string.h>

static const double whole_within = 1e-6; /* frames: a length that was seconds is not exact */

uint32_t voice_grid(int32_t grid)
{
    return grid == PREVIEW_GRID_BAR ? 16 : grid == PREVIEW_GRID_BEAT ? 4 : 0;
}

void voice_plan_part(struct voice_plan *plan, const struct voice_points *points, const struct treatment *treatment)
{
    bool is_cut = points->from >= 0 || points->until >= 0 || points->loop_from >= 0;
    struct treatment kept = { .gain_db = treatment->gain_db };

    if (!is_cut)
        kept = *treatment;
    if (!is_cut && points->loop_frames >= 0) /* the loop ends elsewhere */
        kept.until = kept.fade_in = kept.fade_out = 0;
    plan->from = points->from >= 0 ? points->from : kept.from;
    plan->until = points->until >= 0 ? points->until : kept.until;
    plan->loop_from = points->loop_from >= 0 ? points->loop_from : plan->until || !is_cut ? plan->from : 0;
    plan->loop_end = points->loop_frames >= 0 ? plan->loop_from + points->loop_frames : plan->until;
    plan->treatment = kept;
}

static double length_of(double length)
{
    return fabs(length - round(length)) < whole_within ? round(length) : length;
}

void voice_plan_loop(struct voice_plan *plan, uint32_t key, double length, int64_t edge)
{
    plan->loop_key = key;
    if (!plan->loop || !(length > 0))
        return;
    length = length_of(length);
    plan->loop_length = length;
    plan->loop_from = plan->from;
    plan->loop_end = plan->from + (int64_t)length;
    plan->until = 0;
    plan->treatment.from = plan->from;
    plan->treatment.until = plan->loop_end;
    if (plan->cuts.count > 0) {
        plan->treatment = (struct treatment){ .gain_db = plan->treatment.gain_db };
        return;
    }
    plan->treatment.fade_in = plan->treatment.fade_out = edge < (int64_t)length / 2 ? edge : (int64_t)length / 2;
}

enum err voice_check_part(const struct voice_plan *plan, struct fault *fault)
{
    if (plan->until > 0 && plan->until <= plan->from)
        fault_set(fault, ERR_BAD_REQUEST, "the end %lld is not after the beginning %lld", (long long)plan->until,
                  (long long)plan->from);
    else if (plan->loop && plan->loop_end > 0 && plan->loop_end - plan->loop_from < VOICE_LOOP_LEAST)
        fault_set(fault, ERR_BAD_REQUEST, "the loop from %lld to %lld is shorter than %d frames",
                  (long long)plan->loop_from, (long long)plan->loop_end, VOICE_LOOP_LEAST);
    else
        return ERR_OK;
    return fault_field(fault, "until");
}

void voice_move(struct voice *voice, struct id project)
{
    voice->plan.loop_project = project;
    memcpy(voice->handover->project, project.b, sizeof(voice->handover->project));
}
