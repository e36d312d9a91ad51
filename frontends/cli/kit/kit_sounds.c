#include "frontends/cli/kit/kit_sounds.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/beneath/way.h"
#include "common/clock.h"
#include "schema_indexer.h"

enum { POLL_US = 50000, INDEXER_MS = 60000 };

/* ---- files ---- */

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

static enum err find_item(struct cli *cli, struct kit_sound *sound, struct fault *fault)
{
    struct media_found found = { 0 };
    enum err e = cli_ask(cli, "search.get", &(const struct search_get){ .path = sound->path }, &found, fault);

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
            e = find_item(cli, sound, fault);
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

enum err kit_sounds_find(struct cli *cli, struct beneath *folder, const struct text_list *files,
                         struct kit_sounds_found *to, struct fault *fault)
{
    bool are_settled;
    enum err e;

    *to = (struct kit_sounds_found){ files->count, arena_array(&cli->arena, files->count, sizeof(*to->at)) };
    for (uint32_t i = 0; i < files->count; i++)
        to->at[i] = find_file(cli, folder, files->at[i]);
    e = find_items(cli, to, &are_settled, fault);
    if (e != ERR_OK || are_settled)
        return e;
    e = begin_indexing(cli, bytes_of(folder->path, strlen(folder->path)), fault);
    return e == ERR_OK ? wait_for_items(cli, to, fault) : e;
}
