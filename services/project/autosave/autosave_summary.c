#include "services/project/autosave/autosave_summary.h"

#include "services/project/parts/document.h"
#include "services/project/parts/kinds.h"

static uint32_t count_list(const struct tree *document, const char *name)
{
    const struct tree *list = tree_get(document, name);

    return list && list->type == TREE_LIST ? list->count : 0;
}

bool autosave_is_empty(const struct tree *document)
{
    for (int i = 0; i < DOCUMENT_LISTS; i++)
        if (document_lists[i] != ELEMENT_KIND_SOUND && count_list(document, kinds_list_name(document_lists[i])))
            return false;
    return count_list(document, "items") == 0;
}

struct tree autosave_count_parts(const struct tree *document, struct arena *arena)
{
    struct tree counts = { .type = TREE_OBJECT };

    for (int i = 0; i < DOCUMENT_LISTS; i++)
        tree_set(&counts, arena, kinds_list_name(document_lists[i]),
                 tree_of_whole(count_list(document, kinds_list_name(document_lists[i]))));
    tree_set(&counts, arena, "items", tree_of_whole(count_list(document, "items")));
    return counts;
}

/* What a preview of the project would play: the tempo and the pattern of its sound. */
struct tree autosave_preview(const struct tree *document, struct arena *arena)
{
    const struct tree *list = tree_get(document, "sound"), *sound, *pattern;
    struct tree preview = { .type = TREE_OBJECT };

    sound = list && list->type == TREE_LIST && list->count ? &list->members[0].value : tree_get(document, "project");
    pattern = tree_get(sound, "pattern");
    tree_set(&preview, arena, "bpm", tree_of_real(tree_real(sound, "bpm", 120)));
    tree_set(&preview, arena, "swing", tree_of_real(tree_real(sound, "swing", 0)));
    tree_set(&preview, arena, "pattern", tree_of_text(tree_text(pattern, "name")));
    return preview;
}
