#include "services/availability/wanted.h"

#include "schema_search.h"
#include "services/availability/fetching.h"
#include "store/catalogue_path.h"

enum { TOGETHER = 256, LOOK_EVERY_US = 1000000, QUERY_BUDGET_MS = 10000 };

/* ---- the next library ---- */

static bool see_library(void *state, const struct library *library)
{
    struct wanted_files *wanted = state;

    if (!library->online || !library->has_fetch || library->fetch.value != FETCHING_ALL ||
        id_compare(library->id, wanted->library) <= 0)
        return true;
    wanted->library = library->id;
    wanted->is_found = true;
    return false;
}

/* The libraries come in the order of their ids. */
static bool next_library(struct availability *availability)
{
    struct wanted_files *wanted = &availability->wanted;
    struct arena arena = { 0 };
    struct txn *txn;

    wanted->is_found = false;
    if (store_read(availability->known.store, &txn, NULL) != ERR_OK)
        return false;
    if (catalogue_each_library(txn, &arena, see_library, wanted) != ERR_OK)
        wanted->is_found = false;
    txn_end(txn);
    arena_free(&arena);
    return wanted->is_found;
}

/* ---- its files ---- */

static void take_found(void *state, enum err error, const void *answer, const struct fault *fault);

static bool ask_page(struct availability *availability)
{
    struct wanted_files *wanted = &availability->wanted;
    const struct search_query query = { .query = TEXT("is:remote_offline"),
                                        .sort = TEXT("name"),
                                        .has_limit = true,
                                        .limit = TOGETHER,
                                        .cursor = text_of(wanted->cursor),
                                        .has_folder = true,
                                        .folder = wanted->library };

    wanted->is_asking = service_ask(availability->service, "search.query", &query, QUERY_BUDGET_MS, NULL, take_found,
                                    availability, NULL) == ERR_OK;
    return wanted->is_asking;
}

/* Returns the number of items that are fetched now: others may be here already, or away. */
static uint64_t add_found(struct availability *availability, const struct found *found)
{
    struct fetch_begun begun = { 0 };
    struct fetch_task *task = NULL;
    struct txn *txn;

    if (!availability->known.store || store_read(availability->known.store, &txn, NULL) != ERR_OK)
        return 0;
    for (uint32_t i = 0; i < found->items.count && !fetches_are_full(&availability->fetches); i++) {
        struct id id = found->items.at[i].media.id;
        if (fetches_of(&availability->fetches, id))
            continue;
        if (fetching_add(availability, txn, id, TEXT("Fetching the files of libraries"), &task, &begun) != ERR_OK)
            break;
    }
    fetches_drop_empty(&availability->fetches);
    txn_end(txn);
    return begun.items;
}

/* After a page without new files comes the next page, and after the last page the next library. After a page with new
 * files the search begins again once most of these have ended, because those that failed change nothing in the
 * catalogue. A full list ends it: a new fetch would replace a failed one, which would then begin again. */
static void take_found(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct availability *availability = state;
    struct wanted_files *wanted = &availability->wanted;
    const struct found *found = answer;

    (void)fault;
    wanted->is_asking = false;
    if (error != ERR_OK) {
        wanted->head = 0; /* looks again */
        wanted->cursor[0] = 0;
        return;
    }
    bool is_none = add_found(availability, found) == 0;
    if (fetches_are_full(&availability->fetches))
        return;
    if (!is_none)
        wanted->head = 0;
    if (!is_none || !found->cursor.len || !text_copy(wanted->cursor, sizeof(wanted->cursor), found->cursor))
        wanted->cursor[0] = 0;
    if (wanted->cursor[0])
        ask_page(availability);
    else if (is_none && next_library(availability))
        ask_page(availability);
    else if (is_none)
        wanted->library = (struct id){ { 0 } };
}

void wanted_turn(struct availability *availability)
{
    struct wanted_files *wanted = &availability->wanted;
    usec_t now = clock_steady();

    if (!availability->known.is_read || wanted->is_asking || now - wanted->looked < LOOK_EVERY_US ||
        wanted->head == availability->known.head || fetches_active(&availability->fetches) >= TOGETHER)
        return;
    wanted->looked = now;
    wanted->head = availability->known.head;
    wanted->library = (struct id){ { 0 } };
    wanted->cursor[0] = 0;
    if (next_library(availability))
        ask_page(availability);
}
