#include "frontends/cli/bundle/bundle_manifest.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/naming/safe_names.h"
#include "frontends/cli/bundle/bundle_digest.h"
#include "proto/wire/json_bounds.h"

static const struct bundle_list {
    const char *name, *id, *path;
} LISTS[BUNDLE_KINDS] = {
    [BUNDLE_PATTERN] = { "patterns", "pattern_id", "path" },
    [BUNDLE_MIXER] = { "mixer_snapshots", "name", "path" },
    [BUNDLE_ASSET] = { "sampler_assets", "asset_name", "relative_path" },
};

struct manifest_reading {
    struct arena *arena;
    struct bundle_manifest *to;
    struct safe_names paths, ids[BUNDLE_KINDS];
    struct fault *fault;
};

static enum err refuse_field(struct fault *fault, const char *field, const char *why)
{
    fault_set(fault, ERR_BAD_REQUEST, "%s", why);
    return fault ? fault_field(fault, field) : ERR_BAD_REQUEST;
}

bool bundle_manifest_is_type(struct text type)
{
    return text_is(type, "channel") || text_is(type, "subgroup") || text_is(type, "master");
}

/* ---- values ---- */

/* A whole number as its digits, because other programs have numbers as ids. */
static struct text read_name(const struct tree *object, const char *key, struct arena *arena)
{
    const struct tree *value = tree_get(object, key);

    if (value && value->type == TREE_WHOLE)
        return arena_printf(arena, "%lld", (long long)value->whole);
    return tree_text(object, key);
}

static bool read_count(const struct tree *object, const char *key, int64_t *to)
{
    const struct tree *value = tree_get(object, key);

    *to = value && value->type == TREE_WHOLE ? value->whole : 0;
    return !value || value->type == TREE_NULL || (value->type == TREE_WHOLE && value->whole >= 0);
}

static bool read_digest(const struct tree *object, struct arena *arena, struct text *to)
{
    const struct text given = tree_text(object, "sha256");
    char *at;

    *to = arena_text(arena, given);
    at = (char *)(uintptr_t)to->at;
    for (uint32_t i = 0; i < to->len; i++)
        if (at[i] >= 'A' && at[i] <= 'F')
            at[i] = (char)(at[i] - 'A' + 'a');
    return to->len == BUNDLE_DIGEST_SIZE - 1 && strspn(to->at, "0123456789abcdef") == to->len;
}

/* ---- an entry ---- */

static enum err read_more(const struct tree *from, struct bundle_entry *to, struct fault *fault)
{
    const struct tree *lufs = tree_get(from, "lufs_lu"), *steps = tree_get(from, "length_steps");

    if (!read_count(from, "length_steps", &to->length) || !read_count(from, "step_count", &to->counted))
        return refuse_field(fault, "length_steps", "length_steps and step_count are whole numbers from 0");
    to->has_steps = to->kind == BUNDLE_PATTERN && steps && steps->type == TREE_WHOLE && tree_get(from, "step_count");
    to->type = tree_text(from, "snapshot_type");
    if (to->kind == BUNDLE_MIXER && !bundle_manifest_is_type(to->type))
        return refuse_field(fault, "snapshot_type", "snapshot_type is none of channel, subgroup and master");
    to->uri = tree_text(from, "source_uri");
    to->has_lufs = lufs && (lufs->type == TREE_REAL || lufs->type == TREE_WHOLE);
    to->lufs = to->has_lufs ? lufs->real : 0;
    return ERR_OK;
}

static enum err read_path(struct manifest_reading *r, const struct tree *from, const char *key, struct text *to)
{
    enum err e = bundle_path_read(tree_text(from, key), r->arena, to, r->fault);

    if (e == ERR_OK && bundle_path_is_reserved(*to))
        e = fault_set(r->fault, ERR_BAD_REQUEST, "the path \"%.120s\" is not for files of the manifest", to->at);
    else if (e == ERR_OK && safe_names_has(&r->paths, *to))
        e = fault_set(r->fault, ERR_BAD_REQUEST,
                      "the path \"%.120s\" occurs twice, apart from case, accents or Unicode form", to->at);
    if (e != ERR_OK)
        return r->fault ? fault_field(r->fault, key) : e;
    safe_names_take(&r->paths, *to);
    return ERR_OK;
}

static enum err read_entry(struct manifest_reading *r, enum bundle_kind kind, const struct tree *from)
{
    const struct bundle_list *list = &LISTS[kind];
    struct bundle_entry *to = &r->to->entries[r->to->count];
    enum err e;

    if (from->type != TREE_OBJECT)
        return fault_set(r->fault, ERR_BAD_REQUEST, "it is not an object");
    *to = (struct bundle_entry){ .kind = kind, .id = read_name(from, list->id, r->arena) };
    if (to->id.len == 0 || to->id.len > 255 || !text_is_plain(to->id))
        return refuse_field(r->fault, list->id,
                            "the name is missing, longer than 255 bytes, or has control characters");
    if (safe_names_has(&r->ids[kind], to->id))
        return refuse_field(r->fault, list->id, "the name occurs twice, apart from case, accents or Unicode form");
    safe_names_take(&r->ids[kind], to->id);
    e = read_path(r, from, list->path, &to->path);
    if (e == ERR_OK && !read_digest(from, r->arena, &to->digest))
        e = refuse_field(r->fault, "sha256", "sha256 is not 64 hexadecimal digits");
    if (e == ERR_OK)
        e = read_more(from, to, r->fault);
    r->to->count += e == ERR_OK;
    r->to->counts[kind] += e == ERR_OK;
    return e;
}

static enum err refuse_entry(struct fault *fault, const char *list, uint32_t i, enum err e)
{
    char field[2 * sizeof(fault->field)];

    if (e == ERR_OK || !fault)
        return e;
    (void)snprintf(field, sizeof(field), "%s[%u]%s%s", list, i, fault->field[0] ? "." : "", fault->field);
    return fault_field(fault, field);
}

static enum err read_entries(struct manifest_reading *r, enum bundle_kind kind)
{
    const struct tree *list = tree_get(&r->to->tree, LISTS[kind].name);
    enum err e = ERR_OK;

    if (!list || list->type == TREE_NULL)
        return ERR_OK;
    if (list->type != TREE_LIST)
        return refuse_field(r->fault, LISTS[kind].name, "it is not a list");
    for (uint32_t i = 0; e == ERR_OK && i < list->count; i++)
        e = refuse_entry(r->fault, LISTS[kind].name, i, read_entry(r, kind, &list->members[i].value));
    return e;
}

/* ---- the whole ---- */

static enum err check_version(const struct tree *tree, struct fault *fault)
{
    const struct text version = tree_text(tree, "manifest_version");

    if (version.len == 0 || version.at[0] < '0' || version.at[0] > '9')
        return refuse_field(fault, "manifest_version",
                            "it is no manifest: it has no manifest_version such as \"1.0.0\"");
    if (text_is(version, "1") || text_starts(version, TEXT("1.")))
        return ERR_OK;
    fault_set(fault, ERR_VERSION, "its manifest_version is %.*s: this program reads 1.x",
              version.len < 40 ? (int)version.len : 40, version.at);
    return fault ? fault_field(fault, "manifest_version") : ERR_VERSION;
}

static enum err read_project(struct bundle_manifest *to, struct fault *fault)
{
    const struct tree *project = tree_get(&to->tree, "project");

    if (!project || project->type != TREE_OBJECT)
        return refuse_field(fault, "project", "the key project is missing, or is not an object");
    to->name = tree_text(project, "name");
    to->bpm = tree_real(project, "bpm", 120);
    to->swing = tree_real(project, "swing", 0);
    if (to->name.len == 0 || to->name.len > 320 || !text_is_plain(to->name))
        return refuse_field(fault, "project.name", "the project has no name");
    if (!(to->bpm >= 20 && to->bpm <= 400))
        return refuse_field(fault, "project.bpm", "bpm is out of range: 20 to 400");
    return to->swing >= 0 && to->swing < 1 ? ERR_OK
                                           : refuse_field(fault, "project.swing", "swing is out of range: 0 to 0.999");
}

static uint32_t count_entries(const struct tree *tree)
{
    uint32_t count = 0;

    for (int i = 0; i < BUNDLE_KINDS; i++) {
        const struct tree *list = tree_get(tree, LISTS[i].name);
        count += list && list->type == TREE_LIST ? list->count : 0;
    }
    return count;
}

enum err bundle_manifest_read(struct text from, struct arena *arena, struct bundle_manifest *to, struct fault *fault)
{
    struct manifest_reading r = { .arena = arena, .to = to, .fault = fault };
    enum err e = from.len <= BUNDLE_MANIFEST_BYTES
                     ? tree_read_bounded(from, JSON_VALUES_FILE, arena, &to->tree, fault)
                     : fault_set(fault, ERR_TOO_LARGE, "the manifest has %u KiB: at most %d KiB are read",
                                 from.len >> 10, BUNDLE_MANIFEST_BYTES >> 10);

    to->count = 0;
    memset(to->counts, 0, sizeof(to->counts));
    if (e == ERR_OK)
        e = check_version(&to->tree, fault);
    if (e == ERR_OK)
        e = read_project(to, fault);
    if (e == ERR_OK)
        to->entries = arena_array(arena, count_entries(&to->tree), sizeof(*to->entries));
    for (int i = 0; e == ERR_OK && i < BUNDLE_KINDS; i++)
        e = read_entries(&r, (enum bundle_kind)i);
    safe_names_free(&r.paths);
    for (int i = 0; i < BUNDLE_KINDS; i++)
        safe_names_free(&r.ids[i]);
    return e;
}
