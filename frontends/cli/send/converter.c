#include "frontends/cli/send/converter.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "common/file_write.h"
#include "proto/transport/foreign.h"
#include "schema_worker.h"

enum { TRIES = 2, STARTS = 5, SILENCE_MS = 60000, START_US = 20000000, IDLE_ANSWERS = 64 };

void converter_begin(struct converter *converter, const struct cli *cli, const struct send_form *form)
{
    *converter = (struct converter){ .form = *form,
                                     .silence_ms = cli->options.budget_ms ? cli->options.budget_ms : SILENCE_MS,
                                     .programs = cli->paths.programs,
                                     .folder = cli->paths.cache };
    (void)snprintf(converter->program, sizeof(converter->program), "%s/loophole-worker", cli->paths.programs);
}

static void end_worker(struct converter *converter)
{
    if (converter->worker.pid)
        sandboxed_end(&converter->worker, (char[SANDBOXED_WHY_SIZE]){ 0 });
    converter->worker.pid = 0;
}

void converter_end(struct converter *converter)
{
    end_worker(converter);
    arena_free(&converter->arena);
}

/* ---- messages ---- */

/* Errors: offline and timeout of the worker, which is then ended; bad_request of the file. */
static enum err ask_to_convert(struct converter *converter, struct convert *ask, int fd, usec_t patience,
                               struct converted *answer, struct fault *fault)
{
    char why[SANDBOXED_WHY_SIZE] = "";

    ask->number = ++converter->number;
    arena_reset(&converter->arena);
    *answer = (struct converted){ 0 };
    enum err e = pipe_send(&converter->worker.pipe, &convert_shape, ask, fd, fault);
    if (e == ERR_OK)
        e = sandboxed_wait(&converter->worker, &converted_shape, &converter->arena, answer, patience, NULL, fault);
    if (e == ERR_OK && answer->number != ask->number)
        e = fault_set(fault, ERR_OFFLINE, "its decoder sent an invalid answer");
    if (e == ERR_OK)
        return answer->failure.len == 0 ? ERR_OK : fault_set(fault, ERR_BAD_REQUEST, "%.*s", TEXT_ARG(answer->failure));
    sandboxed_end(&converter->worker, why);
    converter->worker.pid = 0;
    if (e == ERR_TIMEOUT) {
        fault_set(fault, e, "its decoder did not answer for %g s and was ended", (double)patience / 1e6);
        return fault_hint(fault, "--budget MS waits longer");
    }
    return why[0] ? fault_set(fault, ERR_OFFLINE, "its decoder ended: %s", why) : e;
}

/* A worker that has not answered a first message has not seen a file: another one is started. */
static enum err start_worker(struct converter *converter, struct fault *fault)
{
    struct convert nothing = { .verb = { .value = CONVERT_VERB_WRITE } };
    struct converted answer;
    enum err e = converter->worker.pid ? ERR_OK : ERR_OFFLINE;

    for (int i = 0; i < STARTS && e != ERR_OK; i++) {
        e = sandboxed_start(&converter->worker, converter->program, "convert", fault);
        if (e == ERR_OK) /* it refuses, because no file is open */
            e = ask_to_convert(converter, &nothing, -1, START_US, &answer, fault) == ERR_BAD_REQUEST ? ERR_OK
                                                                                                     : ERR_OFFLINE;
    }
    if (e == ERR_OK)
        return ERR_OK;
    fault_set(fault, ERR_INTERNAL, "no decoder can be started");
    return fault_hint(fault, "`loophole doctor` checks %.200s", converter->program);
}

/* ---- one sound ---- */

static void set_treatment(struct convert *ask, const struct treatment *treatment)
{
    ask->has_from = ask->has_until = ask->has_fade_in = ask->has_fade_out = ask->has_gain_db = true;
    ask->from = treatment->from;
    ask->until = treatment->until;
    ask->fade_in = treatment->fade_in;
    ask->fade_out = treatment->fade_out;
    ask->gain_db = treatment->gain_db;
}

static enum err ask_to_open(struct converter *converter, const struct converter_sound *from, struct converted *form,
                            struct fault *fault)
{
    struct convert ask = { .verb = { .value = CONVERT_VERB_OPEN },
                           .extension = text_of(from->extension),
                           .rate = converter->form.rate,
                           .bits = converter->form.bits,
                           .mono = converter->form.mono,
                           .normalise = converter->form.normalise };

    if (!treatment_is_none(from->treatment))
        set_treatment(&ask, from->treatment);
    return ask_to_convert(converter, &ask, from->fd, converter->silence_ms * 1000, form, fault);
}

/* What our own decoders do not know, ffmpeg decodes first. */
static enum err open_sound(struct converter *converter, const struct converter_sound *from, struct converted *form,
                           struct fault *fault)
{
    const struct foreign_plan plan = { converter->programs, converter->folder, from->fd };
    struct converter_sound sound = { -1, "wav", from->treatment };
    enum err e = ask_to_open(converter, from, form, fault);

    if (e != ERR_BAD_REQUEST || !form->foreign)
        return e;
    e = foreign_decode(&plan, NULL, &sound.fd, fault);
    if (e != ERR_OK)
        return e == ERR_OFFLINE || e == ERR_INTERNAL ? fault_set(fault, ERR_BAD_REQUEST, "it cannot be decoded") : e;
    e = ask_to_open(converter, &sound, form, fault);
    close(sound.fd);
    return e;
}

static enum err write_pieces(int to, const struct converted *answer, bool *of_target, struct fault *fault)
{
    for (uint32_t i = 0; i < answer->pieces.count; i++) {
        const struct encoded_piece *piece = &answer->pieces.at[i];

        if (piece->at > UINT32_MAX) /* a WAV has at most 4 GiB */
            return fault_set(fault, ERR_BAD_REQUEST, "its decoder sent an invalid answer");
        for (uint32_t done = 0; done < piece->bytes.len;) {
            ssize_t got = pwrite(to, piece->bytes.at + done, piece->bytes.len - done, (off_t)(piece->at + done));
            *of_target = got < 0 && errno != EINTR;
            if (*of_target)
                return fault_errno(fault, file_err(errno), errno, "cannot write the sound");
            done += got > 0 ? (uint32_t)got : 0;
        }
    }
    return ERR_OK;
}

/* A decoder that keeps answering without a frame is treated like one that does not answer. */
static enum err check_advance(bool advances, unsigned *idle, struct fault *fault)
{
    *idle = advances ? 0 : *idle + 1;
    return *idle < IDLE_ANSWERS ? ERR_OK : fault_set(fault, ERR_TIMEOUT, "its decoder makes no progress");
}

/* Repeats one job until the worker has finished it. The job counts as the part of the file's progress between the two
 * `shares`. */
static enum err run_verb(struct converter *converter, unsigned verb, const struct converted *form, int to,
                         double shares[2], struct converted *answer, bool *of_target, struct fault *fault)
{
    struct convert ask = { .verb = { .value = (int)verb } };
    double total = form->total > 0 ? (double)form->total : 1, done = 0, before;
    unsigned idle = 0;
    enum err e;

    do {
        e = ask_to_convert(converter, &ask, -1, converter->silence_ms * 1000, answer, fault);
        if (e == ERR_OK)
            e = write_pieces(to, answer, of_target, fault);
        before = done;
        done = verb == CONVERT_VERB_MEASURE ? done + (double)answer->frames : (double)answer->frames;
        if (e == ERR_OK)
            e = check_advance(done > before || answer->end, &idle, fault);
        double share = done < total ? done / total : 1;
        if (e == ERR_OK && converter->progress)
            converter->progress(converter->state, shares[0] + share * (shares[1] - shares[0]));
    } while (e == ERR_OK && !answer->end);
    if (e == ERR_TIMEOUT)
        end_worker(converter);
    return e;
}

static enum err make_once(struct converter *converter, const struct converter_sound *from, int to, uint64_t *clipped,
                          bool *of_target, struct fault *fault)
{
    double first[2] = { 0, 0.5 }, second[2] = { converter->form.normalise ? 0.5 : 0, 1 };
    struct converted form, answer;
    enum err e = start_worker(converter, fault);

    *of_target = e == ERR_OK && ftruncate(to, 0) != 0;
    if (*of_target)
        return fault_errno(fault, file_err(errno), errno, "cannot write the sound");
    if (e == ERR_OK)
        e = open_sound(converter, from, &form, fault);
    if (e == ERR_OK && converter->form.normalise)
        e = run_verb(converter, CONVERT_VERB_MEASURE, &form, to, first, &answer, of_target, fault);
    if (e == ERR_OK)
        e = run_verb(converter, CONVERT_VERB_WRITE, &form, to, second, &answer, of_target, fault);
    if (e == ERR_OK)
        *clipped = answer.clipped;
    return e;
}

static enum err measure_once(struct converter *converter, const struct converter_sound *from, double *peak,
                             struct fault *fault)
{
    struct converted form, answer;
    bool of_target = false;
    enum err e = start_worker(converter, fault);

    if (e == ERR_OK)
        e = open_sound(converter, from, &form, fault);
    if (e == ERR_OK)
        e = run_verb(converter, CONVERT_VERB_MEASURE, &form, -1, (double[2]){ 0, 1 }, &answer, &of_target, fault);
    if (e == ERR_OK)
        *peak = answer.peak;
    return e;
}

enum err converter_measure(struct converter *converter, const struct converter_sound *from, double *peak,
                           struct fault *fault)
{
    enum err e = ERR_OFFLINE;

    for (int i = 0; i < TRIES && e == ERR_OFFLINE; i++)
        e = measure_once(converter, from, peak, fault);
    if (e == ERR_OFFLINE) /* it is the file that ends its workers */
        fault->code = e = ERR_BAD_REQUEST;
    return e;
}

enum err converter_make(struct converter *converter, const struct converter_sound *from, int to, uint64_t *clipped,
                        bool *of_target, struct fault *fault)
{
    enum err e = ERR_OFFLINE;

    *of_target = false;
    for (int i = 0; i < TRIES && e == ERR_OFFLINE; i++)
        e = make_once(converter, from, to, clipped, of_target, fault);
    if (e == ERR_OFFLINE) /* it is the file that ends its workers */
        fault->code = e = ERR_BAD_REQUEST;
    return e;
}
