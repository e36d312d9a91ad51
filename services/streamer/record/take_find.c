#include "services/streamer/record/take_find.h"

#include <string.h>

#include "services/streamer/record/take_end.h"
#include "services/streamer/record/take_report.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"
#include "store/elements.h"

enum { MOST = 4096 };

struct take_finding {
    struct txn *txn;
    struct arena *arena;
    struct recording_list *to;
};

static int32_t format_of(const struct media *media)
{
    if (text_is(media->container, "flac"))
        return TAKE_FORMAT_FLAC;
    return text_is(media->sample_format, "pcm") ? TAKE_FORMAT_WAV24 : TAKE_FORMAT_WAV;
}

static void note_gaps(const struct take_finding *finding, const struct media *media, struct recording *to)
{
    struct take_gap *each = arena_array(finding->arena, media->lost_at.count, sizeof(*each));

    to->lost = media->has_lost ? media->lost : 0;
    to->has_gaps = media->has_gaps;
    to->gaps = media->gaps;
    to->has_lost_more = media->has_lost_more;
    to->lost_more = media->lost_more;
    if (!each)
        return;
    memcpy(each, media->lost_at.at, media->lost_at.count * sizeof(*each));
    to->lost_at = (struct take_gap_list){ .at = each, .count = media->lost_at.count };
}

static void note_cut(const struct take_finding *finding, const struct media *media, struct recording *to)
{
    struct take_cut cut = media->cut;

    if (!media->has_cut)
        return;
    cut.code = arena_text(finding->arena, cut.code);
    cut.why = arena_text(finding->arena, cut.why);
    take_cut_tell(&cut, to);
}

static void describe_take(const struct take_finding *finding, const struct media *media, struct recording *to)
{
    static const int32_t states[] = { [LIFECYCLE_PENDING] = TAKE_STATE_PENDING,
                                      [LIFECYCLE_FINAL] = TAKE_STATE_FINAL,
                                      [LIFECYCLE_ABANDONED] = TAKE_STATE_ABANDONED };
    struct bytes path = { 0 };
    struct volume volume;

    (void)catalogue_path(finding->txn, finding->arena, media, &path, &volume);
    *to = (struct recording){ .id = media->id,
                              .name = arena_text(finding->arena, media->name),
                              .path = arena_bytes(finding->arena, path),
                              .state = { .value = states[media->lifecycle.value] },
                              .frames = media->frames,
                              .rate = media->sample_rate,
                              .size = media->size,
                              .began = media->added,
                              .has_format = true,
                              .format = { .value = format_of(media) } };
    if (media->has_first)
        to->first = media->first;
    if (media->has_latency)
        to->latency = media->latency;
    note_gaps(finding, media, to);
    note_cut(finding, media, to);
}

static bool is_take(const struct media *media)
{
    return media->origin.value == ORIGIN_RECORDED && media->lifecycle.value >= LIFECYCLE_PENDING &&
           media->lifecycle.value <= LIFECYCLE_ABANDONED;
}

static bool is_found(const struct recording_list *list, struct id id)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (id_equal(list->at[i].id, id))
            return true;
    return false;
}

static bool see_media(void *state, const struct media *media)
{
    struct take_finding *finding = state;

    if (finding->to->count == MOST) /* the walk before this one has filled the list */
        return false;
    if (is_take(media) && (media->lifecycle.value != LIFECYCLE_FINAL || media->has_cut) &&
        !is_found(finding->to, media->id))
        describe_take(finding, media, &finding->to->at[finding->to->count++]);
    return finding->to->count < MOST;
}

/* Takes lie directly in a recordings folder, which is a library, or in the Audio of a project's tree. */
static bool see_library(void *state, const struct library *library)
{
    struct take_finding *finding = state;
    struct id audio;

    (void)catalogue_each_in_folder(finding->txn, finding->arena, library->id, see_media, finding);
    if (library->has_project &&
        catalogue_folder_named(finding->txn, library->volume, library->id, bytes_of("Audio", 5), &audio) == ERR_OK)
        (void)catalogue_each_in_folder(finding->txn, finding->arena, audio, see_media, finding);
    return finding->to->count < MOST;
}

/* Adds the takes in the folder of a project, which may lie in a library. */
static bool see_project(void *state, const struct element *element)
{
    struct take_finding *finding = state;
    struct text folder = elements_folder(finding->txn, finding->arena, element->id);
    struct id audio;

    if (folder.len == 0)
        return true;
    folder = arena_printf(finding->arena, "%.*s/Media/Audio", TEXT_ARG(folder));
    if (catalogue_folder_at(finding->txn, finding->arena, bytes_of(folder.at, folder.len), &audio) == ERR_OK)
        (void)catalogue_each_in_folder(finding->txn, finding->arena, audio, see_media, finding);
    return finding->to->count < MOST;
}

enum err take_find_all(struct takes *takes, struct arena *arena, struct recording_list *to, struct fault *fault)
{
    struct take_finding finding = { .arena = arena, .to = to };

    *to = (struct recording_list){ .at = arena_array(arena, MOST, sizeof(*to->at)) };
    if (!to->at)
        return fault_set(fault, ERR_FULL, "the list of takes needs more memory than an ask may have");
    enum err e = locate_read(takes->locator, &finding.txn, fault);
    if (e != ERR_OK)
        return e;
    e = catalogue_each_library(finding.txn, arena, see_library, &finding);
    if (e == ERR_OK || e == ERR_NOT_FOUND)
        e = elements_each_project(finding.txn, arena, see_project, &finding);
    txn_end(finding.txn);
    return e == ERR_OK || e == ERR_NOT_FOUND ? ERR_OK : fault_set(fault, e, "cannot read the libraries");
}

enum err take_find_one(struct takes *takes, struct arena *arena, struct id id, struct recording *to,
                       struct fault *fault)
{
    struct take_finding finding = { .arena = arena };
    struct media media = { 0 };
    char text[ID_TEXT_SIZE];
    enum err e = locate_read(takes->locator, &finding.txn, fault);

    if (e != ERR_OK)
        return e;
    e = catalogue_media(finding.txn, arena, id, &media);
    if (e == ERR_OK && !is_take(&media))
        e = ERR_NOT_FOUND;
    if (e == ERR_OK)
        describe_take(&finding, &media, to);
    txn_end(finding.txn);
    return e == ERR_OK ? ERR_OK : fault_set(fault, e, "no take has the id %s", id_write(id, text));
}

struct take_place take_find_place(struct takes *takes, struct id item)
{
    struct take_place place = { .paths = takes->locator->paths };
    struct arena arena = { 0 };
    struct media media = { 0 };
    struct bytes path = { 0 };
    struct volume volume = { 0 };
    struct txn *txn;

    if (locate_read(takes->locator, &txn, NULL) != ERR_OK)
        return place;
    if (catalogue_media(txn, &arena, item, &media) == ERR_OK &&
        catalogue_path(txn, &arena, &media, &path, &volume) == ERR_OK)
        place.volume = volume.id;
    txn_end(txn);
    arena_free(&arena);
    return place;
}

/* ---- takes that are under way ---- */

struct take *take_find_live(struct takes *takes, struct id id)
{
    if (takes->recording.phase != TAKE_FREE && id_equal(takes->recording.item, id))
        return &takes->recording;
    if (takes->recovery.phase != TAKE_FREE && id_equal(takes->recovery.item, id))
        return &takes->recovery;
    for (struct take *take = takes->encoding; take; take = take->next)
        if (take->phase != TAKE_FREE && id_equal(take->item, id))
            return take;
    return NULL;
}

bool take_is_recovering(const struct takes *takes)
{
    return takes->left_count > 0 || takes->recovery.phase != TAKE_FREE;
}

enum err take_describe_any(struct takes *takes, struct arena *arena, struct id id, struct recording *to,
                           struct fault *fault)
{
    struct take *take = take_find_live(takes, id);
    enum err e = take ? ERR_OK : take_find_one(takes, arena, id, to, fault);

    if (take && (take == &takes->recording || take->phase >= TAKE_ENCODING))
        take_describe(take, to);
    else if (take)
        e = take_find_one(takes, arena, id, to, fault);
    if (e == ERR_OK && !take)
        take_recall_remark(takes, to);
    return e;
}
