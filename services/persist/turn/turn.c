#include "services/persist/turn/turn.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "common/process/log.h"
#include "proto/wire/codec.h"
#include "services/persist/turn/lineage.h"
#include "services/persist/turn/persist.h"
#include "store/changelog.h"
#include "store/changelog_trim.h"
#include "store/parts.h"

enum { LOOK_US = 100 };
static const char hint_of_disk[] = "free space or repair the disk; persist tries again every second";
static const char hint_of_full[] = "free some space: persist accepts writes as soon as there is room";

/* ---- the alarm ---- */

void turn_alarm(struct persist *p, const char *what)
{
    struct persist_alarm event = { .what = text_of(what) };

    if (strcmp(p->alarm, what) == 0)
        return;
    if (what[0])
        log_error("%s", what);
    else
        log_info("persist accepts writes again");
    snprintf(p->alarm, sizeof(p->alarm), "%s", what);
    service_publish(p->service, "alarm", &event);
}

void turn_alarm_full(struct persist *p)
{
    char what[sizeof(p->alarm)];

    p->alarm_of_disk = true;
    (void)snprintf(what, sizeof(what), "the disk is full: read-only: %.150s has no room", p->paths->data);
    turn_alarm(p, what);
}

/* ---- beginning ---- */

static enum err load_head(struct persist *p)
{
    uint64_t tail;
    enum err e = catalogue_head(p->w.txn, &tail, &p->head);

    if (e == ERR_OK)
        e = p->hooks->begin(p);
    p->committed = p->head;
    return e;
}

/* LMDB's sentence may be that of another error, or name no disk. */
static void say_full(const struct persist *p, struct fault *fault)
{
    if (!persist_has_room(p))
        fault_set(fault, ERR_FULL, "the disk is full: %.150s has no room: free some space", p->paths->data);
    if (fault->code == ERR_FULL)
        fault_hint(fault, "%s", hint_of_full);
}

/* After a disk error LMDB does not trust its environment any more, so the store is opened again. On a full disk, a
 * partial write may look like such an error. */
static void reopen_store(struct persist *p, struct fault *fault)
{
    if (fault->code != ERR_IO)
        return;
    fault_hint(fault, "the store is opened again: repeat the ask");
    say_full(p, fault);
    p->hooks->open_again(p, fault);
}

static void blame_disk(struct persist *p, struct fault *fault)
{
    if (fault->code == ERR_FULL) {
        say_full(p, fault);
        turn_alarm_full(p);
        return;
    }
    reopen_store(p, fault);
}

void turn_blame_disk(struct persist *p, struct fault *fault)
{
    turn_end(p);
    blame_disk(p, fault);
}

static enum err open_transaction(struct persist *p, struct fault *fault)
{
    enum err e;

    if (!p->store) {
        fault_set(fault, p->alarm_of_disk ? ERR_FULL : ERR_IO, "%s", p->alarm);
        return fault_hint(fault, "%s", p->why.hint[0] ? p->why.hint : hint_of_disk);
    }
    e = store_write(p->store, &p->w.txn, fault);
    if (e != ERR_OK) {
        reopen_store(p, fault);
        return e;
    }
    p->broken = (struct fault){ 0 };
    p->operations = p->changes = 0;
    p->turn_began = clock_steady();
    p->parts_began = p->looked = 0;
    p->w.bytes = p->parts_bytes = 0;
    p->wrote = false;
    e = load_head(p);
    if (e == ERR_OK)
        e = lineage_is_another(p, p->w.txn) ? turn_wrote(p, lineage_draw(p->w.txn)) : ERR_OK;
    if (e == ERR_OK)
        return ERR_OK;
    txn_end(p->w.txn);
    p->w.txn = NULL;
    return fault_set(fault, e, "the store cannot be read: run loophole store check");
}

static bool is_longer_than(usec_t since, usec_t most)
{
    return clock_steady() - since >= most;
}

/* An ask that comes while long work uses the turn joins that turn, and waits for one commit instead of two. */
static bool takes_no_more(const struct persist *p)
{
    usec_t most = p->parts_began ? 2 * TURN_US : TURN_US;

    return p->operations >= TURN_OPERATIONS || turn_is_broken(p) || is_longer_than(p->turn_began, most);
}

enum err turn_continue(struct persist *p, struct id request, struct fault *fault)
{
    enum err e = ERR_OK;

    if (p->w.txn && takes_no_more(p))
        turn_end(p);
    if (!p->w.txn)
        e = open_transaction(p, fault);
    p->request = request;
    p->request_revision = 0;
    p->request_writes = p->writes;
    p->is_refusal = false;
    p->operations++;
    return e;
}

void turn_set_change(struct persist *p, uint64_t revision)
{
    struct key key = key_number(revision);
    struct bytes value;
    bool is_there = revision > 0 && txn_get(p->w.txn, DB_CHANGE, key_bytes(&key), &value) == ERR_OK;

    p->request_revision = is_there ? revision : 0;
}

void turn_refused(struct persist *p, uint64_t writes_before, enum err e)
{
    if (p->writes != writes_before && !turn_is_broken(p))
        fault_set(&p->broken, e, "nothing was changed: a request failed halfway (%s)", err_name(e));
}

/* A timeout comes from the service skeleton and does not end the request: work in progress continues. */
static enum err keep_answer(void *state, const struct call *call, enum err error, struct bytes body)
{
    struct persist *p = state;
    const struct id request = call_request(call);
    const struct remembered what = { .digest = call_digest(call), .error = error, .answer = body };

    if (!p->w.txn || turn_is_broken(p))
        return ERR_OK;
    if (error != ERR_OK) {
        if (id_equal(request, p->request) && error != ERR_TIMEOUT)
            turn_refused(p, p->request_writes, error);
        return ERR_OK;
    }
    if (p->is_refusal && id_equal(request, p->request))
        return ERR_OK;
    return turn_wrote(p, changelog_remember(&p->w, request, p->request_revision, clock_now(), &what));
}

/* True if the id belongs to another ask whose work continues after its client gave up, or whose parts are in the
 * store. */
static bool is_under_way_otherwise(const struct persist *p, const struct call *call)
{
    const struct id request = call_request(call);
    const uint64_t digest = parts_digest(p->w.txn, request);

    return (digest && digest != call_digest(call)) || p->hooks->is_used(p, request, call_digest(call));
}

/* The first answer may belong to this same transaction: this one waits for its commit too. */
static enum err answer_again(struct persist *p, struct call *call, bool *again)
{
    struct remembered kept;
    enum err e = changelog_recall(p->w.txn, call_request(call), &kept);

    if (e == ERR_NOT_FOUND)
        return is_under_way_otherwise(p, call) ? refuse_used_id(call) : ERR_OK;
    if (e != ERR_OK)
        return refuse(call, e, "the stored answer to this request cannot be read");
    if (kept.digest && kept.digest != call_digest(call))
        return refuse_used_id(call);
    *again = true;
    return call_answer_again(call, kept.error, kept.answer);
}

enum err turn_begin(struct persist *p, struct call *call, bool *again)
{
    enum err e = turn_continue(p, call_request(call), call_fault(call));

    *again = false;
    if (e != ERR_OK)
        return e;
    call_hold(call, keep_answer, p);
    return answer_again(p, call, again);
}

/* ---- during a turn ---- */

bool turn_is_broken(const struct persist *p)
{
    return p->broken.code != ERR_OK;
}

void turn_begin_part(struct persist *p)
{
    if (p->parts_began)
        return;
    p->parts_began = clock_steady();
    p->parts_bytes = p->w.bytes;
}

/* A check needs a system call, so it happens only once in LOOK_US. */
static bool is_awaited(struct persist *p)
{
    usec_t now = clock_steady();

    if (p->service && (!p->looked || now - p->looked >= LOOK_US)) {
        p->looked = now;
        p->is_awaited = service_is_awaited(p->service);
    }
    return p->looked && p->is_awaited;
}

static bool is_used_up(const struct persist *p)
{
    return is_longer_than(p->turn_began, TURN_US) || p->w.bytes - p->parts_bytes >= TURN_BYTES;
}

bool turn_is_over(struct persist *p)
{
    if (!p->parts_began)
        return is_longer_than(p->turn_began, TURN_US);
    if (p->w.bytes - p->parts_bytes < TURN_BYTES && !is_longer_than(p->parts_began, PART_US))
        return false;
    return is_used_up(p) || is_awaited(p);
}

enum err turn_wrote(struct persist *p, enum err e)
{
    p->wrote = true;
    p->writes++;
    if (e == ERR_OK || turn_is_broken(p))
        return e;
    return fault_set(&p->broken, e == ERR_NOT_FOUND ? ERR_INTERNAL : e,
                     "nothing was changed: the store refused a write (%s)", err_name(e));
}

uint64_t turn_next(const struct persist *p)
{
    return p->head + 1;
}

enum err turn_log(struct persist *p, enum change_kind kind, struct id id, bool removed)
{
    struct change change = {
        .revision = p->head + 1,
        .kind = { .value = (int32_t)kind },
        .id = id,
        .removed = removed,
        .request = p->request,
        .at = clock_now(),
    };

    p->head = p->request_revision = change.revision;
    p->changes++;
    return turn_wrote(p, changelog_add(&p->w, &change));
}

enum err turn_remember(struct persist *p, struct id request, uint64_t digest, uint64_t revision,
                       const struct shape *shape, const void *answer)
{
    struct buffer body = { 0 };
    enum err e = codec_encode(shape, answer, &body, NULL);
    const struct remembered what = { .digest = digest, .answer = buffer_bytes(&body) };

    if (e == ERR_OK)
        e = changelog_remember(&p->w, request, revision, clock_now(), &what);
    buffer_free(&body);
    return turn_wrote(p, e);
}

/* ---- the end ---- */

/* All requests were refused or repeated, so their answers need no commit. */
static void end_without_writing(struct persist *p)
{
    txn_end(p->w.txn);
    p->w.txn = NULL;
    service_release(p->service);
    p->hooks->after(p);
}

static enum err finish_writing(struct persist *p)
{
    uint32_t rows = 2 * (p->changes > p->operations ? p->changes : p->operations);
    uint32_t most = rows > TURN_TRIMS ? rows : TURN_TRIMS;
    enum err e = p->hooks->before_commit(p);

    return e == ERR_OK ? changelog_trim(&p->w, &changelog_limits, clock_now(), most) : e;
}

static enum err commit_turn(struct persist *p)
{
    struct txn *txn = p->w.txn;

    if (!turn_is_broken(p))
        turn_wrote(p, finish_writing(p));
    if (!turn_is_broken(p))
        lineage_remember(p);
    p->w.txn = NULL;
    if (!turn_is_broken(p))
        return txn_commit(txn, &p->broken);
    txn_end(txn);
    return p->broken.code;
}

static void publish_turn(struct persist *p)
{
    struct changed_step steps[PERSON_STEPS_MOST];
    struct persist_changed changed = { .revision = p->head, .steps = { p->person_steps.count, steps } };

    person_steps_show(&p->person_steps, steps);
    service_release(p->service);
    lineage_save(p);
    if (p->head != p->committed)
        service_publish(p->service, "changed", &changed);
    p->person_steps.count = 0;
    p->committed = p->head;
    p->hooks->after(p);
    if (!p->alarm_of_disk || persist_has_room(p))
        turn_alarm(p, "");
}

static void fail_turn(struct persist *p)
{
    p->person_steps.count = 0;
    buffer_reset(&p->w.dropped);
    p->hooks->fail(p, &p->broken);
    log_fault("commit", &p->broken);
    blame_disk(p, &p->broken);
    service_fail_held(p->service, &p->broken);
}

void turn_end(void *persist)
{
    struct persist *p = persist;
    enum err e;

    if (!p->w.txn) {
        service_release(p->service);
        return;
    }
    if (!p->wrote) {
        end_without_writing(p);
        return;
    }
    e = commit_turn(p);
    if (e == ERR_OK)
        publish_turn(p);
    else
        fail_turn(p);
}

void turn_end_unless_asked(void *persist)
{
    struct persist *p = persist;
    bool is_at_work = p->w.txn && p->multiparts && p->parts_began && !turn_is_broken(p) && !is_used_up(p);

    if (!is_at_work || service_holds(p->service) || !service_is_awaited(p->service))
        turn_end(p);
}

static const uint64_t room_again = 4 << 20; /* this number of free bytes ends the alarm */

bool persist_has_room(const struct persist *p)
{
    struct statvfs fs;

    return statvfs(p->paths->data, &fs) != 0 || (uint64_t)fs.f_bavail * fs.f_frsize >= room_again;
}
