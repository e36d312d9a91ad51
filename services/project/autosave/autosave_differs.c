#include "services/project/autosave/autosave_differs.h"

#include <stdlib.h>

#include "services/project/parts/document.h"
#include "services/project/parts/kinds.h"
#include "services/project/parts/loop_body.h"

/* The parts of one list that were added, removed or changed. */
struct differing {
    struct arena *arena;
    const char *list; /* as the document names it */
    uint32_t count;
    struct buffer names;
};

struct part_ref {
    struct text id;
    const struct tree *part;
};

static int compare_refs(const void *a, const void *b)
{
    return text_compare(((const struct part_ref *)a)->id, ((const struct part_ref *)b)->id);
}

static struct part_ref *sort_parts(const struct tree *list, struct arena *arena)
{
    struct part_ref *refs = arena_array(arena, list->count + 1, sizeof(*refs));

    for (uint32_t i = 0; i < list->count; i++)
        refs[i] = (struct part_ref){ tree_text(&list->members[i].value, "id"), &list->members[i].value };
    qsort(refs, list->count, sizeof(*refs), compare_refs);
    return refs;
}

static struct text shorten_text(struct text name, uint32_t most)
{
    if (name.len <= most)
        return name;
    while (most > 0 && ((unsigned char)name.at[most] & 0xC0) == 0x80)
        most--;
    return (struct text){ most, name.at };
}

/* The name of a part, or in words what it is; the id of one that says neither. */
static struct text choose_name(struct arena *arena, const char *list, const struct tree *part)
{
    const struct text name = tree_text(part, "name");
    const double fkey = tree_real(part, "fkey", 0);

    if (name.len)
        return shorten_text(name, 80);
    if (strcmp(list, kinds_list_name(ELEMENT_KIND_LOOP)) == 0 && fkey >= LOOP_FKEY_FIRST && fkey <= LOOP_FKEY_LAST)
        return arena_printf(arena, "F%d", (int)fkey - LOOP_FKEY_FIRST + 1);
    return tree_text(part, "id");
}

static void note_part(struct differing *to, const struct tree *part)
{
    const struct text name = choose_name(to->arena, to->list, part);

    if (to->count < AUTOSAVE_NAMES_MOST)
        buffer_printf(&to->names, "%s%.*s", to->count ? ", " : "", TEXT_ARG(name));
    to->count++;
}

static void add_difference(struct text_list *lines, struct differing *of, const char *what)
{
    const uint32_t len = (uint32_t)strlen(of->list);
    const bool is_plural = of->count != 1 || of->list[len - 1] != 's';
    const bool is_sound = strcmp(of->list, kinds_list_name(ELEMENT_KIND_SOUND)) == 0; /* the one of sound_body.h */

    if (of->count && is_sound && lines->count < AUTOSAVE_DIFFERS_MOST)
        lines->at[lines->count++] = arena_printf(of->arena, "mixer and pads %s", what);
    else if (of->count && lines->count < AUTOSAVE_DIFFERS_MOST)
        lines->at[lines->count++] =
            arena_printf(of->arena, "%u %.*s %s: %s%s", of->count, (int)(is_plural ? len : len - 1), of->list, what,
                         buffer_c(&of->names), of->count > AUTOSAVE_NAMES_MOST ? ", …" : "");
    buffer_free(&of->names);
}

/* Walks both lists in the order of their ids. */
static void compare_lists(const struct tree *draft, const struct tree *save, const char *name, struct arena *arena,
                          struct text_list *lines)
{
    static const struct tree none = { .type = TREE_LIST };
    struct differing added = { .arena = arena, .list = name }, removed = added, changed = added;
    const struct tree *a = tree_get(draft, name), *b = tree_get(save, name);
    struct part_ref *as, *bs;
    uint32_t i = 0, j = 0;

    a = a && a->type == TREE_LIST ? a : &none;
    b = b && b->type == TREE_LIST ? b : &none;
    as = sort_parts(a, arena), bs = sort_parts(b, arena);
    while (i < a->count || j < b->count) {
        const int order = i == a->count ? 1 : j == b->count ? -1 : compare_refs(&as[i], &bs[j]);
        if (order < 0)
            note_part(&added, as[i++].part);
        else if (order > 0)
            note_part(&removed, bs[j++].part);
        else if (!tree_equal(as[i++].part, bs[j++].part))
            note_part(&changed, as[i - 1].part);
    }
    add_difference(lines, &added, "added");
    add_difference(lines, &changed, "changed");
    add_difference(lines, &removed, "removed");
}

/* What a person calls the keys. */
static struct text name_key(struct text key)
{
    static const char *const names[][2] = { { "bpm", "tempo" },
                                            { "tempo_lock", "tempo lock" },
                                            { "file_keys", "keys of other programs" } };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (text_is(key, names[i][0]))
            return text_of(names[i][1]);
    return shorten_text(key, 40);
}

/* The id is none of a person's work: the save of an import under another name has that of the bundle. */
static void note_key(struct buffer *names, struct text key)
{
    const struct text name = name_key(key);

    if (text_is(key, "id"))
        return;
    buffer_printf(names, "%s%.*s", names->len ? ", " : "", TEXT_ARG(name));
}

/* The keys of the project itself. */
static void compare_projects(const struct tree *draft, const struct tree *save, struct arena *arena,
                             struct text_list *lines)
{
    static const struct tree none = { .type = TREE_OBJECT };
    const struct tree *a = tree_get(draft, "project"), *b = tree_get(save, "project"), *was;
    struct buffer names = { 0 };

    a = a && a->type == TREE_OBJECT ? a : &none;
    b = b && b->type == TREE_OBJECT ? b : &none;
    for (uint32_t i = 0; i < a->count; i++) {
        was = tree_get_text(b, a->members[i].name);
        if (!was || !tree_equal(was, &a->members[i].value))
            note_key(&names, a->members[i].name);
    }
    for (uint32_t i = 0; i < b->count; i++)
        if (!tree_get_text(a, b->members[i].name))
            note_key(&names, b->members[i].name);
    if (names.len)
        lines->at[lines->count++] =
            arena_printf(arena, "project changed: %.*s", TEXT_ARG(shorten_text(text_of(buffer_c(&names)), 200)));
    buffer_free(&names);
}

struct text_list autosave_differs(const struct tree *draft, const struct tree *save, struct arena *arena)
{
    struct text_list lines = { .at = arena_array(arena, AUTOSAVE_DIFFERS_MOST, sizeof(*lines.at)) };

    if (save)
        compare_projects(draft, save, arena, &lines);
    for (int i = 0; i < DOCUMENT_LISTS; i++)
        compare_lists(draft, save, kinds_list_name(document_lists[i]), arena, &lines);
    return lines;
}
