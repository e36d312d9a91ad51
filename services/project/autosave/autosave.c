#include "services/project/autosave/autosave.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "common/process/mount_point.h"
#include "services/project/autosave/autosave_job.h"
#include "services/project/autosave/autosave_notice.h"
#include "store/catalogue.h"

#define SECOND_US ((usec_t)1000000)
static const usec_t bundled_us = 5 * SECOND_US, cadence_us = 90 * SECOND_US;

struct autosaved {
    struct autosaved *next;
    struct id id;
    usec_t since;               /* steady clock: its first change that no set has; 0: none */
    usec_t again;               /* not before this time: the last attempt failed */
    bool looks;                 /* its sets are to be read */
    bool unseen;                /* no look since the start has ended */
    bool is_edited;             /* before that end */
    bool checks;                /* an autosave before an import is to be made, or is being made */
    struct set_name checkpoint; /* the last of these; its second 0: none */
    char known[33];             /* digest of the state of the newest set; "": unknown */
    char trouble[sizeof(((struct fault *)0)->what)];
    char unmade[sizeof(((struct fault *)0)->what)]; /* why its last checkpoint could not begin; "": it did */
    bool has_offer;
    struct autosave_offer offer;
};

struct autosave_wait {
    struct autosave_wait *next;
    struct id project;
    bool is_checkpoint;
    usec_t until;
    void (*done)(void *state);
    void *state;
};

struct autosaving {
    struct project *p;
    struct autosaved *all;
    struct autosave_wait *waits;
    bool is_going;       /* a job is in progress … */
    struct id going;     /* … for this project */
    struct id looked_at; /* the last one of the pass after the start */
    bool has_looked;
    bool is_started;  /* `started` is known: */
    uint64_t started; /* head of the change log when the service started */
    usec_t checked;   /* the open project */
};

static struct autosaved *find_autosaved(const struct project *p, struct id project)
{
    struct autosaved *one = p->autosaving ? p->autosaving->all : NULL;

    while (one && !id_equal(one->id, project))
        one = one->next;
    return one;
}

static struct autosaved *need_autosaved(struct project *p, struct id project)
{
    struct autosaved *one = find_autosaved(p, project);

    if (one)
        return one;
    one = alloc_zeroed(1, sizeof(*one));
    *one = (struct autosaved){ .next = p->autosaving->all, .id = project, .looks = true };
    one->unseen = !p->autosaving->has_looked;
    p->autosaving->all = one;
    return one;
}

static void note_mutation(struct project *p, struct id project)
{
    struct autosaved *one = need_autosaved(p, project);

    one->is_edited = true;
    if (!one->since)
        one->since = clock_steady();
}

/* ---- waits ---- */

static bool is_over(const struct autosaving *a, const struct autosave_wait *wait)
{
    const struct autosaved *one = wait->is_checkpoint ? find_autosaved(a->p, wait->project) : NULL;

    if (wait->is_checkpoint)
        return !one || !one->checks;
    return id_is_zero(wait->project) ? a->has_looked : !a->is_going || !id_equal(a->going, wait->project);
}

static void wake_waiting(struct autosaving *a, bool all)
{
    struct autosave_wait **at = &a->waits, *over = NULL, *wait;
    const usec_t now = clock_steady();

    while ((wait = *at)) {
        if (!all && now < wait->until && !is_over(a, wait)) {
            at = &wait->next;
            continue;
        }
        *at = wait->next;
        wait->next = over;
        over = wait;
    }
    while ((wait = over)) {
        over = wait->next;
        wait->done(wait->state);
        free(wait);
    }
}

bool autosave_wait(struct project *p, struct id project, usec_t until, void (*done)(void *state), void *state)
{
    struct autosaving *a = p->autosaving;
    struct autosave_wait *wait;

    if (!a)
        return false;
    wait = alloc_zeroed(1, sizeof(*wait));
    *wait = (struct autosave_wait){ a->waits, project, false, until, done, state };
    if (is_over(a, wait)) {
        free(wait);
        return false;
    }
    a->waits = wait;
    return true;
}

/* ---- the end of a job ---- */

static void announce_one(struct project *p, const struct autosaved *one)
{
    project_announce(p, one->id);
    autosave_notice(p, one->id, one->has_offer ? &one->offer : NULL);
}

static bool set_trouble(struct autosaved *one, const char *what)
{
    const bool is_new = strcmp(one->trouble, what) != 0;

    if (is_new && what[0])
        log_warn("an autosave cannot be written: %s", what);
    snprintf(one->trouble, sizeof(one->trouble), "%s", what);
    return is_new;
}

/* The state in the store differs from the save. */
static void offer_store(struct autosaved *one, struct autosave_job *job)
{
    const bool is_newest = !job->has_written && strcmp(job->content, job->look.newest_content) == 0;

    one->offer = (struct autosave_offer){ .arena = job->arena,
                                          .set = job->has_written ? job->set : job->look.newest,
                                          .saved = job->saved_number,
                                          .differs = job->differs,
                                          .manifest = job->manifest };
    if (is_newest)
        autosave_offer_manifest(&one->offer, &job->look.newest_manifest);
    else if (!job->has_written)
        one->offer.set = (struct set_name){ clock_now() / SECOND_US, job->head };
    memcpy(one->offer.content, job->content, sizeof(one->offer.content));
    job->arena = (struct arena){ 0 };
}

static void drop_offer(struct autosaved *one)
{
    autosave_offer_free(&one->offer);
    one->has_offer = false;
}

static bool drop_own_offer(struct autosaved *one)
{
    if (!one->has_offer || one->offer.is_elsewhere)
        return false;
    drop_offer(one);
    return true;
}

/* Of what a person did after the start nothing is recovered. */
static bool is_offered(const struct autosaved *one, const struct autosave_job *job)
{
    return one->unseen && job->is_dirty && (job->was_dirty || !one->is_edited) &&
           !(job->is_empty && job->saved_number == 0) &&
           !autosave_is_answered(tree_get(&job->place, "answered"), job->content);
}

static bool take_offer(struct autosaved *one, struct autosave_job *job)
{
    const bool had = one->has_offer;

    if (!one->unseen && !job->look.has_offer)
        return false;
    autosave_offer_free(&one->offer);
    one->has_offer = job->look.has_offer || is_offered(one, job);
    if (job->look.has_offer) {
        one->offer = job->look.offer;
        job->look.offer = (struct autosave_offer){ .saved = 0 };
    } else if (one->has_offer)
        offer_store(one, job);
    return had || one->has_offer;
}

static void take_result(struct autosaved *one, struct autosave_job *job)
{
    const bool failed = job->fault.code != ERR_OK;
    bool is_news = set_trouble(one, failed ? job->fault.what : "");

    if (failed) {
        one->again = clock_steady() + cadence_us;
        one->since = one->since ? one->since : clock_steady();
    } else if (job->has_written)
        memcpy(one->known, job->content, sizeof(one->known));
    else
        memcpy(one->known, job->known, sizeof(one->known));
    if (job->looks || one->unseen)
        is_news |= take_offer(one, job);
    one->unseen = false;
    if (!failed && !job->is_dirty)
        is_news |= drop_own_offer(one);
    if (is_news)
        announce_one(job->p, one);
}

static void take_lost(struct autosaved *one, const struct autosave_job *job)
{
    struct fault fault = { 0 };

    mount_point_blame(job->folder.at, &fault, "it has %.150s/.autosave", job->folder.at);
    one->again = clock_steady() + cadence_us;
    one->since = one->since ? one->since : clock_steady();
    one->looks |= job->looks;
    if (set_trouble(one, fault.what))
        announce_one(job->p, one);
}

static bool is_before_import(const struct autosave_job *job)
{
    return strcmp(job->reason, "import") == 0;
}

static void take_checkpoint(struct autosaved *one, const struct autosave_job *job, bool lost)
{
    one->checks = false;
    one->checkpoint = !lost && job->has_written ? job->set : (struct set_name){ 0 };
}

static void start_next(struct autosaving *a);

static void end_job(struct autosave_job *job, bool lost)
{
    struct autosaving *a = job->owner;
    struct autosaved *one = find_autosaved(a->p, job->project);

    a->is_going = false;
    if (one && lost)
        take_lost(one, job);
    else if (one)
        take_result(one, job);
    if (one && is_before_import(job))
        take_checkpoint(one, job, lost);
    wake_waiting(a, false);
    start_next(a);
}

/* ---- starting ---- */

/* A project that is gone has nothing to be looked at; any other one is tried again. */
static void take_unstarted(struct autosaved *one, bool is_gone, usec_t since, bool looks)
{
    one->since = is_gone ? 0 : since;
    one->looks = !is_gone && looks;
    one->unseen &= !is_gone;
    one->again = clock_steady() + cadence_us;
}

static enum err start_job_of(struct autosaving *a, struct autosaved *one, const char *reason)
{
    struct autosave_job *job = autosave_job_new(a->p, a->p->autosaves, one->id);
    const usec_t since = one->since;
    const bool looks = one->looks;
    enum err e;

    job->reason = reason;
    job->looks = one->looks;
    job->started = a->started;
    job->done = end_job;
    job->owner = a;
    memcpy(job->known, one->known, sizeof(job->known));
    if (one->has_offer && one->offer.is_elsewhere)
        job->kept = one->offer.set;
    one->since = 0;
    one->looks = false;
    a->going = one->id;
    e = autosave_job_start(job);
    a->is_going = e == ERR_OK;
    if (e != ERR_OK)
        take_unstarted(one, e == ERR_NOT_FOUND, since, looks);
    return e;
}

static bool start_job(struct autosaving *a, struct autosaved *one, const char *reason)
{
    return start_job_of(a, one, reason) == ERR_OK;
}

/* One that cannot be started is not tried again: an import waits for it. */
static bool start_checkpoint(struct autosaving *a)
{
    for (struct autosaved *one = a->all; one; one = one->next) {
        if (!one->checks)
            continue;
        const enum err e = start_job_of(a, one, "import");
        if (e == ERR_OK)
            return true;
        one->checks = false;
        if (e != ERR_NOT_FOUND)
            snprintf(one->unmade, sizeof(one->unmade), "the store cannot be read: %s", err_name(e));
    }
    return false;
}

static bool start_changed(struct autosaving *a)
{
    const usec_t now = clock_steady();

    for (struct autosaved *one = a->all; one; one = one->next)
        if (one->since && now - one->since >= bundled_us && now >= one->again)
            return start_job(a, one, "mutation");
    return false;
}

/* After a start: one project after the other. */
static bool start_unseen(struct autosaving *a)
{
    struct arena arena = { 0 };
    struct txn *txn;
    struct id next;

    if (a->has_looked || project_read(a->p, &txn, NULL) != ERR_OK)
        return false;
    next = parts_next_project(txn, &arena, a->looked_at);
    txn_end(txn);
    arena_free(&arena);
    a->looked_at = next;
    a->has_looked = id_is_zero(next);
    if (a->has_looked)
        wake_waiting(a, false);
    return !a->has_looked && start_job(a, need_autosaved(a->p, next), "start");
}

static bool start_asked(struct autosaving *a)
{
    for (struct autosaved *one = a->all; one; one = one->next)
        if (one->looks && !one->since && clock_steady() >= one->again)
            return start_job(a, one, "open");
    return false;
}

static bool start_cadence(struct autosaving *a)
{
    struct arena arena = { 0 };
    struct txn *txn;
    struct id open;
    bool is_open;

    if (!a->p->has_autosaves || clock_steady() - a->checked < cadence_us || project_read(a->p, &txn, NULL) != ERR_OK)
        return false;
    a->checked = clock_steady();
    is_open = elements_current(txn, &arena, &open) == ERR_OK;
    txn_end(txn);
    arena_free(&arena);
    return is_open && start_job(a, need_autosaved(a->p, open), "interval");
}

static bool find_start(struct autosaving *a)
{
    struct txn *txn;
    uint64_t tail;

    if (a->is_started || project_read(a->p, &txn, NULL) != ERR_OK)
        return a->is_started;
    a->is_started = catalogue_head(txn, &tail, &a->started) == ERR_OK;
    txn_end(txn);
    return a->is_started;
}

static void start_next(struct autosaving *a)
{
    if (find_start(a) && !a->is_going)
        (void)(start_checkpoint(a) || start_changed(a) || start_unseen(a) || start_asked(a) || start_cadence(a));
}

void autosave_tick(void *project)
{
    struct autosaving *a = ((struct project *)project)->autosaving;

    wake_waiting(a, false);
    start_next(a);
}

void autosave_look_at(struct project *p, struct id project)
{
    need_autosaved(p, project)->looks = true;
    start_next(p->autosaving);
}

void autosave_checkpoint(struct project *p, struct id project, usec_t until, void (*done)(void *state), void *state)
{
    struct autosaving *a = p->autosaving;
    struct autosaved *one = need_autosaved(p, project);
    struct autosave_wait *wait = alloc_zeroed(1, sizeof(*wait));

    one->checks = true;
    one->checkpoint = (struct set_name){ 0 };
    one->unmade[0] = '\0';
    *wait = (struct autosave_wait){ a->waits, project, true, until, done, state };
    a->waits = wait;
    start_next(a);
}

/* ---- what it says ---- */

struct set_name autosave_checkpoint_made(const struct project *p, struct id project)
{
    const struct autosaved *one = find_autosaved(p, project);

    return one ? one->checkpoint : (struct set_name){ 0 };
}

const char *autosave_checkpoint_trouble(const struct project *p, struct id project)
{
    const struct autosaved *one = find_autosaved(p, project);

    if (!one || one->checkpoint.second)
        return "";
    if (one->checks)
        return "it is not written yet: perhaps the disk of the project hangs";
    return one->unmade[0] ? one->unmade : one->trouble;
}

const struct autosave_offer *autosave_offered(const struct project *p, struct id project)
{
    const struct autosaved *one = find_autosaved(p, project);

    return one && one->has_offer ? &one->offer : NULL;
}

void autosave_answered(struct project *p, struct id project)
{
    struct autosaved *one = find_autosaved(p, project);

    if (!one || !one->has_offer)
        return;
    drop_offer(one);
    autosave_notice(p, project, NULL);
}

void autosave_settled(struct project *p, struct id project)
{
    struct autosaved *one = p->autosaving ? need_autosaved(p, project) : NULL;

    if (!one)
        return;
    one->unseen = false;
    if (drop_own_offer(one))
        autosave_notice(p, project, NULL);
}

const char *autosave_trouble(const struct project *p, struct id project)
{
    const struct autosaved *one = find_autosaved(p, project);

    return one ? one->trouble : "";
}

uint32_t autosave_list(const struct project *p, struct id *ids, uint32_t most)
{
    uint32_t count = 0;

    for (const struct autosaved *one = p->autosaving ? p->autosaving->all : NULL; one && count < most; one = one->next)
        if (one->has_offer || one->trouble[0])
            ids[count++] = one->id;
    return count;
}

/* ---- life ---- */

void autosave_open(struct project *p)
{
    p->autosaving = alloc_zeroed(1, sizeof(*p->autosaving));
    *p->autosaving = (struct autosaving){ .p = p, .checked = clock_steady() };
    p->note_mutation = p->has_autosaves ? note_mutation : NULL;
    (void)find_start(p->autosaving);
    service_every(p->service, SECOND_US, autosave_tick, p);
}

void autosave_close(struct project *p)
{
    struct autosaving *a = p->autosaving;
    struct autosaved *one;

    p->note_mutation = NULL;
    wake_waiting(a, true);
    p->autosaving = NULL;
    while ((one = a->all)) {
        a->all = one->next;
        autosave_offer_free(&one->offer);
        free(one);
    }
    free(a);
}
