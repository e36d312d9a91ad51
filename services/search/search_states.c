#include "services/search/search_states.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "schema_availability.h"
#include "store/availability.h"

enum { ASK_BUDGET_MS = 2000, ASK_EVERY_US = 5000000 };

/* ---- the counts ---- */

/* The items of a library belong to its volume too. */
static struct place_states *states_of_place(struct all_states *all, struct id id)
{
    for (uint32_t i = 0; i < all->each.count; i++)
        if (id_equal(all->each.at[i].id, id))
            return &all->each.at[i];
    return NULL;
}

static struct place_states *state_for(struct all_states *all, struct id id)
{
    struct place_states *state = states_of_place(all, id);

    if (!state) {
        state = &all->each.at[all->each.count++];
        *state = (struct place_states){ .id = id };
    }
    return state;
}

static bool is_asked(const struct search_states *ask, const struct place_here *place)
{
    return !ask->has_id || id_equal(ask->id, place->id) || id_equal(ask->id, place->volume);
}

enum err search_states(struct request *request, const void *ask, void *answer)
{
    struct search *search = request->search;
    const struct volumes *volumes = &search->catchup.volumes;
    struct all_states *all = answer;

    if (volumes->count > SEARCH_STATES_MOST)
        return fault_set(request->fault, ERR_TOO_LARGE,
                         "the catalogue has %u volumes and libraries: at most %d are counted", volumes->count,
                         SEARCH_STATES_MOST);
    all->each.at = arena_array(request->arena, volumes->count + 1, sizeof(*all->each.at));
    if (!all->each.at)
        return limits_refuse(request->fault, "the counts");
    for (uint32_t i = 0; i < volumes->count; i++) {
        const struct place_here *place = &volumes->at[i];
        if (!is_asked(ask, place))
            continue;
        volumes_count(volumes, place, &search->index, &state_for(all, place->volume)->counts);
        if (!id_equal(place->id, place->volume))
            volumes_count(volumes, place, &search->index, &state_for(all, place->id)->counts);
    }
    return ERR_OK;
}

/* ---- which items are fetched now ---- */

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
