#include "frontends/cli/migrate/k_sources.h"

#include <ctype.h>
#include <string.h>

#include "frontends/cli/base/shared.h"
#include "schema_search.h"

enum { LOOKED_AT = 20, NAME_MOST = 255 };

/* ---- by path ---- */

static bool leads_out(struct text path)
{
    while (path.len)
        if (text_is(text_cut(&path, '/'), ".."))
            return true;
    return false;
}

static enum err find_by_path(struct cli *cli, const char *folder, struct text path, struct id *to, bool *is_found,
                             struct fault *fault)
{
    struct search_get get = { 0 };
    struct media_found found = { 0 };
    struct text whole = path;
    enum err e;

    if (path.len == 0 || leads_out(path))
        return ERR_OK;
    if (*path.at != '/')
        whole = arena_printf(&cli->arena, "%s%s%.*s", folder, strcmp(folder, "/") == 0 ? "" : "/", TEXT_ARG(path));
    get.path = bytes_of((const uint8_t *)whole.at, whole.len);
    e = cli_ask(cli, "search.get", &get, &found, fault);
    *is_found = e == ERR_OK && found.item.media.availability.value != ITEM_STATE_MISSING;
    *to = found.item.media.id;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- by name ---- */

/* The words of a title as they appear in a file name: letters and digits, without case. */
static struct text name_words(struct arena *arena, struct text name)
{
    char *to = arena_alloc(arena, (size_t)name.len + 1);
    uint32_t len = 0;

    for (uint32_t i = 0; i < name.len; i++) {
        const uint8_t c = (uint8_t)name.at[i];
        if (c >= 0x80 || isalnum(c))
            to[len++] = c < 0x80 ? (char)tolower(c) : (char)c;
        else if (len && to[len - 1] != ' ')
            to[len++] = ' ';
    }
    while (len && to[len - 1] == ' ')
        len--;
    return (struct text){ len, to };
}

/* The name of the file is one of the source's, or has one in square brackets: programs that fetch videos write the id
 * so. */
static bool has_name_of(struct arena *arena, const struct kbase_source *source, struct text name)
{
    const struct text words = name_words(arena, name);

    for (uint32_t i = 0; i < source->names.count; i++) {
        const struct text in_brackets = arena_printf(arena, "[%.*s]", TEXT_ARG(source->names.at[i]));
        if (text_equal(words, name_words(arena, source->names.at[i])) ||
            memmem(name.at, name.len, in_brackets.at, in_brackets.len))
            return true;
    }
    return false;
}

/* Counts items that are not the one found before. */
static enum err find_by_name(struct cli *cli, const struct kbase_source *source, struct text name, struct id *to,
                             uint32_t *count, struct fault *fault)
{
    const struct text words = name_words(&cli->arena, name);
    struct search_query query = { .has_limit = true, .limit = LOOKED_AT };
    struct found found = { 0 };
    enum err e;

    if (words.len == 0)
        return ERR_OK;
    query.query = arena_printf(&cli->arena, "name:\"%.*s\" -is:missing", TEXT_ARG(words));
    e = cli_ask(cli, "search.query", &query, &found, fault);
    for (uint32_t i = 0; e == ERR_OK && i < found.items.count; i++) {
        const struct media *media = &found.items.at[i].media;
        if (!has_name_of(&cli->arena, source, media->name) || (*count && id_equal(*to, media->id)))
            continue;
        *to = media->id;
        ++*count;
    }
    return e;
}

static enum err find_source(struct cli *cli, const char *folder, const struct kbase_source *source, struct id *to,
                            bool *is_found, struct fault *fault)
{
    uint32_t count = 0;
    enum err e = ERR_OK;

    *is_found = false;
    for (uint32_t i = 0; e == ERR_OK && !*is_found && i < source->paths.count; i++)
        e = find_by_path(cli, folder, source->paths.at[i], to, is_found, fault);
    for (uint32_t i = 0; e == ERR_OK && !*is_found && i < source->names.count; i++)
        e = find_by_name(cli, source, source->names.at[i], to, &count, fault);
    *is_found = *is_found || count == 1; /* of several, a person chooses */
    return e;
}

/* ---- the document ---- */

struct found_sources {
    struct tree ids; /* an object: the alias of each source, and the id of its item */
    struct arena *arena;
};

static void replace_source(const struct found_sources *sources, struct tree *object, const char *key)
{
    const struct tree *id = tree_get_text(&sources->ids, tree_text(object, key));

    if (id)
        tree_set(object, sources->arena, key, *id);
}

static void replace_in_parts(const struct found_sources *sources, struct tree *document, const char *list)
{
    struct tree to = { .type = TREE_LIST };
    const struct tree *from = tree_get(document, list);

    for (uint32_t i = 0; from && i < from->count; i++) {
        struct tree part = tree_clone(&from->members[i].value, sources->arena);
        const struct tree *context = tree_get(&part, "music_context");
        replace_source(sources, &part, "item");
        if (context && context->type == TREE_OBJECT) {
            struct tree copy = tree_clone(context, sources->arena);
            replace_source(sources, &copy, "source_video_id");
            tree_set(&part, sources->arena, "music_context", copy);
        }
        tree_add(&to, sources->arena, part);
    }
    tree_set(document, sources->arena, list, to);
}

/* The items of sources that were found are in the catalogue. Two sources may be one item. */
static void replace_items(const struct found_sources *sources, struct tree *document, const bool *is_found)
{
    struct tree to = { .type = TREE_LIST }, seen = { .type = TREE_OBJECT };
    const struct tree *from = tree_get(document, "items");

    for (uint32_t i = 0; from && i < from->count; i++) {
        struct tree item = tree_clone(&from->members[i].value, sources->arena);
        replace_source(sources, &item, "id");
        const bool is_double = tree_get_text(&seen, tree_text(&item, "id")) != NULL;
        tree_set_text(&seen, sources->arena, tree_text(&item, "id"), tree_of_bool(true));
        if (!is_found[i] && !is_double)
            tree_add(&to, sources->arena, item);
    }
    tree_set(document, sources->arena, "items", to);
}

static void add_to_key(struct buffer *key, struct text word)
{
    buffer_add_text(key, "\n");
    buffer_add(key, word.at, word.len);
}

/* The same source always has the same item, also for other projects if the database knows its title and its id at the
 * place where it comes from. A title alone is nothing that two databases may not both have. */
static struct id missing_item(const struct kbase_source *source, struct text project)
{
    struct buffer key = { 0 };
    struct id id;

    buffer_add_text(&key, "source of K");
    for (uint32_t i = 0; i < source->names.count; i++)
        add_to_key(&key, source->names.at[i]);
    if (source->names.count < 2) {
        add_to_key(&key, project);
        add_to_key(&key, source->alias);
        for (uint32_t i = 0; i < source->paths.count; i++)
            add_to_key(&key, source->paths.at[i]);
    }
    id = id_of_bytes(key.at, key.len);
    buffer_free(&key);
    return id;
}

static struct text shown_name(struct cli *cli, const struct kbase_source *source)
{
    const struct text name = source->names.count ? source->names.at[0] : source->alias;

    return arena_utf8(&cli->arena, bytes_of((const uint8_t *)name.at, name.len), NAME_MOST);
}

enum err k_sources_find(struct cli *cli, const char *folder, const struct kbase_source_list *sources,
                        struct tree *document, struct text_list *missing, struct fault *fault)
{
    struct found_sources found = { .ids.type = TREE_OBJECT, .arena = &cli->arena };
    bool *are_found;
    enum err e = ERR_OK;

    *missing = (struct text_list){ 0, arena_array(&cli->arena, sources->count, sizeof(*missing->at)) };
    are_found = arena_array(&cli->arena, sources->count, sizeof(*are_found));
    for (uint32_t i = 0; e == ERR_OK && i < sources->count; i++) {
        const struct kbase_source *source = &sources->at[i];
        struct id id;
        e = find_source(cli, folder, source, &id, &are_found[i], fault);
        if (!are_found[i]) {
            id = missing_item(source, tree_text(tree_get(document, "project"), "id"));
            missing->at[missing->count++] = shown_name(cli, source);
        }
        tree_set_text(&found.ids, &cli->arena, source->alias, tree_of_id(id, &cli->arena));
    }
    replace_in_parts(&found, document, "loops");
    replace_in_parts(&found, document, "clips");
    replace_items(&found, document, are_found);
    return e;
}
