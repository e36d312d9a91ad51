/* bundle_export.c: writes a project as a bundle: a folder, and an archive of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "common/file_write.h"
#include "common/process/stop_point.h"
#include "frontends/cli/bundle/bundle_commands.h"
#include "frontends/cli/bundle/bundle_plan.h"
#include "frontends/cli/bundle/bundle_project.h"
#include "frontends/cli/bundle/bundle_source.h"
#include "frontends/cli/bundle/bundle_verify.h"
#include "frontends/cli/bundle/bundle_zip.h"
#include "frontends/cli/bundle/bundle_zip_place.h"
#include "frontends/cli/send/item_file.h"

enum { BLOCK = 1 << 16 };

/* An asset that was written. */
struct written_sound {
    char digest[BUNDLE_DIGEST_SIZE];
    struct bundle_loudness loudness;
    const struct bundle_sample *sample; /* of the sampler manifest; NULL: it has none of that name */
};

struct bundle_exporting {
    struct cli *cli;
    struct bundle_plan plan;
    struct new_folder tree;
    struct bundle_progress progress;
    struct bundle_measure measure;
    struct written_sound *sounds;
    struct tree manifest;
};

/* ---- sounds ---- */

static int open_asset(struct bundle_exporting *ex, const struct bundle_sound *sound, struct fault *fault)
{
    struct stat st;
    int fd = -1;

    if (sound->copy)
        return beneath_open_file(&ex->plan.from.folder, sound->copy, O_RDONLY, 0, fault);
    if (sound->item)
        return item_file_open(sound->item, false, &fd, &st, fault) == ERR_OK ? fd : -1;
    fd = open(sound->file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        (void)file_refuse(fault, "open", sound->file);
    else if (!S_ISREG(st.st_mode)) {
        close(fd);
        return fault_set(fault, ERR_BAD_REQUEST, "%.150s is no regular file", sound->file), -1;
    }
    return fd;
}

static enum err copy_blocks(struct bundle_progress *progress, int from, int to, const char *path,
                            char digest[BUNDLE_DIGEST_SIZE], struct fault *fault)
{
    struct bundle_digest sum = { 0 };
    char block[BLOCK];
    off_t at = 0;
    ssize_t got;
    enum err e = ERR_OK;

    bundle_digest_begin(&sum);
    while (e == ERR_OK && (e = bundle_cancel_check(fault)) == ERR_OK &&
           (got = pread(from, block, sizeof(block), at)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        e = got < 0 ? file_refuse(fault, "read", path) : file_write_fd(to, block, (size_t)got);
        if (e == ERR_OK)
            bundle_digest_add(&sum, block, (size_t)got);
        else if (got >= 0)
            fault_set(fault, e, "cannot write %.150s: %s", path, err_name(e));
        at += got;
        bundle_progress_add(progress, e == ERR_OK ? (uint64_t)got : 0);
    }
    bundle_digest_end(&sum, digest);
    return e;
}

/* What the sampler manifest says of a sound that was copied. */
static enum err compare_sample(struct bundle_exporting *ex, const struct bundle_sound *sound, struct written_sound *to,
                               struct fault *fault)
{
    struct buffer line = { 0 };

    if (!ex->plan.sampler.is_read)
        return ERR_OK;
    to->sample = bundle_sampler_find(&ex->plan.sampler, sound->name);
    if (to->sample && !text_is(to->sample->digest, to->digest))
        return fault_set(fault, ERR_BAD_REQUEST, "%.120s has the SHA-256 %.16s…: the sampler manifest states %.16s…",
                         sound->name.at, to->digest, to->sample->digest.at);
    if (!to->sample && ex->cli->options.strict) {
        fault_set(fault, ERR_BAD_REQUEST, "%.150s is not in the sampler manifest", sound->name.at);
        return fault_hint(fault, "without --strict it is exported with its measured loudness"), ERR_BAD_REQUEST;
    }
    if (!to->sample) {
        bundle_progress_hide();
        cli_print(&line, "loophole: %.*s is not in the sampler manifest: its loudness is measured",
                  TEXT_ARG(sound->name));
        cli_remark(&line);
        buffer_free(&line);
    }
    return ERR_OK;
}

static enum err copy_asset(struct bundle_exporting *ex, const struct bundle_sound *sound, struct written_sound *to,
                           struct fault *fault)
{
    const int from = open_asset(ex, sound, fault);
    int fd = from >= 0 ? new_folder_make(&ex->tree, sound->path.at, fault) : -1;
    enum err e = fd >= 0 ? copy_blocks(&ex->progress, from, fd, sound->path.at, to->digest, fault) : fault->code;

    if (fd >= 0 && e == ERR_OK)
        e = new_folder_close(fd, sound->path.at, fault);
    else if (fd >= 0)
        close(fd);
    if (e == ERR_OK)
        e = compare_sample(ex, sound, to, fault);
    if (e == ERR_OK)
        e = bundle_measure_file(ex->cli, &ex->measure, from, sound->name, &to->loudness, fault);
    if (from >= 0)
        close(from);
    return e;
}

static uint64_t sum_assets(struct bundle_exporting *ex)
{
    struct fault unused = { 0 };
    uint64_t sum = 0;

    for (uint32_t i = 0; i < ex->plan.sound_count; i++)
        sum += bundle_size_of(open_asset(ex, &ex->plan.sound[i], &unused));
    return sum;
}

static enum err copy_assets(struct bundle_exporting *ex, struct fault *fault)
{
    enum err e = ERR_OK;

    ex->sounds = arena_array(&ex->cli->arena, ex->plan.sound_count, sizeof(*ex->sounds));
    bundle_progress_begin(&ex->progress, ex->cli, "writing the sounds", sum_assets(ex));
    for (uint32_t i = 0; e == ERR_OK && i < ex->plan.sound_count; i++)
        e = copy_asset(ex, &ex->plan.sound[i], &ex->sounds[i], fault);
    return e;
}

/* ---- the manifest ---- */

static void set_text(struct bundle_exporting *ex, struct tree *to, const char *key, struct text value)
{
    tree_set(to, &ex->cli->arena, key, value.len ? tree_of_text(value) : (struct tree){ .type = TREE_NULL });
}

static struct text digest_text(struct bundle_exporting *ex, struct text content)
{
    char hex[BUNDLE_DIGEST_SIZE];

    bundle_digest_of(bytes_of(content.at, content.len), hex);
    return arena_text(&ex->cli->arena, text_of(hex));
}

static struct tree describe_part(struct bundle_exporting *ex, const struct bundle_part *part, bool is_pattern)
{
    struct arena *arena = &ex->cli->arena;
    struct tree to = { .type = TREE_OBJECT };

    tree_set(&to, arena, is_pattern ? "pattern_id" : "name", tree_of_text(part->id));
    tree_set(&to, arena, "path", tree_of_text(part->path));
    tree_set(&to, arena, "sha256", tree_of_text(digest_text(ex, part->text)));
    if (is_pattern) {
        tree_set(&to, arena, "length_steps", tree_of_whole(part->length));
        tree_set(&to, arena, "step_count", tree_of_whole(part->counted));
    } else
        tree_set(&to, arena, "snapshot_type", tree_of_text(part->type));
    return to;
}

static struct tree describe_sound(struct bundle_exporting *ex, uint32_t i)
{
    const struct bundle_sound *sound = &ex->plan.sound[i];
    const struct written_sound *written = &ex->sounds[i];
    const struct bundle_sample *sample = written->sample;
    const bool has_lufs = sample && sample->has_lufs ? true : written->loudness.has_lufs;
    const double lufs = sample && sample->has_lufs ? sample->lufs : written->loudness.lufs;
    struct arena *arena = &ex->cli->arena;
    struct tree to = { .type = TREE_OBJECT };

    tree_set(&to, arena, "asset_name", tree_of_text(sound->name));
    tree_set(&to, arena, "relative_path", tree_of_text(sound->path));
    tree_set(&to, arena, "sha256", tree_of_text(arena_text(arena, text_of(written->digest))));
    tree_set(&to, arena, "lufs_lu", has_lufs ? tree_of_real(lufs) : (struct tree){ .type = TREE_NULL });
    set_text(ex, &to, "source_uri", sample ? sample->uri : (struct text){ 0 });
    return to;
}

/* In UTC, as 2025-11-25T00:00:00+00:00; the epoch for what is no time of this century. */
static struct text write_time(struct bundle_exporting *ex, double seconds)
{
    const time_t at = seconds > 0 && seconds < 4102444800.0 ? (time_t)seconds : 0;
    struct tm parts = { 0 };

    (void)gmtime_r(&at, &parts);
    return arena_printf(&ex->cli->arena, "%04d-%02d-%02dT%02d:%02d:%02d+00:00", parts.tm_year + 1900, parts.tm_mon + 1,
                        parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

/* The time that an id of a project has: when it was made. */
static double time_of_id(struct id id)
{
    uint64_t ms = 0;

    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id.b[i];
    return ms > 1000000000000 && ms < 4102444800000 ? (double)(ms / 1000) : 0;
}

static double newest_pattern(const struct bundle_exporting *ex)
{
    double newest = 0;

    for (uint32_t i = 0; i < ex->plan.pattern_count; i++)
        if (ex->plan.pattern[i].time > newest)
            newest = ex->plan.pattern[i].time;
    return newest;
}

static struct tree describe_project(struct bundle_exporting *ex)
{
    const struct tree *project = tree_get(&ex->plan.document, "project"), *alias = tree_get(project, "alias");
    struct arena *arena = &ex->cli->arena;
    struct tree to = { .type = TREE_OBJECT };
    struct id id = { 0 };
    double made, newest = newest_pattern(ex);

    (void)tree_id(project, "id", &id);
    made = time_of_id(id);
    tree_set(&to, arena, "id", alias ? *alias : *tree_get(project, "id"));
    tree_set(&to, arena, "name", tree_of_text(tree_text(project, "name")));
    tree_set(&to, arena, "bpm", tree_of_real(tree_real(project, "bpm", 120)));
    tree_set(&to, arena, "swing", tree_of_real(tree_real(project, "swing", 0)));
    tree_set(&to, arena, "created_at", tree_of_text(write_time(ex, made)));
    tree_set(&to, arena, "updated_at", tree_of_text(write_time(ex, newest > made ? newest : made)));
    return to;
}

/* Adds what the manifest of the bundle said from which the project came: keys that this program does not know, times
 * and sources. */
static void add_kept(struct bundle_exporting *ex, const char *list, struct text name, struct tree *to)
{
    const struct tree *kept = tree_get(tree_get(tree_get(&ex->plan.document, BUNDLE_PROJECT_KEPT), "manifest"), list);

    if (kept && name.len)
        kept = tree_get_text(kept, name);
    for (uint32_t i = 0; kept && kept->type == TREE_OBJECT && i < kept->count; i++) {
        const struct tree_member *member = &kept->members[i];
        const struct tree *own = tree_get_text(to, member->name);
        if (!own || own->type == TREE_NULL || text_ends(member->name, TEXT("ed_at")))
            tree_set_text(to, &ex->cli->arena, member->name, member->value);
    }
}

static void add_entry(struct bundle_exporting *ex, const char *list, struct text name, struct tree entry,
                      struct tree *to)
{
    add_kept(ex, list, name, &entry);
    tree_add(to, &ex->cli->arena, entry);
}

static void make_manifest(struct bundle_exporting *ex)
{
    struct arena *arena = &ex->cli->arena;
    struct tree patterns = { .type = TREE_LIST }, mixers = patterns, sounds = patterns, missing = patterns;
    struct tree project;

    for (uint32_t i = 0; i < ex->plan.pattern_count; i++)
        add_entry(ex, "patterns", ex->plan.pattern[i].id, describe_part(ex, &ex->plan.pattern[i], true), &patterns);
    for (uint32_t i = 0; i < ex->plan.mixer_count; i++)
        add_entry(ex, "mixer_snapshots", ex->plan.mixer[i].id, describe_part(ex, &ex->plan.mixer[i], false), &mixers);
    for (uint32_t i = 0; i < ex->plan.sound_count; i++)
        add_entry(ex, "sampler_assets", ex->plan.sound[i].name, describe_sound(ex, i), &sounds);
    for (uint32_t i = 0; i < ex->plan.missing.count; i++)
        tree_add(&missing, arena, tree_of_text(ex->plan.missing.at[i]));
    ex->manifest = (struct tree){ .type = TREE_OBJECT };
    tree_set(&ex->manifest, arena, "manifest_version", tree_of_text(TEXT(BUNDLE_VERSION)));
    project = describe_project(ex);
    add_kept(ex, "project", TEXT(""), &project);
    tree_set(&ex->manifest, arena, "project", project);
    tree_set(&ex->manifest, arena, "patterns", patterns);
    tree_set(&ex->manifest, arena, "mixer_snapshots", mixers);
    tree_set(&ex->manifest, arena, "sampler_assets", sounds);
    if (missing.count)
        tree_set(&ex->manifest, arena, "missing", missing);
    add_kept(ex, "more", TEXT(""), &ex->manifest);
}

/* ---- project.json ---- */

static const struct bundle_sound *find_sound_of(const struct bundle_exporting *ex, const struct tree *item)
{
    struct id id;

    if (!tree_id(item, "id", &id))
        return NULL;
    for (uint32_t i = 0; i < ex->plan.use_count; i++)
        if (id_equal(ex->plan.use[i].id, id))
            return ex->plan.use[i].sound;
    return NULL;
}

/* Of the facts only those of a person: the analysis makes its own again. */
static struct tree keep_own_facts(struct bundle_exporting *ex, const struct tree *facts)
{
    struct tree kept = { .type = TREE_OBJECT };

    for (uint32_t i = 0; facts && facts->type == TREE_OBJECT && i < facts->count; i++)
        if (text_is(tree_text(&facts->members[i].value, "source"), "user"))
            tree_set_text(&kept, &ex->cli->arena, facts->members[i].name, facts->members[i].value);
    return kept;
}

/* An item without what only this machine knows: where its file lies, when it was copied, what was measured. */
static struct tree make_portable(struct bundle_exporting *ex, const struct tree *item)
{
    static const char *const local[] = { "copy", "copy_digest", "copy_size", "copy_time" };
    const struct bundle_sound *sound = find_sound_of(ex, item);
    struct arena *arena = &ex->cli->arena;
    struct tree to = tree_clone(item, arena), storage = { .type = TREE_OBJECT };

    for (size_t i = 0; i < sizeof(local) / sizeof(*local); i++)
        tree_remove(&to, text_of(local[i]));
    if (text_is(tree_text(&to, "origin"), "external")) /* what an item without a file is until a scan finds it */
        tree_remove(&to, TEXT("origin"));
    if (sound)
        tree_set(&storage, arena, "path", tree_of_text(sound->path));
    tree_set(&to, arena, "storage", storage);
    tree_set(&to, arena, "facts", keep_own_facts(ex, tree_get(item, "facts")));
    return to;
}

static struct text make_project(struct bundle_exporting *ex, const char *digest)
{
    struct arena *arena = &ex->cli->arena;
    struct tree project = tree_clone(&ex->plan.document, arena), items = { .type = TREE_LIST };
    struct tree seal = { .type = TREE_OBJECT }, slots = { .type = TREE_OBJECT };
    const struct tree *all = tree_get(&project, "items");

    for (uint32_t i = 0; all && all->type == TREE_LIST && i < all->count; i++)
        tree_add(&items, arena, make_portable(ex, &all->members[i].value));
    tree_set(&project, arena, "items", items);
    for (uint32_t i = 0; i < ex->plan.pattern_count; i++)
        tree_set_text(&slots, arena, ex->plan.pattern[i].id, tree_of_whole((int64_t)ex->plan.pattern[i].slot));
    tree_set(&seal, arena, "slots", slots);
    tree_remove(&project, TEXT(BUNDLE_PROJECT_KEPT));
    tree_set(&project, arena, "bundle", seal);
    return bundle_check_seal(&project, digest, arena);
}

/* ---- writing ---- */

static enum err write_parts(struct bundle_exporting *ex, const struct bundle_part *parts, uint32_t count,
                            struct fault *fault)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < count; i++)
        e = new_folder_write(&ex->tree, parts[i].path.at, bytes_of(parts[i].text.at, parts[i].text.len), fault);
    return e;
}

static enum err write_heads(struct bundle_exporting *ex, struct fault *fault)
{
    struct buffer text = { 0 };
    char digest[BUNDLE_DIGEST_SIZE];
    struct text project;
    enum err e;

    make_manifest(ex);
    tree_write(&ex->manifest, true, &text);
    bundle_digest_of(buffer_bytes(&text), digest);
    project = make_project(ex, digest);
    e = new_folder_write(&ex->tree, BUNDLE_MANIFEST, buffer_bytes(&text), fault);
    if (e == ERR_OK)
        e = new_folder_write(&ex->tree, BUNDLE_PROJECT, bytes_of(project.at, project.len), fault);
    buffer_free(&text);
    return e;
}

/* ---- the archive ---- */

static int compare_paths(const void *a, const void *b)
{
    return text_compare(((const struct bundle_file *)a)->path, ((const struct bundle_file *)b)->path);
}

static enum err add_to_zip(struct bundle_exporting *ex, struct bundle_zip *zip, struct text path, struct fault *fault)
{
    const int fd = new_folder_open(&ex->tree, path.at, fault);
    const enum err e = fd >= 0 ? bundle_zip_add(zip, path.at, fd, fault) : fault->code;

    if (fd >= 0)
        close(fd);
    return e;
}

/* The manifest first, so that a reader can refuse after one file; the others by name. */
static enum err fill_zip(struct bundle_exporting *ex, const struct bundle_intake *intake, int fd, struct fault *fault)
{
    struct bundle_zip zip = { .fd = fd, .progress = &ex->progress };
    struct bundle_file *files = arena_array(&ex->cli->arena, intake->count, sizeof(*files));
    enum err e;

    bundle_progress_begin(&ex->progress, ex->cli, "writing the archive", intake->bytes);
    e = add_to_zip(ex, &zip, TEXT(BUNDLE_MANIFEST), fault);
    memcpy(files, intake->files, intake->count * sizeof(*files));
    qsort(files, intake->count, sizeof(*files), compare_paths);
    for (uint32_t i = 0; e == ERR_OK && i < intake->count; i++)
        if (!text_is(files[i].path, BUNDLE_MANIFEST))
            e = add_to_zip(ex, &zip, files[i].path, fault);
    if (e == ERR_OK)
        e = bundle_zip_end(&zip, fault);
    bundle_zip_free(&zip);
    return e;
}

/* The archive is read again, as verify does. */
static enum err check_zip(struct bundle_exporting *ex, const struct bundle_checked *as,
                          const struct bundle_zip_place *place, struct fault *fault)
{
    struct bundle_intake intake = { .arena = &ex->cli->arena, .progress = &ex->progress, .fd = -1 };
    struct bundle_checked checked;
    const int fd = bundle_zip_place_read(place, fault);
    enum err e = fd >= 0 ? ERR_OK : fault->code;

    bundle_progress_begin(&ex->progress, ex->cli, "reading the archive again", 0);
    if (e == ERR_OK)
        e = bundle_source_read_archive(ex->cli, fd, &intake, &checked, fault);
    if (e == ERR_OK && strcmp(checked.digest, as->digest) != 0)
        e = fault_set(fault, ERR_IO, "the archive that was written is not the bundle: its disk may be damaged");
    if (fd >= 0)
        close(fd);
    bundle_intake_free(&intake);
    return e;
}

static enum err write_zip(struct bundle_exporting *ex, const struct bundle_intake *intake,
                          const struct bundle_checked *checked, struct bundle_zip_place *place, struct fault *fault)
{
    enum err e = bundle_zip_place_begin(place, fault);

    if (e == ERR_OK)
        e = fill_zip(ex, intake, place->fd, fault);
    stop_point("export-zip-written");
    return e == ERR_OK ? check_zip(ex, checked, place, fault) : e;
}

/* ---- export ---- */

static enum err write_tree(struct bundle_exporting *ex, struct fault *fault)
{
    enum err e = write_parts(ex, ex->plan.pattern, ex->plan.pattern_count, fault);

    if (e == ERR_OK)
        e = write_parts(ex, ex->plan.mixer, ex->plan.mixer_count, fault);
    stop_point("export-parts-written");
    if (e == ERR_OK)
        e = copy_assets(ex, fault);
    stop_point("export-sounds-written");
    return e == ERR_OK ? write_heads(ex, fault) : e;
}

/* Both get their names only when both are written and read again. */
static enum err finish_export(struct bundle_exporting *ex, const char *folder, struct bundle_zip_place *zip,
                              struct fault *fault)
{
    struct bundle_intake intake = { .arena = &ex->cli->arena, .progress = &ex->progress, .fd = -1 };
    struct bundle_checked checked;
    enum err e;

    bundle_progress_begin(&ex->progress, ex->cli, "reading the files again", 0);
    e = bundle_source_read_folder(ex->tree.fd, false, &intake, &checked, fault);
    stop_point("export-folder-read");
    if (e == ERR_OK && zip)
        e = write_zip(ex, &intake, &checked, zip, fault);
    if (e == ERR_OK)
        e = bundle_cancel_check(fault);
    if (e == ERR_OK)
        e = new_folder_finish(&ex->tree, fault);
    stop_point("export-folder-named");
    if (e == ERR_OK && zip) {
        e = bundle_zip_place_finish(zip, fault);
        if (e != ERR_OK)
            new_folder_undo(&ex->tree);
    }
    stop_point("export-zip-named");
    if (e == ERR_OK)
        e = bundle_show(ex->cli, &intake, &checked, "exported", folder, NULL);
    bundle_intake_free(&intake);
    return e;
}

static enum err export_to(struct bundle_exporting *ex, const char *folder, struct bundle_zip_place *zip,
                          struct fault *fault)
{
    enum err e = bundle_plan_make(ex->cli, &ex->plan, fault);

    bundle_cancel_hold();
    if (e == ERR_OK)
        e = new_folder_begin(&ex->tree, BUNDLE_PART, folder, fault);
    if (e == ERR_OK)
        e = write_tree(ex, fault);
    if (e == ERR_OK)
        e = finish_export(ex, folder, zip, fault);
    e = bundle_cancel_name(e, fault);
    bundle_progress_hide();
    new_folder_end(&ex->tree);
    bundle_measure_end(&ex->measure);
    bundle_plan_free(&ex->plan);
    return e;
}

enum err bundle_export(struct cli *cli, struct fault *fault)
{
    struct bundle_exporting ex = { .cli = cli, .tree = { .parent = -1, .fd = -1 } };
    struct bundle_zip_place zip = { .folder = -1, .fd = -1 };
    char folder[PATH_MAX], archive[PATH_MAX];
    enum err e = bundle_need_path("--bundle-root", cli->options.bundle_root, folder, fault);

    if (e == ERR_OK && cli->options.zip) {
        e = bundle_need_path("--zip", cli->options.zip, archive, fault);
        if (e == ERR_OK)
            e = bundle_zip_place_open(&zip, archive, fault);
    }
    if (e == ERR_OK)
        e = export_to(&ex, folder, cli->options.zip ? &zip : NULL, fault);
    bundle_zip_place_end(&zip);
    return e;
}
