#include "frontends/cli/kit/kit_sounds.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/beneath/way.h"
#include "common/clock.h"
#include "frontends/cli/base/shared.h"
#include "schema_indexer.h"
#include "schema_persist.h"

enum { POLL_US = 50000, INDEXER_MS = 60000, ADDING_MS = 60000, ADDED_AT_ONCE = 256, NAME_MOST = 255 };

/* ---- files ---- */

/* Where the missing file would be. A path with ".." might lead out of the folder, and one of dots names no file:
 * empty. */
static struct bytes place_file(struct cli *cli, const struct beneath *folder, struct text file)
{
    struct buffer path = { 0 };
    struct bytes kept = { 0 };
    bool is_within = true;

    buffer_add(&path, folder->path, strlen(folder->path));
    for (struct text rest = file; rest.len;) {
        const char *slash = memchr(rest.at, '/', rest.len);
        const struct text name = { slash ? (uint32_t)(slash - rest.at) : rest.len, rest.at };
        const uint32_t past = name.len + (slash != NULL);
        rest = (struct text){ rest.len - past, rest.at + past };
        is_within = is_within && !text_is(name, "..");
        if (name.len == 0 || text_is(name, "."))
            continue;
        buffer_add(&path, "/", 1);
        buffer_add(&path, name.at, name.len);
    }
    if (is_within && path.len > strlen(folder->path) && path.len < PATH_MAX)
        kept = arena_bytes(&cli->arena, buffer_bytes(&path));
    buffer_free(&path);
    return kept;
}

static struct kit_sound find_file(struct cli *cli, struct beneath *folder, struct text file)
{
    struct kit_sound sound = { .state = KIT_SOUND_MISSING };
    struct fault none = { 0 };
    char name[PATH_MAX], path[PATH_MAX];
    int fd;

    if (file.len == 0 || memchr(file.at, 0, file.len) || !text_copy(name, sizeof(name), file))
        return sound;
    fd = *name == '/' ? -1 : beneath_open_file(folder, name, O_RDONLY | O_CLOEXEC, 0, &none);
    if (*name == '/' || (fd < 0 && none.code == ERR_DENIED))
        sound.state = KIT_SOUND_OUTSIDE;
    if (fd < 0 && sound.state == KIT_SOUND_MISSING && none.code == ERR_NOT_FOUND)
        sound.path = place_file(cli, folder, file);
    if (fd < 0)
        return sound;
    if (way_real_path(fd, path)) {
        sound.state = KIT_SOUND_HERE;
        sound.path = arena_bytes(&cli->arena, bytes_of(path, strlen(path)));
    }
    close(fd);
    return sound;
}

/* ---- items ---- */

static enum err find_item(struct cli *cli, struct kit_sound *sound, const struct search_get *get, struct fault *fault)
{
    struct media_found found = { 0 };
    enum err e = cli_ask(cli, "search.get", get, &found, fault);

    sound->has_item = e == ERR_OK;
    sound->item = found.item.media.id;
    sound->is_settled = e == ERR_OK && (found.item.media.content.len || found.item.media.failure.len);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err find_items(struct cli *cli, struct kit_sounds_found *sounds, bool *are_settled, struct fault *fault)
{
    enum err e = ERR_OK;

    *are_settled = true;
    for (uint32_t i = 0; e == ERR_OK && i < sounds->count; i++) {
        struct kit_sound *sound = &sounds->at[i];
        if (sound->state == KIT_SOUND_HERE && !sound->is_settled)
            e = find_item(cli, sound, &(const struct search_get){ .path = sound->path }, fault);
        *are_settled = *are_settled && (sound->state != KIT_SOUND_HERE || sound->is_settled);
    }
    return e;
}

/* ---- indexing ---- */

static bool lies_in_library(const struct libraries *libraries, struct bytes folder)
{
    for (uint32_t i = 0; i < libraries->each.count; i++) {
        const struct library *library = &libraries->each.at[i];
        if (library->online && (bytes_equal(library->path, folder) || bytes_path_contains(library->path, folder)))
            return true;
    }
    return false;
}

static enum err begin_indexing(struct cli *cli, struct bytes folder, struct fault *fault)
{
    const struct indexer_rescan rescan = { .path = folder };
    const struct indexer_add_library add = { .path = folder };
    struct libraries libraries = { 0 };
    struct library library = { 0 };
    enum err e = cli_ask(cli, "indexer.libraries", NULL, &libraries, fault);

    if (e != ERR_OK)
        return e;
    return lies_in_library(&libraries, folder) ? cli_ask(cli, "indexer.rescan", &rescan, NULL, fault)
                                               : cli_ask(cli, "indexer.add_library", &add, &library, fault);
}

/* Asks for the progress before it looks: what was done by then is seen. */
static enum err wait_for_items(struct cli *cli, struct kit_sounds_found *sounds, struct fault *fault)
{
    struct progress progress = { 0 };
    bool are_settled = false;
    enum err e = ERR_OK;

    while (e == ERR_OK && !are_settled && !progress.idle) {
        progress = (struct progress){ 0 };
        e = ask(cli->asker, "indexer.progress", NULL, INDEXER_MS, NULL, &progress, fault);
        if (e == ERR_OK)
            e = find_items(cli, sounds, &are_settled, fault);
        if (e == ERR_OK && !are_settled && !progress.idle)
            clock_sleep(POLL_US);
    }
    return e;
}

/* ---- missing files ---- */

static bool lacks_item(const struct kit_sound *sound)
{
    return sound->state == KIT_SOUND_MISSING && sound->path.len > 0 && !sound->has_item;
}

/* The same path always has the same item. */
static struct id missing_item(struct cli *cli, struct bytes path)
{
    const struct text key =
        arena_printf(&cli->arena, "missing sound of a kit: %.*s", (int)path.len, (const char *)path.at);

    return id_of_bytes((const uint8_t *)key.at, key.len);
}

/* Each ask has an id of its own: that of --request-id is the kit's. */
static enum err add_items(struct cli *cli, struct missing_item_list *items, struct fault *fault)
{
    const struct persist_add_missing add = { .each = *items };
    struct done done = { 0 };

    items->count = 0;
    return add.each.count ? ask(cli->asker, "persist.add_missing", &add, ADDING_MS, NULL, &done, fault) : ERR_OK;
}

/* Persist adds none on an unknown volume. */
static enum err find_added(struct cli *cli, struct kit_sounds_found *sounds, struct fault *fault)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < sounds->count; i++) {
        struct kit_sound *sound = &sounds->at[i];
        if (lacks_item(sound))
            e = find_item(cli, sound,
                          &(const struct search_get){ .has_id = true, .id = missing_item(cli, sound->path) }, fault);
    }
    return e;
}

/* The catalogue may know the place: a file that was there before. */
static enum err add_missing(struct cli *cli, const struct text_list *files, struct kit_sounds_found *sounds,
                            struct fault *fault)
{
    struct missing_item_list items = { 0, arena_array(&cli->arena, ADDED_AT_ONCE, sizeof(*items.at)) };
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < sounds->count; i++) {
        struct kit_sound *sound = &sounds->at[i];
        if (!lacks_item(sound))
            continue;
        e = find_item(cli, sound, &(const struct search_get){ .path = sound->path }, fault);
        if (e != ERR_OK || sound->has_item)
            continue;
        items.at[items.count++] = (struct missing_item){ .id = missing_item(cli, sound->path),
                                                         .name = kit_sounds_name(cli, files->at[i]),
                                                         .path = sound->path };
        if (items.count == ADDED_AT_ONCE)
            e = add_items(cli, &items, fault);
    }
    if (e == ERR_OK)
        e = add_items(cli, &items, fault);
    return e == ERR_OK ? find_added(cli, sounds, fault) : e;
}

struct text kit_sounds_name(struct cli *cli, struct text file)
{
    return arena_utf8(&cli->arena, bytes_of(file.at, file.len), NAME_MOST);
}

enum err kit_sounds_find(struct cli *cli, struct beneath *folder, const struct text_list *files,
                         struct kit_sounds_found *to, struct fault *fault)
{
    bool are_settled;
    enum err e;

    *to = (struct kit_sounds_found){ files->count, arena_array(&cli->arena, files->count, sizeof(*to->at)) };
    for (uint32_t i = 0; i < files->count; i++)
        to->at[i] = find_file(cli, folder, files->at[i]);
    e = find_items(cli, to, &are_settled, fault);
    if (e == ERR_OK && !are_settled)
        e = begin_indexing(cli, bytes_of(folder->path, strlen(folder->path)), fault);
    if (e == ERR_OK && !are_settled)
        e = wait_for_items(cli, to, fault);
    return e == ERR_OK ? add_missing(cli, files, to, fault) : e;
}
