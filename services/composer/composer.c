#include "services/composer/composer.h"

#include <stdlib.h>
#include <string.h>

#include "common/process/config.h"
#include "common/process/log.h"
#include "services/composer/exchange.h"
#include "services/composer/exclude.h"
#include "services/composer/likeness.h"
#include "services/composer/packs.h"
#include "services/composer/team.h"

static const usec_t settle_us = 5000000; /* before the first exchange */

enum { TICK_US = 20000, REST_US = 200000, ALARM_MOST = 255 /* bytes, as in the schema */ };

static enum err read_composer_settings(struct composer *c, struct fault *fault)
{
    struct config *config;
    enum err e = config_load(service_paths(c->service), &config, fault);

    if (e != ERR_OK)
        return e;
    (void)text_copy(c->server, sizeof(c->server), text_of(config_text(config, "composer.server")));
    (void)text_copy(c->team.server, sizeof(c->team.server), text_of(config_text(config, "composer.team_server")));
    if (!c->team.server[0])
        memcpy(c->team.server, c->server, sizeof(c->server));
    exclude_read(&c->exclude, config);
    return config_end(config, ERR_OK, fault);
}

static void follow_catalogue(void *state, const void *body, bool gap)
{
    struct composer *c = state;

    (void)body, (void)gap;
    c->exclude.is_due = c->team.is_due = true;
    if (c->step <= STEP_NEWS)
        c->is_due = true;
}

/* Changes that come together are one exchange. A pass over a large catalogue costs time, so it does not follow the last
 * one at once. */
static void schedule_changes(struct composer *c)
{
    usec_t soon = clock_steady() + (c->rest ? c->rest : settle_us);

    if (c->is_due && !c->pause && c->step == STEP_IDLE && c->next > soon)
        c->next = soon;
}

static bool is_resting(const struct composer *c)
{
    return c->step == STEP_IDLE && !c->is_keeping && !c->waiting_count && !c->packs.is_counting &&
           c->likeness.step == LIKENESS_REST && !team_is_busy(c) && !c->exclude.child.pid && !c->exclude.has_paths;
}

/* The end of this turn does the work. */
static void wake_up(void *state)
{
    (void)state;
}

static void take_turn(void *state)
{
    struct composer *c = state;

    c->slice = slice_begin(c->service);
    if (exclude_turn(c))
        exchange_again(c);
    schedule_changes(c);
    exchange_turn(c);
    packs_turn(c);
    likeness_turn(c);
    team_turn(c);
    service_every(c->service, is_resting(c) ? REST_US : TICK_US, wake_up, c);
}

void composer_open(struct composer *c)
{
    struct fault fault = { 0 };

    if (read_composer_settings(c, &fault) != ERR_OK) {
        log_fault("starting", &fault);
        exit(err_exit_code(fault.code));
    }
    if (service_subscribe(c->service, "persist.changed", follow_catalogue, c) != ERR_OK)
        log_warn("cannot subscribe to events of persist");
    service_every(c->service, TICK_US, wake_up, c);
    service_each_turn(c->service, take_turn, c);
}

void composer_close(struct composer *c)
{
    exclude_free(&c->exclude);
    talk_end(&c->talk);
    buffer_free(&c->talk.got);
    gather_free(&c->gather);
    packs_free(&c->packs);
    likeness_free(&c->likeness);
    team_free(&c->team);
    store_close(c->store);
}

/* The task counts the offers that were sent and the lessons that were read. */
static void list_task(const struct composer *c, struct arena *arena, struct service_status *to)
{
    const struct progress *p = &c->progress;
    uint64_t lessons = p->newest > p->from ? p->newest - p->from : 0;
    struct task *task = arena_array(arena, 1, sizeof(*task));

    if (c->step <= STEP_NEWS || !task)
        return;
    *task = (struct task){ .id = p->task,
                           .label = c->step == STEP_FORGET || c->step == STEP_DROP
                                        ? TEXT("Removing what this studio shared")
                                        : TEXT("Exchanging with the community"),
                           .done = c->sum.offered + (c->sum.position > p->from ? c->sum.position - p->from : 0),
                           .total = p->offers + lessons,
                           .since = p->since,
                           .can_cancel = c->step != STEP_FORGET && c->step != STEP_DROP };
    to->tasks = (struct task_list){ 1, task };
}

enum err composer_cancel(void *state, struct id task, struct fault *fault)
{
    const struct fault cancelled = { .code = ERR_CONFLICT, .what = "a person cancelled the exchange" };
    struct composer *c = state;

    if (c->step <= STEP_NEWS || !id_equal(task, c->progress.task))
        return ERR_NOT_FOUND;
    if (c->step == STEP_FORGET || c->step == STEP_DROP)
        return fault_set(fault, ERR_CONFLICT, "`forget` cannot be cancelled");
    exchange_stop(c, &cancelled);
    return ERR_OK;
}

void composer_report(void *composer, struct arena *arena, struct service_status *to)
{
    struct composer *c = composer;
    struct text alarm;

    list_task(c, arena, to);
    if (!c->store)
        to->waits_for = TEXT("persist");
    if (c->fault.code == ERR_OK || !c->pause)
        return;
    alarm = arena_printf(arena, "the community's server: %s", c->fault.what);
    to->alarm = arena_utf8(arena, bytes_of(alarm.at, alarm.len), ALARM_MOST);
}
