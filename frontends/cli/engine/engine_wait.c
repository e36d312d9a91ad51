#include "frontends/cli/engine/engine_wait.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "frontends/cli/engine/engine_alarms.h"
#include "proto/transport/lock.h"
#include "store/trust.h"

enum { PATIENCE_US = 1000000, START_SECONDS = 60, SOUND_SECONDS = 30 };

/* True if the engine's own JACK server starts or runs, so that the audio core will soon be connected. */
static bool is_server_coming(const struct service_lines *lines)
{
    for (uint32_t i = 0; i < lines->each.count; i++)
        if (text_is(lines->each.at[i].service, "jack"))
            return lines->each.at[i].state.value == RUN_STATE_STARTING ||
                   lines->each.at[i].state.value == RUN_STATE_READY;
    return false;
}

static bool is_quarantined(const struct service_line *line)
{
    return line->state.value == RUN_STATE_QUARANTINED;
}

/* Returns the number of services that are not ready yet, and the name of the first. A service that waits for a JACK
 * server counts only while that server starts, until `sound_end`; one in quarantine does not count, because only a
 * person's command starts it again. */
static uint32_t not_ready(const struct service_lines *lines, usec_t sound_end, char name[64])
{
    bool is_sound_due = is_server_coming(lines) && clock_steady() < sound_end;
    uint32_t count = 0;

    for (uint32_t i = 0; i < lines->each.count; i++) {
        const struct service_line *line = &lines->each.at[i];

        if (line->state.value != RUN_STATE_READY && !is_quarantined(line) && !text_is(line->service, "jack") &&
            (is_sound_due || !engine_is_without_server(line)) && count++ == 0)
            text_copy(name, 64, line->service);
    }
    return count;
}

/* The engine is up, with a problem: there is no sound, the disk is full, a service is in quarantine. */
static void print_warning(struct cli *cli, const char *what)
{
    char text[420];

    (void)cli;
    snprintf(text, sizeof text, "warning: %s", what);
    engine_remark(text);
}

/* Prints a warning for each service in quarantine. Fails if the restarted service is one of them. */
static enum err report_quarantined(struct cli *cli, const struct service_lines *lines, const char *restarted,
                                   struct fault *fault)
{
    char text[400];

    for (uint32_t i = 0; i < lines->each.count; i++) {
        const struct service_line *line = &lines->each.at[i];

        if (!is_quarantined(line))
            continue;
        if (restarted && text_is(line->service, restarted)) {
            fault_set(fault, ERR_INTERNAL, "%s is in quarantine: %.*s", restarted, TEXT_ARG(line->last_death));
            return fault_hint(fault, "`loophole logs supervisor` shows why it did not start or live");
        }
        snprintf(text, sizeof text, "%.*s is in quarantine: %.*s; `loophole restart %.*s` starts it again",
                 TEXT_ARG(line->service), TEXT_ARG(line->last_death), TEXT_ARG(line->service));
        print_warning(cli, text);
    }
    return ERR_OK;
}

/* The long work that was printed last: a new text is a new line, at most one a second. */
struct shown_work {
    char text[128];
    usec_t at;
};

/* Returns true if a service does long work. */
static bool show_work(struct cli *cli, const struct service_lines *lines, struct shown_work *shown)
{
    char text[sizeof(shown->text)];
    bool any = false;

    for (uint32_t i = 0; i < lines->each.count; i++) {
        const struct service_line *line = &lines->each.at[i];

        if (line->work.len == 0)
            continue;
        any = true;
        snprintf(text, sizeof text, "%.*s: %.*s", TEXT_ARG(line->service), TEXT_ARG(line->work));
        if (cli->options.json || strcmp(text, shown->text) == 0 || clock_steady() - shown->at < 1000000)
            continue;
        shown->at = clock_steady();
        snprintf(shown->text, sizeof shown->text, "%s", text);
        engine_remark(text);
    }
    return any;
}

/* Reads the supervisor's last message in its log after byte `from` (a shorter log is a new one). An error's line has
 * its time, "error supervisor[PID]", and the text. False: neither the supervisor nor its keeper wrote one. */
static bool read_last_words(const struct cli *cli, long from, char last[400])
{
    static const char mark[] = " error supervisor[";
    char path[PATH_MAX + 24], line[2048];
    bool any = false;
    FILE *log;

    snprintf(last, 400, "its log has no reason");
    snprintf(path, sizeof path, "%s/supervisor.log", cli->paths.logs);
    log = fopen(path, "re");
    if (log && fseek(log, engine_log_size(cli) < from ? 0 : from, SEEK_SET) != 0)
        rewind(log);
    while (log && fgets(line, sizeof line, log)) {
        const char *at = strstr(line, mark), *text = at ? strstr(at, "] ") : NULL;

        any = any || text;
        if (text && strncmp(text + 2, "keeper: ", 8) != 0)
            snprintf(last, 400, "%.*s", (int)strcspn(text + 2, "\n"), text + 2);
    }
    if (log)
        fclose(log);
    return any;
}

/* Fails if the supervisor has ended for good. `since`: when it was first missing; 0: it was not. */
static enum err look_for_supervisor(struct cli *cli, long from, usec_t *since, bool *is_said, struct fault *fault)
{
    char last[400];
    bool has_ended;

    if (lock_data_is_held(&cli->paths, "supervisor") || *since == 0) {
        *since = clock_steady();
        return ERR_OK;
    }
    if (clock_steady() - *since < PATIENCE_US || *is_said)
        return ERR_OK;
    has_ended = read_last_words(cli, from, last);
    if (!engine_is_given_up(cli)) {
        char remark[500];

        if (!has_ended)
            return ERR_OK;
        snprintf(remark, sizeof remark, "the supervisor ended, and is started again: %s", last);
        engine_remark(remark);
        *is_said = true;
        return ERR_OK;
    }
    if (has_ended)
        fault_set(fault, ERR_INTERNAL, "the supervisor ended: %s", last);
    else
        fault_set(fault, ERR_OFFLINE, "no supervisor runs, and its log has no new error");
    return fault_hint(fault, "`loophole doctor` looks for causes; the whole log: `loophole logs supervisor`");
}

/* The services run, but only a restore is possible. */
static enum err refuse_damaged(const struct cli *cli, struct fault *fault)
{
    char directory[PATH_MAX + 16], reason[TRUST_REASON];

    snprintf(directory, sizeof directory, "%s/store", cli->paths.data);
    return trust_look(directory, reason) == TRUST_DAMAGED ? trust_say_damaged(reason, fault) : ERR_OK;
}

/* After this number of ends in a row, a service is taken to have one lasting cause. */
enum { ENDS = 3 };

/* Reads the last error that the service printed, "loophole-persist: TEXT", at the end of its log. False: there is
 * none. */
static bool read_last_error(const struct cli *cli, const char *service, char text[400])
{
    char path[PATH_MAX + 80], mark[80], line[2048];
    bool any = false;
    FILE *log;

    snprintf(path, sizeof path, "%s/%s.log", cli->paths.logs, service);
    snprintf(mark, sizeof mark, "loophole-%s: ", service);
    log = fopen(path, "re");
    if (log && fseek(log, -16384, SEEK_END) != 0)
        rewind(log);
    while (log && fgets(line, sizeof line, log)) {
        if (strncmp(line, mark, strlen(mark)) != 0)
            continue;
        snprintf(text, 400, "%.*s", (int)strcspn(line + strlen(mark), "\n"), line + strlen(mark));
        any = true;
    }
    if (log)
        fclose(log);
    return any;
}

/* Prints the last error of a service that ended several times and is not ready, once for each error.
 * `shown` holds the error that was printed last; the caller begins with "". Errors: denied (only a person's action ends
 * the cause). */
static enum err look_for_ends(struct cli *cli, const struct service_lines *lines, char shown[ENGINE_END],
                              struct fault *fault)
{
    for (uint32_t i = 0; i < lines->each.count; i++) {
        const struct service_line *line = &lines->each.at[i];
        char service[64], death[256], reason[400], text[ENGINE_END];

        text_copy(service, sizeof service, line->service);
        text_copy(death, sizeof death, line->last_death);
        if (line->state.value != RUN_STATE_FAILED || line->restarts < ENDS || !read_last_error(cli, service, reason))
            continue;
        /* Only an action of a person removes this cause. */
        if (strstr(death, "(denied)")) {
            fault_set(fault, ERR_DENIED, "%s ends at each start: %s", service, reason);
            return fault_hint(fault, "`loophole logs %s` has the whole text; `loophole down` ends the engine", service);
        }
        snprintf(text, sizeof text, "%s ends at each start: %s", service, reason);
        if (strcmp(text, shown) != 0)
            engine_remark(strcpy(shown, text));
    }
    return ERR_OK;
}

/* Long work has no limit here: the supervisor kills a service that makes no progress. */
enum err engine_wait_ready(struct cli *cli, long from, const char *restarted, struct fault *fault)
{
    usec_t end = clock_steady() + START_SECONDS * 1000000LL, sound_end = clock_steady() + SOUND_SECONDS * 1000000LL;
    struct service_lines lines = { 0 };
    struct shown_work shown = { "", clock_steady() };
    char name[64] = "supervisor", end_shown[ENGINE_END] = "";
    usec_t missing = 0;
    bool is_said = false;
    enum err e;

    while (clock_steady() < end) {
        struct fault passing = { 0 };
        bool has_answered = engine_services(cli, 1000, &lines, &passing) == ERR_OK && lines.each.count > 1;

        if (has_answered && show_work(cli, &lines, &shown))
            end = clock_steady() + START_SECONDS * 1000000LL;
        if (has_answered && look_for_ends(cli, &lines, end_shown, fault) != ERR_OK)
            return ERR_DENIED;
        if (has_answered && not_ready(&lines, sound_end, name) == 0) {
            if (refuse_damaged(cli, fault) != ERR_OK)
                return ERR_IO;
            if (report_quarantined(cli, &lines, restarted, fault) != ERR_OK)
                return fault->code;
            engine_print_alarms(cli, &lines, print_warning);
            return ERR_OK;
        }
        if (!has_answered && (e = look_for_supervisor(cli, from, &missing, &is_said, fault)) != ERR_OK)
            return e;
        if (is_said && engine_is_given_up(cli))
            is_said = false;
        clock_sleep(20000);
    }
    fault_set(fault, ERR_TIMEOUT, "%s is not ready after %d s", name, START_SECONDS);
    return fault_hint(fault, "`loophole status` shows its state, and `loophole logs %s` shows the reason", name);
}
