/* kbase_sources.h: the videos and sounds that the loops and clips of a project name. One thread. */
#ifndef LOOPHOLE_WORKER_KBASE_SOURCES_H
#define LOOPHOLE_WORKER_KBASE_SOURCES_H

#include "proto/wire/tree.h"
#include "schema_worker.h"
#include "services/worker/kbase/kbase_tables.h"

enum { KBASE_SOURCES = 4096, KBASE_RATE_USUAL = 30 /* frames a second of a video that does not say it */ };

struct kbase_sources {
    struct base *base;
    const struct kbase_tables *tables;
    struct kbase_notes *notes;
    struct arena *arena;
    struct kbase_source_list found;
    double rates[KBASE_SOURCES]; /* frames a second; 0: the database does not say */
};

/* Adds the source of an id of the table `video`, unless it is there. Returns its place; KBASE_SOURCES: the value is no
 * id, or there are too many. */
uint32_t kbase_source_add(struct kbase_sources *sources, const struct base_value *id);

/* The sources as items of a project.json, with their names. */
struct tree kbase_source_items(const struct kbase_sources *sources);

/* A text as a name: one line of UTF-8 of at most `most` bytes; empty: it is none. In the arena. */
struct text kbase_name(struct arena *arena, const struct base_value *value, uint32_t most);

#endif
