/* import_plan.h: what an import of work->document changes. If an import made a loop or clip, and it was not
 * changed here since, it gets the content that the document has now. Everything else that is here stays as it is. So a
 * second import of the same document changes nothing. One thread for each transaction and arena. */
#ifndef LOOPHOLE_PROJECT_IMPORT_PLAN_H
#define LOOPHOLE_PROJECT_IMPORT_PLAN_H

#include "schema_project.h"
#include "services/project/handlers/work.h"
#include "services/project/parts/action.h"

struct import_plan {
    bool is_new;             /* the project is made */
    bool is_own;             /* the project was made of this document before */
    struct text name;        /* of the project */
    struct action_list todo; /* room for two more; of a new project, the first makes it */
    struct import_line_list lines;
};

/* Finds the project of the ask: the one that was made of the document before, or the one of the name. Sets work->id.
 * Errors (explained): bad_request (of the document), exists. */
enum err import_plan_find(struct work *work, struct txn *txn, struct import_plan *to, struct fault *fault);

/* Compares the document with the project. Errors (explained): those of document_read; too_large (more than can be
 * changed together). */
enum err import_plan_make(struct work *work, struct txn *txn, struct import_plan *to, struct fault *fault);

/* The answer about a plan; its lists and texts are in the arena. */
void import_plan_keep(const struct import_plan *plan, struct id project, struct arena *arena,
                      struct project_import *to);

#endif
