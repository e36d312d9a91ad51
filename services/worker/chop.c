#include "services/worker/chop.h"

#include "schema_worker.h"
#include "services/worker/convert_sound.h"
#include "services/worker/jobs.h"
#include "services/worker/kits/chops.h"
#include "services/worker/tags/content.h"
#include "services/worker/tags/kind.h"
#include "services/worker/tags/mpeg.h"

enum { CHUNK = 65536 /* frames */, SECONDS_MOST = 3600, SLICES_MOST = 128 };

static enum err open_source(struct input *input, const struct chop_job *job, int fd, struct convert_sound **to,
                            bool *foreign, struct fault *fault)
{
    enum err e = input_open(input, fd, fault);
    enum container container;

    if (e != ERR_OK)
        return e;
    container = kind_container(input, job->extension);
    *foreign = kind_is_foreign(container);
    if (!kind_is_decoded(container))
        return fault_set(fault, ERR_BAD_REQUEST, "%s files cannot be decoded", kind_word(container));
    const struct convert_sound_plan plan = { .input = input,
                                             .begin = container == CONTAINER_MP3 ? mpeg_begin(input) : 0 };
    e = convert_sound_open(to, &plan, fault);
    *foreign = e == ERR_BAD_REQUEST && content_may_be_foreign(input, container);
    return e;
}

/* All of the sound, or a refusal: a part of it would be chopped wrong. Without `timbre` only its levels. */
static enum err feed_levels(struct convert_sound *sound, struct chop_levels *levels, struct chop_timbre *timbre,
                            struct fault *fault)
{
    const struct convert_sound_form *form = convert_sound_form(sound);
    const uint64_t most = (uint64_t)SECONDS_MOST * form->rate;
    const float *frames;
    size_t got;

    chop_levels_begin(levels, form->rate, form->channels);
    if (timbre)
        chop_timbre_begin(timbre, form->rate, form->channels, levels->hop);
    while ((got = convert_sound_read(sound, CHUNK, &frames)) > 0) {
        chop_levels_feed(levels, frames, got);
        if (timbre)
            chop_timbre_feed(timbre, frames, got);
        if (levels->frames > most)
            return fault_set(fault, ERR_TOO_LARGE, "it is longer than %d minutes", SECONDS_MOST / 60);
    }
    if (timbre)
        chop_timbre_end(timbre, levels->count);
    return levels->frames ? ERR_OK : fault_set(fault, ERR_BAD_REQUEST, "it has no sound");
}

static void write_slices(const struct chop *chops, uint32_t count, struct arena *arena, struct chop_slice_list *to)
{
    *to = (struct chop_slice_list){ count, arena_array(arena, count, sizeof(*to->at)) };
    for (uint32_t i = 0; i < count; i++)
        to->at[i] = (struct chop_slice){ chops[i].frame, chops[i].phrase, chops[i].part };
}

static enum err find_slices(const struct chop_job *job, struct convert_sound *sound, struct arena *arena,
                            struct chopped *answer, struct fault *fault)
{
    struct chop chops[SLICES_MOST];
    struct chop_levels levels;
    struct chop_timbre timbre = { 0 };
    enum err e = feed_levels(sound, &levels, job->has_beat ? NULL : &timbre, fault); /* beats need no timbre */

    if (e == ERR_OK) {
        const uint32_t count = job->has_beat ? chops_by_beats(&levels, job->beat, (uint32_t)job->most, chops)
                                             : chops_by_syllables(&levels, &timbre, (uint32_t)job->most, chops);
        write_slices(chops, count, arena, &answer->slices);
        answer->rate = convert_sound_form(sound)->rate;
        answer->frames = levels.frames;
    }
    chop_levels_free(&levels);
    chop_timbre_free(&timbre);
    return e;
}

static enum err chop_source(const struct chop_job *job, int fd, struct arena *arena, struct chopped *answer,
                            struct fault *fault)
{
    struct convert_sound *sound = NULL;
    struct input input = { 0 };
    bool is_foreign = false;
    enum err e = open_source(&input, job, fd, &sound, &is_foreign, fault);

    answer->has_foreign = answer->foreign = is_foreign;
    if (e == ERR_OK)
        e = find_slices(job, sound, arena, answer, fault);
    convert_sound_close(sound);
    return input.error ? fault_errno(fault, ERR_IO, input.error, "cannot read the file") : e;
}

static enum err answer_chop_job(void *state, struct job_call *call, struct fault *fault)
{
    const struct chop_job *job = call->job;
    struct chopped answer = { 0 };
    struct fault why = { 0 };

    (void)state;
    if (chop_source(job, call->fd, call->arena, &answer, &why) != ERR_OK)
        answer = (struct chopped){ .failure = text_of(why.what),
                                   .has_foreign = answer.has_foreign,
                                   .foreign = answer.foreign };
    answer.number = job->number;
    return pipe_send(call->pipe, &chopped_shape, &answer, -1, fault);
}

enum err chop_run(struct pipe *pipe, struct fault *fault)
{
    return jobs_answer(pipe, &chop_job_shape, answer_chop_job, NULL, fault);
}
