#include "services/project/kit/kit_render.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/beneath/beneath.h"
#include "common/file.h"
#include "proto/transport/sandboxed.h"
#include "proto/wire/codec_copy.h"
#include "services/project/base/file_io.h"

enum { NAME_BYTES = 512, PATIENCE_US = 30000000 };
static const usec_t longest_us = (usec_t)600 * 1000000;

struct kit_rendering {
    struct errand errand;
    struct work *work;
    struct arena arena; /* of the job */
    struct render_job job;
    const struct paths *paths;
    char folder[PATH_MAX], name[NAME_BYTES];
    struct fault fault;
};

/* ---- the thread ---- */

static enum err take_answer(struct kit_rendering *r, struct sandboxed *process, struct fault *fault)
{
    struct render_done done = { 0 };
    const enum err e = sandboxed_wait(process, &render_done_shape, &r->arena, &done, longest_us, &r->errand, fault);

    if (e == ERR_OFFLINE)
        return fault_set(fault, e, "the program that plays the hits off line died");
    if (e == ERR_OK && done.why.len) {
        fault_set(fault, ERR_CONFLICT, "no audio was made: %.*s", TEXT_ARG(done.why));
        return fault_hint(fault, "`loophole pads` shows the sounds of the pads"), ERR_CONFLICT;
    }
    return e;
}

static enum err run_program(struct kit_rendering *r, int fd, struct fault *fault)
{
    char program[PATH_MAX], why[SANDBOXED_WHY_SIZE];
    struct sandboxed process;
    enum err e;

    (void)snprintf(program, sizeof(program), "%.4000s/loophole-audio", r->paths->programs);
    e = sandboxed_start(&process, program, "--render", fault);
    if (e != ERR_OK)
        return e;
    e = pipe_send(&process.pipe, &render_job_shape, &r->job, fd, fault);
    if (e == ERR_OK)
        e = take_answer(r, &process, fault);
    sandboxed_end(&process, why);
    return e;
}

/* Until it has its name, the file is a temporary one, which a successor removes. */
static enum err render_file(struct kit_rendering *r, const struct beneath_place *place, struct fault *fault)
{
    char temporary[FILE_TEMPORARY];
    int fd = file_make_temporary_at(place->folder, temporary);
    enum err e;

    if (fd < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot write in %.150s", r->folder);
    e = run_program(r, fd, fault);
    if (e == ERR_OK && (fchmod(fd, 0644) != 0 || fsync(fd) != 0 ||
                        renameat(place->folder, temporary, place->folder, place->name) != 0))
        e = fault_errno(fault, file_err(errno), errno, "cannot write %.150s", r->name);
    close(fd);
    if (e != ERR_OK)
        (void)unlinkat(place->folder, temporary, 0);
    else if (fsync(place->folder) != 0)
        e = fault_errno(fault, file_err(errno), errno, "the name %.150s cannot be synced", r->name);
    return e;
}

static void run_rendering(struct errand *errand)
{
    struct kit_rendering *r = (struct kit_rendering *)errand;
    struct beneath_place place = { .folder = -1 };
    struct beneath in = { .folder = -1 };
    struct fault *fault = &r->fault;
    enum err e = file_make_dirs(r->folder, 0755, fault);

    if (e == ERR_OK)
        e = beneath_open(&in, r->folder, r->paths->data, fault);
    if (e == ERR_OK)
        e = beneath_find(&in, r->name, true, &place, fault);
    if (e == ERR_OK && place.is_out)
        e = fault_set(fault, ERR_DENIED, "a link leads out of the project: %.150s", r->name);
    if (e == ERR_OK)
        e = render_file(r, &place, fault);
    if (place.folder >= 0)
        close(place.folder);
    beneath_close(&in);
    fault->code = e;
}

/* ---- the loop ---- */

static void end_rendering(struct errand *errand, bool lost)
{
    struct kit_rendering *r = (struct kit_rendering *)errand;
    struct fault late = { 0 };

    if (lost)
        fault_set(&late, ERR_TIMEOUT, "the audio file was not ready in time: %.150s", r->name);
    work_continue_after(r->work, lost ? &late : &r->fault);
}

static void drop_rendering(struct errand *errand)
{
    struct kit_rendering *r = (struct kit_rendering *)errand;

    arena_free(&r->arena);
    free(r);
}

void kit_render(struct work *work, struct text folder, struct text name, const struct render_job *job)
{
    struct kit_rendering *r = alloc_zeroed(1, sizeof(*r));

    r->errand = (struct errand){ .run = run_rendering, .done = end_rendering, .drop = drop_rendering };
    r->work = work;
    r->paths = work->p->paths;
    (void)codec_copy(&render_job_shape, job, &r->arena, &r->job);
    (void)snprintf(r->folder, sizeof(r->folder), "%.*s", TEXT_ARG(folder));
    (void)snprintf(r->name, sizeof(r->name), "%.*s", TEXT_ARG(name));
    file_io_hurry(&r->errand, PATIENCE_US, call_deadline(work->call));
    work->is_sent = true;
    errand_start(work->p->errands, &r->errand);
}
