#include "services/project/midi/midi_follow.h"

#include <math.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "schema_audio.h"
#include "services/project/midi/bindings.h"
#include "services/project/midi/feedback.h"
#include "services/project/midi/learn.h"
#include "services/project/midi/live.h"
#include "services/project/midi/pad_controls.h"

enum { BUDGET_MS = 2000, LEARN_LOOK_US = 50000, BEGIN_US = 200000 };

struct midi_following {
    struct project *p;
    bool is_read;
    struct id project; /* whose bindings these are, of that revision */
    uint64_t revision;
    struct midi_memory memory[MIDI_PORTS];
    struct midi_live live[MIDI_BINDINGS];
    struct midi_feedback *feedback;
    struct pad_controls *pads;
    bool core_hits; /* the core itself hits pads with the message that is heard */
    struct arena arena;

    midi_learned_fn *learned; /* NULL: no client learns */
    void *learner;
    usec_t learns_until;
    struct midi_learning learning;
};

/* ---- the bindings of the open project ---- */

static struct midi_live *find_live(struct midi_following *s, const struct midi_binding *binding)
{
    struct midi_live *free_one = NULL;

    for (uint32_t i = 0; i < MIDI_BINDINGS; i++) {
        if (live_is_of(&s->live[i], binding))
            return &s->live[i];
        if (!free_one && !s->live[i].is_used && !s->live[i].is_busy)
            free_one = &s->live[i];
    }
    return free_one;
}

static void release_pad(struct midi_live *live);

static void take_bindings(struct midi_following *s, const struct midi_bindings *bindings, bool is_same_project)
{
    for (uint32_t i = 0; i < MIDI_BINDINGS; i++) {
        s->live[i].is_seen = false;
        s->live[i].is_picked = s->live[i].is_picked && is_same_project;
    }
    for (uint32_t i = 0; i < bindings->each.count; i++) {
        struct midi_live *live = find_live(s, &bindings->each.at[i]);
        if (live)
            live_set(live, &bindings->each.at[i], s);
    }
    for (uint32_t i = 0; i < MIDI_BINDINGS; i++) {
        if (s->live[i].is_used && !s->live[i].is_seen)
            release_pad(&s->live[i]);
        s->live[i].is_used = s->live[i].is_seen;
    }
    pad_controls_send(s->pads, s->learned != NULL);
}

static void read_bindings(struct midi_following *s, struct txn *txn)
{
    struct midi_bindings bindings = { 0 };
    struct element project = { 0 };
    struct tree body;
    struct id open = { 0 };

    if (elements_current(txn, &s->arena, &open) == ERR_OK)
        (void)parts_get(txn, &s->arena, open, &project);
    if (s->is_read && id_equal(open, s->project) && project.revision == s->revision)
        return;
    if (project.body.len && tree_read(project.body, &s->arena, &body, NULL) == ERR_OK)
        bindings_read(&body, &s->arena, &bindings);
    take_bindings(s, &bindings, id_equal(open, s->project));
    s->is_read = true;
    s->project = open;
    s->revision = project.revision;
    feedback_look(s->feedback);
}

/* False: the store cannot be read yet. */
static bool update_bindings(struct midi_following *s)
{
    struct txn *txn;

    arena_reset(&s->arena);
    if (project_read(s->p, &txn, NULL) != ERR_OK)
        return false;
    read_bindings(s, txn);
    txn_end(txn);
    return true;
}

/* ---- what a binding does ---- */

static void run_live(struct midi_live *live);

static void take_set(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct midi_live *live = state;

    (void)answer;
    live->is_busy = false;
    if (error != ERR_OK) {
        live->is_picked = false;
        log_warn("%s did not move %s: %s", live->control_name, live->name, fault->what);
    }
    run_live(live);
}

static void take_done(void *state, enum err error, const void *answer, const struct fault *fault)
{
    const struct midi_live *live = state;

    (void)answer;
    if (error != ERR_OK)
        log_warn("%s did not do %s: %s", live->control_name, live->name, fault->what);
}

static bool send_value(struct midi_live *live, double value,
                       void (*done)(void *state, enum err error, const void *answer, const struct fault *fault))
{
    struct midi_following *s = live->owner;
    struct fault fault = { 0 };
    struct target_ask ask;

    return target_set(&live->target, value, &s->arena, &ask, &fault) == ERR_OK &&
           service_ask(s->p->service, ask.name, ask.request, ask.budget_ms, NULL, done, live, &fault) == ERR_OK;
}

static void take_look(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct midi_live *live = state;
    struct midi_following *s = live->owner;
    double now, value;

    (void)fault;
    arena_reset(&s->arena);
    live->is_busy = live->is_used && error == ERR_OK && target_value(&live->target, answer, &now) &&
                    live_decide(live, now, &value) && send_value(live, value, take_set);
    live_forget_moves(live);
}

/* Asks for the current value of the target, and then sets the new one. */
static void run_live(struct midi_live *live)
{
    struct midi_following *s = live->owner;
    struct fault fault = { 0 };

    if (live->is_busy || !live->is_used || !live_is_moved(live))
        return;
    live->is_busy = service_ask(s->p->service, live->target.look, &(const char){ 0 }, BUDGET_MS, NULL, take_look, live,
                                &fault) == ERR_OK;
}

/* Releases the pad that an ask of the binding has hit. */
static void release_pad(struct midi_live *live)
{
    struct midi_following *s = live->owner;
    struct target_ask ask;
    struct fault fault = { 0 };

    if (live->is_hit && target_release(&live->target, &s->arena, &ask))
        (void)service_ask(s->p->service, ask.name, ask.request, ask.budget_ms, NULL, take_done, live, &fault);
    live->is_hit = false;
}

/* Does what the binding says when its control is pressed, unless the core has done it. */
static void press_live(struct midi_live *live, const struct midi_move *move)
{
    const struct midi_following *s = live->owner;

    if (s->core_hits && pad_controls_has(live))
        return;
    (void)send_value(live, target_at(&live->target, live->from, live->until, move->position), take_done);
    live->is_hit = true;
}

static void move_live(struct midi_live *live, const struct midi_move *move)
{
    const bool ends = !move->is_pressed && (live->is_down || move->data == 0);

    if (live->target.kind != MIDI_TRIGGER) {
        live_note_move(live, move);
        run_live(live);
    } else if (live_is_pressed(live, move)) {
        press_live(live, move);
    } else if (ends) {
        release_pad(live);
    }
}

/* ---- learning ---- */

static void look_at_time(void *state);

static void end_learning(struct midi_following *s, const struct midi_control *control)
{
    midi_learned_fn *learned = s->learned;

    service_every(s->p->service, 0, look_at_time, s);
    s->learned = NULL;
    pad_controls_send(s->pads, false);
    learned(s->learner, control);
}

static void look_at_time(void *state)
{
    struct midi_following *s = state;
    struct midi_control found;
    usec_t now = clock_steady();

    if (learn_wait(&s->learning, now, &found))
        end_learning(s, &found);
    else if (now > s->learns_until)
        end_learning(s, NULL);
}

void midi_learn(struct project *p, usec_t until, midi_learned_fn *done, void *state)
{
    struct midi_following *s = p->midi;

    if (s->learned) /* perhaps by a person who gave up and began again */
        end_learning(s, NULL);
    s->learned = done;
    s->learner = state;
    s->learns_until = until;
    s->learning = (struct midi_learning){ 0 };
    service_every(p->service, LEARN_LOOK_US, look_at_time, s);
    pad_controls_send(s->pads, true);
}

/* ---- the service ---- */

/* While a client learns, a control moves nothing, but ends what it holds. */
static bool is_moved_by(const struct midi_live *live, const struct midi_move *move, bool learns)
{
    const bool holds = live->target.kind == MIDI_TRIGGER || live->mode == MIDI_MODE_HOLD;

    return live->is_used && midi_control_equal(live->control, move->control) &&
           (!learns || (holds && live->is_down && !move->is_pressed));
}

static void handle_midi(void *state, const void *body, bool gap)
{
    struct midi_following *s = state;
    const struct audio_midi *midi = body;
    struct midi_move moves[MIDI_CONTROL_MOVES];
    const uint32_t port = midi->has_port ? (uint32_t)midi->port : 0;
    uint32_t count = midi_moves(s->memory, port, midi->message.at, midi->message.len, moves);
    struct midi_control found;
    const bool learns = s->learned != NULL;

    (void)gap;
    s->core_hits = midi->has_hits && midi->hits;
    if (learns && pad_controls_waited(s->pads, midi->frame) &&
        learn_moves(&s->learning, moves, count, clock_steady(), &found))
        end_learning(s, &found);
    if (count > 0)
        (void)update_bindings(s);
    for (uint32_t m = 0; m < count; m++)
        for (uint32_t i = 0; i < MIDI_BINDINGS; i++)
            if (is_moved_by(&s->live[i], &moves[m], learns))
                move_live(&s->live[i], &moves[m]);
    if (!s->core_hits || !pad_controls_are_sent(s->pads))
        pad_controls_send(s->pads, s->learned != NULL);
}

static void handle_commit(void *state, const void *body, bool gap)
{
    (void)body, (void)gap;
    (void)update_bindings(state);
}

/* Lets an ask wait until the core has the bindings of pads that are in the store now. */
static bool wait_for_core(struct project *p, usec_t until, void (*done)(void *state), void *state)
{
    return service_is_supervised(p->service, "audio") && update_bindings(p->midi) &&
           pad_controls_wait(p->midi->pads, until, done, state);
}

/* Devices show their values before anything changes. */
static void begin_following(void *state)
{
    struct midi_following *s = state;

    if (update_bindings(s))
        service_every(s->p->service, 0, begin_following, s);
}

enum err midi_follow_open(struct project *p, struct fault *fault)
{
    struct midi_following *s = alloc_zeroed(1, sizeof(*s));

    s->p = p;
    p->midi = s;
    p->wait_for_midi = wait_for_core;
    s->pads = pad_controls_open(p, s->live, MIDI_BINDINGS);
    service_every(p->service, BEGIN_US, begin_following, s);
    if (service_subscribe(p->service, "audio.midi", handle_midi, s) != ERR_OK ||
        service_subscribe(p->service, "persist.changed", handle_commit, s) != ERR_OK)
        return fault_set(fault, ERR_FULL, "no room to subscribe to the audio core");
    return feedback_open(p, s->live, MIDI_BINDINGS, &s->feedback, fault);
}

void midi_follow_close(struct project *p)
{
    if (!p->midi)
        return;
    if (p->midi->learned)
        end_learning(p->midi, NULL);
    feedback_close(p->midi->feedback);
    p->wait_for_midi = NULL;
    pad_controls_close(p->midi->pads);
    arena_free(&p->midi->arena);
    free(p->midi);
    p->midi = NULL;
}
