/* kit_import.c: a kit of another program becomes one of ours. The file of the kit is read in a sandbox; the kit is then
 * made with one ask, so that a death in between leaves none of it. */
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/naming/safe_names.h"
#include "frontends/cli/base/resolve.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/kit/kit_archive.h"
#include "frontends/cli/kit/kit_commands.h"
#include "frontends/cli/kit/kit_reader.h"
#include "frontends/cli/kit/kit_sounds.h"
#include "frontends/cli/sound/kit.h"

enum { SHOWN = 3 };

struct import {
    struct cli *cli;
    struct beneath folder;
    const char *name; /* of the kit's file in it */
    bool is_sfz;
    struct kit_file kit;
    struct kit_sounds_found sounds;
    uint64_t left_out; /* files of an archive */
};

/* ---- opening ---- */

/* The folder of the kit, and the name of its file in it. */
static enum err find_kit(struct import *import, char folder[PATH_MAX], struct fault *fault)
{
    struct resolved at = { 0 };
    struct stat st;
    enum err e = resolve_path(import->cli->args[0], &at, fault);
    char *slash;

    if (e == ERR_OK && (!at.exists || stat(at.path, &st) != 0))
        e = fault_set(fault, ERR_NOT_FOUND, "%s is not there", at.path);
    if (e != ERR_OK)
        return e;
    import->name = "drumkit.xml";
    memcpy(folder, at.path, sizeof(at.path));
    slash = strrchr(folder, '/');
    if (S_ISDIR(st.st_mode) || !slash)
        return ERR_OK;
    import->name = arena_text(&import->cli->arena, text_of(slash + 1)).at;
    slash[slash == folder] = 0;
    return ERR_OK;
}

static bool has_ending(const char *name, const char *ending)
{
    const size_t len = strlen(name), end = strlen(ending);

    return len >= end && strcasecmp(name + len - end, ending) == 0;
}

/* A folder without a drumkit.xml may have one SFZ. */
static enum err find_sfz(struct import *import, struct fault *fault)
{
    DIR *all = beneath_list(&import->folder, "");
    const struct dirent *entry;
    uint32_t count = 0;

    while (all && (entry = readdir(all)))
        if (has_ending(entry->d_name, ".sfz") && count++ == 0)
            import->name = arena_text(&import->cli->arena, text_of(entry->d_name)).at;
    if (all)
        closedir(all);
    if (count == 1)
        return ERR_OK;
    fault_set(fault, count ? ERR_BAD_REQUEST : ERR_NOT_FOUND, "%s has no drumkit.xml, and %u .sfz files",
              import->folder.path, count);
    return fault_hint(fault, count ? "name one of them" : "name the folder of a kit"), fault->code;
}

static int open_kit(struct import *import, struct fault *fault)
{
    int fd = beneath_open_file(&import->folder, import->name, O_RDONLY | O_CLOEXEC, 0, fault);

    if (fd < 0 && fault->code == ERR_NOT_FOUND && find_sfz(import, fault) == ERR_OK)
        fd = beneath_open_file(&import->folder, import->name, O_RDONLY | O_CLOEXEC, 0, fault);
    import->is_sfz = has_ending(import->name, ".sfz");
    return fd;
}

static enum err read_kit(struct import *import, int fd, struct fault *fault)
{
    enum err e = fd < 0 ? fault->code
                        : kit_reader_read(import->cli, fd, import->is_sfz ? KIT_FORMAT_SFZ : KIT_FORMAT_HYDROGEN,
                                          &import->kit, fault);

    if (fd >= 0)
        close(fd);
    return e;
}

/* ---- an archive ---- */

/* The kit is read before its folder gets the name: what cannot be read leaves nothing. An earlier import may have made
 * the same folder. */
static enum err make_folder(struct import *import, int fd, const char *parent, struct new_folder *to, const char *name,
                            struct fault *fault)
{
    enum err e = kit_archive_unpack(import->cli, fd, parent, to, &import->left_out, fault);
    int kit = -1;

    if (e == ERR_OK)
        kit = openat(to->fd, "drumkit.xml", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (e == ERR_OK && kit < 0)
        e = fault_set(fault, ERR_NOT_FOUND, "it has no drumkit.xml");
    if (e == ERR_OK)
        e = read_kit(import, kit, fault);
    return e == ERR_OK && !kit_folder_is_there(to, name) ? new_folder_finish_as(to, name, fault) : e;
}

/* Chooses where the archive is unpacked: beside it, or in the folder that the person typed. */
static enum err choose_folder(struct import *import, const char *archive, char folder[PATH_MAX], char *name,
                              struct fault *fault)
{
    const size_t len = strlen(archive) - strlen(KIT_ARCHIVE_ENDING);
    struct bytes typed;
    enum err e = ERR_OK;

    safe_name_write((struct text){ (uint32_t)len, archive }, name);
    if (import->cli->count > 1) {
        e = cli_path(import->cli, import->cli->args[1], &typed, fault);
        if (e == ERR_OK && !text_copy(folder, PATH_MAX, (struct text){ typed.len, (const char *)typed.at }))
            e = fault_set(fault, ERR_TOO_LARGE, "the path of the folder is too long");
    }
    return e;
}

static enum err join_path(char folder[PATH_MAX], const char *name, struct fault *fault)
{
    const size_t len = strlen(folder), more = strlen(name);

    if (len + more + 2 > PATH_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "the path of the folder is too long");
    folder[len] = '/';
    memcpy(folder + len + 1, name, more + 1);
    return ERR_OK;
}

/* Unpacks the archive in `folder`, which becomes the folder of the kit. */
static enum err unpack_kit(struct import *import, char folder[PATH_MAX], struct fault *fault)
{
    const int fd = beneath_open_file(&import->folder, import->name, O_RDONLY | O_CLOEXEC, 0, fault);
    struct new_folder to = { .parent = -1, .fd = -1 };
    char name[SAFE_NAME_SIZE];
    enum err e;

    if (fd < 0)
        return fault->code;
    e = choose_folder(import, import->name, folder, name, fault);
    if (e == ERR_OK)
        e = make_folder(import, fd, folder, &to, name, fault);
    new_folder_end(&to);
    close(fd);
    beneath_close(&import->folder);
    if (e == ERR_OK)
        e = join_path(folder, name, fault);
    return e == ERR_OK ? beneath_open(&import->folder, folder, NULL, fault) : e;
}

static enum err open_kit_folder(struct import *import, char folder[PATH_MAX], struct fault *fault)
{
    const bool is_archive = has_ending(import->name, KIT_ARCHIVE_ENDING);
    enum err e;

    if (import->cli->count > 1 && !is_archive) {
        fault_set(fault, ERR_BAD_REQUEST, "%s is no archive " KIT_ARCHIVE_ENDING, import->name);
        return fault_hint(fault, "name only the folder of the kit: nothing is written"), fault->code;
    }
    e = beneath_open(&import->folder, folder, NULL, fault);
    if (e != ERR_OK)
        return e;
    return is_archive ? unpack_kit(import, folder, fault) : read_kit(import, open_kit(import, fault), fault);
}

/* ---- the kit ---- */

/* Of a file that has no place in the folder: an id of no item. The same path always has the same one. */
static struct id no_item(struct cli *cli, struct text file)
{
    const struct text key = arena_printf(&cli->arena, "no sound of a kit: %.*s", TEXT_ARG(file));

    return id_of_bytes((const uint8_t *)key.at, key.len);
}

static void set_layer(struct cli *cli, const struct kit_sound *sound, struct text file, struct kit_layer *layer)
{
    layer->media = sound->has_item ? sound->item : no_item(cli, file);
    if (!sound->has_item)
        layer->name = kit_sounds_name(cli, file);
}

static void set_layers(struct import *import)
{
    uint32_t next = 0;

    for (uint32_t i = 0; i < import->kit.slots.count; i++) {
        struct kit_slot *slot = &import->kit.slots.at[i];
        for (uint32_t k = 0; k < slot->layers.count; k++, next++)
            set_layer(import->cli, &import->sounds.at[next], import->kit.files.at[next], &slot->layers.at[k]);
    }
}

static struct text name_kit(const struct import *import)
{
    const char *typed = import->cli->options.name, *slash = strrchr(import->folder.path, '/');

    if (typed)
        return text_of(typed);
    if (import->is_sfz && !import->kit.name.len)
        return (struct text){ (uint32_t)strlen(import->name) - 4, import->name };
    return import->kit.name.len ? import->kit.name : text_of(slash ? slash + 1 : "");
}

static enum err make_kit(struct import *import, struct fault *fault)
{
    const struct kit_file *kit = &import->kit;
    struct cli *cli = import->cli;
    struct project_new_kit request = { .project = text_of(cli->options.project ? cli->options.project : ""),
                                       .name = name_kit(import),
                                       .family.value = kit->has_family  ? kit->family.value
                                                       : import->is_sfz ? KIT_FAMILY_FREE
                                                                        : KIT_FAMILY_DRUM,
                                       .tags = kit->tags,
                                       .slots = kit->slots,
                                       .has_author = kit->author.len > 0,
                                       .author = kit->author,
                                       .has_licence = kit->licence.len > 0,
                                       .licence = kit->licence };
    enum err e = kit_read_scope(cli, &request.scope, fault);

    set_layers(import);
    e = e == ERR_OK ? kit_send_change(cli, "project.new_kit", &request, fault) : e;
    if (e == ERR_EXISTS)
        fault_hint(fault, "--name NAME gives the kit another name");
    return e;
}

/* ---- remarks ---- */

static void remark_sounds(const struct import *import, enum kit_sound_state state, const char *what)
{
    struct buffer line = { 0 };
    uint32_t count = 0;

    for (uint32_t i = 0; i < import->sounds.count; i++) {
        const struct kit_sound *sound = &import->sounds.at[i];
        if (sound->state != state || (state == KIT_SOUND_HERE && sound->has_item))
            continue;
        if (count++ < SHOWN)
            cli_print(&line, "%s%.*s", count > 1 ? ", " : "", TEXT_ARG(import->kit.files.at[i]));
    }
    if (count) {
        struct buffer all = { 0 };
        cli_print(&all, "loophole: %u sound%s %s: %s%s", count, text_plural(count), what, buffer_c(&line),
                  count > SHOWN ? ", …" : "");
        cli_remark(&all);
        buffer_free(&all);
    }
    buffer_free(&line);
}

static void remark_words(const struct import *import)
{
    const struct kit_word_list *odd = &import->kit.odd;
    struct buffer line = { 0 };

    cli_print(&line, "loophole: a kit has no place for: ");
    for (uint32_t i = 0; i < odd->count; i++)
        cli_print(&line, "%s%.*s ×%llu", i ? ", " : "", TEXT_ARG(odd->at[i].word),
                  (unsigned long long)odd->at[i].count);
    if (odd->count)
        cli_remark(&line);
    buffer_free(&line);
}

static void remark_left_out(const struct import *import)
{
    struct buffer line = { 0 };

    cli_print(&line, "loophole: %llu file%s of the archive left out: in another folder, hidden, or with an odd name",
              (unsigned long long)import->left_out, text_plural(import->left_out));
    if (import->left_out)
        cli_remark(&line);
    buffer_free(&line);
}

static void remark_all(const struct import *import)
{
    remark_left_out(import);
    remark_sounds(import, KIT_SOUND_MISSING, "missing in the kit's folder");
    remark_sounds(import, KIT_SOUND_OUTSIDE, "not in the kit's folder, and therefore left out");
    remark_sounds(import, KIT_SOUND_HERE, "not among the items of the catalogue");
    remark_words(import);
}

enum err kit_import(struct cli *cli, struct fault *fault)
{
    struct import import = { .cli = cli, .folder = { .folder = -1 } };
    char folder[PATH_MAX];
    enum err e = find_kit(&import, folder, fault);

    if (e != ERR_OK)
        return e;
    e = open_kit_folder(&import, folder, fault);
    if (e == ERR_OK)
        e = kit_sounds_find(cli, &import.folder, &import.kit.files, &import.sounds, fault);
    if (e == ERR_OK)
        e = make_kit(&import, fault);
    if (e == ERR_OK)
        remark_all(&import);
    beneath_close(&import.folder);
    return e;
}
