#include "services/project/sound/sound.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "proto/wire/codec_copy.h"
#include "services/project/sound/sound_keep.h"

static void take_change(void *state, const void *body, bool gap)
{
    struct sound_keeping *s = state;
    const struct audio_sounding_changed *changed = body;
    const bool awaited = changed->has_awaited && changed->awaited;

    s->has_let_go = s->has_let_go && !gap && !awaited; /* a core that started does not know it */
    s->changed = clock_steady();
    s->is_urgent = s->is_urgent || (awaited && s->is_busy);
    if (!s->is_busy && (awaited || s->changed - s->looked > SOUND_LONGEST_US))
        sound_keep_look(s); /* the first change after a pause is written at once */
    else
        sound_keep_due(s);
}

/* An undo of an import opens the project that was open before. */
static bool is_another_open(struct sound_keeping *s)
{
    struct arena arena = { 0 };
    struct txn *txn;
    struct id open;
    bool is_another;

    if (project_read(s->p, &txn, NULL) != ERR_OK)
        return false;
    is_another = elements_current(txn, &arena, &open) == ERR_OK && !id_equal(open, s->waits.noted.project);
    txn_end(txn);
    arena_free(&arena);
    return is_another;
}

/* The catalogue has changed, so an item that was away may have returned. */
static void take_catalogue(void *state, const void *body, bool gap)
{
    const struct persist_changed *changed = body;
    struct sound_keeping *s = state;

    if ((gap || changed->steps.count) && is_another_open(s))
        sound_look(s->p);
    if (s->away.count) {
        s->changed = clock_steady();
        sound_keep_due(s);
    }
}

bool sound_wait(struct project *p, struct txn *txn, usec_t until, void (*done)(void *state, bool is_set), void *state,
                bool *is_silent)
{
    struct sound_keeping *s = p->sounds;
    const struct sound_waiter one = { s->looks + 1, until, done, state };

    *is_silent = false;
    if (sound_is_noted(&s->waits, txn, s->has_let_go) || !service_is_supervised(p->service, "audio"))
        return false;
    *is_silent = !sound_waits_add(&s->waits, p->service, one);
    sound_look(p);
    return !*is_silent;
}

bool sound_is_of(const struct project *p, struct id project)
{
    return p->sounds && id_equal(p->sounds->waits.noted.project, project);
}

uint64_t sound_step_begin(struct project *p, struct id project, struct text label, struct action also,
                          const struct audio_set_pads *pads)
{
    struct sound_step *step = p->sounds ? &p->sounds->step : NULL;
    struct audio_set_pads own = { 0 };

    if (!step) /* the service ends */
        return 0;
    arena_reset(&step->arena);
    step->project = project;
    step->label = arena_text(&step->arena, label);
    step->also = also;
    step->also.element.body = arena_text(&step->arena, also.element.body);
    (void)codec_copy(&audio_set_pads_shape, pads, &step->arena, &own);
    step->pads = own.each;
    step->is_due = true;
    step->is_last = step->is_written = false; /* the answer to a write is one for the former step */
    return ++step->number;
}

void sound_step_end(struct project *p, uint64_t number, bool is_set)
{
    struct sound_step *step = p->sounds ? &p->sounds->step : NULL;

    if (!step || step->number != number)
        return;
    step->is_due = step->is_due && is_set;
    step->is_last = is_set;
}

void sound_look(struct project *p)
{
    struct sound_keeping *s = p->sounds;

    if (s && !s->is_busy)
        sound_keep_look(s);
    else if (s) { /* else the service ends */
        s->is_urgent = true;
        sound_keep_due(s);
    }
}

struct silent_sound_list sound_copy_silent(const struct silent_sound_list *from, struct arena *arena)
{
    struct silent_sound_list to = { from->count, arena_array(arena, from->count, sizeof(*to.at)) };

    for (uint32_t i = 0; i < to.count; i++) {
        to.at[i] = from->at[i];
        to.at[i].name = arena_text(arena, from->at[i].name);
        to.at[i].why = arena_text(arena, from->at[i].why);
    }
    return to;
}

enum err sound_open(struct project *p, struct fault *fault)
{
    struct sound_keeping *s = p->sounds = alloc_zeroed(1, sizeof(*s));

    s->p = p;
    if (service_subscribe(p->service, "audio.sounding_changed", take_change, s) != ERR_OK ||
        service_subscribe(p->service, "persist.changed", take_catalogue, s) != ERR_OK)
        return fault_set(fault, ERR_FULL, "no room to subscribe to the audio core and persist");
    s->is_urgent = true;
    sound_keep_due(s);
    return ERR_OK;
}

void sound_close(struct project *p)
{
    if (!p->sounds)
        return;
    sound_waits_close(&p->sounds->waits);
    arena_free(&p->sounds->arena);
    arena_free(&p->sounds->step.arena);
    free(p->sounds);
    p->sounds = NULL;
}
