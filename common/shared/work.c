#include "common/shared/work.h"

#include <stdio.h>

static const char *const names[WORK_KINDS] = {
    [WORK_NONE] = "",
    [WORK_OPENING] = "opening the store",
    [WORK_MIGRATING] = "migrating the store",
    [WORK_CHECKING] = "checking the store",
    [WORK_RESTORING] = "restoring the store",
    [WORK_INDEXING] = "building the search index",
};

static _Thread_local struct {
    void (*beat)(void *state);
    void *state;
    uint32_t steps;
} heart;

void work_report(const struct long_work *work, enum work_kind kind, uint64_t done, uint64_t total)
{
    if (work && work->report)
        work->report(work->state, kind, done, total);
}

uint32_t work_share(uint64_t done, uint64_t total)
{
    if (total == 0)
        return 0;
    if (done >= total)
        return WORK_WHOLE;
    return (uint32_t)((double)done / (double)total * WORK_WHOLE);
}

const char *work_write(enum work_kind kind, uint32_t share, char to[WORK_TEXT_SIZE])
{
    uint32_t percent = share / (WORK_WHOLE / 100);

    to[0] = '\0';
    if (kind <= WORK_NONE || kind >= WORK_KINDS)
        return to;
    if (share == 0 || percent > 100)
        (void)snprintf(to, WORK_TEXT_SIZE, "%s", names[kind]);
    else
        (void)snprintf(to, WORK_TEXT_SIZE, "%s, %u %%", names[kind], percent);
    return to;
}

void work_beat_with(void (*beat)(void *state), void *state)
{
    heart.beat = beat;
    heart.state = state;
}

void work_beat(void)
{
    if (heart.beat)
        heart.beat(heart.state);
}

void work_step(void)
{
    if (++heart.steps % WORK_STEPS == 0)
        work_beat();
}
