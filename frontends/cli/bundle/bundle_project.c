#include "frontends/cli/bundle/bundle_project.h"

#include <string.h>

/* What a manifest says that an export writes again by itself. */
static const char *const known_top[] = { "manifest_version", "project",        "patterns",
                                         "mixer_snapshots",  "sampler_assets", "missing" };
static const char *const known_project[] = { "id", "name", "bpm", "swing" };
static const char *const known_entry[] = { "pattern_id",   "name",       "asset_name",    "path",         "sha256",
                                           "length_steps", "step_count", "snapshot_type", "relative_path" };

/* The members of an object whose names are not among `known`. */
static struct tree keep_unknown(const struct tree *from, const char *const *known, size_t count, struct arena *arena)
{
    struct tree to = { .type = TREE_OBJECT };

    for (uint32_t i = 0; from && from->type == TREE_OBJECT && i < from->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < count; k++)
            is_known = is_known || text_is(from->members[i].name, known[k]);
        if (!is_known)
            tree_set_text(&to, arena, from->members[i].name, from->members[i].value);
    }
    return to;
}

#define KEEP_UNKNOWN(from, known, arena) keep_unknown(from, known, sizeof(known) / sizeof(*(known)), arena)

static void set_unless_empty(struct tree *to, struct arena *arena, const char *key, struct tree value)
{
    if (value.count)
        tree_set(to, arena, key, value);
}

/* Of each entry of a list, by its name. */
static struct tree keep_entries(const struct tree *list, const char *id, struct arena *arena)
{
    struct tree to = { .type = TREE_OBJECT };

    for (uint32_t i = 0; list && list->type == TREE_LIST && i < list->count; i++) {
        const struct tree *entry = &list->members[i].value;
        struct tree more = KEEP_UNKNOWN(entry, known_entry, arena);
        tree_remove(&more, TEXT("lufs_lu"));
        if (tree_get(&more, "source_uri") && tree_get(&more, "source_uri")->type == TREE_NULL)
            tree_remove(&more, TEXT("source_uri"));
        if (more.count && tree_text(entry, id).len)
            tree_set_text(&to, arena, tree_text(entry, id), more);
    }
    return to;
}

/* What an export adds to its manifest again. */
static struct tree keep_manifest(const struct tree *manifest, struct arena *arena)
{
    struct tree to = { .type = TREE_OBJECT };

    set_unless_empty(&to, arena, "more", KEEP_UNKNOWN(manifest, known_top, arena));
    set_unless_empty(&to, arena, "project", KEEP_UNKNOWN(tree_get(manifest, "project"), known_project, arena));
    set_unless_empty(&to, arena, "patterns", keep_entries(tree_get(manifest, "patterns"), "pattern_id", arena));
    set_unless_empty(&to, arena, "mixer_snapshots", keep_entries(tree_get(manifest, "mixer_snapshots"), "name", arena));
    set_unless_empty(&to, arena, "sampler_assets",
                     keep_entries(tree_get(manifest, "sampler_assets"), "asset_name", arena));
    return to;
}

/* ---- a bundle without project.json ---- */

static void add_snapshots(const struct bundle_intake *intake, const struct bundle_manifest *manifest,
                          struct arena *arena, struct tree *to)
{
    struct tree list = { .type = TREE_LIST };

    for (uint32_t i = 0; i < manifest->count; i++) {
        const struct bundle_entry *entry = &manifest->entries[i];
        const struct bundle_file *file = bundle_intake_find(intake, entry->path);
        struct tree body;
        if (entry->kind != BUNDLE_MIXER || !file || tree_read(file->content, arena, &body, NULL) != ERR_OK)
            continue;
        tree_set(&body, arena, "name", tree_of_text(entry->id));
        tree_set(&body, arena, "snapshot_type", tree_of_text(entry->type));
        tree_remove(&body, TEXT("id"));
        tree_add(&list, arena, body);
    }
    tree_set(to, arena, "mixer", list);
}

static void make_from_manifest(const struct bundle_intake *intake, const struct bundle_manifest *manifest,
                               struct arena *arena, struct tree *to)
{
    const struct tree *id = tree_get(tree_get(&manifest->tree, "project"), "id");
    struct tree project = { .type = TREE_OBJECT };

    *to = (struct tree){ .type = TREE_OBJECT };
    if (id && (id->type == TREE_TEXT || id->type == TREE_WHOLE))
        tree_set(&project, arena, "id", *id);
    tree_set(&project, arena, "name", tree_of_text(manifest->name));
    tree_set(&project, arena, "bpm", tree_of_real(manifest->bpm));
    tree_set(&project, arena, "swing", tree_of_real(manifest->swing));
    tree_set(to, arena, "schema_version", tree_of_text(TEXT("1.0")));
    tree_set(to, arena, "project", project);
    add_snapshots(intake, manifest, arena, to);
}

/* ---- any ---- */

/* The paths of the bundle are none of this machine: a scan of Media gives the items their files. */
static void forget_places(struct tree *project, struct arena *arena)
{
    const struct tree *items = tree_get(project, "items");
    struct tree list = { .type = TREE_LIST };

    for (uint32_t i = 0; items && items->type == TREE_LIST && i < items->count; i++) {
        struct tree item = items->members[i].value;
        if (item.type == TREE_OBJECT) {
            item = tree_clone(&item, arena);
            tree_remove(&item, TEXT("storage"));
        }
        tree_add(&list, arena, item);
    }
    if (items)
        tree_set(project, arena, "items", list);
}

static void name_copy(struct tree *project, const char *name, struct arena *arena)
{
    struct tree body = tree_clone(tree_get(project, "project"), arena);

    tree_set(&body, arena, "name", tree_of_text(text_of(name)));
    tree_remove(&body, TEXT("id"));
    tree_remove(&body, TEXT("alias"));
    tree_set(project, arena, "project", body);
}

void bundle_project_make(const struct bundle_intake *intake, const struct bundle_checked *checked, const char *name,
                         struct arena *arena, struct tree *to)
{
    const struct tree *slots;
    struct tree seal = { .type = TREE_OBJECT };

    if (checked->has_project)
        *to = tree_clone(&checked->project, arena);
    else
        make_from_manifest(intake, &checked->manifest, arena, to);
    slots = tree_get(tree_get(to, "bundle"), "slots");
    if (slots)
        tree_set(&seal, arena, "slots", *slots);
    set_unless_empty(&seal, arena, "manifest", keep_manifest(&checked->manifest.tree, arena));
    tree_remove(to, TEXT("bundle"));
    tree_set(to, arena, BUNDLE_PROJECT_KEPT, seal);
    forget_places(to, arena);
    if (name && tree_get(to, "project") && tree_get(to, "project")->type == TREE_OBJECT)
        name_copy(to, name, arena);
}

uint32_t bundle_project_slot(const struct tree *project, struct text pattern, bool taken[BUNDLE_PROJECT_SLOTS + 1])
{
    const struct tree *slots = tree_get(tree_get(project, BUNDLE_PROJECT_KEPT), "slots");
    const struct tree *slot = slots ? tree_get_text(slots, pattern) : NULL;
    uint32_t number = slot && slot->type == TREE_WHOLE && slot->whole >= 1 && slot->whole <= BUNDLE_PROJECT_SLOTS
                          ? (uint32_t)slot->whole
                          : 1;

    while (number <= BUNDLE_PROJECT_SLOTS && taken[number])
        number++;
    if (number <= BUNDLE_PROJECT_SLOTS)
        taken[number] = true;
    return number <= BUNDLE_PROJECT_SLOTS ? number : 0;
}

void bundle_project_keep_slots(struct tree *project, struct tree slots, struct arena *arena)
{
    struct tree kept = tree_clone(tree_get(project, BUNDLE_PROJECT_KEPT), arena);

    tree_set(&kept, arena, "slots", slots);
    tree_set(project, arena, BUNDLE_PROJECT_KEPT, kept);
}
