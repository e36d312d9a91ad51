/* bundle_import.c: a bundle becomes a project of this engine. It is read and checked twice: first without writing, then
 * into a new folder, which gets its name when all of it is there. Then the project in it is opened with one ask. */
#include <string.h>

#include "common/naming/safe_names.h"
#include "common/process/stop_point.h"
#include "frontends/cli/base/change.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/bundle/bundle_commands.h"
#include "frontends/cli/bundle/bundle_project.h"
#include "frontends/cli/bundle/bundle_sampler.h"
#include "frontends/cli/bundle/bundle_source.h"
#include "frontends/cli/bundle/bundle_verify.h"
#include "schema_project.h"

struct bundle_importing {
    struct cli *cli;
    char path[PATH_MAX], folder[PATH_MAX];
    struct bundle_intake intake;
    struct bundle_progress progress;
    struct bundle_checked checked;
    struct tree project, slots; /* the slots of its patterns, by their ids */
    struct new_folder tree;
    struct id_table wanted;
    struct safe_names media; /* names of files in Media/Audio */
    struct text id;          /* of the project that was opened */
    struct text checkpoint;  /* the autosave of the one before; "": none */
    bool taken[BUNDLE_PROJECT_SLOTS + 1];
};

/* ---- before anything is written ---- */

/* The project itself is here: opening the folder would move it there. */
static enum err refuse_known(struct bundle_importing *import, struct fault *fault)
{
    const struct tree *project = tree_get(&import->project, "project");
    struct project_state ask = { .project = tree_text(project, "id") };
    struct project_line state = { 0 };
    struct fault why = { 0 };
    struct id id;
    enum err e;

    if (!tree_id(project, "id", &id))
        return ERR_OK;
    e = cli_ask(import->cli, "project.state", &ask, &state, &why);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : (*fault = why, e);
    fault_set(fault, ERR_EXISTS, "the project of this bundle is here already, as %.*s", TEXT_ARG(state.name));
    return fault_hint(fault, "nothing was changed; --name NAME imports it as a copy"), ERR_EXISTS;
}

static void note_wanted(struct bundle_importing *import)
{
    const struct bundle_manifest *manifest = &import->checked.manifest;

    (void)id_table_add(&import->wanted, bundle_intake_key(TEXT(BUNDLE_MANIFEST)));
    for (uint32_t i = 0; i < manifest->count; i++)
        (void)id_table_add(&import->wanted, bundle_intake_key(manifest->entries[i].path));
}

static uint64_t sum_wanted(struct bundle_importing *import)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < import->intake.count; i++)
        if (id_table_has(&import->wanted, bundle_intake_key(import->intake.files[i].path)))
            sum += import->intake.files[i].size;
    return sum;
}

/* ---- the folder ---- */

/* The sounds are files of the project's Media, too: there all lie in one folder. */
static enum err link_sound(struct bundle_importing *import, const struct bundle_entry *entry, struct fault *fault)
{
    char name[SAFE_NAME_SIZE];

    safe_names_choose(&import->media, bytes_of(entry->path.at, entry->path.len), name);
    return new_folder_link(&import->tree, entry->path.at, arena_printf(&import->cli->arena, "Media/Audio/%s", name).at,
                           fault);
}

static enum err write_slot(struct bundle_importing *import, const struct bundle_entry *entry, struct fault *fault)
{
    const struct bundle_file *file = bundle_intake_find(&import->intake, entry->path);
    const uint32_t slot = bundle_project_slot(&import->project, entry->id, import->taken);

    if (!slot)
        return fault_set(fault, ERR_TOO_LARGE, "the bundle has more patterns than a project has slots");
    tree_set_text(&import->slots, &import->cli->arena, entry->id, tree_of_whole(slot));
    return new_folder_write(
        &import->tree,
        arena_printf(&import->cli->arena, "patterns/slots/bank_%u/slot_%03u.json", (slot - 1) / 128 + 1, slot).at,
        bytes_of(file->content.at, file->content.len), fault);
}

/* What the bundle itself does not have. */
static enum err write_more(struct bundle_importing *import, struct fault *fault)
{
    const struct bundle_manifest *manifest = &import->checked.manifest;
    struct buffer text = { 0 };
    enum err e = ERR_OK;

    import->slots = (struct tree){ .type = TREE_OBJECT };
    for (uint32_t i = 0; e == ERR_OK && i < manifest->count; i++) {
        if (manifest->entries[i].kind == BUNDLE_PATTERN)
            e = write_slot(import, &manifest->entries[i], fault);
        else if (manifest->entries[i].kind == BUNDLE_ASSET)
            e = link_sound(import, &manifest->entries[i], fault);
    }
    if (e == ERR_OK) {
        bundle_project_keep_slots(&import->project, import->slots, &import->cli->arena);
        tree_write(&import->project, true, &text);
        e = new_folder_write(&import->tree, BUNDLE_PROJECT, buffer_bytes(&text), fault);
    }
    buffer_free(&text);
    return e;
}

/* Reads the bundle again, into the folder. It may have changed meanwhile: then the second check refuses it. */
static enum err copy_bundle(struct bundle_importing *import, struct fault *fault)
{
    struct bundle_intake again = { .arena = &import->cli->arena,
                                   .progress = &import->progress,
                                   .fd = -1,
                                   .to = &import->tree,
                                   .wanted = &import->wanted };
    struct bundle_checked checked;
    enum err e;

    bundle_progress_begin(&import->progress, import->cli, "writing the files", sum_wanted(import));
    e = bundle_source_read(import->cli, import->path, false, &again, &checked, fault);
    if (e == ERR_OK && strcmp(checked.digest, import->checked.digest) != 0)
        e = fault_set(fault, ERR_CONFLICT, "the bundle changed while it was read");
    bundle_intake_free(&again);
    return e;
}

enum { NOTED_MOST = 64 };

/* The project keeps it, for dialogues. */
static struct bundle_import describe_import(struct bundle_importing *import)
{
    const struct bundle_manifest *manifest = &import->checked.manifest;
    struct arena *arena = &import->cli->arena;
    struct text_list names = bundle_assets(import->cli, manifest);
    struct bundle_import to = { .manifest_sha256 = text_of(import->checked.digest),
                                .bundle_root = bytes_of(import->path, strlen(import->path)),
                                .asset_count = manifest->counts[BUNDLE_ASSET],
                                .patterns = manifest->counts[BUNDLE_PATTERN],
                                .mixer_snapshots = manifest->counts[BUNDLE_MIXER] };

    bundle_sampler_filters(&names, arena, &to.dialog_filters);
    names.count = names.count < NOTED_MOST ? names.count : NOTED_MOST;
    to.asset_names = names;
    return to;
}

/* With these errors nothing was done. An ask without an answer may be done later, and any other error may come after
 * the store has the project: then the folder stays. */
static bool is_refusal(enum err e)
{
    return e == ERR_BAD_REQUEST || e == ERR_EXISTS || e == ERR_CONFLICT || e == ERR_DENIED || e == ERR_TOO_LARGE;
}

static enum err open_project(struct bundle_importing *import, struct fault *fault)
{
    const struct project_open ask = { .folder = bytes_of(import->folder, strlen(import->folder)),
                                      .has_import = true,
                                      .import = describe_import(import) };
    struct project_line state = { 0 };
    const enum err e = cli_change(import->cli, "project.open", &ask, &state, fault);
    char id[ID_TEXT_SIZE];

    import->id = arena_text(&import->cli->arena, text_of(id_write(state.id, id)));
    if (is_refusal(e))
        new_folder_undo(&import->tree);
    else if (e != ERR_OK)
        fault_hint(fault, "its folder is complete: `loophole project open %.150s` opens it", import->folder);
    return e;
}

/* Lets the store take over the files of the slots now: the service does so soon after it has opened a project. So a
 * failure is only a remark. */
static void take_slots(struct bundle_importing *import)
{
    struct buffer line = { 0 };
    struct fault fault = { 0 };
    enum err e = ERR_OK;

    for (uint32_t bank = 1; e == ERR_OK && bank <= BUNDLE_PROJECT_SLOTS / 128; bank++) {
        const struct project_compare_slots ask = { .project = import->id, .bank = bank };
        struct slot_said said = { 0 };
        bool is_used = false;
        for (uint32_t i = 1; i <= 128; i++)
            is_used = is_used || import->taken[(bank - 1) * 128 + i];
        if (is_used)
            e = cli_ask(import->cli, "project.compare_slots", &ask, &said, &fault);
    }
    if (e == ERR_OK)
        return;
    cli_print(&line, "loophole: the patterns come into their slots later: %s", fault.what);
    cli_remark(&line);
    buffer_free(&line);
}

/* The project that is open keeps its state as a file. Its edits are in the store, so a failure is only a remark. */
static enum err make_checkpoint(struct bundle_importing *import, struct fault *fault)
{
    struct checkpoint made = { 0 };
    struct buffer line = { 0 };
    const enum err e = cli_ask(import->cli, "project.checkpoint", NULL, &made, fault);

    if (e != ERR_OK)
        return e;
    import->checkpoint = arena_text(&import->cli->arena, made.autosave);
    if (made.trouble.len) {
        cli_print(&line, "loophole: \"%.*s\" has no autosave before this import: %.*s", TEXT_ARG(made.name),
                  TEXT_ARG(made.trouble));
        cli_remark(&line);
    }
    buffer_free(&line);
    return ERR_OK;
}

/* ---- import ---- */

/* All was read once and found right, so it is a disk that fails. */
static enum err name_disks(const struct bundle_importing *import, enum err e, struct fault *fault)
{
    if (e != ERR_OK && !fault->hint[0])
        fault_hint(fault, "look at the disks: the bundle is %.90s, its destination %.90s", import->path,
                   import->folder);
    return e;
}

static enum err fill_folder(struct bundle_importing *import, struct fault *fault)
{
    enum err e;

    bundle_cancel_hold();
    e = new_folder_begin(&import->tree, BUNDLE_PART, import->folder, fault);
    stop_point("import-begun");
    if (e == ERR_OK)
        e = copy_bundle(import, fault);
    stop_point("import-copied");
    if (e == ERR_OK)
        e = write_more(import, fault);
    stop_point("import-written");
    if (e == ERR_OK)
        e = bundle_cancel_check(fault);
    return e == ERR_OK ? new_folder_finish(&import->tree, fault) : bundle_cancel_name(e, fault);
}

static enum err write_folder(struct bundle_importing *import, struct fault *fault)
{
    enum err e = name_disks(import, fill_folder(import, fault), fault);

    stop_point("import-named");
    bundle_progress_hide();
    if (e == ERR_OK)
        e = open_project(import, fault);
    stop_point("import-opened");
    if (e == ERR_OK)
        take_slots(import);
    new_folder_end(&import->tree);
    return e;
}

static enum err read_first(struct bundle_importing *import, struct fault *fault)
{
    struct cli *cli = import->cli;
    enum err e;

    bundle_progress_begin(&import->progress, cli, "reading the files", 0);
    e = bundle_source_read(cli, import->path, false, &import->intake, &import->checked, fault);
    bundle_progress_hide();
    if (e == ERR_OK)
        bundle_project_make(&import->intake, &import->checked, cli->options.name, &cli->arena, &import->project);
    return e == ERR_OK ? bundle_check_document(cli, &import->project, fault) : e;
}

static enum err import_bundle(struct bundle_importing *import, bool writes, struct fault *fault)
{
    enum err e = read_first(import, fault);

    if (e == ERR_OK && writes)
        e = refuse_known(import, fault);
    if (e == ERR_OK && writes)
        e = make_checkpoint(import, fault);
    if (e == ERR_OK && writes) {
        note_wanted(import);
        e = write_folder(import, fault);
    }
    if (e == ERR_OK)
        e = bundle_show(import->cli, &import->intake, &import->checked, writes ? "imported" : "verified",
                        writes ? import->folder : NULL, writes ? import->checkpoint.at : NULL);
    bundle_intake_free(&import->intake);
    id_table_free(&import->wanted);
    safe_names_free(&import->media);
    return e;
}

enum err bundle_import(struct cli *cli, struct fault *fault)
{
    struct bundle_importing *import = arena_alloc(&cli->arena, sizeof(*import));
    const char *destination = cli->options.destination_root;
    enum err e = bundle_need_path("--bundle-root", cli->options.bundle_root, import->path, fault);

    import->cli = cli;
    import->intake = (struct bundle_intake){ .arena = &cli->arena, .progress = &import->progress, .fd = -1 };
    import->tree = (struct new_folder){ .parent = -1, .fd = -1 };
    if (e == ERR_OK && destination)
        e = bundle_need_path("--destination-root", destination, import->folder, fault);
    return e == ERR_OK ? import_bundle(import, destination != NULL, fault) : e;
}
