#include "services/project/deeds/media_tree.h"

#include "common/process/log.h"
#include "schema_indexer.h"
#include "services/project/deeds/missing_note.h"

enum { BUDGET_MS = 30000 };

static void note_tree(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)answer;
    if (error != ERR_OK && error != ERR_NOT_FOUND)
        log_warn("the Media of a project is not scanned: %s", fault->what);
}

static void add_tree(struct project *p, struct txn *txn, struct arena *arena, struct id project)
{
    struct text folder = elements_folder(txn, arena, project);
    struct indexer_add_library ask = { .has_project = true, .project = project };

    if (folder.len == 0)
        return;
    folder = arena_printf(arena, "%.*s/Media/Audio", TEXT_ARG(folder));
    ask.path = bytes_of(folder.at, folder.len);
    if (service_ask(p->service, "indexer.add_library", &ask, BUDGET_MS, NULL, note_tree, p, NULL) != ERR_OK)
        log_warn("the Media of a project is not scanned: too many asks are in progress");
}

static void add_noted(struct project *p, struct id project, bool added)
{
    struct arena arena = { 0 };
    struct txn *txn;

    (void)added;
    if (project_read(p, &txn, NULL) != ERR_OK)
        return;
    add_tree(p, txn, &arena, project);
    txn_end(txn);
    arena_free(&arena);
}

void media_tree_add(struct project *p, struct id project)
{
    missing_note(p, project, add_noted);
}
