#include "services/streamer/base/locate.h"

#include <string.h>

#include "proto/wire/treatment_facts.h"
#include "proto/wire/tree.h"
#include "store/availability.h"
#include "store/catalogue.h"
#include "store/catalogue_facts.h"
#include "store/catalogue_path.h"
#include "store/door/item_door.h"
#include "store/door/leads.h"
#include "store/elements.h"
#include "store/open/store_open.h"

void locate_open(struct locator *locator, const struct paths *paths)
{
    *locator = (struct locator){ .paths = paths };
}

void locate_close(struct locator *locator)
{
    store_close(locator->store);
    arena_free(&locator->arena);
}

enum err locate_read(struct locator *locator, struct txn **txn, struct fault *fault)
{
    enum err e = locator->store ? ERR_OK : store_open(locator->paths, STORE_READER, &locator->store, fault);

    arena_reset(&locator->arena);
    return e == ERR_OK ? store_read(locator->store, txn, fault) : e;
}

void locate_project_key(struct locator *locator, char key[16])
{
    struct choice kind = { .value = ELEMENT_KIND_PROJECT };
    struct element project;
    struct tree body;
    struct txn *txn;
    struct id id;

    key[0] = '\0';
    if (locate_read(locator, &txn, NULL) != ERR_OK)
        return;
    if (elements_current(txn, &locator->arena, &id) == ERR_OK &&
        elements_get(txn, &locator->arena, kind, id, id, &project) == ERR_OK &&
        tree_read(project.body, &locator->arena, &body, NULL) == ERR_OK && !text_copy(key, 16, tree_text(&body, "key")))
        key[0] = '\0';
    txn_end(txn);
}

static void note_fact(const struct fact *fact, struct located *located)
{
    if (text_is(fact->attribute, "bpm") && fact->has_number)
        located->bpm = fact->number;
    else if (text_is(fact->attribute, "key") && fact->has_text)
        (void)text_copy(located->key, sizeof(located->key), fact->text);
    else if (text_is(fact->attribute, "one_shot") && fact->has_number)
        located->is_one_shot = fact->number >= 0.5;
    else if (text_is(fact->attribute, "family") && fact->has_text)
        located->is_drums = text_is(fact->text, "drums");
    else if (text_is(fact->attribute, "lufs") && fact->has_number) {
        located->lufs = fact->number;
        located->has_lufs = true;
    } else if (text_is(fact->attribute, "peak_dbfs") && fact->has_number) {
        located->peak_db = fact->number;
        located->has_peak = true;
    }
}

static bool is_readable(const struct item *item)
{
    return item->path.len && availability_is_readable((enum item_state)item->media.availability.value);
}

/* A file that a scan missed may have returned. A take that is not final has no other place. */
static bool may_try(const struct item *item)
{
    return item->path.len && item->media.availability.value == ITEM_STATE_MISSING;
}

/* Replaces the path by that of another file with the same content, if one can be read. */
static bool take_copy(struct locator *locator, struct txn *txn, struct item *item, struct located *located)
{
    struct media copy;
    struct bytes path;

    if (!item->media.content.len ||
        catalogue_reachable(txn, &locator->arena, item->media.content, &copy, &path) != ERR_OK)
        return false;
    located->instead_of = located->media;
    located->media = copy.id;
    item->path = path;
    return true;
}

static enum err refuse_offline(const struct item *item, struct fault *fault)
{
    char id[ID_TEXT_SIZE];

    if (item->media.availability.value == ITEM_STATE_REMOTE_OFFLINE && item->path.len) {
        fault_set(fault, ERR_OFFLINE, "the file of \"%.*s\" is only online", TEXT_ARG(item->media.name));
        return fault_hint(fault, "loophole fetch %s", id_write(item->media.id, id));
    }
    if (item->path.len)
        fault_set(fault, ERR_OFFLINE, "the library folder of \"%.*s\" on volume %.*s is not there",
                  TEXT_ARG(item->media.name), TEXT_ARG(item->volume));
    else
        fault_set(fault, ERR_OFFLINE, "\"%.*s\" is offline: volume %.*s is not mounted", TEXT_ARG(item->media.name),
                  TEXT_ARG(item->volume));
    return fault_hint(fault, "connect it, or choose another sound");
}

static enum err locate_item(struct locator *locator, struct txn *txn, struct id id, struct located *located,
                            struct fault *fault)
{
    struct item item = { 0 };
    enum err e = catalogue_item(txn, &locator->arena, id, &item);

    if (e != ERR_OK) {
        char text[ID_TEXT_SIZE];
        return fault_set(fault, e, "no media item %s", id_write(id, text));
    }
    located->media = id;
    for (uint32_t i = 0; i < item.facts.count; i++)
        note_fact(&item.facts.at[i], located);
    located->treatment = treatment_facts(item.facts);
    if (!is_readable(&item) && !take_copy(locator, txn, &item, located) && !may_try(&item))
        return refuse_offline(&item, fault);
    return bytes_copy(located->path, sizeof(located->path), item.path)
               ? ERR_OK
               : fault_set(fault, ERR_BAD_REQUEST, "the path of the item is too long");
}

static enum err find_id(struct locator *locator, struct id id, struct located *located, struct fault *fault)
{
    struct txn *txn;
    enum err e = locate_read(locator, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = locate_item(locator, txn, id, located, fault);
    txn_end(txn);
    return e;
}

/* An unknown file is played without facts. A file that is only online is refused, because reading it would fetch it. */
static enum err look_up(struct locator *locator, struct bytes path, struct located *located, struct fault *fault)
{
    struct located found = { 0 };
    struct fault why = { 0 };
    struct txn *txn;
    struct id id;
    enum err e = ERR_OK;

    if (locate_read(locator, &txn, NULL) != ERR_OK)
        return ERR_OK;
    if (catalogue_at_path(txn, &locator->arena, path, &id) == ERR_OK) {
        e = locate_item(locator, txn, id, &found, &why);
        if (e == ERR_OK)
            *located = found;
        else if (fault)
            *fault = why;
    }
    txn_end(txn);
    return e == ERR_OFFLINE ? e : ERR_OK;
}

enum err locate_find(struct locator *locator, bool has_id, struct id id, struct bytes path, struct located *located,
                     struct fault *fault)
{
    char typed[PATH_MAX];

    *located = (struct located){ 0 };
    if (has_id)
        return find_id(locator, id, located, fault);
    if (path.len == 0 || path.at[0] != '/' || !bytes_copy(typed, sizeof(typed), path)) {
        fault_set(fault, ERR_BAD_REQUEST, "%s",
                  path.len ? "the path is not absolute: begin it with /" : "no sound is named: give an id or a path");
        return fault_field(fault, "path");
    }
    enum err e = look_up(locator, path, located, fault);
    if (id_is_zero(located->instead_of))
        memcpy(located->path, typed, sizeof(typed));
    return e;
}

bool locate_treatment(struct locator *locator, struct id id, struct treatment *treatment, uint32_t *rate)
{
    struct item item = { 0 };
    struct txn *txn;

    if (locate_read(locator, &txn, NULL) != ERR_OK)
        return false;
    enum err e = catalogue_item(txn, &locator->arena, id, &item);
    *treatment = treatment_facts(item.facts);
    *rate = item.media.sample_rate <= UINT32_MAX ? (uint32_t)item.media.sample_rate : 0;
    txn_end(txn);
    return e == ERR_OK;
}

void locate_expect(struct locator *locator, struct id id, struct locate_expected *expected)
{
    struct media media = { 0 };
    struct txn *txn;

    *expected = (struct locate_expected){ 0 };
    if (locate_read(locator, &txn, NULL) != ERR_OK)
        return;
    if (catalogue_media(txn, &locator->arena, id, &media) == ERR_OK && media.content.len == sizeof(expected->content)) {
        *expected = (struct locate_expected){ .is_known = true,
                                              .size = media.size,
                                              .mtime = media.mtime,
                                              .changed = media.has_changed ? media.changed : media.mtime };
        memcpy(expected->content, media.content.at, sizeof(expected->content));
    }
    txn_end(txn);
}

/* NULL: no item is at that path. */
static struct door *find_door(struct locator *locator, struct txn *txn, const char *path, struct id *media)
{
    struct item item = { .path = bytes_of(path, strlen(path)) };
    enum backend backend = BACKEND_LOCAL;
    struct volume volume = { 0 };
    struct bytes at;
    struct id id;
    enum err e = catalogue_at_path(txn, &locator->arena, item.path, &id);

    if (e == ERR_OK)
        e = catalogue_media(txn, &locator->arena, id, &item.media);
    if (e == ERR_OK)
        e = leads_set(txn, &locator->arena, &item, NULL);
    if (e != ERR_OK)
        return NULL;
    if (catalogue_state(txn, &locator->arena, &item.media, &at, &volume, &backend) == ERR_OK &&
        backend == BACKEND_CLOUD)
        *media = id;
    return item_door_to_decode(&item);
}

struct door *locate_door(struct locator *locator, const char *path, struct id *media)
{
    struct door *door = NULL;
    struct txn *txn;

    *media = (struct id){ { 0 } };
    if (locate_read(locator, &txn, NULL) == ERR_OK) {
        door = find_door(locator, txn, path, media);
        txn_end(txn);
    }
    return door ? door : door_to(path);
}

/* ---- the following item ---- */

struct locate_search {
    struct bytes name; /* name of the current file */
    struct bytes next, first;
    struct id next_id, first_id;
};

static bool see_item(void *state, const struct media *media)
{
    struct locate_search *search = state;

    if (media->kind.value != KIND_AUDIO)
        return true;
    if (bytes_compare(media->file, search->name) > 0 &&
        (!search->next.at || bytes_compare(media->file, search->next) < 0)) {
        search->next = media->file;
        search->next_id = media->id;
    }
    if (!search->first.at || bytes_compare(media->file, search->first) < 0) {
        search->first = media->file;
        search->first_id = media->id;
    }
    return true;
}

enum err locate_next(struct locator *locator, struct id id, struct id *next, struct fault *fault)
{
    struct locate_search search = { 0 };
    struct media media = { 0 };
    struct txn *txn;

    if (id_is_zero(id))
        return fault_set(fault, ERR_NOT_FOUND, "a file outside the catalogue has no next item");
    enum err e = locate_read(locator, &txn, fault);
    if (e != ERR_OK)
        return e;
    e = catalogue_media(txn, &locator->arena, id, &media);
    search.name = media.file;
    if (e == ERR_OK)
        e = catalogue_each_in_folder(txn, &locator->arena, media.folder, see_item, &search);
    txn_end(txn);
    if (e != ERR_OK || !search.first.at)
        return fault_set(fault, ERR_NOT_FOUND, "the item of the last preview is no longer in the catalogue");
    *next = search.next.at ? search.next_id : search.first_id;
    return id_equal(*next, id) ? fault_set(fault, ERR_NOT_FOUND, "the folder of the item has no other item") : ERR_OK;
}
