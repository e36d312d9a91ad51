#include "tests/sim/history.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/wire/codec.h"
#include "store/changelog.h"
#include "store/check/check.h"
#include "store/open/store_open.h"
#include "tests/sim/journal.h"

/* ---- answers ---- */

static void check_outcome(const struct deed *deed, uint32_t i, const struct verdict *must, enum err error,
                          uint64_t revision, struct id id)
{
    if (error != must->error)
        sim_fail("request %u, operation %u: answered %s, expected %s", deed_number(deed), i, err_name(error),
                 err_name(must->error));
    if (error == ERR_OK && (revision != must->revision || !id_equal(id, must->id)))
        sim_fail("request %u, operation %u: answered revision %llu, expected %llu", deed_number(deed), i,
                 (unsigned long long)revision, (unsigned long long)must->revision);
}

static void hold_outcomes(struct history *h, const struct deed *deed, const struct verdict *verdicts,
                          struct bytes answer)
{
    struct outcomes got = { 0 };

    if (codec_decode(&outcomes_shape, answer, &h->arena, &got, NULL) != ERR_OK || got.each.count != deed->op_count)
        sim_fail("request %u: the kept answer is not that of a batch of %u", deed_number(deed), deed->op_count);
    for (uint32_t i = 0; i < deed->op_count; i++) {
        const struct outcome *outcome = &got.each.at[i];
        char name[20];
        text_copy(name, sizeof(name), outcome->error);
        check_outcome(deed, i, &verdicts[i], err_named(name), outcome->revision, outcome->id);
        if (outcome->created != verdicts[i].created || outcome->stale != verdicts[i].stale)
            sim_fail("request %u, operation %u: created or stale is wrong", deed_number(deed), i);
    }
}

/* The kept answer must be the model's; no client was sent another one (deed_is_answered). */
static void hold_answer(struct history *h, const struct deed *deed, const struct note *note,
                        const struct verdict *verdicts)
{
    struct done done = { 0 };

    if (note->error != ERR_OK)
        sim_fail("request %u: a refusal is kept", deed_number(deed));
    if (deed->kind == DEED_BATCH) {
        hold_outcomes(h, deed, verdicts, buffer_bytes(&note->answer));
        return;
    }
    if (deed->kind == DEED_APPLY) {
        history_hold_applied(h, deed, verdicts, buffer_bytes(&note->answer));
        return;
    }
    if (deed->kind == DEED_EMPTY) {
        history_hold_emptied(h, deed, buffer_bytes(&note->answer));
        return;
    }
    if (codec_decode(&done_shape, buffer_bytes(&note->answer), &h->arena, &done, NULL) != ERR_OK)
        sim_fail("request %u: the kept answer does not decode", deed_number(deed));
    check_outcome(deed, 0, &verdicts[0], ERR_OK, done.revision, done.id);
}

/* ---- refusals: each must have been right at some moment between the first sending and the answer ---- */

static void gather_refusals(struct history *h)
{
    for (uint32_t i = 0; i < deed_count(); i++) {
        struct deed *deed = deed_at(i);
        if (deed->answered && deed->error != ERR_OK)
            h->refusals[h->refusal_count++] = deed;
    }
}

/* Work has its id from its beginning: a batch while a thread writes its files, and all work in parts before its first
 * change. It may still be refused after that, or die and never be sent again. */
static bool is_done_in_parts(const struct deed *deed)
{
    return deed->kind == DEED_BATCH || deed->kind == DEED_UNDO || deed->kind == DEED_REDO || history_is_long(deed) ||
           history_is_by_rows(deed);
}

static bool rival_has_the_id(const struct deed *deed)
{
    const struct deed *rival = deed->rival;

    return rival &&
           (rival->held || (is_done_in_parts(rival) && rival->first_sent && rival->first_sent < deed->answered));
}

/* For a request id that was used for something else, only `conflict` is right. */
static bool is_right(struct history *h, const struct deed *deed)
{
    if (deed->error == ERR_CONFLICT && rival_has_the_id(deed))
        return true;
    if (deed->error == ERR_CONFLICT && deed->has_step && model_step_may_be_passed_over(&h->model))
        return true;
    if (deed->error == ERR_CONFLICT && history_is_between(h, deed))
        return true;
    return !(deed->rival && deed->rival->held) && history_refusal(h, deed) == deed->error;
}

/* The model's state is valid from `h->from` until `until`. */
void history_look_at_refusals(struct history *h, usec_t until)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < h->refusal_count; i++) {
        struct deed *deed = h->refusals[i];
        bool now = deed->first_sent < until && deed->answered > h->from;
        if (!now || !is_right(h, deed))
            h->refusals[kept++] = deed;
    }
    h->refusal_count = kept;
    h->from = until;
}

/* ---- trimming ---- */

/* A row counts as older than every later row, even if its time is later. */
static bool is_older(const struct history *h, uint64_t revision, int64_t than)
{
    for (uint64_t i = revision - 1; i < h->row_count; i++)
        if (h->rows[i].at < than)
            return true;
    return false;
}

static void hold_trimmed(struct history *h, const struct note *note)
{
    uint64_t revision = note->change.revision;
    bool past_rows = note->rows > sim_limits.rows && is_older(h, revision, note->wall - sim_limits.age);
    bool past_bytes = note->bytes > sim_limits.bytes && is_older(h, revision, note->wall - sim_limits.young);

    if (revision != ++h->trimmed)
        sim_fail("change %llu is trimmed, but %llu is the oldest", (unsigned long long)revision,
                 (unsigned long long)h->trimmed);
    if (!past_rows && !past_bytes)
        sim_fail("change %llu of %llu is trimmed, but is too young", (unsigned long long)revision,
                 (unsigned long long)note->rows);
}

/* An answer is forgotten with its last change, and never within the longest budget. Without changes it is forgotten
 * above the limit of bytes or, when old, of rows. If its request is done again after that, it has its first effect. */
static const usec_t slack = 10000; /* a slow world takes this long to write a row */

/* Work that another one completed, or that continued after a death, was kept without a change of its own, so it may go
 * with its earlier rows. */
static bool may_go_with_its_rows(const struct note *note, const struct note *answer)
{
    const struct deed *deed = deed_with(answer->request, answer->digest);

    return deed && history_is_by_rows(deed) && (sim.clock_steps || answer->at < note->at - sim_limits.young);
}

static bool may_be_forgotten(const struct history *h, const struct note *note, const struct note *answer)
{
    uint64_t revision = answer->revision;

    if (revision)
        return revision <= h->trimmed && (sim.clock_steps || h->row_at[revision - 1] < note->at - sim_limits.young);
    return note->quiet_bytes > sim_limits.quiet_bytes || may_go_with_its_rows(note, answer) ||
           (note->quiet_rows > sim_limits.quiet_rows &&
            (sim.clock_steps || answer->at - slack < note->at - sim_limits.age));
}

static void hold_forgotten(struct history *h, const struct note *note)
{
    struct deed *deed = deed_of(note->request);

    if (deed && !deed->held)
        deed = deed->rival;
    if (!deed || !deed->held)
        sim_fail("an answer is forgotten, but was not kept");
    if (!may_be_forgotten(h, note, journal_at(deed->note)))
        sim_fail("request %u is forgotten, but is too young", deed_number(deed));
    deed->held = false;
}

/* ---- doing everything again ---- */

static void add_row(struct history *h, const struct note *note)
{
    if (h->row_count == ROWS)
        sim_fail("more changes than the simulator has room for");
    h->row_at[h->row_count] = note->at - (note->wall - note->change.at); /* in a slow world it is written later */
    h->rows[h->row_count++] = note->change;
    h->model.log_count = h->row_count;
    if (note->change.revision != h->row_count)
        sim_fail("the change log has a gap: %llu, expected %llu", (unsigned long long)note->change.revision,
                 (unsigned long long)h->row_count);
}

/* Of two deeds under one id, the kept digest shows which was done. */
static struct deed *deed_done(const struct note *note)
{
    struct deed *deed = deed_with(note->request, note->digest);

    if (!deed)
        sim_fail("an answer is kept with a digest that belongs to no ask under its id");
    if (deed->held || (deed->rival && deed->rival->held))
        sim_fail("request %u was done twice", deed_number(deed));
    sim.counts.done_again += deed->done;
    return deed;
}

/* The model must have made every change of the store so far. */
static void hold_head(struct history *h, const struct deed *deed, uint64_t head)
{
    if (h->model.head != h->row_count)
        sim_fail("request %u changed too much", deed_number(deed));
    if (h->model.head != head)
        h->last[deed_number(deed)] = h->model.head;
}

static void begin_again(struct history *h, const struct note *note)
{
    struct deed *deed = deed_of(note->request);

    if (deed)
        history_begin_long(h, deed, note->first);
    if (!deed || note->first > 0)
        return;
    history_begin_emptying(h, deed);
    h->last[deed_number(deed)] = 0;
    if (deed->rival)
        h->last[deed_number(deed->rival)] = 0;
}

static void operate_again(struct history *h, uint64_t number)
{
    const struct note *note = journal_at(number);
    struct deed *deed = journal_deed_of_operation(number);
    uint64_t head = h->model.head;

    if (!deed || deed->kind != DEED_BATCH)
        return;
    if (note->first >= deed->op_count)
        sim_fail("request %u: operation %u of %u", deed_number(deed), note->first, deed->op_count);
    h->verdicts[deed_number(deed)][note->first] = model_operation(&h->model, deed, note->first);
    hold_head(h, deed, head);
}

/* When the answer came, the log had trimmed the last change of the request. So the answer is kept like one without
 * changes. */
static bool is_trimmed_before(const struct history *h, const struct note *answer, uint64_t last)
{
    return answer->revision == 0 && last <= h->trimmed;
}

/* Work that continued after a death does not know its earlier changes. */
static bool may_have_no_change(const struct deed *deed, const struct note *note)
{
    return note->revision == 0 && (deed->kind == DEED_FORGET_LIBRARY || deed->kind == DEED_RECALL);
}

static void do_again(struct history *h, uint64_t number)
{
    const struct note *note = journal_at(number);
    struct deed *deed = deed_done(note);
    struct verdict *verdicts = h->verdicts[deed_number(deed)];
    uint64_t head = h->model.head;

    if (note->revision > h->row_count)
        sim_fail("the change log has a gap: change %llu is missing", (unsigned long long)note->revision);
    deed->done = deed->held = true;
    deed->note = number;
    if (history_is_by_rows(deed)) {
        verdicts[0] = history_end_of(h, deed, note->revision);
    } else if (history_is_long(deed)) {
        verdicts[0] = history_end_of_long(h, deed, note->revision);
    } else if (deed->kind == DEED_UNDO || deed->kind == DEED_REDO) {
        history_hold_taken(h, deed);
    } else if (deed->kind != DEED_BATCH) {
        h->last[deed_number(deed)] = 0;
        verdicts[0] = model_do(&h->model, deed);
    }
    hold_head(h, deed, head);
    if (!may_have_no_change(deed, note) && note->revision != h->last[deed_number(deed)] &&
        !is_trimmed_before(h, note, h->last[deed_number(deed)]))
        sim_fail("request %u of kind %d is kept with change %llu, but its last one is %llu", deed_number(deed),
                 (int)deed->kind, (unsigned long long)note->revision, (unsigned long long)h->last[deed_number(deed)]);
    hold_answer(h, deed, note, verdicts);
    if (history_is_by_rows(deed))
        h->last[deed_number(deed)] = 0;
    arena_reset(&h->arena);
}

static void do_all_again(struct history *h)
{
    for (uint64_t i = 0; i < journal_count(); i++) {
        const struct note *note = journal_at(i);
        if (note->kind != NOTE_CHANGE)
            history_look_at_refusals(h, note->at);
        if (note->kind == NOTE_CHANGE)
            add_row(h, note);
        if (note->kind == NOTE_CHANGE)
            history_row_again(h, i);
        else if (note->kind == NOTE_TAKEN)
            history_take_again(h, i);
        else if (note->kind == NOTE_APPLIED)
            history_apply_again(h, i);
        else if (note->kind == NOTE_WORK)
            model_work_begins(&h->model, &note->work, note->at);
        else if (note->kind == NOTE_WORK_ENDED)
            model_work_ends(&h->model, note->request);
        else if (note->kind == NOTE_REPACK)
            model_repack_begins(&h->model, &note->repack, note->at);
        else if (note->kind == NOTE_REPACK_ENDED)
            model_repack_ends(&h->model, &note->repack);
        else if (note->kind == NOTE_BEGUN)
            begin_again(h, note);
        else if (note->kind == NOTE_OPERATION && !model_undo_is_at(&h->model, note->undo_at, note->undo_top))
            sim_fail("undo is at %llu of %llu, expected %llu of %llu", (unsigned long long)note->undo_at,
                     (unsigned long long)note->undo_top, (unsigned long long)h->model.at,
                     (unsigned long long)h->model.top);
        else if (note->kind == NOTE_OPERATION)
            operate_again(h, i);
        else if (note->kind == NOTE_ANSWER)
            do_again(h, i);
        else if (note->kind == NOTE_TRIMMED)
            hold_trimmed(h, note);
        else if (note->kind == NOTE_FORGOTTEN)
            hold_forgotten(h, note);
    }
    history_look_at_refusals(h, INT64_MAX);
}

static void hold_deeds(struct history *h)
{
    for (uint32_t i = 0; i < deed_count(); i++) {
        struct deed *deed = deed_at(i);
        if (deed->acked && !deed->done)
            sim_fail("request %u was acked, but not done", deed_number(deed));
        sim.counts.refused_then_done += deed->answered && deed->error != ERR_OK && deed->done && !deed->asked_anew;
    }
    if (h->refusal_count > 0)
        sim_fail("request %u was refused with %s, which was never right", deed_number(h->refusals[0]),
                 err_name(h->refusals[0]->error));
}

/* ---- the store ---- */

static void tell_problem(void *state, const char *what)
{
    (void)state;
    sim_fail("the store has problems: %s", what);
}

static void check_history(struct history *h)
{
    struct check_counts counts = { 0 };

    gather_refusals(h);
    model_begin(&h->model, h->rows, 0);
    do_all_again(h);
    hold_deeds(h);
    history_hold_log(h);
    history_hold_remembered(h);
    history_hold_records(h);
    if (check_store(h->txn, NULL, tell_problem, NULL, &counts) != ERR_OK)
        sim_fail("the store cannot be checked");
}

void history_check(void)
{
    struct history *h = calloc(1, sizeof(*h));
    struct store *store = NULL;
    struct fault fault = { 0 };

    if (!h || store_open(&sim.paths, STORE_READER, &store, &fault) != ERR_OK ||
        store_read(store, &h->txn, &fault) != ERR_OK)
        sim_fail("the store cannot be read: %s", fault.what);
    check_history(h);
    sim.counts.changes += h->row_count;
    txn_end(h->txn);
    store_close(store);
    arena_free(&h->arena);
    free(h);
}
