/* bundle_qa.c: a page in Markdown for those who test a bundle: the commands, a run of the stress test of autosaves,
 * the stated and the measured values of each sound, and a checklist. */
#include <ctype.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/bundle/bundle_commands.h"
#include "frontends/cli/bundle/bundle_measure.h"
#include "frontends/cli/bundle/bundle_sampler.h"
#include "frontends/cli/bundle/bundle_source.h"
#include "frontends/cli/bundle/bundle_verify.h"
#include "frontends/cli/bundle/stress.h"

enum { ITERATIONS = 12, INTERVAL = 90, PROJECT_MOST = 40, FOLDERS = 16 };
static const double loudness_apart = 0.5; /* LU; more is marked */

struct bundle_testing {
    struct cli *cli;
    const char *typed; /* the folder, as it was typed */
    char path[PATH_MAX];
    struct bundle_intake intake;
    struct bundle_checked checked;
    struct bundle_sampler sampler;
    struct bundle_measure measure;
    struct qa_sound_list sounds;
    struct stress_result stress;
    const char *project; /* of the stress test */
};

/* ---- sounds ---- */

static void take_stated(const struct bundle_testing *qa, const struct bundle_entry *entry, struct qa_sound *to)
{
    const struct bundle_sample *sample = bundle_sampler_find(&qa->sampler, entry->id);

    to->has_stated_lufs = sample ? sample->has_lufs : entry->has_lufs;
    to->stated_lufs = sample ? sample->lufs : entry->lufs;
    to->has_stated_peak = sample && sample->has_peak;
    to->stated_peak = sample ? sample->peak : 0;
    to->stated_sha256 = sample ? sample->digest : entry->digest;
}

static enum err measure_sound(struct bundle_testing *qa, const struct new_folder *tree,
                              const struct bundle_entry *entry, struct fault *fault)
{
    struct qa_sound *to = &qa->sounds.at[qa->sounds.count];
    struct bundle_loudness loudness = { 0 };
    const int fd = new_folder_open(tree, entry->path.at, fault);
    enum err e = fd < 0 ? fault->code : ERR_OK;

    *to =
        (struct qa_sound){ .name = entry->id, .sha256 = text_of(bundle_intake_find(&qa->intake, entry->path)->digest) };
    take_stated(qa, entry, to);
    if (e == ERR_OK)
        e = bundle_measure_file(qa->cli, &qa->measure, fd, entry->path, &loudness, fault);
    if (fd >= 0)
        close(fd);
    to->has_lufs = loudness.has_lufs;
    to->lufs = loudness.lufs;
    to->has_peak = loudness.has_peak;
    to->peak = loudness.peak;
    to->lufs_differs =
        to->has_lufs != to->has_stated_lufs || (to->has_lufs && fabs(to->lufs - to->stated_lufs) > loudness_apart);
    to->sha256_differs = !text_equal(to->sha256, to->stated_sha256);
    qa->sounds.count += e == ERR_OK;
    return e;
}

static enum err measure_sounds(struct bundle_testing *qa, struct fault *fault)
{
    const struct bundle_manifest *manifest = &qa->checked.manifest;
    const struct new_folder tree = { .parent = -1, .fd = open(qa->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
    enum err e = ERR_OK;

    if (tree.fd < 0)
        return file_refuse(fault, "open", qa->path);
    qa->sounds.at = arena_array(&qa->cli->arena, manifest->count, sizeof(*qa->sounds.at));
    for (uint32_t i = 0; e == ERR_OK && i < manifest->count; i++)
        if (manifest->entries[i].kind == BUNDLE_ASSET)
            e = measure_sound(qa, &tree, &manifest->entries[i], fault);
    close(tree.fd);
    return e;
}

/* ---- the stress test ---- */

static bool is_plain_character(char c)
{
    return c == '-' || c == '_' || isalnum((uint8_t)c);
}

/* Its folder is named after the project: an id of another program, or "project". */
static const char *name_project(struct bundle_testing *qa)
{
    const struct text id = tree_text(tree_get(&qa->checked.manifest.tree, "project"), "id");
    uint32_t len = 0;

    while (len < id.len && len <= PROJECT_MOST && is_plain_character(id.at[len]))
        len++;
    return len > 0 && len == id.len && len <= PROJECT_MOST ? arena_text(&qa->cli->arena, id).at : "project";
}

static enum err stress_in(struct bundle_testing *qa, struct new_folder *tree, const char *folder, struct fault *fault)
{
    struct arena *arena = &qa->cli->arena;
    const struct stress of = { .project = text_of(qa->project),
                               .iterations = ITERATIONS,
                               .interval_seconds = INTERVAL,
                               .manifest = arena_printf(arena, "%s/" BUNDLE_MANIFEST, qa->path).at };

    if (fchmod(tree->fd, 0700) != 0)
        return file_refuse(fault, "write", folder);
    return stress_run(folder, &of, arena, &qa->stress, fault);
}

/* In one of a few folders: what a killed command left there is removed by the next one, and another command, or another
 * user, may have some of them. */
static enum err run_stress(struct bundle_testing *qa, struct fault *fault)
{
    struct arena *arena = &qa->cli->arena;
    const char *named = getenv("TMPDIR"), *above = named && named[0] == '/' ? named : "/tmp", *part;
    struct new_folder tree;
    enum err e = ERR_BUSY;

    qa->project = name_project(qa);
    for (int n = 0; n < FOLDERS; n++) {
        part = arena_printf(arena, "loophole-qa-%u-%d", (unsigned)geteuid(), n).at;
        e = new_folder_begin_in(&tree, part, above, NULL, fault);
        if (e == ERR_OK)
            e = stress_in(qa, &tree, arena_printf(arena, "%s/%s", above, part).at, fault);
        else if (n + 1 < FOLDERS) {
            new_folder_end(&tree);
            continue;
        }
        new_folder_end(&tree);
        return e;
    }
    return e;
}

/* ---- the page ---- */

static void print_path(struct bundle_testing *qa, const char *option, const char *path, const char *end)
{
    cli_print(&qa->cli->out, "%s", option);
    cli_print_word(&qa->cli->out, bytes_of(path, strlen(path)));
    buffer_add_text(&qa->cli->out, end);
}

static void print_commands(struct bundle_testing *qa)
{
    struct buffer *out = &qa->cli->out;
    const char *sampler = qa->cli->options.sampler_manifest;
    const char *manifest = arena_printf(&qa->cli->arena, "%s/" BUNDLE_MANIFEST, qa->typed).at;

    cli_print(out, "## Commands\n\n```\n");
    print_path(qa, "loophole bundle verify ", qa->typed, "\n");
    print_path(qa, "loophole bundle import --bundle-root ", qa->typed, " --destination-root NEW --json\n");
    cli_print(out, "loophole autosave stress --project-id %s --autosave-dir NEW", qa->project);
    print_path(qa, " --manifest ", manifest, "\n");
    print_path(qa, "loophole bundle qa ", qa->typed, "");
    if (sampler)
        print_path(qa, " --sampler-manifest ", sampler, "");
    cli_print(out, "\n```\n\n");
}

/* A name as plain text: a reader of Markdown sees no cell, link, address or element of HTML in it. */
static void print_name(struct buffer *out, struct text name)
{
    static const char MARKS[] = "\\`*_[]()<>#|~&!$:@";
    uint32_t from = 0;

    for (uint32_t i = 0; i <= name.len; i++)
        if (i == name.len || strchr(MARKS, name.at[i]) || (i >= 3 && memcmp(&name.at[i - 3], "www.", 4) == 0)) {
            cli_print(out, "%.*s%s", (int)(i - from), name.at + from, i < name.len ? "\\" : "");
            from = i;
        }
}

static void print_bundle(struct bundle_testing *qa)
{
    const struct bundle_manifest *manifest = &qa->checked.manifest;
    struct buffer *out = &qa->cli->out;

    cli_print(out, "# Test of the bundle ");
    print_name(out, manifest->name);
    cli_print(out, "\n\n");
    cli_print(out,
              "%u pattern%s, %u mixer snapshot%s, %u sound%s. All digests of the bundle are right. The manifest has "
              "the SHA-256\n`%s`.\n\n",
              manifest->counts[BUNDLE_PATTERN], text_plural(manifest->counts[BUNDLE_PATTERN]),
              manifest->counts[BUNDLE_MIXER], text_plural(manifest->counts[BUNDLE_MIXER]),
              manifest->counts[BUNDLE_ASSET], text_plural(manifest->counts[BUNDLE_ASSET]), qa->checked.digest);
}

static void print_number(struct buffer *out, bool has, double value)
{
    if (has)
        cli_print(out, " %.2f |", value);
    else
        cli_print(out, " unknown |");
}

static void print_sound(struct buffer *out, const struct qa_sound *sound)
{
    cli_print(out, "| ");
    print_name(out, sound->name);
    cli_print(out, " |");
    print_number(out, sound->has_stated_lufs, sound->stated_lufs);
    print_number(out, sound->has_lufs, sound->lufs);
    if (sound->has_lufs && sound->has_stated_lufs)
        cli_print(out, sound->lufs_differs ? " **%.2f: more than 0.5** |" : " %.2f |",
                  sound->lufs - sound->stated_lufs);
    else
        cli_print(out, sound->lufs_differs ? " **unknown** |" : " |");
    print_number(out, sound->has_stated_peak, sound->stated_peak);
    print_number(out, sound->has_peak, sound->peak);
    cli_print(out, " `%.*s` |", TEXT_ARG(sound->stated_sha256));
    if (sound->sha256_differs)
        cli_print(out, " **`%.*s`** |\n", TEXT_ARG(sound->sha256));
    else
        cli_print(out, " same |\n");
}

static void print_sounds(struct bundle_testing *qa)
{
    struct buffer *out = &qa->cli->out;

    cli_print(out, "## Sounds\n\nStated: by the %s. LUFS: integrated loudness. Peak: dBFS.\n\n",
              qa->sampler.is_read ? "sampler manifest, or by the bundle for a sound that it lacks" : "bundle");
    cli_print(out,
              "| sound | LUFS stated | LUFS measured | difference | peak stated | peak measured | SHA-256 stated | "
              "SHA-256 measured |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (uint32_t i = 0; i < qa->sounds.count; i++)
        print_sound(out, &qa->sounds.at[i]);
    cli_print(out, "\n");
}

static void print_rest(struct bundle_testing *qa)
{
    struct buffer *out = &qa->cli->out;

    cli_print(out,
              "## Checklist\n\n"
              "- [ ] Import the bundle, and archive the summary that `bundle import --json` prints.\n"
              "- [ ] Compare `manifest_sha256` of the summary with the SHA-256 above.\n"
              "- [ ] Change the project, kill the engine, start it: compare the prompt of `loophole project recover` "
              "with this digest.\n"
              "- [ ] Make a screenshot of the prompt in the page.\n"
              "- [ ] Play each sound that is marked above.\n"
              "- [ ] Send `.autosave/PROJECT-ID` and `project_manifest.json` of the project's folder with each report "
              "of a crash.\n");
}

static enum err show_page(struct bundle_testing *qa)
{
    const struct bundle_qa_result result = { .manifest_sha256 = text_of(qa->checked.digest),
                                             .project = qa->checked.manifest.name,
                                             .stress = qa->stress,
                                             .sounds = qa->sounds };
    struct buffer *out = &qa->cli->out;

    if (qa->cli->options.json)
        return cli_json(qa->cli, &bundle_qa_result_shape, &result);
    print_bundle(qa);
    print_commands(qa);
    cli_print(out, "## Autosaves\n\n`autosave stress` printed:\n\n```\n");
    stress_print(out, &qa->stress);
    cli_print(out, "```\n\n");
    print_sounds(qa);
    print_rest(qa);
    return ERR_OK;
}

static enum err test_bundle(struct bundle_testing *qa, struct fault *fault)
{
    const char *sampler = qa->cli->options.sampler_manifest;
    enum err e = bundle_source_read(qa->cli, qa->path, false, &qa->intake, &qa->checked, fault);

    if (e == ERR_OK && sampler)
        e = bundle_sampler_read(sampler, &qa->cli->arena, &qa->sampler, fault);
    if (e == ERR_OK)
        e = measure_sounds(qa, fault);
    if (e == ERR_OK)
        e = run_stress(qa, fault);
    return e == ERR_OK ? show_page(qa) : e;
}

enum err bundle_qa(struct cli *cli, struct fault *fault)
{
    struct bundle_testing *qa = arena_alloc(&cli->arena, sizeof(*qa));
    enum err e = bundle_need_path("bundle qa", cli->args[0], qa->path, fault);

    qa->cli = cli;
    qa->typed = cli->args[0];
    qa->intake = (struct bundle_intake){ .arena = &cli->arena, .fd = -1 };
    if (e == ERR_OK)
        e = test_bundle(qa, fault);
    bundle_intake_free(&qa->intake);
    bundle_measure_end(&qa->measure);
    return e;
}
