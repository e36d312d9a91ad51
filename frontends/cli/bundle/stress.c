/* stress.c: writes and prunes autosaves of a synthetic project by a synthetic clock, with the files of the engine's own
 * autosaves (store/autosave). */
#include "frontends/cli/bundle/stress.h"

#include <string.h>

#include "common/file.h"
#include "common/hash.h"
#include "common/sha256.h"
#include "frontends/cli/base/resolve.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/bundle/bundle_commands.h"
#include "store/autosave/autosave_layout.h"
#include "store/autosave/set_files.h"

#define SECOND_US ((usec_t)1000000)
enum { ITERATIONS = 12, INTERVAL = 90, NAME_MOST = 40, TRACKS_MOST = 8 };
static const int64_t first_second = 1764257400; /* 2025-11-27 15:30:00 UTC */
static const char reason[] = "stress";

struct stressing {
    struct arena *arena;
    const struct stress *of;
    struct beneath in;
    struct buffer manifest;
    struct autosave_manifest stated;
    int64_t second; /* of the synthetic clock */
};

/* ---- the content of a set ---- */

static struct tree make_document(const struct stressing *s, uint64_t number, struct arena *arena)
{
    struct tree project = { .type = TREE_OBJECT }, tracks = { .type = TREE_LIST }, document = project;

    tree_set(&project, arena, "name", tree_of_text(s->of->project));
    tree_set(&project, arena, "bpm", tree_of_real(120));
    for (uint64_t i = 0; i <= number % TRACKS_MOST; i++) {
        struct tree track = { .type = TREE_OBJECT };
        tree_set(&track, arena, "name", tree_of_text(arena_printf(arena, "Track %llu", (unsigned long long)i + 1)));
        tree_add(&tracks, arena, track);
    }
    tree_set(&document, arena, "schema_version", tree_of_text(TEXT("1.0")));
    tree_set(&document, arena, "project", project);
    tree_set(&document, arena, "tracks", tracks);
    tree_set(&document, arena, "step", tree_of_whole((int64_t)number));
    return document;
}

static struct tree summarise_preview(struct arena *arena)
{
    struct tree preview = { .type = TREE_OBJECT };

    tree_set(&preview, arena, "bpm", tree_of_real(120));
    tree_set(&preview, arena, "swing", tree_of_real(0));
    tree_set(&preview, arena, "pattern", tree_of_text(TEXT("")));
    return preview;
}

static struct text layout_of(const struct stressing *s, const struct set_name *set, struct text snapshot,
                             uint64_t tracks, struct arena *arena)
{
    struct autosave_layout layout = {
        .project_word = s->of->project, .name = s->of->project, .set = *set, .reason = reason, .manifest = s->stated
    };
    struct tree counts = { .type = TREE_OBJECT };
    char hex[33];

    layout.digest = layout.content = arena_text(arena, text_of(hash_hex(hash_of(snapshot.at, snapshot.len), 32, hex)));
    tree_set(&counts, arena, "tracks", tree_of_whole((int64_t)tracks));
    return autosave_layout_write(&layout, counts, summarise_preview(arena), arena);
}

/* ---- the sets ---- */

static enum err refuse_others(const struct stressing *s, const struct set_name *set, struct fault *fault)
{
    char stem[SET_STEM_SIZE];

    fault_set(fault, ERR_EXISTS, "%.150s has autosaves of a project: %s", s->in.path, set_stem_write(set, stem));
    return fault_hint(fault, "nothing was written; choose an empty folder, or another --project-id"), ERR_EXISTS;
}

static bool is_of_stress(struct stressing *s, const char *folder, const struct set_name *set)
{
    struct autosave_layout layout;
    struct buffer bytes = { 0 };
    struct arena arena = { 0 };
    struct fault unused = { 0 };
    const bool is_read = set_files_read(&s->in, folder, set, SET_LAYOUT, &bytes, &unused) == ERR_OK &&
                         autosave_layout_read(buffer_bytes(&bytes), &arena, &layout);
    const bool is_own = is_read && strcmp(layout.reason, reason) == 0;

    buffer_free(&bytes);
    arena_free(&arena);
    return is_own;
}

/* The clock goes on where that of an earlier run ended. */
static enum err find_start(struct stressing *s, const char *folder, struct fault *fault)
{
    struct set_list list;

    s->second = first_second;
    set_files_list(&s->in, folder, INT64_MAX, &list);
    for (uint32_t i = 0; i < list.count; i++)
        if (!is_of_stress(s, folder, &list.at[i]))
            return refuse_others(s, &list.at[i], fault);
    if (list.count && list.at[0].second >= first_second)
        s->second = list.at[0].second + s->of->interval_seconds;
    return ERR_OK;
}

static enum err write_one(struct stressing *s, const char *folder, uint64_t number, uint32_t *pruned,
                          struct fault *fault)
{
    struct arena arena = { 0 };
    struct set_list list;
    struct tree document = make_document(s, number, &arena);
    const struct text snapshot = tree_canonical(&document, &arena);
    struct set_name set;
    struct text layout;
    enum err e;

    set_files_list(&s->in, folder, s->second * SECOND_US, &list);
    set = set_name_next(s->second * SECOND_US, number + 1, list.count ? &list.at[0] : NULL);
    layout = layout_of(s, &set, snapshot, number % TRACKS_MOST + 1, &arena);
    const struct set_content content = { { bytes_of(snapshot.at, snapshot.len), bytes_of(layout.at, layout.len),
                                           buffer_bytes(&s->manifest) } };
    e = set_files_write(&s->in, folder, &set, &content, NULL, pruned, fault);
    arena_free(&arena);
    return e;
}

/* What a recovery would say of the newest set: it is read again. */
static enum err say_newest(struct stressing *s, const char *folder, struct stress_result *to, struct fault *fault)
{
    struct buffer bytes = { 0 };
    struct autosave_layout layout;
    struct set_list list;
    enum err e;

    set_files_list(&s->in, folder, s->second * SECOND_US, &list);
    to->kept = list.count;
    if (!list.count)
        return fault_set(fault, ERR_INTERNAL, "no autosave is there after the run");
    e = set_files_read(&s->in, folder, &list.at[0], SET_LAYOUT, &bytes, fault);
    if (e == ERR_OK && !autosave_layout_read(arena_bytes(s->arena, buffer_bytes(&bytes)), s->arena, &layout))
        e = fault_set(fault, ERR_INTERNAL, "the layout of the newest autosave cannot be read");
    buffer_free(&bytes);
    if (e == ERR_OK)
        to->recovery_prompt = autosave_layout_prompt(&list.at[0], layout.name, s->arena);
    return e;
}

static enum err run_all(struct stressing *s, struct stress_result *to, struct fault *fault)
{
    const char *folder = arena_text(s->arena, s->of->project).at;
    uint32_t pruned;
    enum err e = find_start(s, folder, fault);

    for (uint64_t i = 0; e == ERR_OK && i < s->of->iterations; i++) {
        e = write_one(s, folder, i, &pruned, fault);
        to->written += e == ERR_OK;
        to->pruned += e == ERR_OK ? pruned : 0;
        s->second += s->of->interval_seconds;
    }
    return e == ERR_OK ? say_newest(s, folder, to, fault) : e;
}

/* ---- the manifest ---- */

static enum err read_manifest(struct stressing *s, struct fault *fault)
{
    char hex[2 * SHA256_BYTES + 1];
    enum err e = ERR_OK;

    if (s->of->manifest) {
        e = file_read_all(s->of->manifest, SET_MANIFEST_MOST, &s->manifest, fault);
        if (e != ERR_OK)
            return e;
        autosave_manifest_read(buffer_bytes(&s->manifest), s->arena, &s->stated);
        s->stated.sha256 = arena_text(s->arena, text_of(sha256_hex(buffer_bytes(&s->manifest), hex)));
    }
    if (s->of->asset_count)
        s->stated.count = (uint64_t)s->of->asset_count;
    return e;
}

static bool is_name(struct text project)
{
    return project.len > 0 && project.len <= NAME_MOST && project.at[0] != '.' &&
           !memchr(project.at, '/', project.len) && text_is_plain(project);
}

enum err stress_run(const char *folder, const struct stress *of, struct arena *arena, struct stress_result *to,
                    struct fault *fault)
{
    struct stressing s = { .arena = arena, .of = of, .in = { .folder = -1 } };
    enum err e;

    *to = (struct stress_result){ 0 };
    if (!is_name(of->project))
        return fault_set(fault, ERR_BAD_REQUEST,
                         "--project-id %.*s: expected 1 to %d characters, no / and no leading dot",
                         (int)(of->project.len < 100 ? of->project.len : 100), of->project.at, NAME_MOST);
    e = read_manifest(&s, fault);
    if (e == ERR_OK)
        e = file_make_dirs(folder, 0755, fault);
    if (e == ERR_OK)
        e = beneath_open(&s.in, folder, NULL, fault);
    if (e == ERR_OK)
        e = run_all(&s, to, fault);
    to->manifest_sha256 = s.stated.sha256;
    to->asset_count = s.stated.count;
    beneath_close(&s.in);
    buffer_free(&s.manifest);
    return e;
}

/* ---- the command ---- */

void stress_print(struct buffer *to, const struct stress_result *result)
{
    cli_print(to, "written          %llu\n", (unsigned long long)result->written);
    cli_print(to, "pruned           %llu\n", (unsigned long long)result->pruned);
    cli_print(to, "kept             %llu\n", (unsigned long long)result->kept);
    cli_print(to, "recovery_prompt  %.*s\n", TEXT_ARG(result->recovery_prompt));
    if (result->manifest_sha256.len)
        cli_print(to, "manifest         %.*s\n", TEXT_ARG(result->manifest_sha256));
    cli_print(to, "asset_count      %llu\n", (unsigned long long)result->asset_count);
}

enum err stress_autosaves(struct cli *cli, struct fault *fault)
{
    const struct options *o = &cli->options;
    const struct stress of = { .project = text_of(o->project_id),
                               .iterations = o->iterations ? (uint64_t)o->iterations : ITERATIONS,
                               .interval_seconds = o->interval_seconds ? o->interval_seconds : INTERVAL,
                               .manifest = o->manifest,
                               .asset_count = o->asset_count };
    struct stress_result result = { 0 };
    struct resolved at = { 0 };
    enum err e;

    if (!o->project_id || !o->autosave_dir)
        return fault_set(fault, ERR_BAD_REQUEST, "expected --project-id ID and --autosave-dir DIR");
    e = resolve_path(o->autosave_dir, &at, fault);
    if (e == ERR_OK)
        e = stress_run(at.path, &of, &cli->arena, &result, fault);
    if (e != ERR_OK)
        return e;
    if (o->json)
        return cli_json(cli, &stress_result_shape, &result);
    stress_print(&cli->out, &result);
    return ERR_OK;
}
