#include "frontends/cli/bundle/bundle_check.h"

#include <string.h>

#include "proto/wire/json_bounds.h"
#include "store/pattern/pattern_check.h"
#include "store/pattern/pattern_file.h"

/* ---- project.json ---- */

/* Its text with the key bundle.sha256 removed: what that digest covers. */
static struct text open_seal(const struct tree *project, struct arena *arena)
{
    struct tree open = tree_clone(project, arena), seal = tree_clone(tree_get(project, "bundle"), arena);
    struct buffer text = { 0 };

    tree_remove(&seal, TEXT("sha256"));
    tree_set(&open, arena, "bundle", seal);
    tree_write(&open, true, &text);
    return arena_take(arena, &text);
}

struct text bundle_check_seal(struct tree *project, const char *manifest_digest, struct arena *arena)
{
    const struct tree *was = tree_get(project, "bundle");
    struct tree seal = was && was->type == TREE_OBJECT ? tree_clone(was, arena) : (struct tree){ .type = TREE_OBJECT };
    struct buffer text = { 0 };
    char hex[BUNDLE_DIGEST_SIZE];
    struct text open;

    tree_set(&seal, arena, "manifest_sha256", tree_of_text(arena_text(arena, text_of(manifest_digest))));
    tree_remove(&seal, TEXT("sha256"));
    tree_set(project, arena, "bundle", seal);
    open = open_seal(project, arena);
    bundle_digest_of(bytes_of(open.at, open.len), hex);
    tree_set(&seal, arena, "sha256", tree_of_text(arena_text(arena, text_of(hex))));
    tree_set(project, arena, "bundle", seal);
    tree_write(project, true, &text);
    return arena_take(arena, &text);
}

/* A file that was not sealed by an export has no key with the digest of a manifest, under any name. */
static bool has_broken_seal(const struct tree *project)
{
    for (uint32_t i = 0; i < project->count; i++)
        if (tree_get(&project->members[i].value, "manifest_sha256"))
            return true;
    return tree_get(project, "bundle") != NULL;
}

static enum err check_seal(const struct tree *project, struct text file, const char *digest, struct arena *arena,
                           struct fault *fault)
{
    const struct tree *seal = tree_get(project, "bundle");
    struct tree copy = tree_clone(project, arena);

    if (!seal || !tree_get(seal, "manifest_sha256"))
        return has_broken_seal(project) ? fault_set(fault, ERR_BAD_REQUEST, BUNDLE_PROJECT " is damaged") : ERR_OK;
    if (!text_is(tree_text(seal, "manifest_sha256"), digest)) {
        fault_set(fault, ERR_BAD_REQUEST, BUNDLE_MANIFEST " has another SHA-256 than " BUNDLE_PROJECT " states");
        return fault_hint(fault, "one of them was changed after the export"), ERR_BAD_REQUEST;
    }
    if (!text_equal(bundle_check_seal(&copy, digest, arena), file)) {
        fault_set(fault, ERR_BAD_REQUEST, BUNDLE_PROJECT " has another SHA-256 than it states");
        return fault_hint(fault, "it was changed after the export"), ERR_BAD_REQUEST;
    }
    return ERR_OK;
}

static enum err refuse_named(enum err e, const char *path, struct fault *fault)
{
    struct fault inner;

    if (e == ERR_OK || !fault)
        return e;
    inner = *fault;
    fault_set(fault, e, "%.100s: %.130s", path, inner.what);
    if (inner.field[0])
        fault_field(fault, inner.field);
    if (inner.hint[0])
        fault_hint(fault, "%.200s", inner.hint);
    return e;
}

static enum err check_project(const struct bundle_intake *intake, struct bundle_checked *to, struct fault *fault)
{
    const struct bundle_file *file = bundle_intake_find(intake, TEXT(BUNDLE_PROJECT));
    enum err e;

    if (!file)
        return ERR_OK;
    e = tree_read_bounded(file->content, JSON_VALUES_FILE, intake->arena, &to->project, fault);
    if (e == ERR_OK)
        e = check_seal(&to->project, file->content, to->digest, intake->arena, fault);
    to->has_project = e == ERR_OK;
    return refuse_named(e, BUNDLE_PROJECT, fault);
}

/* ---- the files of the manifest ---- */

int64_t bundle_check_count_steps(const struct pattern *pattern)
{
    int64_t count = 0;

    for (uint32_t i = 0; i < pattern->sequencer.tracks.count; i++) {
        const struct text steps = pattern->sequencer.tracks.at[i].pattern;
        for (uint32_t k = 0; k < steps.len; k++)
            count += steps.at[k] != '.';
    }
    return count;
}

static enum err check_pattern(const struct bundle_entry *entry, struct text text, struct fault *fault)
{
    struct arena arena = { 0 };
    struct pattern_file *file = arena_alloc(&arena, sizeof(*file));
    enum err e = pattern_file_read(text, &arena, file, fault);

    if (e == ERR_OK && entry->has_steps &&
        (entry->length != (int64_t)pattern_steps(&file->pattern) ||
         entry->counted != bundle_check_count_steps(&file->pattern)))
        e = fault_set(fault, ERR_BAD_REQUEST, "it has %u steps, %lld of them no rests: the manifest says %lld and %lld",
                      pattern_steps(&file->pattern), (long long)bundle_check_count_steps(&file->pattern),
                      (long long)entry->length, (long long)entry->counted);
    arena_free(&arena);
    return e;
}

static enum err check_snapshot(struct text text, struct fault *fault)
{
    struct arena arena = { 0 };
    struct tree tree;
    const enum err e = tree_read_bounded(text, JSON_VALUES_PART, &arena, &tree, fault);

    arena_free(&arena);
    return e;
}

static enum err check_content(const struct bundle_entry *entry, const struct bundle_file *file, struct fault *fault)
{
    if (entry->kind == BUNDLE_ASSET)
        return ERR_OK;
    if (!file->is_kept)
        return fault_set(fault, ERR_BAD_REQUEST, "its name does not end with .json, or it is larger than 1 MiB");
    return entry->kind == BUNDLE_PATTERN ? check_pattern(entry, file->content, fault)
                                         : check_snapshot(file->content, fault);
}

static enum err check_entry(const struct bundle_intake *intake, const struct bundle_entry *entry, struct fault *fault)
{
    const struct bundle_file *file = bundle_intake_find(intake, entry->path);
    enum err e = ERR_OK;

    if (!file)
        return fault_set(fault, ERR_BAD_REQUEST, "%.150s is missing: the manifest names it", entry->path.at);
    if (file->digest[0] && !text_is(entry->digest, file->digest))
        e = fault_set(fault, ERR_BAD_REQUEST, "its SHA-256 is %.16s…: the manifest states %.16s…", file->digest,
                      entry->digest.at);
    if (e == ERR_OK)
        e = check_content(entry, file, fault);
    return refuse_named(e, entry->path.at, fault);
}

enum err bundle_check_manifest(const struct bundle_intake *intake, struct bundle_checked *to, struct fault *fault)
{
    const struct bundle_file *file = bundle_intake_find(intake, TEXT(BUNDLE_MANIFEST));

    *to = (struct bundle_checked){ 0 };
    if (!file) {
        fault_set(fault, ERR_BAD_REQUEST, "it has no " BUNDLE_MANIFEST);
        return fault_hint(fault, "a bundle is a folder or a zip with this file"), ERR_BAD_REQUEST;
    }
    memcpy(to->digest, file->digest, sizeof(to->digest));
    return refuse_named(bundle_manifest_read(file->content, intake->arena, &to->manifest, fault), BUNDLE_MANIFEST,
                        fault);
}

enum err bundle_check_files(const struct bundle_intake *intake, struct bundle_checked *to, struct fault *fault)
{
    const struct bundle_manifest *manifest = &to->manifest;
    const struct tree *missing = tree_get(&manifest->tree, "missing");
    enum err e = check_project(intake, to, fault);

    for (uint32_t i = 0; e == ERR_OK && i < manifest->count; i++)
        e = check_entry(intake, &manifest->entries[i], fault);
    to->missing = missing && missing->type == TREE_LIST ? missing->count : 0;
    to->left_out = intake->count - manifest->count - 1 - to->has_project;
    return e;
}
