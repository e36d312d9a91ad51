#include "store/autosave/autosave_layout.h"

#include "proto/wire/json_bounds.h"

/* ---- writing ---- */

static struct tree manifest_of(const struct autosave_layout *layout, struct arena *arena)
{
    struct tree manifest = { .type = TREE_OBJECT }, assets = { .type = TREE_LIST };
    char name[SET_STEM_SIZE + 16];

    if (!layout->manifest.sha256.len && !layout->manifest.count)
        return (struct tree){ .type = TREE_NULL };
    for (uint32_t i = 0; i < layout->manifest.assets.count; i++)
        tree_add(&assets, arena, tree_of_text(layout->manifest.assets.at[i]));
    set_name_write(&layout->set, SET_MANIFEST, name);
    tree_set(&manifest, arena, "path",
             tree_of_text(layout->manifest.sha256.len ? arena_text(arena, text_of(name)) : TEXT("")));
    tree_set(&manifest, arena, "sha256", tree_of_text(layout->manifest.sha256));
    tree_set(&manifest, arena, "asset_count", tree_of_whole((int64_t)layout->manifest.count));
    tree_set(&manifest, arena, "assets", assets);
    return manifest;
}

static struct tree snapshot_of(const struct autosave_layout *layout, struct arena *arena)
{
    struct tree snapshot = { .type = TREE_OBJECT };
    char name[SET_STEM_SIZE + 16];

    set_name_write(&layout->set, SET_SNAPSHOT, name);
    tree_set(&snapshot, arena, "path", tree_of_text(arena_text(arena, text_of(name))));
    tree_set(&snapshot, arena, "content", tree_of_text(layout->content));
    tree_set(&snapshot, arena, "digest", tree_of_text(layout->digest));
    return snapshot;
}

struct text autosave_layout_write(const struct autosave_layout *layout, struct tree counts, struct tree preview,
                                  struct arena *arena)
{
    struct tree to = { .type = TREE_OBJECT };
    char stamp[SET_STAMP_SIZE];

    tree_set(&to, arena, "layout_version", tree_of_text(TEXT("1.0")));
    tree_set(&to, arena, "project", tree_of_text(layout->project_word));
    tree_set(&to, arena, "catalogue", tree_of_id(layout->catalogue, arena));
    tree_set(&to, arena, "name", tree_of_text(layout->name));
    tree_set(&to, arena, "autosaved",
             tree_of_text(arena_text(arena, text_of(set_stamp_write(layout->set.second, stamp)))));
    tree_set(&to, arena, "mutation", tree_of_whole((int64_t)layout->set.mutation));
    tree_set(&to, arena, "reason", tree_of_text(text_of(layout->reason)));
    tree_set(&to, arena, "saved", tree_of_whole((int64_t)layout->saved));
    tree_set(&to, arena, "empty", tree_of_bool(layout->is_empty));
    tree_set(&to, arena, "counts", counts);
    tree_set(&to, arena, "preview", preview);
    tree_set(&to, arena, "tip_count", tree_of_whole(0));
    tree_set(&to, arena, "snapshot", snapshot_of(layout, arena));
    tree_set(&to, arena, "manifest", manifest_of(layout, arena));

    struct buffer text = { 0 };
    tree_write(&to, true, &text);
    return arena_take(arena, &text);
}

/* ---- reading ---- */

static void read_assets(const struct tree *assets, const char *key, struct arena *arena, struct autosave_manifest *to)
{
    to->assets.at = arena_array(arena, AUTOSAVE_ASSETS_MOST, sizeof(*to->assets.at));
    for (uint32_t i = 0; assets && assets->type == TREE_LIST && i < assets->count; i++) {
        const struct tree *one = &assets->members[i].value;
        struct text name = key ? tree_text(one, key) : one->type == TREE_TEXT ? one->text : (struct text){ 0 };
        if (to->assets.count < AUTOSAVE_ASSETS_MOST && name.len && name.len <= 255)
            to->assets.at[to->assets.count++] = name;
    }
}

void autosave_manifest_read(struct bytes from, struct arena *arena, struct autosave_manifest *to)
{
    const struct text text = { from.len, (const char *)from.at };
    const struct tree *assets;
    struct tree manifest;

    *to = (struct autosave_manifest){ 0 };
    if (tree_read_bounded(text, JSON_VALUES_FILE, arena, &manifest, NULL) != ERR_OK)
        return;
    assets = tree_get(&manifest, "sampler_assets");
    to->count = assets && assets->type == TREE_LIST ? assets->count : 0;
    read_assets(assets, "asset_name", arena, to);
}

static struct text short_text(const struct tree *object, const char *name, uint32_t most)
{
    const struct text text = tree_text(object, name);

    return text.len <= most ? text : (struct text){ 0 };
}

/* 0: missing, or no whole number below 2^53. */
static uint64_t whole_of(const struct tree *object, const char *name)
{
    const double real = tree_real(object, name, 0);

    return real >= 0 && real < 9007199254740992.0 ? (uint64_t)real : 0;
}

bool autosave_layout_read(struct bytes from, struct arena *arena, struct autosave_layout *to)
{
    const struct text text = { from.len, (const char *)from.at };
    const struct tree *manifest;
    struct tree layout;

    *to = (struct autosave_layout){ .reason = "" };
    if (tree_read_bounded(text, JSON_VALUES_PART, arena, &layout, NULL) != ERR_OK)
        return false;
    (void)tree_id(&layout, "catalogue", &to->catalogue);
    (void)tree_id(&layout, "project", &to->project);
    to->project_word = short_text(&layout, "project", 64);
    to->reason = arena_text(arena, short_text(&layout, "reason", 32)).at;
    to->name = short_text(&layout, "name", 320);
    to->set.mutation = whole_of(&layout, "mutation");
    to->lacks_saved = !tree_get(&layout, "saved");
    to->saved = whole_of(&layout, "saved");
    to->is_empty = tree_bool(&layout, "empty", false);
    to->content = short_text(tree_get(&layout, "snapshot"), "content", 32);
    to->digest = short_text(tree_get(&layout, "snapshot"), "digest", 32);
    manifest = tree_get(&layout, "manifest");
    to->manifest.sha256 = short_text(manifest, "sha256", 64);
    to->manifest.count = whole_of(manifest, "asset_count");
    read_assets(tree_get(manifest, "assets"), NULL, arena, &to->manifest);
    return true;
}

struct text autosave_layout_prompt(const struct set_name *set, struct text name, struct arena *arena)
{
    char stamp[SET_STAMP_SIZE];

    return arena_printf(arena, "Autosaved %.*s at %s", TEXT_ARG(name), set_stamp_write(set->second, stamp));
}
