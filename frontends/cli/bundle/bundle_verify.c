/* bundle_verify.c: reads all of a bundle, writes nothing, and says what is wrong with it. */
#include "frontends/cli/bundle/bundle_verify.h"

#include <string.h>

#include "frontends/cli/base/resolve.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/bundle/bundle_commands.h"
#include "frontends/cli/bundle/bundle_project.h"
#include "frontends/cli/bundle/bundle_source.h"
#include "schema_project.h"

enum err bundle_need_path(const char *option, const char *typed, char *path, struct fault *fault)
{
    struct resolved at = { 0 };
    enum err e;

    if (!typed)
        return fault_set(fault, ERR_BAD_REQUEST, "expected %s PATH", option);
    e = resolve_path(typed, &at, fault);
    if (e == ERR_OK)
        memcpy(path, at.path, sizeof(at.path));
    return e;
}

struct text_list bundle_assets(struct cli *cli, const struct bundle_manifest *manifest)
{
    struct text_list list = { 0, arena_array(&cli->arena, manifest->count, sizeof(*list.at)) };

    for (uint32_t i = 0; i < manifest->count; i++)
        if (manifest->entries[i].kind == BUNDLE_ASSET)
            list.at[list.count++] = manifest->entries[i].id;
    return list;
}

enum err bundle_show(struct cli *cli, const struct bundle_intake *intake, const struct bundle_checked *checked,
                     const char *word, const char *destination, const char *checkpoint)
{
    const struct bundle_manifest *manifest = &checked->manifest;
    const struct bundle_summary line = { .manifest_sha256 = text_of(checked->digest),
                                         .project = manifest->name,
                                         .asset_names = bundle_assets(cli, manifest),
                                         .patterns = manifest->counts[BUNDLE_PATTERN],
                                         .mixer_snapshots = manifest->counts[BUNDLE_MIXER],
                                         .sampler_assets = manifest->counts[BUNDLE_ASSET],
                                         .missing = checked->missing,
                                         .files = intake->count,
                                         .bytes = intake->bytes,
                                         .left_out = checked->left_out,
                                         .has_destination = destination != NULL,
                                         .destination = bytes_of(destination, destination ? strlen(destination) : 0),
                                         .has_checkpoint = checkpoint != NULL,
                                         .checkpoint = text_of(checkpoint) };

    if (cli->options.json)
        return cli_json(cli, &bundle_summary_shape, &line);
    cli_print(&cli->out, "%s: %.*s, %llu pattern%s, %llu mixer snapshot%s, %llu sound%s\n", word,
              TEXT_ARG(line.project), (unsigned long long)line.patterns, text_plural(line.patterns),
              (unsigned long long)line.mixer_snapshots, text_plural(line.mixer_snapshots),
              (unsigned long long)line.sampler_assets, text_plural(line.sampler_assets));
    cli_print(&cli->out, "  manifest   %s\n", checked->digest);
    if (destination)
        cli_print(&cli->out, "  folder     %s\n", destination);
    if (checkpoint && checkpoint[0])
        cli_print(&cli->out, "  before     autosave %s of the project that was open\n", checkpoint);
    if (line.missing)
        cli_print(&cli->out, "  missing    %llu, as the manifest lists\n", (unsigned long long)line.missing);
    if (line.left_out)
        cli_print(&cli->out, "  left out   %llu, which the manifest does not name\n",
                  (unsigned long long)line.left_out);
    return ERR_OK;
}

enum err bundle_check_document(struct cli *cli, const struct tree *project, struct fault *fault)
{
    struct project_check_document ask = { .file = tree_canonical(project, &cli->arena) };
    struct nothing done = { 0 };
    const enum err e = cli_ask(cli, "project.check_document", &ask, &done, fault);

    if (e == ERR_BAD_REQUEST && text_is(text_of(fault->field), "project.name"))
        fault_hint(fault, "`loophole bundle import --name NAME` imports it under another name");
    return e;
}

/* So verify and import agree. Only the service knows the parts of a project; without an engine the rest is verified. */
static enum err check_as_import(struct cli *cli, const struct bundle_intake *intake,
                                const struct bundle_checked *checked, struct fault *fault)
{
    struct tree project;
    struct buffer line = { 0 };
    enum err e;

    bundle_project_make(intake, checked, NULL, &cli->arena, &project);
    e = bundle_check_document(cli, &project, fault);
    if (e != ERR_OFFLINE && e != ERR_TIMEOUT)
        return e;
    cli_print(&line, "loophole: the parts of its project.json are not checked: %s", fault->what);
    cli_remark(&line);
    buffer_free(&line);
    *fault = (struct fault){ 0 };
    return ERR_OK;
}

enum err bundle_verify(struct cli *cli, struct fault *fault)
{
    struct bundle_progress progress = { 0 };
    struct bundle_intake intake = { .arena = &cli->arena, .progress = &progress, .fd = -1 };
    struct bundle_checked checked;
    char path[PATH_MAX];
    enum err e = bundle_need_path("bundle verify", cli->args[0], path, fault);

    bundle_progress_begin(&progress, cli, "reading the files", 0);
    if (e == ERR_OK)
        e = bundle_source_read(cli, path, cli->options.quick, &intake, &checked, fault);
    bundle_progress_hide();
    if (e == ERR_OK)
        e = check_as_import(cli, &intake, &checked, fault);
    if (e == ERR_OK)
        e = bundle_show(cli, &intake, &checked, "verified", NULL, NULL);
    bundle_progress_hide();
    bundle_intake_free(&intake);
    return e;
}
