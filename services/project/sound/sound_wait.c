#include "services/project/sound/sound_wait.h"

#include "services/project/parts/sound_body.h"

enum { TICK_US = 100000 };

bool sound_locks_tempo(struct arena *arena, const struct element *project)
{
    struct tree body;

    return tree_read(project->body, arena, &body, NULL) == ERR_OK && tree_bool(&body, "tempo_lock", false);
}

bool sound_has_project(struct project *p)
{
    struct arena arena = { 0 };
    struct txn *txn;
    struct id open;
    bool has;

    if (project_read(p, &txn, NULL) != ERR_OK)
        return false;
    has = elements_current(txn, &arena, &open) == ERR_OK;
    txn_end(txn);
    arena_free(&arena);
    return has;
}

bool sound_is_noted(const struct sound_waits *waits, struct txn *txn, bool has_let_go)
{
    struct arena arena = { 0 };
    struct element project, part;
    struct id open;
    bool is_noted = has_let_go;

    if (elements_current(txn, &arena, &open) == ERR_OK && parts_get(txn, &arena, open, &project) == ERR_OK) {
        (void)sound_body_get(txn, &arena, open, &part);
        is_noted = id_equal(open, waits->noted.project) && part.revision == waits->noted.revision &&
                   sound_locks_tempo(&arena, &project) == waits->noted.is_locked;
    }
    arena_free(&arena);
    return is_noted;
}

static void end_waits(struct sound_waits *waits, uint64_t look, usec_t now);

static void tick_waits(void *state)
{
    struct sound_waits *waits = state;

    end_waits(waits, 0, clock_steady());
    if (waits->count == 0)
        service_every(waits->service, 0, tick_waits, waits);
}

bool sound_waits_add(struct sound_waits *waits, struct service *service, struct sound_waiter one)
{
    if (waits->is_silent || waits->count == SOUND_WAITERS)
        return false;
    waits->service = service;
    waits->each[waits->count++] = one;
    service_every(service, TICK_US, tick_waits, waits);
    return true;
}

/* Ends the waits that a look answers, or whose time is over. `done` may add others, which stay. */
static void end_waits(struct sound_waits *waits, uint64_t look, usec_t now)
{
    struct sound_waiter ended[SOUND_WAITERS];
    uint32_t count = 0, left = 0;

    for (uint32_t i = 0; i < waits->count; i++)
        if (waits->each[i].look <= look || waits->each[i].until <= now)
            ended[count++] = waits->each[i];
        else
            waits->each[left++] = waits->each[i];
    waits->count = left;
    for (uint32_t i = 0; i < count; i++)
        waits->is_silent |= ended[i].look > look;
    for (uint32_t i = 0; i < count; i++)
        ended[i].done(ended[i].state, ended[i].look <= look);
}

void sound_waits_end(struct sound_waits *waits, uint64_t look)
{
    waits->is_silent = false;
    end_waits(waits, look, 0);
}

void sound_waits_close(struct sound_waits *waits)
{
    end_waits(waits, 0, INT64_MAX);
}
