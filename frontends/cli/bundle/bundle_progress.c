#include "frontends/cli/bundle/bundle_progress.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frontends/cli/base/human.h"
#include "frontends/cli/base/shared.h"

enum { EACH_US = 100000 };

/* ---- progress ---- */

static void print_line(struct cli *cli, const struct bundle_step *step)
{
    cli_json(cli, &bundle_step_shape, step);
    cli_flush(cli);
}

static void draw_line(const struct bundle_step *step)
{
    struct buffer line = { 0 };

    cli_print(&line, "%.*s: ", TEXT_ARG(step->step));
    human_bytes(&line, step->done);
    if (step->total) {
        cli_print(&line, " of ");
        human_bytes(&line, step->total);
    }
    cli_status_line(true, &line);
    buffer_free(&line);
}

/* A file may have grown since the total was found. */
static void show_step(struct bundle_progress *progress)
{
    const uint64_t total = progress->total && progress->total < progress->done ? progress->done : progress->total;
    const struct bundle_step step = { text_of(progress->step), progress->done, total };

    progress->said = clock_steady();
    if (!progress->cli->options.json)
        draw_line(&step);
    else if (progress->cli->options.progress)
        print_line(progress->cli, &step);
}

void bundle_progress_begin(struct bundle_progress *progress, struct cli *cli, const char *step, uint64_t total)
{
    *progress = (struct bundle_progress){ .cli = cli, .step = step, .total = total };
    show_step(progress);
}

void bundle_progress_add(struct bundle_progress *progress, uint64_t bytes)
{
    if (!progress || !bytes)
        return;
    progress->done += bytes;
    if (progress->done == progress->total || clock_steady() - progress->said >= EACH_US)
        show_step(progress);
}

void bundle_progress_hide(void)
{
    cli_status_line(true, NULL);
}

/* ---- the end by a person ---- */

uint64_t bundle_size_of(int fd)
{
    struct stat st = { 0 };

    if (fd < 0)
        return 0;
    (void)fstat(fd, &st);
    close(fd);
    return (uint64_t)st.st_size;
}

/* The signals stay pending, so they need no handler and no state of their own. */
void bundle_cancel_hold(void)
{
    sigset_t both;

    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &both, NULL);
}

bool bundle_cancel_is_wanted(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0 && (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1);
}

enum err bundle_cancel_check(struct fault *fault)
{
    return bundle_cancel_is_wanted() ? fault_set(fault, ERR_CONFLICT, "cancelled: nothing was written") : ERR_OK;
}

enum err bundle_cancel_name(enum err e, struct fault *fault)
{
    return e == ERR_OK ? ERR_OK : bundle_cancel_check(fault) == ERR_OK ? e : ERR_CONFLICT;
}
