#include <stdlib.h>
#include <string.h>

#include "services/indexer/reunite.h"
#include "services/indexer/volume.h"
#include "services/indexer/walk.h"

enum { PATIENCE_US = 20000000 };

struct candidate {
    struct id id;
    const char *path;
    struct volume volume;
};

struct reunion {
    struct errand errand;
    struct reunite_listener listener;
    struct work *work; /* the loop's: not touched in the thread */
    struct arena arena;
    struct candidate *candidates; /* in the arena */
    uint32_t count;
    struct id older;
};

/* Gone from a volume that is here. Of one that is not, nothing can be said. */
static bool is_gone(const struct candidate *candidate)
{
    struct volume_found found;

    return walk_is_gone(candidate->path) && volume_of(candidate->path, &found, NULL) == ERR_OK &&
           text_is(candidate->volume.identity, found.identity);
}

static void run(struct errand *errand)
{
    struct reunion *reunion = (struct reunion *)errand;

    for (uint32_t i = 0; i < reunion->count && id_is_zero(reunion->older) && errand_goes_on(errand); i++)
        if (is_gone(&reunion->candidates[i]))
            reunion->older = reunion->candidates[i].id;
}

static void done(struct errand *errand, bool lost)
{
    struct reunion *reunion = (struct reunion *)errand;
    struct id none = { { 0 } };

    reunion->listener.looked(reunion->listener.state, reunion->work, lost ? none : reunion->older);
}

static void drop(struct errand *errand)
{
    struct reunion *reunion = (struct reunion *)errand;

    arena_free(&reunion->arena);
    free(reunion);
}

static void add_candidate(struct reunion *reunion, struct known *known, const struct media *media)
{
    struct candidate *candidate = &reunion->candidates[reunion->count];
    struct bytes path = { 0 };

    if (known_where(known, &reunion->arena, media, &path, &candidate->volume) != ERR_OK || path.len == 0)
        return;
    candidate->id = media->id;
    candidate->path = (const char *)path.at;
    reunion->count++;
}

static bool has_its_name(const struct media *media, const struct work *work)
{
    const char *slash = strrchr(work->path, '/'), *name = slash ? slash + 1 : work->path;

    return bytes_equal(media->file, bytes_of(name, strlen(name)));
}

/* Of many copies that moved at once each is the one that was called so: they are looked at first. */
static void add_candidates(struct reunion *reunion, struct known *known, const struct media_list *alike, bool named)
{
    for (uint32_t i = 0; i < alike->count; i++)
        if (!id_equal(alike->at[i].id, reunion->work->id) && has_its_name(&alike->at[i], reunion->work) == named)
            add_candidate(reunion, known, &alike->at[i]);
}

bool reunite_start(struct errands *errands, struct known *known, struct work *work,
                   const struct media_list *alike, const struct reunite_listener *listener)
{
    struct reunion *reunion = alike->count ? calloc(1, sizeof(*reunion)) : NULL;

    if (!reunion)
        return false;
    reunion->errand = (struct errand){ .run = run, .done = done, .drop = drop, .patience = PATIENCE_US };
    reunion->listener = *listener;
    reunion->work = work;
    reunion->candidates = arena_array(&reunion->arena, alike->count, sizeof(*reunion->candidates));
    if (reunion->candidates) {
        add_candidates(reunion, known, alike, true);
        add_candidates(reunion, known, alike, false);
    }
    if (reunion->count == 0) {
        drop(&reunion->errand);
        return false;
    }
    errand_start(errands, &reunion->errand);
    return true;
}
