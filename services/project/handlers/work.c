#include "services/project/handlers/work.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/shared/in_hand.h"
#include "services/project/catalogue/uses_note.h"
#include "services/project/parts/action.h"
#include "services/project/sound/sound.h"
#include "services/project/sound/sound_begin.h"
#include "store/changelog.h"

enum { WORKS_MOST = 256, SOUND_US = 2000000, REST_MS = 1000 };

static void end_work(struct work *work)
{
    if (work->has_changed) {
        project_publish(work->p, work->id);
        uses_note(work->p, work->id);
        sound_look(work->p);
    }
    work->p->works--;
    if (work->handler->writes_media) {
        work->p->media_works--;
        work->p->media_ends++;
    }
    call_give_back(work->call);
    arena_free(&work->arena);
    arena_free(&work->kept);
    arena_free(&work->document.arena);
    buffer_free(&work->bytes);
    buffer_free(&work->links);
    free(work);
}

static void fail_work(struct work *work, enum err e, struct fault *fault)
{
    fault->code = e;
    if (work->handler->explain)
        work->handler->explain(work, fault);
    ticket_fail(work->p->service, work->ticket, fault);
    end_work(work);
}

/* ---- asks and files ---- */

/* Returns the rest of the client's budget, less the time that the answer needs. So the client receives the reason if
 * another service is away. */
static uint32_t budget_of(const struct work *work)
{
    usec_t left = (call_deadline(work->call) - clock_steady()) / 1000;

    left -= left / 8 < REST_MS ? left / 8 : REST_MS;
    return left < 1 ? 1 : left > 600000 ? 600000 : (uint32_t)left;
}

/* True if another client was first, or if the plan is too large to be applied together. */
static bool is_planned_again(const struct work *work, enum err error)
{
    if (work->is_strict || clock_steady() >= call_deadline(work->call))
        return false;
    return error == ERR_CONFLICT || (error == ERR_TOO_LARGE && !work->is_large);
}

/* The actions are not those of the client: of its ask, only `expect` can be at fault. */
static void name_own_field(const struct work *work, struct fault *why)
{
    if (text_starts(text_of(why->field), TEXT("actions[")))
        fault_field(why, work->is_strict && text_ends(text_of(why->field), TEXT(".expect")) ? "expect" : "");
}

static void take_answer(void *state, enum err error, const struct fault *fault)
{
    struct work *work = state;
    struct fault why = fault ? *fault : (struct fault){ 0 };

    name_own_field(work, &why);
    if ((error == ERR_NOT_FOUND || error == ERR_CONFLICT) && work->unless_done.code) {
        why = work->unless_done;
        error = why.code;
    } else if (is_planned_again(work, error)) {
        work->is_large |= error == ERR_TOO_LARGE;
        work->phase = WORK_PLAN;
        work_continue(work);
        return;
    }
    if (error != ERR_OK) {
        fail_work(work, error, &why);
        return;
    }
    work->phase = WORK_AFTER;
    work->has_changed = true;
    work_continue(work);
}

static void take_undone(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct work *work = state;

    if (error == ERR_OK)
        work->label = arena_text(&work->kept, ((const struct taken_back *)answer)->label);
    take_answer(state, error, fault);
}

static void keep_shown(struct work *work, const struct element *element)
{
    struct element *kept = arena_alloc(&work->kept, sizeof(*kept));

    *kept = *element;
    kept->body = arena_text(&work->kept, element->body);
    work->shown = kept;
}

static void take_applied(void *state, enum err error, const void *answer, const struct fault *fault)
{
    const struct applied *applied = answer;

    if (error == ERR_OK)
        ((struct work *)state)->step = applied->step;
    if (error == ERR_OK && applied->has_element)
        keep_shown(state, &applied->element);
    take_answer(state, error, fault);
}

enum err work_apply(struct work *work, const struct persist_apply *apply, struct fault *fault)
{
    struct persist_apply all = *apply;
    struct sender sender = work->sender;
    enum err e;

    if (work->is_large && !all.has_step) { /* a plan that is made again has other actions: under another id */
        all.has_parts = all.parts = true;
        sender.request = id_new();
    }
    e = service_ask(work->p->service, "persist.apply", &all, budget_of(work), &sender, take_applied, work, fault);
    work->is_sent = e == ERR_OK;
    return e;
}

enum err work_send(struct work *work, const char *name, const void *request, struct fault *fault)
{
    enum err e;

    work->is_strict = true;
    e = service_ask(work->p->service, name, request, budget_of(work), &work->sender, take_undone, work, fault);
    work->is_sent = e == ERR_OK;
    return e;
}

static void take_asked(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct work *work = state;
    struct fault why = fault ? *fault : (struct fault){ 0 };

    if (error != ERR_OK && !(error == ERR_NOT_FOUND && work->may_be_none)) {
        fail_work(work, error, &why);
        return;
    }
    work->taken(work, error == ERR_OK ? answer : NULL);
    work_continue(work);
}

enum err work_ask(struct work *work, const char *name, const void *request,
                  void (*taken)(struct work *work, const void *answer), struct fault *fault)
{
    enum err e;

    work->taken = taken;
    e = service_ask(work->p->service, name, request, budget_of(work), &work->sender, take_asked, work, fault);
    work->is_sent = e == ERR_OK;
    return e;
}

void work_continue_after(struct work *work, const struct fault *filed)
{
    work->filed = *filed;
    work_continue(work);
}

/* Replaces a folder's path by the path without links, as for libraries. */
static void take_real_folder(struct work *work, const char *real)
{
    const struct text folder = text_of(real);

    if (work->folder.len && folder.len && folder.len <= WORK_FOLDER_MOST && text_is_utf8(folder))
        work->folder = arena_text(&work->kept, folder);
}

static void take_file(void *owner, struct file_io *io)
{
    struct work *work = owner;

    work->filed = io->fault;
    take_real_folder(work, io->real);
    buffer_reset(&work->bytes);
    buffer_add(&work->bytes, io->bytes.at, io->bytes.len);
    if (io->kind != FILE_IO_ABSENT) /* the document of an import stays */
        file_move_document(&work->document, &io->document);
    buffer_add(&work->links, io->links.at, io->links.len);
    work_continue(work);
}

void work_file(struct work *work, enum file_io_kind kind, struct text path, struct bytes bytes)
{
    work_file_within(work, kind, path, bytes, file_io_patience(call_deadline(work->call)));
}

void work_file_within(struct work *work, enum file_io_kind kind, struct text path, struct bytes bytes, usec_t patience)
{
    char room[PATH_MAX];

    snprintf(room, sizeof(room), "%.*s", TEXT_ARG(path));
    work->is_sent = true;
    file_io_start(work->p, kind, room, bytes, patience, take_file, work);
}

static void take_document(void *owner, struct document_job *job)
{
    struct work *work = owner;

    file_move_document(&work->document, &job->document);
    work->own = job->result;
    work_continue_after(work, &job->fault);
}

void work_document(struct work *work, struct text file, document_act *act)
{
    work->is_sent = true;
    document_job_start(work->p, file, act, file_io_patience(call_deadline(work->call)), take_document, work);
}

void work_answer(struct work *work, const void *answer)
{
    ticket_answer(work->p->service, work->ticket, answer);
}

enum err work_answer_nothing(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    work_answer(work, &(const struct nothing){ 0 });
    return ERR_OK;
}

/* ---- the draft ---- */

static void take_draft(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct work *work = state;
    struct fault why = fault ? *fault : (struct fault){ 0 };

    (void)answer;
    if (error != ERR_OK && error != ERR_CONFLICT) { /* conflict: another client made it */
        fail_work(work, error, &why);
        return;
    }
    work->has_draft = true;
    sound_look(work->p);
    work_continue(work);
}

struct text work_draft_folder(struct work *work)
{
    return arena_printf(&work->arena, "%s/draft", work->p->folder);
}

/* Makes the draft project, if it is not there yet, the open one. */
static enum err make_draft(struct work *work, struct txn *txn, struct fault *fault)
{
    struct id draft = elements_draft_id;
    struct tree place = { .type = TREE_OBJECT };
    struct action actions[3];
    struct element found;
    uint32_t count = 0;

    if (parts_get(txn, &work->arena, draft, &found) != ERR_OK) {
        actions[count++] =
            action_put(ELEMENT_KIND_PROJECT, draft, draft, TEXT("{\"bpm\":120.0,\"name\":\"draft\"}"), 0);
        tree_set(&place, &work->arena, "folder", tree_of_text(work_draft_folder(work)));
        actions[count++] = action_place(&work->arena, draft, place, txn);
    }
    actions[count++] = sound_begin_open(&work->arena, draft, (struct text){ 0 }, txn);
    for (uint32_t i = 0; i < count; i++)
        actions[i] = action_without_step(actions[i]);
    const struct persist_apply apply = { .label = TEXT("make the draft project"), .actions = { count, actions } };
    enum err e = service_ask(work->p->service, "persist.apply", &apply, budget_of(work), NULL, take_draft, work, fault);

    work->is_sent = e == ERR_OK;
    return e;
}

/* Whether persist has done the ask: this service died, or the client gave up, before the answer arrived. */
static bool is_done_before(const struct work *work, struct txn *txn, struct remembered *kept)
{
    return changelog_recall(txn, work->sender.request, kept) == ERR_OK && kept->error == ERR_OK &&
           kept->digest == work->sender.digest;
}

/* Finds the project that the first copy of the ask changed: since then another one may be open, or none, and it may
 * have another name. False: it changed none. */
static bool find_changed(struct work *work, struct txn *txn, const struct remembered *kept)
{
    struct change change;

    if (changelog_newest(txn, &work->arena, kept, &change) != ERR_OK || change.kind.value != CHANGE_KIND_ELEMENT)
        return false;
    work->id = change.id;
    return true;
}

static enum err find_project(struct work *work, struct txn *txn, struct fault *fault)
{
    struct remembered kept;
    struct element found;
    enum err e;

    work->was_done = work->handler->plan && is_done_before(work, txn, &kept);
    if ((work->was_done && find_changed(work, txn, &kept)) || work->handler->needs_no_project)
        return ERR_OK;
    if (work->named.len) {
        e = parts_find(txn, &work->arena, work->named, &found, fault);
        work->id = e == ERR_OK ? found.project : work->id;
        return e;
    }
    e = elements_current(txn, &work->arena, &work->id);
    if (e == ERR_NOT_FOUND && work->handler->needs_no_draft)
        return fault_set(fault, e, "no project is open");
    return e == ERR_NOT_FOUND ? make_draft(work, txn, fault) : e;
}

enum err work_project(struct work *work, struct txn *txn, struct element *project, struct fault *fault)
{
    char id[ID_TEXT_SIZE];
    enum err e = parts_get(txn, &work->arena, work->id, project);

    return e == ERR_OK ? e : fault_set(fault, e, "no project %s", id_write(work->id, id));
}

/* ---- the phases ---- */

typedef enum err phase_fn(struct work *work, struct txn *txn, struct fault *fault);

static void take_sounding(void *state, bool is_set)
{
    struct work *work = state;

    work->is_unheard = !is_set;
    work_continue(work);
}

usec_t work_end_of_wait(const struct work *work, usec_t most)
{
    const usec_t now = clock_steady(), until = now + 1000 * (usec_t)budget_of(work);

    return until < now + most ? until : now + most;
}

/* Delays the answer until the core has the sound of the project. So a later change by the client belongs to the project
 * that the answer shows. */
static enum err wait_for_sound(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)fault;
    if (work->has_changed || work->has_draft)
        work->is_sent =
            sound_wait(work->p, txn, work_end_of_wait(work, SOUND_US), take_sounding, work, &work->is_unheard);
    return ERR_OK;
}

static void take_controls(void *state)
{
    work_continue(state);
}

/* Delays the answer until the core has the bindings. So a control that a person plays afterwards hits the pad that the
 * answer shows. */
static enum err wait_for_controls(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    if ((work->has_changed || work->has_draft) && work->p->wait_for_midi)
        work->is_sent = work->p->wait_for_midi(work->p, work_end_of_wait(work, SOUND_US), take_controls, work);
    return ERR_OK;
}

static phase_fn *function_of(const struct work *work)
{
    phase_fn *const functions[] = { find_project,   work->handler->before, work->handler->plan,  work->handler->after,
                                    wait_for_sound, wait_for_controls,     work->handler->answer };

    return functions[work->phase];
}

/* A crash or a hang counts against the ask, and against the project.json of its plan. */
static enum err run_phase(struct work *work, struct fault *fault)
{
    struct in_hand *hand = service_in_hand(work->p->service);
    phase_fn *function = function_of(work);
    uint64_t before;
    struct txn *txn;
    enum err e;
    bool holds;

    if (!function)
        return ERR_OK;
    arena_reset(&work->arena);
    e = project_read(work->p, &txn, fault);
    if (e != ERR_OK)
        return e;
    before = service_take_up(work->p->service, work->sender.request);
    holds = work->phase == WORK_PLAN && work->document.key && in_hand_try(hand, work->document.key);
    e = function(work, txn, fault);
    if (holds)
        in_hand_lay_down();
    service_lay_down(work->p->service, before);
    txn_end(txn);
    if (e != ERR_OK && !fault->what[0])
        fault_set(fault, e, "the project cannot be read");
    return e;
}

/* What an earlier copy of the ask changed counts as a change of this one. */
static void leave_phase(struct work *work)
{
    bool finds = work->phase == WORK_FIND;

    work->has_changed |= finds && work->was_done;
    work->phase = finds && work->was_done && work->handler->ends_when_done ? WORK_AFTER : work->phase + 1;
}

/* After an ask to persist the phase is set by its answer; the end of a file operation ends its phase. */
void work_continue(struct work *work)
{
    struct fault fault = { 0 };
    enum err e;

    work->is_sent = false;
    for (;;) {
        e = run_phase(work, &fault);
        if (e != ERR_OK) {
            fail_work(work, e, &fault);
            return;
        }
        if (work->is_sent && (work->phase == WORK_PLAN || work->phase == WORK_FIND || work->phase == WORK_ANSWER))
            return; /* the draft: find again; the plan: take_answer continues; the answer: again after its wait */
        if (work->phase == WORK_ANSWER)
            break;
        leave_phase(work);
        if (work->is_sent)
            return;
    }
    end_work(work);
}

enum err work_begin(struct project *p, struct call *call, const struct handler *handler, const void *ask,
                    struct text named)
{
    struct work *work;
    struct ticket ticket;

    if (p->works >= WORKS_MOST)
        return refuse(call, ERR_BUSY, "%d asks are in progress", WORKS_MOST);
    ticket = call_defer(call);
    if (!ticket.number)
        return ERR_OK;
    work = alloc_zeroed(1, sizeof(*work));
    *work = (struct work){ .p = p, .handler = handler, .call = call, .ticket = ticket, .ask = ask, .named = named };
    work->sender = call_sender(call);
    call_keep(call);
    p->works++;
    p->media_works += handler->writes_media;
    work_continue(work);
    return ERR_OK;
}
