#include "services/search/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/process/limits.h"
#include "common/process/log.h"
#include "services/search/index/index_load.h"
#include "services/search/index/index_save.h"
#include "services/search/search_artefacts.h"
#include "services/search/search_complete.h"
#include "services/search/search_current.h"
#include "services/search/search_duplicates.h"
#include "services/search/search_folders.h"
#include "services/search/search_get.h"
#include "services/search/search_grid.h"
#include "services/search/search_kit.h"
#include "services/search/search_kit_vary.h"
#include "services/search/search_map.h"
#include "services/search/search_query.h"
#include "services/search/search_saved.h"
#include "services/search/search_sessions.h"
#include "services/search/search_similar.h"
#include "services/search/search_states.h"

/* ---- the asks ---- */

/* The handler `name` of the ask `run`, which search_when_current runs. */
#define WHEN_CURRENT(name, run, answer_type)                                                                           \
    static enum err name(struct search *search, struct call *call, const struct run *ask, struct answer_type *answer)  \
    {                                                                                                                  \
        return search_when_current(search, call, run, ask, answer);                                                    \
    }

WHEN_CURRENT(answer_query, search_query, found)
WHEN_CURRENT(answer_similar, search_similar, found)
WHEN_CURRENT(answer_duplicates, search_duplicates, duplicates_found)
WHEN_CURRENT(answer_complete, search_complete, completions)
WHEN_CURRENT(answer_map, search_map, map_page)
WHEN_CURRENT(answer_states, search_states, all_states)
WHEN_CURRENT(answer_folders, search_folders, folders_found)
WHEN_CURRENT(answer_grid, search_grid, value_grid)
WHEN_CURRENT(answer_pick_kit, search_pick_kit, kit_picks)
WHEN_CURRENT(answer_vary_kit, search_vary_kit, kit_picks)

const struct search_handlers search_handlers = {
    .query = answer_query,
    .similar = answer_similar,
    .duplicates = answer_duplicates,
    .queries = search_queries,
    .sessions = search_sessions,
    .get = search_get,
    .states = answer_states,
    .get_artefact = search_get_artefact,
    .complete = answer_complete,
    .map = answer_map,
    .folders = answer_folders,
    .grid = answer_grid,
    .get_artefacts = search_get_artefacts,
    .peaks = search_peaks,
    .pick_kit = answer_pick_kit,
    .vary_kit = answer_vary_kit,
};

/* ---- open and close ---- */

static enum err load_index(struct search *search, struct fault *fault)
{
    struct fault why = { 0 };
    enum err e = index_file_load(&search->index, search->index_path, &why);

    if (e == ERR_OK) {
        search->saved_writes = search->index.writes;
        log_info("the index's file is at revision %llu; items: %u", (unsigned long long)search->index.revision,
                 index_live(&search->index));
        return ERR_OK;
    }
    if (e != ERR_NOT_FOUND)
        log_fault("the index is made again", &why);
    unlink(search->index_path);
    return index_clear(&search->index) == ERR_OK ? ERR_OK : limits_refuse(fault, "the index");
}

enum err search_open(struct search *search, struct service *service, struct fault *fault)
{
    const struct paths *paths = service_paths(service);
    enum err e;

    *search = (struct search){ .service = service, .wants_fetching = true };
    search->last_waiting = &search->waiting;
    snprintf(search->index_path, sizeof(search->index_path), "%.*s/search.index", (int)sizeof(search->index_path) - 32,
             paths->cache);
    if (index_open(&search->index) != ERR_OK)
        return fault_set(fault, ERR_FULL,
                         "the machine has no address space for the index: free memory, or restart search");
    e = load_index(search, fault);
    catchup_open(&search->catchup, paths, &search->index);
    return e;
}

static void save_all(struct search *search)
{
    struct fault fault = { 0 };
    bool done = false;
    enum err e = index_save_begin(&search->index, search->index_path, &search->save, &fault);

    while (e == ERR_OK && !done)
        e = index_save_step(search->save, SIZE_MAX, &done, &fault);
    if (e != ERR_OK)
        log_fault("writing the index", &fault);
    index_save_end(search->save);
}

void search_close(struct search *search)
{
    while (search->waiting) {
        struct request *request = search->waiting;
        search->waiting = request->next;
        free(request);
    }
    search_duplicates_end(search);
    near_recall_drop(&search->recall);
    index_save_end(search->save);
    search->save = NULL;
    if (!search->catchup.is_sweeping && search->index.writes != search->saved_writes)
        save_all(search);
    search_map_close(search);
    kept_orders_free(&search->orders);
    kept_answers_free(&search->answers);
    catchup_close(&search->catchup);
    index_close(&search->index);
}
