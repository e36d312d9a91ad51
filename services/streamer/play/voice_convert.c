/* voice_convert.c: what a voice needs to bring the frames of its file to the server's rate and to its tempo. */
#include <stdlib.h>
#include <unistd.h>

#include "services/streamer/play/voice.h"

/* On a machine with more work than processors a fine stretch would be too slow. */
static bool has_time(void)
{
    double load;

    return getloadavg(&load, 1) == 1 && load < (double)sysconf(_SC_NPROCESSORS_ONLN);
}

static enum stretch_grade grade_of(const struct voice *voice)
{
    if (voice->plan.is_drums)
        return STRETCH_DRUMS;
    bool is_fine = stretch_count() < voice->all->fine_stretches && !voice->was_dry && has_time();

    return is_fine ? STRETCH_FINE : STRETCH_QUICK;
}

enum err voice_convert_prepare(struct voice *voice, struct fault *fault)
{
    uint32_t rate = core_link_rate(voice->all->core);
    const struct voice_plan *plan = &voice->plan;
    enum err e = ERR_OK;

    resample_free(voice->resample);
    stretch_free(voice->stretch);
    voice->resample = NULL;
    voice->stretch = NULL;
    if (voice->format.rate != rate)
        e = resample_new(voice->all->resampler, voice->format.rate, rate, &voice->resample, fault);
    if (e == ERR_OK && (plan->tempo != 1 || plan->semitones != 0))
        e = stretch_new(rate, plan->tempo, plan->semitones, grade_of(voice), &voice->stretch, fault);
    return e;
}
