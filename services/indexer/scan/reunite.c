#include "services/indexer/scan/reunite.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "proto/transport/ask.h"
#include "schema_availability.h"
#include "services/indexer/scan/walk.h"

enum { PATIENCE_US = 20000000, HERE_US = 200000, LOOK_BUDGET_MS = 8000, AT_ONCE = 1024 /* items of one transaction */ };

/* The answer of availability that the volume of a place is here; the check asks again when it is older than HERE_US. */
struct here_guard {
    struct asker *asker; /* NULL: none yet */
    struct id volume;
    usec_t at;
    bool is_here;
};

static bool volume_is_here(struct catalogue_reader *catalogue, struct here_guard *guard, struct id volume,
                           struct bytes path)
{
    struct availability_check check = { .volume = volume, .path = path };
    struct place_seen seen = { 0 };

    if (guard->at && id_equal(guard->volume, volume) && clock_steady() - guard->at < HERE_US)
        return guard->is_here;
    if (!guard->asker)
        guard->asker = asker_new(catalogue_reader_paths(catalogue), NULL);
    guard->volume = volume;
    guard->at = clock_steady();
    guard->is_here = guard->asker &&
                     ask(guard->asker, "availability.check", &check, LOOK_BUDGET_MS, NULL, &seen, NULL) == ERR_OK &&
                     seen.here;
    return guard->is_here;
}

/* Where the file of an item was. */
struct former_place {
    struct volume volume;
    struct bytes path; /* the last one, if the volume is away */
    bool is_away;
};

static bool find_former_place(struct catalogue_reader *catalogue, struct arena *scratch, const struct media *media,
                              struct former_place *place)
{
    *place = (struct former_place){ 0 };
    if (catalogue_reader_where(catalogue, scratch, media, &place->path, &place->volume) != ERR_OK)
        return false;
    place->is_away = place->path.len == 0;
    return !place->is_away ||
           (!place->volume.online && catalogue_reader_last_path(catalogue, scratch, media, &place->path) == ERR_OK);
}

static bool is_file_gone(struct catalogue_reader *catalogue, const struct former_place *place, struct here_guard *guard)
{
    return walk_is_gone((const char *)place->path.at) &&
           volume_is_here(catalogue, guard, place->volume.id, place->path);
}

/* A file system that ignores case finds a renamed file also under its old name, which no folder lists. */
static bool is_name_gone(struct catalogue_reader *catalogue, struct arena *scratch, const struct former_place *place,
                         struct id library, struct here_guard *guard)
{
    struct bytes top = { 0 };

    return catalogue_reader_folder_path(catalogue, scratch, library, &top) == ERR_OK && top.len > 0 &&
           bytes_path_contains(top, place->path) && !walk_lists((const char *)top.at, (const char *)place->path.at) &&
           volume_is_here(catalogue, guard, place->volume.id, place->path);
}

/* ---- all copies of a content ---- */

struct looking {
    struct errand errand;
    struct catalogue_reader *catalogue;
    struct id content;
    struct gone_list list; /* only the thread uses it until it is done */
    void (*looked)(void *state, struct id content, struct gone_list *list);
    void *state;
};

static void look_at_one(struct looking *looking, struct arena *scratch, const struct media *media,
                        struct here_guard *guard)
{
    struct former_place place = { 0 };
    uint64_t inode;

    if (!find_former_place(looking->catalogue, scratch, media, &place))
        return;
    if (place.is_away)
        gone_add_away(&looking->list, media->id, place.path);
    else if (is_file_gone(looking->catalogue, &place, guard))
        gone_add(&looking->list, media->id, media->file);
    else if ((inode = walk_inode((const char *)place.path.at)))
        gone_add_led(&looking->list, media->id, inode);
}

static enum err look_at_some(struct looking *looking, const struct media_list *some, struct here_guard *guard)
{
    struct arena scratch = { 0 };
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < some->count; i++) {
        if (errand_goes_on(&looking->errand))
            look_at_one(looking, &scratch, &some->at[i], guard);
        else
            e = ERR_BUSY;
        arena_reset(&scratch);
    }
    arena_free(&scratch);
    return e;
}

/* The items found before an error are valid. */
static void find_gone(struct errand *errand)
{
    struct looking *looking = (struct looking *)errand;
    struct bytes content = bytes_of(looking->content.b, sizeof(looking->content.b));
    struct id after = { { 0 } };
    struct media_list some = { 0 };
    struct here_guard guard = { 0 };
    struct arena arena = { 0 };
    enum err e;

    do {
        arena_reset(&arena);
        e = catalogue_reader_with_content(looking->catalogue, &arena, content, after, AT_ONCE, &some);
        if (e == ERR_OK && some.count > 0) {
            after = some.at[some.count - 1].id;
            e = look_at_some(looking, &some, &guard);
        }
    } while (e == ERR_OK && some.count == AT_ONCE);
    arena_free(&arena);
    asker_free(guard.asker);
    gone_sort(&looking->list);
}

static void end_reunite_look(struct errand *errand, bool lost)
{
    struct looking *looking = (struct looking *)errand;
    struct gone_list list = { 0 };

    if (!lost) {
        list = looking->list;
        looking->list = (struct gone_list){ 0 };
    }
    looking->looked(looking->state, looking->content, &list);
}

static void drop_look(struct errand *errand)
{
    struct looking *looking = (struct looking *)errand;

    gone_free(&looking->list);
    free(looking);
}

enum err reunite_look(struct errands *errands, struct catalogue_reader *catalogue, struct id content,
                      void (*looked)(void *state, struct id content, struct gone_list *list), void *state)
{
    struct looking *looking = alloc_zeroed(1, sizeof(*looking));

    *looking = (struct looking){ .catalogue = catalogue, .content = content, .looked = looked, .state = state };
    looking->errand =
        (struct errand){ .run = find_gone, .done = end_reunite_look, .drop = drop_look, .patience = PATIENCE_US };
    errand_start(errands, &looking->errand);
    return ERR_OK;
}

/* ---- the chosen item ---- */

struct gone_verifying {
    struct errand errand;
    struct catalogue_reader *catalogue;
    struct id older, newer;
    struct id library;         /* of the analysis */
    struct analysis *analysis; /* the thread does not use it … */
    char *path;                /* … but this copy of its path */
    bool is_gone;
    void (*verified)(void *state, struct analysis *analysis, struct id older, bool is_gone);
    void *state;
};

/* True if the new item lies on another disk, which is mounted where the one that is away was. A folder that such a disk
 * had covered is no disk. */
static bool replaces_volume(struct catalogue_reader *catalogue, struct arena *arena, struct id newer,
                            const struct volume *away)
{
    struct former_place place = { 0 };
    struct media media;

    return catalogue_reader_media(catalogue, arena, newer, &media) == ERR_OK &&
           find_former_place(catalogue, arena, &media, &place) && !place.is_away &&
           !text_is(place.volume.identity, "root") && bytes_equal(place.volume.mount, away->mount);
}

/* Checks the item's present place: it may have moved since the check of all copies. */
static void verify_gone(struct errand *errand)
{
    struct gone_verifying *verifying = (struct gone_verifying *)errand;
    struct catalogue_reader *catalogue = verifying->catalogue;
    struct here_guard guard = { 0 };
    struct former_place place = { 0 };
    struct arena arena = { 0 };
    struct media media;

    if (catalogue_reader_media(catalogue, &arena, verifying->older, &media) != ERR_OK ||
        !find_former_place(catalogue, &arena, &media, &place))
        verifying->is_gone = false;
    else if (place.is_away)
        verifying->is_gone = bytes_equal(place.path, bytes_of(verifying->path, strlen(verifying->path))) &&
                             replaces_volume(catalogue, &arena, verifying->newer, &place.volume);
    else
        verifying->is_gone = is_file_gone(catalogue, &place, &guard) ||
                             is_name_gone(catalogue, &arena, &place, verifying->library, &guard);
    asker_free(guard.asker);
    arena_free(&arena);
}

static void end_verify(struct errand *errand, bool lost)
{
    struct gone_verifying *verifying = (struct gone_verifying *)errand;

    verifying->verified(verifying->state, verifying->analysis, verifying->older, !lost && verifying->is_gone);
}

static void drop_verify(struct errand *errand)
{
    free(((struct gone_verifying *)errand)->path);
    free(errand);
}

enum err reunite_verify(struct errands *errands, struct catalogue_reader *catalogue, struct id older,
                        struct analysis *analysis,
                        void (*verified)(void *state, struct analysis *analysis, struct id older, bool is_gone),
                        void *state)
{
    struct gone_verifying *verifying = alloc_bytes(sizeof(*verifying));

    *verifying = (struct gone_verifying){ .catalogue = catalogue,
                                          .older = older,
                                          .newer = analysis->id,
                                          .library = analysis->library,
                                          .analysis = analysis,
                                          .path = alloc_text(analysis->path),
                                          .verified = verified,
                                          .state = state };
    verifying->errand =
        (struct errand){ .run = verify_gone, .done = end_verify, .drop = drop_verify, .patience = PATIENCE_US };
    errand_start(errands, &verifying->errand);
    return ERR_OK;
}
