#include "common/process/limits.h"
#include "services/search/search.h"

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
