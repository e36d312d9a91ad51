/* kbase_content.h: which tables and projects a database has. One thread. */
#ifndef LOOPHOLE_WORKER_KBASE_CONTENT_H
#define LOOPHOLE_WORKER_KBASE_CONTENT_H

#include "schema_worker.h"
#include "services/worker/kbase/kbase_tables.h"

enum { KBASE_PROJECTS = 256 };

struct kbase_content {
    struct base *base;
    struct arena *arena;
    struct kbase_tables tables;
    struct kbase_notes notes;
    struct kbase_project_list projects;
};

/* Errors (explained): those of kbase_tables_read; bad_request: it has none of the tables of K. */
enum err kbase_content_read(struct base *base, struct arena *arena, struct kbase_content *to, struct fault *fault);

#endif
