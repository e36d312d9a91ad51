#include "services/indexer/analyse/remake_find.h"

#include <stdlib.h>

#include "common/alloc.h"

enum { PATIENCE_US = 60000000 };

struct artefact_search {
    struct errand errand;
    struct remake_find_order order;
    struct arena arena; /* for the paths */
    struct remake_place places[];
};

static bool any_has(struct catalogue_reader *catalogue, struct arena *arena, struct bytes content)
{
    struct media_list all = { 0 };

    return catalogue_reader_with_content(catalogue, arena, content, (struct id){ { 0 } }, 1, &all) == ERR_OK &&
           all.count > 0;
}

static void find_place(struct artefact_search *search, struct remake_place *place)
{
    struct bytes content = bytes_of(place->content.b, sizeof(place->content.b));
    struct media media;
    enum err e = catalogue_reader_reachable(search->order.catalogue, &search->arena, content, &media, &place->path);

    place->exists = e == ERR_OK || any_has(search->order.catalogue, &search->arena, content);
    if (e != ERR_OK) {
        place->path = (struct bytes){ 0 };
        return;
    }
    place->media = media.id;
    place->size = media.size;
    place->mtime = media.mtime;
}

static void find_places(struct errand *errand)
{
    struct artefact_search *search = (struct artefact_search *)errand;

    for (uint32_t i = 0; i < search->order.count && errand_goes_on(errand); i++)
        find_place(search, &search->places[i]);
}

/* A search that was given up has no results. */
static void pass_places(struct errand *errand, bool lost)
{
    struct artefact_search *search = (struct artefact_search *)errand;

    search->order.found(search->order.state, search->places, lost ? 0 : search->order.count, search->order.first);
}

static void free_search(struct errand *errand)
{
    struct artefact_search *search = (struct artefact_search *)errand;

    arena_free(&search->arena);
    free(search);
}

enum err remake_find_start(struct errands *errands, const struct remake_find_order *order)
{
    struct artefact_search *search = alloc_zeroed(1, sizeof(*search) + order->count * sizeof(search->places[0]));

    search->errand =
        (struct errand){ .run = find_places, .done = pass_places, .drop = free_search, .patience = PATIENCE_US };
    search->order = *order;
    for (uint32_t i = 0; i < order->count; i++)
        search->places[i].content = order->contents[i];
    errand_start(errands, &search->errand);
    return ERR_OK;
}
