/* The list of unfinished takes has a bound. */
#include "services/streamer/record/take_find.h"
#include "services/streamer/record/take_state.h"
#include "store/elements.h"
#include "tests/unit/claim.h"
#include "tests/unit/store/scratch.h"

enum { MOST = 4096 };

static struct id put_folder(struct scratch *s, struct id parent, const char *name)
{
    struct folder folder = {
        .id = id_new(), .volume = s->volume, .parent = parent, .name = bytes_of(name, strlen(name))
    };

    assert_int_equal(catalogue_put_folder(&s->w, NULL, &folder), ERR_OK);
    return folder.id;
}

/* Its Media lies in no library. Returns the folder of its takes. */
static struct id put_project(struct scratch *s)
{
    struct id id = id_new();
    struct element project = { .id = id, .project = id, .kind.value = ELEMENT_KIND_PROJECT, .body = TEXT("{}") };
    struct element place = { .id = elements_place_id(id),
                             .project = id,
                             .kind.value = ELEMENT_KIND_PLACE,
                             .body = TEXT("{\"folder\":\"/band\"}") };

    assert_int_equal(elements_put(&s->w, &project), ERR_OK);
    assert_int_equal(elements_put(&s->w, &place), ERR_OK);
    return put_folder(s, put_folder(s, put_folder(s, (struct id){ { 0 } }, "band"), "Media"), "Audio");
}

static void put_takes(struct scratch *s, struct id folder, unsigned from, unsigned count)
{
    s->folder = folder;
    for (unsigned i = from; i < from + count; i++) {
        char file[32];

        snprintf(file, sizeof(file), "take %u.wav", i);
        struct media take = scratch_media(s, file);
        take.origin.value = ORIGIN_RECORDED;
        take.lifecycle.value = LIFECYCLE_ABANDONED;
        assert_int_equal(catalogue_put_media(&s->w, NULL, &take), ERR_OK);
    }
}

static uint32_t count_takes(struct scratch *s)
{
    struct locator locator = { .paths = &s->paths, .store = s->store };
    struct takes takes = { .locator = &locator };
    struct recording_list all;
    struct arena arena = { 0 };

    assert_int_equal(take_find_all(&takes, &arena, &all, NULL), ERR_OK);
    arena_free(&arena);
    arena_free(&locator.arena);
    return all.count;
}

CLAIM_WITH(takes_beyond_the_bound_are_not_listed, scratch_make, scratch_drop)
{
    struct scratch *s = *state;

    scratch_open(s);
    scratch_begin(s);
    scratch_ground(s);
    struct library library = { .id = s->folder, .volume = s->volume };
    struct id music = s->folder, audio = put_project(s);
    assert_int_equal(catalogue_put_library(&s->w, &library), ERR_OK);
    put_takes(s, audio, 0, 2);
    put_takes(s, music, 0, MOST - 1);
    scratch_commit(s);
    assert_int_equal(count_takes(s), MOST);
    scratch_begin(s);
    put_takes(s, music, MOST - 1, 1);
    scratch_commit(s);
    assert_int_equal(count_takes(s), MOST);
}
