#include "frontends/web/media.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/opening.h"
#include "frontends/web/as_wav.h"
#include "frontends/web/file_reading.h"
#include "frontends/web/inner.h"
#include "proto/wire/codec.h"
#include "schema_search.h"
#include "store/door/item_door.h"

enum { ANSWER_MOST = 8 << 20 };

struct media_search {
    uint64_t ask;            /* number of the inner ask; 0: answered */
    struct opening *opening; /* NULL: not opening */
    const char *type;
    char extension[TEXT_EXTENSION_SIZE];
    bool as_wav;
};

static const char *media_type_of_container(struct text container)
{
    static const char *const types[][2] = {
        { "wav", "audio/wav" }, { "flac", "audio/flac" }, { "mp3", "audio/mpeg" },    { "mpeg", "audio/mpeg" },
        { "ogg", "audio/ogg" }, { "opus", "audio/ogg" },  { "aiff", "audio/x-aiff" }, { "aif", "audio/x-aiff" },
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (text_is(container, types[i][0]))
            return types[i][1];
    return "application/octet-stream";
}

static void file_opened(void *state, void *what, const struct opened_file *file, const struct fault *fault)
{
    struct visit *visit = what;

    (void)state;
    visit->media->opening = NULL;
    if (file->fd < 0)
        visit_fail_late(visit, fault);
    else if (!(visit->media->as_wav ? as_wav_begin(visit, file->fd, visit->media->extension)
                                    : file_reading_begin(visit, file->fd, file->size, visit->media->type)))
        visit_kill(visit);
}

static void open_item(struct visit *visit, const struct item *item)
{
    struct opening_events events = { .opened = file_opened };
    struct fault fault = { 0 };
    struct door *door = item_door(item, visit->media->as_wav, &fault);

    if (!door) {
        visit_fail_late(visit, &fault);
        return;
    }
    text_extension(item->path, visit->media->extension);
    visit->media->type = media_type_of_container(item->media.container);
    visit->media->opening = opening_start(visit->web->errands, door, 1, (usec_t)WEB_READ_MS * 1000,
                                          item->backend.value == BACKEND_CLOUD, events, visit);
}

static void item_found(void *state, struct bytes body, const struct fault *refused)
{
    struct visit *visit = state;
    struct arena arena = { .limit = ANSWER_MOST };
    struct media_found found = { 0 };
    struct fault fault = { 0 };

    visit->media->ask = 0;
    if (refused)
        visit_fail_late(visit, refused);
    else if (codec_decode(&media_found_shape, body, &arena, &found, &fault) != ERR_OK)
        visit_fail_late(visit, &fault);
    else
        open_item(visit, &found.item);
    arena_free(&arena);
}

bool media_begin(struct visit *visit, const char *text)
{
    struct search_get ask = { .has_id = true, .has_leads = true, .leads = true };
    struct fault fault = { 0 };
    char as[8];

    if (!id_read(text_of(text), &ask.id))
        return visit_say(visit, HTTP_STATUS_NOT_FOUND, "This is not the id of an item.\n");
    if (!visit_argument(visit, "as", as, sizeof(as)) || (as[0] && strcmp(as, "wav") != 0))
        return visit_say(visit, HTTP_STATUS_BAD_REQUEST, "An item is served unchanged, or with ?as=wav.\n");
    visit->media = alloc_zeroed(1, sizeof(*visit->media));
    visit->media->as_wav = as[0] != '\0';
    visit->media->ask = inner_send(visit->web, "search.get", &ask, &search_get_shape, item_found, visit, &fault);
    return visit->media->ask ? true : visit_fail(visit, &fault);
}

void media_drop(struct visit *visit)
{
    if (!visit->media)
        return;
    inner_drop(visit->web, visit->media->ask);
    if (visit->media->opening)
        opening_drop(visit->media->opening);
    free(visit->media);
    visit->media = NULL;
}
