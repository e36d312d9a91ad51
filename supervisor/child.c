#include "supervisor/child.h"

#include <stdio.h>

#include "common/process/crash_list.h"
#include "common/process/log.h"
#include "common/process/patience.h"
#include "common/process/priority.h"
#include "proto/transport/lock.h"
#include "supervisor/evict.h"

enum { STOP_US = 5000000, LOCK_RETRY_US = 100000, OFF_BOARD_US = 3000000, ENDING_US = 3000000, QUIET_US = 300000 };

static void be_down(struct child *child, usec_t wait)
{
    child->state = CHILD_DOWN;
    child->due = clock_steady() + wait;
}

/* ---- death ---- */

static struct policy_life life_of(const struct child *child, usec_t age)
{
    return (struct policy_life){
        .lived = age,
        .was_ready = child->ready_at != 0,
        .ready = child->ready_at ? clock_steady() - child->ready_at : 0,
    };
}

static void report_death(struct child *child, int32_t pid)
{
    struct death death = { child->row->name, pid, child->hung, child->last_death, 0 };
    struct supervisor_died event = { 0 };
    struct child_words words;

    if (pid > 0)
        disk_record_death(child->world->disk, child->world->paths, &death);
    child_report(child, &words, &event.line);
    service_publish(child->world->service, "died", &event);
}

/* Records the death of a process that the supervisor did not ask to end; pid 0: the start failed. */
static void note_death(struct child *child, int32_t pid, struct policy_life life, const char *how)
{
    struct policy_verdict verdict = policy_died(&child->policy, life, child->row->never_quarantined);

    (void)snprintf(child->last_death, sizeof(child->last_death), "%s%s", child->hung ? "hung: " : "", how);
    child->died_at = clock_steady();
    child->again = true;
    be_down(child, verdict.wait);
    if (verdict.quarantine && !child->waits_for_disk)
        child->state = CHILD_QUARANTINED;
    log_warn("%s[%d] ended: %s; %s", child->row->name, (int)pid, child->last_death,
             child->waits_for_disk               ? "starts again when the disk works"
             : child->state == CHILD_QUARANTINED ? "quarantined until loophole restart"
                                                 : "starts again");
    report_death(child, pid);
    if (child->state == CHILD_DOWN && verdict.wait == 0 && !child->waits_for_disk)
        child_start(child);
}

/* An end with `io` or `full` may have another cause: services of sound use no disk, and others run out of memory. So
 * the disk must fail, or persist must wait for it. */
static bool met_disk(const struct child *child, const siginfo_t *info)
{
    const struct child_world *world = child->world;

    if (child->row->when != TABLE_ALWAYS || child->row->is_foreign || !disk_may_have_caused(info))
        return false;
    disk_doubt(world->disk, clock_steady());
    return child->row->has_store || world->disk->fails || world->store_waits(world->state);
}

static void go_on_after(struct child *child, struct spawn was, usec_t age, const char *how)
{
    board_clear(child->entry);
    if (child->state == CHILD_STOPPING) {
        log_info("%s[%d] stopped: %s", child->row->name, (int)was.pid, how);
        child->again = true;
        be_down(child, 0);
        child_start(child);
    } else {
        note_death(child, was.pid, life_of(child, age), how);
    }
}

static void on_death(void *state, int pidfd)
{
    struct child *child = state;
    struct spawn was = child->process;
    usec_t age = proc_age(was.start_ticks);
    char how[DEATH_SIZE];
    siginfo_t info = { 0 };

    service_unwatch(child->world->service, pidfd);
    child->waits_for_disk = false;
    if (spawn_bury(&child->process, &info)) {
        child->waits_for_disk = met_disk(child, &info);
        death_describe(&info, how);
    } else {
        (void)snprintf(how, sizeof(how), "%s", child->hung ? "signal 9 (SIGKILL)" : "unknown (adopted)");
    }
    in_hand_bury(board_in_hand(child->entry), (child->hung && child->hang.computes) || death_by_work(&info));
    go_on_after(child, was, age, how);
}

/* A killed process cannot end while one of its threads waits for a file system. Its successor starts without waiting,
 * except persist: the last write of the killed process may still reach the store. */
static void look_at_end(struct child *child, usec_t now)
{
    struct spawn was = child->process;

    if (child->row->has_store || child->row->is_client || child->row->is_foreign || !proc_is_ending(was.pid)) {
        child->ending = 0;
        return;
    }
    child->ending = child->ending ? child->ending : now;
    if (now - child->ending < ENDING_US || spawn_is_dead(&was, 0) ||
        !lingering_add(child->world->lingering, &child->process))
        return;
    log_warn("%s[%d] cannot end, because a thread of it waits for a file system", child->row->name, (int)was.pid);
    service_unwatch(child->world->service, was.pidfd);
    child->waits_for_disk = false;
    child->ending = 0;
    go_on_after(child, was, proc_age(was.start_ticks), "killed; a thread of it waits for a file system");
}

/* ---- start ---- */

/* Reads from the records how the service last died before this supervisor began. */
static void remember_death(struct child *child)
{
    struct arena arena = { 0 };
    struct crash_list list;

    if (crash_list(child->world->paths, &arena, &list, NULL) == ERR_OK) {
        for (uint32_t i = 0; i < list.count; i++) {
            if (!text_is(list.at[i].service, child->row->name) || list.at[i].ended.len == 0)
                continue;
            (void)text_copy(child->last_death, sizeof(child->last_death), list.at[i].ended);
            child->died_at = clock_steady() - (clock_now() - list.at[i].at);
            break;
        }
    }
    arena_free(&arena);
}

static void be_up(struct child *child, bool adopted)
{
    child->state = CHILD_UP;
    child->adopted = adopted;
    child->hung = false;
    child->ready_at = 0;
    child->is_off_board = false;
    child->ending = 0;
    child->blocked_since = 0;
    child->hang = (struct hang){ 0 };
    child->quiet = 0;
    if (child->entry && child->again && !adopted)
        atomic_fetch_add(&child->entry->restarts, 1);
    child->again = false;
    if (child->row->is_foreign && !adopted)
        board_claim_for(child->entry, child->process.pid, child->process.start_ticks);
    if (adopted && child->entry && atomic_load(&child->entry->restarts) > 0 && !child->last_death[0])
        remember_death(child);
    log_info("%s[%d] %s", child->row->name, (int)child->process.pid, adopted ? "adopted" : "started");
    if (service_watch(child->world->service, child->process.pidfd, on_death, child) != ERR_OK)
        log_error("cannot watch %s: too many descriptors are watched", child->row->name);
}

/* Its lock is held, but not by a living process of the board: a predecessor's child that has yet to claim its entry, or
 * a process of a lost board. The supervisor waits for a while, then ends it. */
static void wait_for_lock(struct child *child)
{
    usec_t now = clock_steady();

    if (!child->blocked_since) {
        child->blocked_since = now;
        log_warn("%s: another process holds its lock", child->row->name);
    }
    evict_holder(child->world->paths, child->row, now - child->blocked_since);
    be_down(child, LOCK_RETRY_US);
}

static enum err spawn_process(struct child *child, struct fault *fault)
{
    const struct table_row *row = child->row;
    struct spawn_command command = { row->name, row->program, row->is_client ? child->world->wrapper : NULL,
                                     row->arguments };
    enum err e;

    if (row->when != TABLE_ALWAYS && !row->is_foreign)
        child->world->before_sound(child->world->state);
    e = spawn_start(child->world->paths, &command, &child->process, fault);
    if (e == ERR_OK)
        priority_ends_before(child->process.pid, row->ends_before);
    return e;
}

/* A service keeps its lock until it ends. A process without a lock has lost its run directory, and no client reaches
 * it. */
static void adopt_process(struct child *child)
{
    const struct paths *paths = child->world->paths;

    be_up(child, true);
    if (child->row->is_foreign || lock_is_held(paths, child->row->name))
        return;
    log_warn("%s[%d] holds no lock in %s: replaced", child->row->name, (int)child->process.pid, paths->run);
    child_restart(child);
}

void child_start(struct child *child)
{
    struct fault fault = { 0 };

    if (child->is_away)
        return;
    child->entry = board_entry(child->world->board, child->row->name, true);
    if (child->entry && spawn_adopt(child->entry, &child->process))
        adopt_process(child);
    else if (lock_is_held(child->world->paths, child->row->name))
        wait_for_lock(child);
    else if (spawn_process(child, &fault) == ERR_OK)
        be_up(child, false);
    else
        note_death(child, 0, (struct policy_life){ 0 }, fault.what);
}

/* ---- life ---- */

static bool is_on_board(const struct child *child)
{
    return child->entry && atomic_load(&child->entry->pid) == child->process.pid;
}

/* The supervisor writes the entry of a program that does not use the board. */
void child_rejoin(struct child *child)
{
    if (child->is_away)
        return;
    child->entry = board_entry(child->world->board, child->row->name, true);
    if (!child->row->is_foreign || child->process.pid == 0)
        return;
    board_claim_for(child->entry, child->process.pid, child->process.start_ticks);
    if (child->ready_at)
        board_state(child->entry, BOARD_READY);
}

static bool has_line(const struct child *child)
{
    return child->entry && board_is_named(child->entry, child->row->name) &&
           (!child->row->is_foreign || is_on_board(child));
}

static enum board_state state_on_board(const struct child *child)
{
    uint32_t state;

    if (!is_on_board(child))
        return BOARD_STARTING;
    state = atomic_load(&child->entry->state);
    return state < BOARD_STATES ? (enum board_state)state : BOARD_STARTING;
}

static enum work_kind work_of(const struct child *child, uint32_t *share)
{
    *share = 0;
    return is_on_board(child) ? board_work_of(child->entry, share) : WORK_NONE;
}

/* A starting service may be silent for long, and an ending one for a while. If its process is stopped (state T), the
 * usual limit applies. Long work may take any time while it reports progress; without reports it counts as hung. */
static usec_t limit_of(const struct child *child, const struct proc *proc, bool works)
{
    const struct settings *settings = &child->world->settings;

    if (state_on_board(child) == BOARD_STOPPING && proc->state != 'T')
        return STOP_US;
    if (!child->ready_at && !works && proc->state != 'T')
        return settings->start_limit;
    return settings->hang_limit ? settings->hang_limit : (usec_t)child->row->hang_ms * 1000;
}

/* A foreign program sends no heartbeats; unless it is stopped, it counts as alive. */
static uint64_t beats_of(const struct child *child, const struct proc *proc)
{
    if (child->row->is_foreign)
        return child->hang.beats + (proc->state != 'T');
    return atomic_load(&child->entry->beats);
}

/* A process that sends heartbeats is alive: /proc need not be read. */
static bool has_beaten(struct child *child, usec_t passed)
{
    bool has = !child->row->is_foreign && is_on_board(child) &&
               hang_has_ended(&child->hang, atomic_load(&child->entry->beats));

    child->quiet = has ? 0 : child->quiet + passed;
    return has;
}

static void look_at_silence(struct child *child, usec_t passed)
{
    struct proc proc;
    uint32_t share;
    char does[PATIENCE_TEXT];
    bool works = work_of(child, &share) > WORK_OPENING; /* opening waits for the disk and reports only once */

    if (child->hung || child->is_off_board || !child->entry || !proc_read(child->process.pid, &proc))
        return;
    if (works && proc.state == 't')
        proc.state = 'T'; /* a debugger that stops long work blocks everything that waits for it */
    if (!hang_found(&child->hang, beats_of(child, &proc), &proc, passed, limit_of(child, &proc, works)))
        return;
    patience_describe(child->process.pid, does);
    log_warn("%s[%d] hangs: no heartbeat for %lld ms (%s, %lld ms of processor time): replaced", child->row->name,
             (int)child->process.pid, (long long)child->hang.silent / 1000, does, (long long)proc.cpu / 1000);
    child->hung = true;
    spawn_signal(&child->process, SIGKILL);
}

/* A stopped process takes SIGTERM only after SIGCONT. */
static void ask_to_stop(const struct child *child)
{
    spawn_signal(&child->process, SIGTERM);
    spawn_signal(&child->process, SIGCONT);
}

void child_restart(struct child *child)
{
    child->policy = (struct policy){ 0 };
    if (child->state == CHILD_STOPPING)
        return;
    if (child->state != CHILD_UP) {
        child_start(child);
        return;
    }
    ask_to_stop(child);
    child->state = CHILD_STOPPING;
    child->due = clock_steady() + STOP_US;
}

/* Each service looks at the board about twice a second, as soon as it gets a processor. */
static void look_at_absence(struct child *child, usec_t passed)
{
    struct proc proc;

    if (!child->is_off_board)
        child->absence = (struct hang){ 0 };
    else if (!child->hung && proc_read(child->process.pid, &proc) &&
             hang_found(&child->absence, 0, &proc, passed, OFF_BOARD_US)) {
        log_warn("%s[%d] is no longer on the board: replaced", child->row->name, (int)child->process.pid);
        child_restart(child);
    }
}

static void look_up(struct child *child, usec_t now, usec_t passed)
{
    enum board_state state;

    if (!has_line(child))
        child_rejoin(child);
    state = state_on_board(child);
    if (!child->ready_at && (state == BOARD_READY || state == BOARD_WAITING)) {
        child->ready_at = now;
        log_info("%s[%d] is ready", child->row->name, (int)child->process.pid);
    }
    child->is_off_board = child->ready_at && !is_on_board(child);
    if (!has_beaten(child, passed))
        look_at_silence(child, passed);
    look_at_absence(child, passed);
}

void child_look(struct child *child, usec_t now, usec_t passed)
{
    if (child->is_away)
        return;
    switch (child->state) {
    case CHILD_DOWN:
        if (child->waits_for_disk)
            disk_doubt(child->world->disk, now);
        if (now >= child->due && !(child->waits_for_disk && child->world->disk->fails))
            child_start(child);
        break;
    case CHILD_UP:
        look_up(child, now, passed);
        if (child->quiet >= QUIET_US)
            look_at_end(child, now);
        break;
    case CHILD_STOPPING:
        if (now >= child->due)
            spawn_signal(&child->process, SIGKILL);
        look_at_end(child, now);
        break;
    case CHILD_QUARANTINED:
        break;
    }
}

void child_shut(struct child *child)
{
    siginfo_t info;

    if (child->process.pid == 0 && child->blocked_since)
        evict_now(child->world->paths, child->row); /* a later supervisor would not know of it */
    if (child->process.pid == 0)
        return;
    service_unwatch(child->world->service, child->process.pidfd);
    ask_to_stop(child);
    if (!spawn_is_dead(&child->process, STOP_US)) {
        log_warn("%s[%d] did not stop: killed", child->row->name, (int)child->process.pid);
        spawn_signal(&child->process, SIGKILL);
        (void)spawn_is_dead(&child->process, STOP_US);
    }
    log_info("%s[%d] stopped", child->row->name, (int)child->process.pid);
    (void)spawn_bury(&child->process, &info);
    child->state = CHILD_DOWN;
}

/* ---- for front-ends ---- */

static enum run_state run_state_of(const struct child *child)
{
    static const enum run_state on_board[BOARD_STATES] = {
        [BOARD_EMPTY] = RUN_STATE_STARTING,  [BOARD_STARTING] = RUN_STATE_STARTING, [BOARD_READY] = RUN_STATE_READY,
        [BOARD_WAITING] = RUN_STATE_WAITING, [BOARD_STOPPING] = RUN_STATE_STOPPING,
    };
    static const enum run_state otherwise[] = {
        [CHILD_DOWN] = RUN_STATE_FAILED,
        [CHILD_STOPPING] = RUN_STATE_STOPPING,
        [CHILD_QUARANTINED] = RUN_STATE_QUARANTINED,
    };

    if (child->state == CHILD_DOWN && child->waits_for_disk)
        return RUN_STATE_WAITING;
    return child->state == CHILD_UP ? on_board[state_on_board(child)] : otherwise[child->state];
}

bool child_waits_for_disk(const struct child *child)
{
    return child->waits_for_disk && (child->state == CHILD_DOWN || child->ready_at == 0);
}

const char *child_write_last(const char *death, usec_t died_at, char to[CHILD_LAST_SIZE])
{
    long long ago = (long long)(clock_steady() - died_at) / 1000000;

    if (*death)
        (void)snprintf(to, CHILD_LAST_SIZE, "%s, %lld s ago", death, ago);
    else
        to[0] = '\0';
    return to;
}

void child_report(const struct child *child, struct child_words *words, struct service_line *to)
{
    bool runs = child->process.pid != 0;
    uint32_t share;
    enum work_kind work = work_of(child, &share);

    *to = (struct service_line){
        .service = text_of(child->row->name),
        .state = { .value = (int32_t)run_state_of(child) },
        .pid = child->process.pid,
        .uptime_s = runs ? (double)proc_age(child->process.start_ticks) / 1e6 : 0,
        .restarts = child->entry ? atomic_load(&child->entry->restarts) : 0,
        .last_death = text_of(child_write_last(child->last_death, child->died_at, words->last)),
        .adopted = runs && child->adopted,
        .has_work = true,
        .work = text_of(work_write(runs ? work : WORK_NONE, share, words->work)),
    };
}
