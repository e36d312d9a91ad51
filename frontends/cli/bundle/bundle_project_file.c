#include "frontends/cli/bundle/bundle_project_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "frontends/cli/base/resolve.h"
#include "frontends/cli/base/shared.h"
#include "store/pattern/pattern_file.h"

enum { FILE_MOST = 4 << 20, BANKS = 128, SLOTS = 128, ENTRIES_MOST = 4096, SLOTS_BYTES_MOST = 256 << 20 };

static enum err open_folder_of_file(struct bundle_project_file *to, const char *path, struct fault *fault)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX];

    (void)text_copy(folder, sizeof(folder), (struct text){ (uint32_t)(slash - path) + (slash == path), path });
    return beneath_open(&to->folder, folder, NULL, fault);
}

static enum err read_document(struct cli *cli, const char *path, struct bundle_project_file *to, struct fault *fault)
{
    struct buffer bytes = { 0 };
    struct project_read_document ask;
    struct whole_project whole = { 0 };
    enum err e = file_read_all(path, FILE_MOST, &bytes, fault);

    if (e == ERR_OK) {
        ask.file = (struct text){ (uint32_t)bytes.len, (const char *)bytes.at };
        e = cli_ask(cli, "project.read_document", &ask, &whole, fault);
    }
    buffer_free(&bytes);
    if (e == ERR_OK)
        e = tree_read(arena_text(&cli->arena, whole.file), &cli->arena, &to->document, fault);
    if (e != ERR_OK)
        return e;
    to->uses.count = whole.uses.count;
    to->uses.at = arena_array(&cli->arena, whole.uses.count, sizeof(*to->uses.at));
    if (whole.uses.count)
        memcpy(to->uses.at, whole.uses.at, whole.uses.count * sizeof(*to->uses.at));
    return ERR_OK;
}

/* ---- slots ---- */

/* Notes which slots the folder of a bank has: slot_001.json, … */
static enum err note_slots(DIR *listed, const char *bank, bool found[SLOTS + 1], struct fault *fault)
{
    const struct dirent *entry;
    char name[32];
    int count = 0;

    while (errno = 0, (entry = readdir(listed))) {
        if (++count > ENTRIES_MOST)
            return fault_set(fault, ERR_TOO_LARGE, "%s has more than %d files", bank, ENTRIES_MOST);
        for (unsigned slot = 1; slot <= SLOTS && strncmp(entry->d_name, "slot_", 5) == 0; slot++) {
            (void)snprintf(name, sizeof(name), "slot_%03u.json", slot);
            found[slot] = found[slot] || strcmp(entry->d_name, name) == 0;
        }
    }
    return errno ? file_refuse(fault, "read", bank) : ERR_OK;
}

/* Only a bank without a folder has no slots. */
static enum err find_slots(struct beneath *in, const char *bank, bool found[SLOTS + 1], struct fault *fault)
{
    struct fault why = { 0 };
    const int fd = beneath_open_folder(in, bank, false, &why);
    const bool is_file = fd < 0 && errno == ENOTDIR;
    DIR *listed = fd >= 0 ? fdopendir(fd) : NULL;
    enum err e;

    if (is_file)
        return fault_set(fault, ERR_BAD_REQUEST, "%s is no folder, or lies in none", bank);
    if (fd < 0)
        return why.code == ERR_NOT_FOUND ? ERR_OK : (*fault = why, why.code);
    if (!listed) {
        e = file_refuse(fault, "read", bank);
        close(fd);
        return e;
    }
    e = note_slots(listed, bank, found, fault);
    closedir(listed);
    return e;
}

static enum err read_slot(struct cli *cli, struct bundle_project_file *to, const char *bank, unsigned number,
                          unsigned slot, size_t *left, uint32_t *room, struct fault *fault)
{
    struct buffer bytes = { 0 };
    char path[80];
    enum err e;

    (void)snprintf(path, sizeof(path), "%s/slot_%03u.json", bank, slot);
    e = beneath_read(&to->folder, path, PATTERN_FILE_BYTES, &bytes, fault);
    if (e == ERR_OK && bytes.len > *left)
        e = fault_set(fault, ERR_TOO_LARGE, "the patterns of the project have more than %d MiB",
                      SLOTS_BYTES_MOST >> 20);
    if (e == ERR_OK) {
        *left -= bytes.len;
        to->slots.at = arena_grow(&cli->arena, to->slots.at, to->slots.count, room, sizeof(*to->slots.at));
        to->slots.at[to->slots.count++] =
            (struct project_slot){ (uint64_t)(number - 1) * SLOTS + slot, arena_take(&cli->arena, &bytes) };
    }
    buffer_free(&bytes);
    return e;
}

static enum err read_slots(struct cli *cli, struct bundle_project_file *to, struct fault *fault)
{
    size_t left = SLOTS_BYTES_MOST;
    uint32_t room = 0;
    enum err e = ERR_OK;

    for (unsigned number = 1; e == ERR_OK && number <= BANKS; number++) {
        bool found[SLOTS + 1] = { 0 };
        char bank[48];
        (void)snprintf(bank, sizeof(bank), "patterns/slots/bank_%u", number);
        e = find_slots(&to->folder, bank, found, fault);
        for (unsigned slot = 1; e == ERR_OK && slot <= SLOTS; slot++)
            if (found[slot])
                e = read_slot(cli, to, bank, number, slot, &left, &room, fault);
    }
    return e;
}

enum err bundle_project_file_read(struct cli *cli, const char *path, struct bundle_project_file *to,
                                  struct fault *fault)
{
    struct resolved at = { 0 };
    enum err e = resolve_path(path, &at, fault);

    *to = (struct bundle_project_file){ .folder = { .folder = -1 } };
    if (e == ERR_OK)
        e = read_document(cli, at.path, to, fault);
    if (e == ERR_OK)
        e = open_folder_of_file(to, at.path, fault);
    return e == ERR_OK ? read_slots(cli, to, fault) : e;
}

void bundle_project_file_close(struct bundle_project_file *file)
{
    beneath_close(&file->folder);
}
