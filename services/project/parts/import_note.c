#include "services/project/parts/import_note.h"

enum { NAMES_MOST = 64, FILTERS_MOST = 64, ROOT_MOST = 4095 };

/* ---- writing ---- */

static struct tree list_texts(const struct text_list *from, struct arena *arena)
{
    struct tree list = { .type = TREE_LIST };

    for (uint32_t i = 0; i < from->count; i++)
        tree_add(&list, arena, tree_of_text(from->at[i]));
    return list;
}

static struct tree list_filters(const struct bundle_filter_list *from, struct arena *arena)
{
    struct tree list = { .type = TREE_LIST };

    for (uint32_t i = 0; i < from->count; i++) {
        struct tree one = { .type = TREE_OBJECT };
        tree_set(&one, arena, "label", tree_of_text(from->at[i].label));
        tree_set(&one, arena, "patterns", list_texts(&from->at[i].patterns, arena));
        tree_add(&list, arena, one);
    }
    return list;
}

void import_note_put(struct tree *place, struct arena *arena, const struct bundle_import *from)
{
    struct tree note = { .type = TREE_OBJECT };

    tree_set(&note, arena, "manifest_sha256", tree_of_text(from->manifest_sha256));
    tree_set(&note, arena, "bundle_root", tree_of_text(arena_utf8(arena, from->bundle_root, ROOT_MOST)));
    tree_set(&note, arena, "dialog_filters", list_filters(&from->dialog_filters, arena));
    tree_set(&note, arena, "asset_names", list_texts(&from->asset_names, arena));
    tree_set(&note, arena, "asset_count", tree_of_whole((int64_t)from->asset_count));
    tree_set(&note, arena, "patterns", tree_of_whole((int64_t)from->patterns));
    tree_set(&note, arena, "mixer_snapshots", tree_of_whole((int64_t)from->mixer_snapshots));
    tree_set(place, arena, "import", note);
}

/* ---- reading ---- */

static struct text_list read_texts(const struct tree *list, uint32_t most, struct arena *arena)
{
    struct text_list to = { 0, arena_array(arena, most, sizeof(*to.at)) };

    for (uint32_t i = 0; list && list->type == TREE_LIST && i < list->count && to.count < most; i++)
        if (list->members[i].value.type == TREE_TEXT)
            to.at[to.count++] = list->members[i].value.text;
    return to;
}

static struct bundle_filter_list read_filters(const struct tree *list, struct arena *arena)
{
    struct bundle_filter_list to = { 0, arena_array(arena, FILTERS_MOST, sizeof(*to.at)) };

    for (uint32_t i = 0; list && list->type == TREE_LIST && i < list->count && to.count < FILTERS_MOST; i++)
        to.at[to.count++] =
            (struct bundle_filter){ tree_text(&list->members[i].value, "label"),
                                    read_texts(tree_get(&list->members[i].value, "patterns"), 4, arena) };
    return to;
}

static struct bundle_filter_list default_filters(struct arena *arena)
{
    static const char *const labels[] = { "WAV audio", "FLAC audio" }, *const patterns[] = { "*.wav", "*.flac" };
    struct bundle_filter_list to = { 2, arena_array(arena, 2, sizeof(*to.at)) };

    for (uint32_t i = 0; i < to.count; i++) {
        struct text *pattern = arena_alloc(arena, sizeof(*pattern));
        *pattern = text_of(patterns[i]);
        to.at[i] = (struct bundle_filter){ text_of(labels[i]), { 1, pattern } };
    }
    return to;
}

void import_note_read(const struct tree *place, struct arena *arena, struct bundle_import *to)
{
    const struct tree *note = tree_get(place, "import");
    const struct text root = tree_text(note, "bundle_root");

    *to = (struct bundle_import){ .manifest_sha256 = tree_text(note, "manifest_sha256"),
                                  .bundle_root = bytes_of(root.at, root.len),
                                  .asset_names = read_texts(tree_get(note, "asset_names"), NAMES_MOST, arena),
                                  .asset_count = (uint64_t)tree_real(note, "asset_count", 0),
                                  .patterns = (uint64_t)tree_real(note, "patterns", 0),
                                  .mixer_snapshots = (uint64_t)tree_real(note, "mixer_snapshots", 0) };
    to->dialog_filters = note ? read_filters(tree_get(note, "dialog_filters"), arena) : default_filters(arena);
}

/* ---- words ---- */

struct text import_note_summary(const struct bundle_import *from, struct arena *arena)
{
    if (!from->manifest_sha256.len)
        return (struct text){ 0 };
    return arena_printf(arena, "imported %llu pattern%s, %llu mixer snapshot%s, %llu sound%s; manifest %.*s",
                        (unsigned long long)from->patterns, text_plural(from->patterns),
                        (unsigned long long)from->mixer_snapshots, text_plural(from->mixer_snapshots),
                        (unsigned long long)from->asset_count, text_plural(from->asset_count),
                        TEXT_ARG(from->manifest_sha256));
}

struct text import_note_prompt(const struct bundle_import *from, struct text autosaved, struct arena *arena)
{
    const struct text summary = import_note_summary(from, arena);

    return summary.len ? arena_printf(arena, "%.*s; %.*s", TEXT_ARG(autosaved), TEXT_ARG(summary)) : autosaved;
}
