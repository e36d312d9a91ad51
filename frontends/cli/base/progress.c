#include "frontends/cli/base/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/clock.h"
#include "proto/wire/json_write.h"
#include "schema_indexer.h"
#include "schema_service.h"

enum { POLL_US = 100000, LINE_US = 1000000 };

static int terminal_width(void)
{
    struct winsize size;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

/* During the walk, a file that was seen and not yet passed on would count as known. */
static uint64_t settled_files(const struct progress *progress)
{
    return (progress->scanning ? 0 : progress->known) + progress->done + progress->failed;
}

/* "312 of 919 files, 41 files/s, 15 s left, 1 failed" */
static void write_words(struct buffer *to, const struct progress *progress)
{
    uint64_t settled = settled_files(progress);
    double elapsed = (double)(clock_now() - progress->since) / 1e6;
    double rate = elapsed > 0.2 ? (double)(progress->done + progress->failed) / elapsed : 0;

    if (progress->files == 0 && progress->scanning) {
        buffer_add_text(to, "looking for files");
        return;
    }
    cli_print(to, "%llu of %llu files", (unsigned long long)settled, (unsigned long long)progress->files);
    if (rate > 0)
        cli_print(to, ", %.0f files/s", rate);
    if (rate > 0 && progress->waiting > 0 && !progress->scanning) {
        buffer_add_text(to, ", ");
        cli_print(to, "%.0f s left", (double)progress->waiting / rate);
    }
    cli_print(to, ", %llu failed%s", (unsigned long long)progress->failed, progress->scanning ? ", still looking" : "");
}

static void draw_bar(const struct progress *progress)
{
    struct buffer words = { 0 }, line = { 0 };
    uint64_t settled = settled_files(progress);
    int width, filled;

    write_words(&words, progress);
    width = terminal_width() - (int)words.len - 4;
    if (width > 40)
        width = 40;
    filled = width > 0 && progress->files > 0 ? (int)((uint64_t)width * settled / progress->files) : 0;
    if (width >= 5) {
        buffer_add_text(&line, "[");
        for (int i = 0; i < width; i++)
            buffer_add_text(&line, i < filled ? "#" : ".");
        buffer_add_text(&line, "] ");
    }
    cli_print(&line, "%s", buffer_c(&words));
    cli_status_line(false, &line);
    buffer_free(&line);
    buffer_free(&words);
}

static void print_progress(struct cli *cli, const struct progress *progress)
{
    if (cli->options.json)
        json_write(&progress_shape, progress, &cli->out);
    else
        write_words(&cli->out, progress);
    buffer_add_text(&cli->out, "\n");
    cli_flush(cli);
}

/* The alarm of persist that was printed last: a full disk stops everything, which the counts do not show. */
struct shown_alarm {
    char text[256];
    usec_t at;
};

static void show_alarm(struct cli *cli, struct shown_alarm *shown)
{
    struct service_status status = { 0 };
    struct buffer line = { 0 };
    struct fault none = { 0 };
    char text[sizeof(shown->text)] = "";

    if (clock_steady() - shown->at < LINE_US)
        return;
    shown->at = clock_steady();
    if (ask(cli->asker, "persist.status", NULL, 1000, NULL, &status, &none) != ERR_OK)
        return;
    (void)text_copy(text, sizeof(text), status.alarm);
    if (*text && strcmp(text, shown->text) != 0) {
        cli_status_line(false, NULL);
        cli_print(&line, "persist: %s", text);
        cli_remark(&line);
    }
    memcpy(shown->text, text, sizeof(text));
    buffer_free(&line);
}

enum err progress_follow(struct cli *cli, struct fault *fault)
{
    bool bar = cli_is_terminal() && !cli->options.json;
    usec_t last = 0;
    struct progress progress = { 0 };
    struct shown_alarm shown = { "", clock_steady() };
    enum err e;

    cli_flush(cli);
    for (;;) {
        e = ask(cli->asker, "indexer.progress", NULL, 60000, NULL, &progress, fault);
        if (e != ERR_OK || progress.idle)
            break;
        if (bar)
            draw_bar(&progress);
        else if (clock_steady() - last >= LINE_US) {
            print_progress(cli, &progress);
            last = clock_steady();
        }
        show_alarm(cli, &shown);
        clock_sleep(POLL_US);
    }
    if (e == ERR_OK && bar) {
        draw_bar(&progress);
        buffer_add_text(&cli->out, "\n");
        cli_flush(cli);
    } else if (e == ERR_OK) {
        print_progress(cli, &progress);
    }
    return e;
}
