/* pipeline.h: the way of each file through its analysis. The file's content is hashed first. A content with facts needs
 * no analysis. A new item becomes an older one if both have the same content and the older one's file is gone. The
 * other files are analysed. persist gets the results. Each item is in progress once at most. The loop's thread.
 *
 *   pipeline_add ─► hash ─┬─ an older item's file is gone ──► it moved here ─┐
 *                        ├─ the content is known ──────────────────────────►├─► persist ─► counted
 *                        ├─ the content is in progress ──► waits ──────┐    │
 *                        └─ new ──► analyse ◄──────────────────────────┘ ──►┘ */
#ifndef LOOPHOLE_INDEXER_PIPELINE_H
#define LOOPHOLE_INDEXER_PIPELINE_H

#include "schema_indexer.h"
#include "services/indexer/analyse/pipeline_events.h"
#include "services/indexer/analyse/pool.h"
#include "services/indexer/analyse/result_queue.h"
#include "services/indexer/base/catalogue_reader.h"

struct pipeline;

/* `service`, `errands` and `catalogue` must outlive the pipeline; it copies `settings` and `events`. */
struct pipeline *pipeline_new(struct service *service, struct errands *errands, struct catalogue_reader *catalogue,
                              const struct pool_settings *settings, const struct pipeline_events *events);
void pipeline_free(struct pipeline *pipeline); /* NULL is allowed */

void pipeline_add(struct pipeline *pipeline, struct analysis *analysis); /* takes ownership */
void pipeline_ask(struct pipeline *pipeline,
                  struct analysis *analysis); /* for its ticket: before all others, not counted */
void pipeline_remake(struct pipeline *pipeline, struct analysis *analysis,
                     bool first); /* after all others, or before */
/* Hashes the file of an item before all others, for analysis->verifies. If the hash is not analysis->expected, the item
 * is analysed again. */
void pipeline_verify(struct pipeline *pipeline, struct analysis *analysis);
/* Drops the files of the library that no worker has begun. */
void pipeline_withdraw(struct pipeline *pipeline, struct id library);

void pipeline_turn(struct pipeline *pipeline); /* at the end of each turn */
void pipeline_tick(struct pipeline *pipeline); /* about every 100 ms */

uint64_t pipeline_waiting(const struct pipeline *pipeline);  /* files that no worker has got yet */
bool pipeline_is_idle(const struct pipeline *pipeline);      /* nothing is in progress, all results are durable */
bool pipeline_waits(const struct pipeline *pipeline);        /* for persist */
uint64_t pipeline_analyser(const struct pipeline *pipeline); /* 0: not known yet */
const char *pipeline_alarm(const struct pipeline *pipeline); /* "" or what a person should correct */

const struct pipeline_counts *pipeline_counted(const struct pipeline *pipeline); /* since pipeline_restart */
void pipeline_restart(struct pipeline *pipeline);                                /* counts from zero */

#endif
