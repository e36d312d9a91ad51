#include "frontends/cli/bundle/bundle_measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frontends/cli/base/reader.h"
#include "frontends/cli/bundle/bundle_progress.h"
#include "schema_worker.h"

enum { PATIENCE_MS = 600000, TRIES = 2, LOOK_US = 250000 };

static enum err start_worker(struct cli *cli, struct bundle_measure *measure, struct fault *fault)
{
    if (measure->worker.pid)
        return ERR_OK;
    return reader_start(cli, &measure->worker, NULL, "no worker can be started to measure sounds", fault);
}

/* Another processor may compute the last digits otherwise. */
static double round_value(double value)
{
    return round(value * 100) / 100;
}

static void take_facts(const struct result *result, struct bundle_loudness *to)
{
    for (uint32_t i = 0; i < result->found.facts.count; i++) {
        const struct fact *fact = &result->found.facts.at[i];
        if (fact->has_number && text_is(fact->attribute, "lufs")) {
            to->has_lufs = true;
            to->lufs = round_value(fact->number);
        } else if (fact->has_number && text_is(fact->attribute, "peak_dbfs")) {
            to->has_peak = true;
            to->peak = round_value(fact->number);
        }
    }
}

/* A person may cancel the command meanwhile. */
static enum err wait_for_result(struct cli *cli, struct bundle_measure *measure, struct result *result)
{
    const usec_t until = clock_steady() + reader_patience(cli, PATIENCE_MS);
    enum err e;

    do
        e = sandboxed_wait(&measure->worker, &result_shape, &measure->arena, result, LOOK_US, NULL, NULL);
    while (e == ERR_TIMEOUT && clock_steady() < until && !bundle_cancel_is_wanted());
    return e;
}

/* Errors: those of starting and of sandboxed_wait. The worker has ended after one. */
static enum err measure_once(struct cli *cli, struct bundle_measure *measure, int fd, struct text name,
                             struct bundle_loudness *to, char why[SANDBOXED_WHY_SIZE], struct fault *fault)
{
    char extension[TEXT_EXTENSION_SIZE];
    struct stat st = { 0 };
    struct job job = { .number = ++measure->number, .mode.value = WORKER_MODE_ANALYSE };
    struct result result = { 0 };
    enum err e = start_worker(cli, measure, fault);

    why[0] = 0;
    if (e != ERR_OK)
        return e;
    (void)fstat(fd, &st);
    job.size = (uint64_t)st.st_size;
    job.extension = text_of(text_extension(bytes_of(name.at, name.len), extension));
    arena_reset(&measure->arena);
    e = pipe_send(&measure->worker.pipe, &job_shape, &job, fd, NULL);
    if (e == ERR_OK)
        e = wait_for_result(cli, measure, &result);
    if (e == ERR_OK && (result.number != job.number || result.disk))
        e = result.disk ? ERR_IO : ERR_OFFLINE;
    if (e == ERR_OK)
        take_facts(&result, to);
    else
        sandboxed_end(&measure->worker, why);
    return e;
}

static void say_unknown(struct text name, const char *why)
{
    struct buffer line = { 0 };

    bundle_progress_hide();
    cli_print(&line, "loophole: the loudness of %.*s is unknown: the sound ends its worker each time%s%.80s",
              TEXT_ARG(name), why[0] ? ": " : "", why);
    cli_remark(&line);
    buffer_free(&line);
}

enum err bundle_measure_file(struct cli *cli, struct bundle_measure *measure, int fd, struct text name,
                             struct bundle_loudness *to, struct fault *fault)
{
    char why[SANDBOXED_WHY_SIZE];
    enum err e = ERR_OFFLINE;

    *to = (struct bundle_loudness){ 0 };
    for (int i = 0; i < TRIES && e != ERR_OK && e != ERR_INTERNAL; i++)
        e = measure_once(cli, measure, fd, name, to, why, fault);
    if (bundle_cancel_check(fault) != ERR_OK)
        return fault->code;
    if (e == ERR_OFFLINE) {
        say_unknown(name, why);
        *to = (struct bundle_loudness){ 0 };
        return ERR_OK;
    }
    if (e == ERR_OK || e == ERR_INTERNAL)
        return e;
    fault_set(fault, e, "the loudness of %.120s cannot be measured: %s%s%.80s", name.at, err_name(e),
              why[0] ? ": " : "", why);
    return fault_hint(fault, "nothing was written; the same export may succeed later"), e;
}

void bundle_measure_end(struct bundle_measure *measure)
{
    char why[SANDBOXED_WHY_SIZE];

    if (measure->worker.pid)
        sandboxed_end(&measure->worker, why);
    arena_free(&measure->arena);
}
