/* pipeline.h: what becomes of each file that is to be heard: its content hash first; a content that is known already
 * needs no analysis; a new item with the content of one whose file is gone is that one; the rest is analysed. What
 * was heard goes to persist. Each item is under way once at most. The loop's.
 *
 *   pipeline_add ─► hash ─┬─ an older item's file is gone ──► it moved here ─┐
 *                        ├─ the content is known ──────────────────────────►├─► persist ─► counted
 *                        ├─ the content is under way ──► waits for it ─┐    │
 *                        └─ new ──► analyse ◄──────────────────────────┘ ──►┘                             */
#ifndef LOOPHOLE_INDEXER_PIPELINE_H
#define LOOPHOLE_INDEXER_PIPELINE_H

#include "services/indexer/analyse/pool.h"
#include "services/indexer/analyse/result_queue.h"
#include "services/indexer/scan/catalogue_reader.h"

struct pipeline;

struct pipeline_counts {
    uint64_t fresh; /* items that were to be heard */
    uint64_t done, failed;
    double seconds; /* of audio */
};

/* What became of artefacts that were to be made again: they are there; perhaps later; not from this file, ever. */
enum remade_how { REMADE, REMADE_NOT_NOW, REMADE_NEVER };

struct pipeline_events {
    void (*failed)(void *state, const char *path, struct text why);
    /* A file changed under the scan that saw it: its folder is to be looked at again. */
    void (*look_again)(void *state, struct id library, const char *path);
    void (*remade)(void *state, struct id content, enum remade_how how); /* the end of pipeline_remake */
    void *state;
};

/* Errors: full. */
struct pipeline *pipeline_new(struct service *service, struct errands *errands, struct catalogue_reader *catalogue,
                              const struct pool_settings *settings, const struct pipeline_events *events);
void pipeline_free(struct pipeline *pipeline); /* NULL is allowed */

void pipeline_add(struct pipeline *pipeline, struct work *work); /* takes it over */
void pipeline_ask(struct pipeline *pipeline, struct work *work); /* for its ticket: first of all, not counted */
void pipeline_remake(struct pipeline *pipeline, struct work *work, bool first); /* after all others, or first of all */
void pipeline_withdraw(struct pipeline *pipeline, struct id library);           /* drops what is not under way */

void pipeline_turn(struct pipeline *pipeline); /* at the end of each turn */
void pipeline_tick(struct pipeline *pipeline); /* every 100 ms or so */

uint64_t pipeline_waiting(const struct pipeline *pipeline);  /* files that no worker was given yet */
bool pipeline_is_idle(const struct pipeline *pipeline);      /* nothing under way, all durable */
bool pipeline_waits(const struct pipeline *pipeline);        /* for persist */
uint64_t pipeline_analyser(const struct pipeline *pipeline); /* 0: not known yet */
const char *pipeline_alarm(const struct pipeline *pipeline); /* "" or what a person should see to */

const struct pipeline_counts *pipeline_counted(const struct pipeline *pipeline); /* since pipeline_restart */
void pipeline_restart(struct pipeline *pipeline);                                /* counts from zero */

#endif
