#include "services/project/sound/sound_keep.h"

#include "common/process/log.h"
#include "proto/wire/codec_copy.h"
#include "schema_persist.h"
#include "services/project/catalogue/uses_note.h"
#include "services/project/parts/action.h"
#include "services/project/sound/sound_begin.h"
#include "services/project/sound/sound_set.h"

enum { TICK_US = 100000, SETTLED_US = 200000, SILENT_US = 5000000, BUDGET_MS = 10000 };

static const uint64_t no_part = UINT64_MAX; /* a revision */
static void tick_keeping(void *state);

void sound_keep_due(struct sound_keeping *s)
{
    if (!s->is_due || s->is_resting)
        service_every(s->p->service, TICK_US, tick_keeping, s);
    s->is_due = true;
    s->is_resting = false;
}

static void tick_keeping(void *state)
{
    struct sound_keeping *s = state;
    usec_t now = clock_steady();

    if (s->is_busy || (!s->is_urgent && now - s->changed < SETTLED_US && now - s->looked < SOUND_LONGEST_US))
        return;
    s->is_due = false;
    service_every(s->p->service, 0, tick_keeping, s);
    sound_keep_look(s);
}

/* The core or persist did not answer, another client changed the part first, or an item may be loadable later. */
static void look_later(struct sound_keeping *s, usec_t wait)
{
    s->is_busy = false;
    s->is_urgent = s->waits.count > 0;
    sound_keep_due(s);
    s->changed = s->looked = clock_steady() + wait - SETTLED_US;
    s->is_resting = !s->is_urgent && wait > TICK_US;
    if (s->is_resting)
        service_every(s->p->service, wait, tick_keeping, s);
}

/* Ends a look. The next one begins at once if a client waits for it, or if a project was changed. */
static void end_look(struct sound_keeping *s, bool again)
{
    s->is_busy = false;
    s->looked = clock_steady();
    if (s->is_urgent)
        sound_keep_look(s);
    else if (again)
        sound_keep_due(s);
    else if (s->away.again)
        look_later(s, s->away.again - clock_steady());
}

static enum err ask_sound_service(struct sound_keeping *s, const char *name, const void *request,
                                  void (*done)(void *, enum err, const void *, const struct fault *))
{
    struct fault fault = { 0 };
    enum err e = service_ask(s->p->service, name, request, BUDGET_MS, NULL, done, s, &fault);

    if (e != ERR_OK)
        look_later(s, SOUND_LONGEST_US);
    return e;
}

/* ---- noting ---- */

/* Ends the waits of clients: the core has the sound of the open project. A later change does not matter. */
static void end_waits(struct sound_keeping *s)
{
    s->waits.noted = (struct sound_noted){ s->kept_for, s->revision, s->is_locked };
    if (id_equal(s->kept_for, s->open))
        sound_waits_end(&s->waits, s->looks);
}

static void take_noted(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sound_keeping *s = state;

    (void)answer, (void)fault;
    if (error != ERR_OK) {
        look_later(s, SOUND_LONGEST_US);
        return;
    }
    s->has_let_go = s->keeper == KEEPER_NONE;
    end_waits(s);
    end_look(s, s->looks_again);
}

static void note_kept(struct sound_keeping *s, uint64_t serial)
{
    const struct audio_sounding_kept kept = { .project = s->kept_for,
                                              .revision = s->revision,
                                              .serial = serial,
                                              .has_tempo_lock = true,
                                              .tempo_lock = s->is_locked,
                                              .has_keeper = true,
                                              .keeper.value = s->keeper,
                                              .has_seen = s->keeper == KEEPER_NONE,
                                              .seen = s->now.serial };

    (void)ask_sound_service(s, "audio.sounding_kept", &kept, take_noted);
}

/* The core has changes of a person that the store lacks: the next look writes them. */
static void note_changed(struct sound_keeping *s)
{
    s->looks_again = true;
    note_kept(s, 0);
}

/* ---- setting ---- */

static void take_serial(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sound_keeping *s = state;

    (void)fault;
    if (error != ERR_OK)
        look_later(s, SOUND_LONGEST_US);
    else if (text_equal(s->body, sound_body_merge(&s->arena, TEXT("{}"), answer)))
        note_kept(s, ((const struct sounding *)answer)->serial);
    else
        note_changed(s); /* meanwhile */
}

static void write_begun(struct sound_keeping *s);

static void take_set(void *state, bool is_set)
{
    struct sound_keeping *s = state;

    s->looks_again = s->looks_again || !s->away.is_known;
    if (!is_set)
        look_later(s, SOUND_LONGEST_US);
    else if (s->is_beginning)
        write_begun(s);
    else if (s->only_untouched)
        note_changed(s);
    else
        (void)ask_sound_service(s, "audio.sounding", &(const char){ 0 }, take_serial);
}

static void take_announced(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sound_keeping *s = state;

    (void)answer, (void)fault;
    if (error != ERR_OK)
        look_later(s, SOUND_LONGEST_US);
    else
        sound_set(s->p, &s->arena, &s->want, &s->now, s->only_untouched && !s->is_beginning, &s->away, take_set, s);
}

/* Informs the core, before it is set, that no project keeps its sound, so its answers report that. A successor that
 * finds the revision no_part sets everything again. A fresh core stays as it is. */
static void announce_set(struct sound_keeping *s)
{
    const struct audio_sounding_kept as_it_is = { .project = s->only_untouched ? s->now.project : s->kept_for,
                                                  .revision = s->only_untouched ? s->now.revision : no_part,
                                                  .serial = s->now.touched ? 0 : s->now.serial,
                                                  .has_tempo_lock = true,
                                                  .tempo_lock = s->now.tempo_lock,
                                                  .has_keeper = true,
                                                  .keeper.value = KEEPER_SETS };

    (void)ask_sound_service(s, "audio.sounding_kept", &as_it_is, take_announced);
}

static void set_project(struct sound_keeping *s, struct txn *txn, const struct element *project,
                        const struct element *part)
{
    struct fault fault = { 0 };
    struct sounding all;
    char id[ID_TEXT_SIZE];
    const bool is_fresh = part->revision == 0 || s->now.keeper.value != KEEPER_NONE;

    s->only_untouched = !s->now.has_project && s->now.touched && is_fresh;
    s->kept_for = project->project;
    s->revision = part->revision;
    s->is_beginning = sound_begin_is_due(txn, &s->arena, part);
    if (s->is_beginning) {
        s->body = sound_begin_body(txn, &s->arena, &s->now, &s->want);
        sound_return_note(txn, &s->arena, project->project, s->body, &s->away);
        announce_set(s);
        return;
    }
    sound_return_note(txn, &s->arena, project->project, part->body, &s->away);
    if (sound_body_read(txn, &s->arena, project, part->body, &s->want, &fault) != ERR_OK) {
        log_warn("the sound of project %s cannot be read: %s", id_write(project->project, id), fault.what);
        s->want = s->now;
    }
    sound_body_leave_inserts(&s->arena, part->body, &s->now, &s->want);
    all = sound_set_expect(&s->want, &s->now);
    s->body = sound_body_merge(&s->arena, TEXT("{}"), &all);
    announce_set(s);
}

/* ---- writing ---- */

static void end_step(struct sound_keeping *s, enum err error)
{
    s->step.is_due = s->step.is_due && !(s->step.is_written && error == ERR_OK);
    s->step.is_written = false;
}

static void take_written(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sound_keeping *s = state;
    struct element part;
    struct txn *txn;
    enum err e = error;

    (void)answer;
    end_step(s, error);
    if (e == ERR_OK)
        e = project_read(s->p, &txn, NULL);
    if (e != ERR_OK) {
        if (error != ERR_CONFLICT && error != ERR_OK)
            log_warn("the project does not keep the current sound: %s", fault->what);
        look_later(s, SOUND_LONGEST_US);
        return;
    }
    e = sound_body_get(txn, &s->arena, s->kept_for, &part);
    s->revision = part.revision;
    s->looks_again = true; /* another project may be open */
    if (e == ERR_OK && text_equal(part.body, s->body))
        note_kept(s, s->now.serial);
    else
        look_later(s, SOUND_LONGEST_US); /* another client has changed it meanwhile */
    txn_end(txn);
    project_publish(s->p, s->kept_for);
    uses_note(s->p, s->kept_for);
}

static void write_actions(struct sound_keeping *s, struct text label, struct action *actions, uint32_t count)
{
    char scope[ID_TEXT_SIZE];
    const struct persist_apply apply = { .label = label,
                                         .scope = text_of(id_write(actions[0].element.project, scope)),
                                         .actions = { count, actions } };

    (void)ask_sound_service(s, "persist.apply", &apply, take_written);
}

static struct action part_action(const struct element *part, struct text body)
{
    return action_without_step(action_put(ELEMENT_KIND_SOUND, part->project, part->id, body, part->revision));
}

/* True if the pads that are written are those of the step: while their sounds are loaded, other changes come. A change
 * after them, as of a knob, is written with them. */
static bool has_step(struct sound_keeping *s, struct txn *txn, const struct element *part)
{
    const struct audio_set_pads asked = { .each = s->step.pads };
    struct sounding sounding = { .has_project = true, .project = part->project };
    struct audio_set_pads own;

    if (!s->step.is_due || !id_equal(s->step.project, part->project) ||
        codec_copy(&audio_set_pads_shape, &asked, &s->arena, &own) != ERR_OK)
        return false;
    sounding.pads = own.each;
    sound_return_own_ids(txn, &s->arena, &s->away, &sounding);
    return sound_body_gains(&s->arena, part->body, s->body, sounding.pads);
}

/* What else has changed is no part of the step: undo of a kit moves no fader. The keys are last: after those of full
 * pads persist begins no other action (together.h). */
static void write_step(struct sound_keeping *s, const struct element *part)
{
    const struct text pads = sound_body_pads(&s->arena, s->body);

    struct action actions[] = {
        part_action(part, sound_body_with_pads(&s->arena, s->body, part->body)),
        s->step.also,
        action_keys(ELEMENT_KIND_SOUND, part->project, part->id, pads),
    };

    s->step.is_written = true;
    write_actions(s, s->step.label, actions, sizeof(actions) / sizeof(*actions));
}

static void write_part(struct sound_keeping *s, const struct element *part)
{
    struct action action = part_action(part, s->body);

    write_actions(s, TEXT("keep the current sound"), &action, 1);
}

/* A conflict: another project was opened meanwhile, or the part is there. */
static void write_begun(struct sound_keeping *s)
{
    const struct element part = { .id = sound_body_id(s->kept_for), .project = s->kept_for };
    struct action actions[2];
    struct txn *txn;
    struct id open;

    if (project_read(s->p, &txn, NULL) != ERR_OK) {
        look_later(s, SOUND_LONGEST_US);
        return;
    }
    actions[0] = part_action(&part, s->body);
    actions[1] = sound_begin_done(&s->arena, s->kept_for, txn);
    const bool is_open = elements_current(txn, &s->arena, &open) == ERR_OK && id_equal(open, s->kept_for);
    txn_end(txn);
    if (is_open)
        write_actions(s, TEXT("keep the current sound"), actions, 2);
    else
        look_later(s, 0);
}

/* ---- looking ---- */

/* True if the part of the core's project must be written before the core is set to another project. */
static bool follow_core(struct sound_keeping *s, struct txn *txn, struct id open)
{
    struct element project, part;

    if (!s->now.has_project || !s->now.touched || parts_get(txn, &s->arena, s->now.project, &project) != ERR_OK)
        return false;
    (void)sound_body_get(txn, &s->arena, s->now.project, &part);
    if (part.revision != s->now.revision)
        return false; /* it was changed otherwise: the core follows it */
    s->body = sound_body_merge(&s->arena, part.body, &s->now);
    s->kept_for = s->now.project;
    s->revision = part.revision;
    const bool is_step = has_step(s, txn, &part);
    s->step.is_due = s->step.is_due && (is_step || !s->step.is_last);
    if (!text_equal(s->body, part.body)) {
        is_step ? write_step(s, &part) : write_part(s, &part);
        return true;
    }
    if (!id_equal(open, s->now.project))
        return false;
    note_kept(s, s->now.serial);
    return true;
}

/* Notes that the core has the project's sound. The lock of its tempo is not compared. */
static void note_state(struct sound_keeping *s)
{
    s->kept_for = s->now.project;
    s->revision = s->now.revision;
    note_kept(s, s->now.touched ? 0 : s->now.serial);
}

/* No project is open any more. The last changes go to the former project, and the next one gets none of them. */
static void leave_sound(struct sound_keeping *s, struct txn *txn)
{
    const bool is_of_project = s->now.keeper.value == KEEPER_KEEPS && s->now.has_project;

    s->keeper = KEEPER_KEEPS;
    if (s->now.keeper.value == KEEPER_KEEPS && follow_core(s, txn, (struct id){ 0 }))
        return;
    s->is_locked = false;
    s->keeper = KEEPER_NONE;
    s->kept_for = s->open = (struct id){ 0 };
    s->revision = 0;
    note_kept(s, s->now.touched && !is_of_project ? 0 : s->now.serial);
}

static void take_returned(void *state, bool is_set)
{
    is_set ? end_look(state, true) : look_later(state, SOUND_LONGEST_US);
}

static void decide_next(struct sound_keeping *s, struct txn *txn)
{
    struct element project, part;
    struct id open;

    if (elements_current(txn, &s->arena, &open) != ERR_OK || parts_get(txn, &s->arena, open, &project) != ERR_OK) {
        leave_sound(s, txn);
        return;
    }
    s->open = open;
    s->is_locked = sound_locks_tempo(&s->arena, &project);
    s->keeper = KEEPER_KEEPS;
    if (follow_core(s, txn, open))
        return;
    (void)sound_body_get(txn, &s->arena, open, &part);
    s->kept_for = open;
    s->revision = part.revision;
    bool is_kept = part.revision == s->now.revision || /* else a predecessor died before it noted what it wrote */
                   (s->now.keeper.value == KEEPER_KEEPS && sound_body_has(&s->arena, part.body, &s->now));
    if (!s->now.has_project || !id_equal(open, s->now.project) || !is_kept)
        set_project(s, txn, &project, &part);
    else if (part.revision != s->now.revision)
        note_kept(s, s->now.serial);
    else if (s->now.tempo_lock != s->is_locked || s->now.keeper.value != KEEPER_KEEPS)
        note_state(s);
    else {
        end_waits(s);
        if (!sound_pattern_note(&s->pattern, s->p, txn, &s->arena, &project, &part, &s->now, take_returned, s) &&
            !sound_return_begin(s->p, txn, &s->arena, &project, &part, &s->now, &s->away, take_returned, s))
            end_look(s, false);
    }
}

static void take_sounding(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sound_keeping *s = state;
    struct txn *txn;

    (void)fault;
    if (error != ERR_OK || codec_copy(&sounding_shape, answer, &s->arena, &s->now) != ERR_OK ||
        project_read(s->p, &txn, NULL) != ERR_OK) {
        look_later(s, SILENT_US);
        return;
    }
    if (s->now.again && s->away.again == 0 && s->asked != s->now.serial) {
        s->asked = s->now.serial;
        s->away.is_known = false; /* a person set the pad or the pattern while the streamer was away */
    }
    sound_return_own_ids(txn, &s->arena, &s->away, &s->now);
    decide_next(s, txn);
    txn_end(txn);
}

void sound_keep_look(struct sound_keeping *s)
{
    s->is_urgent = false;
    s->looked = clock_steady();
    arena_reset(&s->arena);
    if (s->has_let_go && !sound_has_project(s->p))
        return;
    s->has_let_go = false;
    s->is_busy = true;
    s->looks_again = false;
    s->looks++;
    (void)ask_sound_service(s, "audio.sounding", &(const char){ 0 }, take_sounding);
}
