/* hearing.h: what becomes of each file that is to be heard: its content hash first; a content that is known already
 * needs no analysis; a new item with the content of one whose file is gone is that one; the rest is analysed. What
 * was heard goes to persist. Each item is under way once at most. The loop's.
 *
 *   hearing_add ─► hash ─┬─ an older item's file is gone ──► it moved here ─┐
 *                        ├─ the content is known ──────────────────────────►├─► persist ─► counted
 *                        ├─ the content is under way ──► waits for it ─┐    │
 *                        └─ new ──► analyse ◄──────────────────────────┘ ──►┘                             */
#ifndef LOOPHOLE_INDEXER_HEARING_H
#define LOOPHOLE_INDEXER_HEARING_H

#include "services/indexer/analyse/pool.h"
#include "services/indexer/analyse/tell.h"
#include "services/indexer/scan/known.h"

struct hearing;

struct hearing_counts {
    uint64_t fresh; /* items that were to be heard */
    uint64_t done, failed;
    double seconds; /* of audio */
};

/* What became of artefacts that were to be made again: they are there; perhaps later; not from this file, ever. */
enum remade_how { REMADE, REMADE_NOT_NOW, REMADE_NEVER };

struct hearing_events {
    void (*failed)(void *state, const char *path, struct text why);
    /* A file changed under the scan that saw it: its folder is to be looked at again. */
    void (*look_again)(void *state, struct id library, const char *path);
    void (*remade)(void *state, struct id content, enum remade_how how); /* the end of hearing_remake */
    void *state;
};

/* Errors: full. */
enum err hearing_new(struct service *service, struct errands *errands, struct known *known,
                     const struct pool_settings *settings, const struct hearing_events *events,
                     struct hearing **hearing, struct fault *fault);
void hearing_free(struct hearing *hearing); /* NULL is allowed */

void hearing_add(struct hearing *hearing, struct work *work); /* takes it over */
void hearing_ask(struct hearing *hearing, struct work *work); /* for its ticket: first of all, not counted */
void hearing_remake(struct hearing *hearing, struct work *work, bool first); /* after all others, or first of all */
void hearing_withdraw(struct hearing *hearing, struct id library);           /* drops what is not under way */

void hearing_turn(struct hearing *hearing); /* at the end of each turn */
void hearing_tick(struct hearing *hearing); /* every 100 ms or so */

uint64_t hearing_waiting(const struct hearing *hearing);  /* files that no worker was given yet */
bool hearing_is_idle(const struct hearing *hearing);      /* nothing under way, all durable */
bool hearing_waits(const struct hearing *hearing);        /* for persist */
uint64_t hearing_analyser(const struct hearing *hearing); /* 0: not known yet */
const char *hearing_alarm(const struct hearing *hearing); /* "" or what a person should see to */

const struct hearing_counts *hearing_counted(const struct hearing *hearing); /* since hearing_restart */
void hearing_restart(struct hearing *hearing);                               /* counts from zero */

#endif
