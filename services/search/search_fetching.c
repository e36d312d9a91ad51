/* search_fetching.c: which items are fetched now. Availability publishes the set; it is asked for after each event that
 * changes it, and regularly while it is not empty, so that it does not outlive a monitor that died. */
#include <stdlib.h>

#include "common/alloc.h"
#include "schema_availability.h"
#include "services/search/search.h"
#include "store/availability.h"

enum { ASK_BUDGET_MS = 2000, ASK_EVERY_US = 5000000 };

static void take_fetches(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct search *search = state;
    const struct fetches_kept *all = answer;
    uint32_t count = 0, most = error == ERR_OK ? all->each.count : 0;
    struct id *ids = alloc_array(most + 1, sizeof(*ids));

    (void)fault;
    search->fetching_asked = clock_steady();
    search->is_asking_fetching = false;
    for (uint32_t i = 0; i < most; i++) {
        int32_t at = all->each.at[i].state.value;
        if (at == FETCH_STATE_WAITING || at == FETCH_STATE_FETCHING || at == FETCH_STATE_SETTLING)
            ids[count++] = all->each.at[i].id;
    }
    qsort(ids, count, sizeof(*ids), id_order);
    availability_set_fetching(ids, count);
    free(ids);
}

static void ask_set(struct search *search)
{
    search->wants_fetching = false;
    search->is_asking_fetching = service_ask(search->service, "availability.fetches", NULL, ASK_BUDGET_MS, NULL,
                                             take_fetches, search, NULL) == ERR_OK;
}

void search_take_fetching(void *state, const void *body, bool gap)
{
    struct search *search = state;
    const struct availability_fetching *event = body;
    const struct id *ids;
    uint32_t count = availability_fetching(&ids);
    int32_t at = event->fetch.state.value;
    bool is_in = count && bsearch(&event->fetch.id, ids, count, sizeof(*ids), id_order) != NULL;
    bool goes_on = at == FETCH_STATE_WAITING || at == FETCH_STATE_FETCHING || at == FETCH_STATE_SETTLING;

    search->wants_fetching |= gap || is_in != goes_on;
    search_follow_fetching(search);
}

void search_follow_fetching(void *state)
{
    struct search *search = state;
    const struct id *ids;

    if (availability_fetching(&ids) && clock_steady() - search->fetching_asked > ASK_EVERY_US)
        search->wants_fetching = true;
    if (search->wants_fetching && !search->is_asking_fetching)
        ask_set(search);
}
