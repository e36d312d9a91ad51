#include "supervisor/store_watch.h"

#include "common/process/log.h"

enum { LOOK_US = 1000000, NAMED_US = 2000000, KILLED_US = 10000000 };

static void end_culprit(struct watched_store *watched, const struct paths *paths)
{
    if (!culprit_kill(paths, &watched->last))
        return;
    log_warn("process %d (%s) was killed: no other process could open the store", (int)watched->last.pid,
             watched->last.program);
}

static void look_at_stuck(struct watched_store *watched, const struct paths *paths)
{
    char text[CULPRIT_TEXT];

    if (watched->stuck < NAMED_US)
        return;
    if (!watched->alarm[0])
        log_warn("%s", culprit_write(&watched->last, text));
    (void)culprit_write(&watched->last, watched->alarm);
    if (watched->stuck >= KILLED_US)
        end_culprit(watched, paths);
}

void store_watch_look(struct watched_store *watched, const struct paths *paths, usec_t now, usec_t passed)
{
    struct culprit culprit;

    watched->seen += passed;
    if (now - watched->looked < LOOK_US)
        return;
    culprit = culprit_find(paths);
    if (!culprit_is_stuck(&watched->last, &culprit)) {
        watched->stuck = 0;
        watched->alarm[0] = '\0';
    } else {
        watched->stuck += watched->seen;
    }
    watched->looked = now;
    watched->seen = 0;
    watched->last = culprit;
    if (watched->stuck)
        look_at_stuck(watched, paths);
}
