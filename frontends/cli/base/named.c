#include "frontends/cli/base/named.h"

#include <string.h>

#include "frontends/cli/base/hint.h"
#include "frontends/cli/base/resolve.h"
#include "frontends/cli/base/shared.h"

enum { PAGE = 1000 };

/* ---- one argument ---- */

/* A slash after a colon or a space belongs to a query: path:drums/kick. */
static bool has_slash(const char *arg)
{
    const char *slash = strchr(arg, '/'), *colon = strpbrk(arg, ": \"");

    return slash && (!colon || slash < colon || *arg == '/' || *arg == '.');
}

/* True for a missing file of this folder whose item still exists. */
static bool is_known_file(struct cli *cli, const char *arg, const struct resolved *at, struct id *id)
{
    struct search_get get = { .path = bytes_of(at->path, strlen(at->path)) };
    struct media_found found = { 0 };
    struct fault none = { 0 };

    if (strpbrk(arg, " :<>\"*@(") || cli_ask(cli, "search.get", &get, &found, &none) != ERR_OK)
        return false;
    *id = found.item.media.id;
    return true;
}

/* False: a word of a query. `e` is the error of a path. */
static bool read_argument(struct cli *cli, const char *arg, struct named *to, enum err *e, struct fault *fault)
{
    struct resolved at = { 0 };
    struct fault other = { 0 };

    *to = (struct named){ 0 };
    *e = ERR_OK;
    to->has_id = id_read(text_of(arg), &to->id);
    if (to->has_id)
        return true;
    enum err found = resolve_path(arg, &at, &other);
    if (has_slash(arg) || found == ERR_TIMEOUT || (found == ERR_OK && at.exists)) {
        to->path = arena_bytes(&cli->arena, bytes_of(at.path, strlen(at.path)));
        *e = found;
        *fault = found == ERR_OK ? *fault : other;
        return true;
    }
    to->has_id = found == ERR_OK && is_known_file(cli, arg, &at, &to->id);
    return to->has_id;
}

static struct text join_words(struct cli *cli, int count, char **args)
{
    struct cli words = { .count = count, .args = args };
    struct text joined = cli_words(&words);
    struct text kept = arena_text(&cli->arena, joined);

    arena_free(&words.arena);
    return kept;
}

static enum err nothing_matches(struct text query, const struct found *found, struct fault *fault)
{
    struct buffer why = { 0 };

    fault_set(fault, ERR_NOT_FOUND, "nothing matches \"%.*s\"", TEXT_ARG(query));
    if (found->hints.count > 0) {
        hint_write(&why, &found->hints.at[0]);
        fault_hint(fault, "%s", buffer_c(&why));
    } else {
        fault_hint(fault, "expected an id, a path or a query");
    }
    buffer_free(&why);
    return fault->code;
}

static enum err not_named(const char *arg, const char *hint, struct fault *fault)
{
    fault_set(fault, ERR_BAD_REQUEST, "\"%.100s\" is neither an id nor the path of a known file", arg);
    return fault_hint(fault, "%s", hint);
}

static enum err find_first(struct cli *cli, int count, char **args, struct named *to, struct fault *fault)
{
    struct search_query query = { .query = join_words(cli, count, args), .has_limit = true, .limit = 1 };
    struct found found = { 0 };
    enum err e = cli_ask(cli, "search.query", &query, &found, fault);

    if (e != ERR_OK)
        return e;
    if (found.items.count == 0)
        return nothing_matches(query.query, &found, fault);
    *to = (struct named){ .has_id = true, .id = found.items.at[0].media.id, .of = found.total };
    return ERR_OK;
}

/* ---- one item ---- */

static void remark_first(const struct cli *cli, const struct named *named)
{
    struct buffer line = { 0 };

    if (cli->options.json || named->of < 2)
        return;
    cli_print(&line, "loophole: %llu items match; the first is used. Choose another by its id or path",
              (unsigned long long)named->of);
    cli_remark(&line);
    buffer_free(&line);
}

enum err named_one(struct cli *cli, int count, char **args, struct named *to, struct fault *fault)
{
    enum err e;

    if (count == 1 && read_argument(cli, args[0], to, &e, fault))
        return e;
    if (count > 1 && (id_read(text_of(args[0]), &to->id) || has_slash(args[0])))
        return fault_set(fault, ERR_BAD_REQUEST, "expected one id or path, not %d: \"%.100s\"", count, args[1]);
    e = find_first(cli, count, args, to, fault);
    if (e == ERR_OK)
        remark_first(cli, to);
    return e;
}

/* Returns the id of the named item. For a path, the catalogue is asked for it. */
static enum err find_id(struct cli *cli, const struct named *named, struct id *id, struct fault *fault)
{
    struct media_found found = { 0 };
    enum err e = ERR_OK;

    if (!named->has_id)
        e = cli_ask(cli, "search.get", &(const struct search_get){ .path = named->path }, &found, fault);
    *id = named->has_id ? named->id : found.item.media.id;
    return e;
}

enum err named_first(struct cli *cli, int count, char **args, struct id *id, struct fault *fault)
{
    struct named named;
    enum err e = named_one(cli, count, args, &named, fault);

    return e == ERR_OK ? find_id(cli, &named, id, fault) : e;
}

enum err named_only(struct cli *cli, const char *arg, struct id *id, struct fault *fault)
{
    char *args[] = { (char *)(uintptr_t)arg };
    struct named named;
    enum err e;

    if (!read_argument(cli, arg, &named, &e, fault))
        e = find_first(cli, 1, args, &named, fault);
    if (e == ERR_OK && named.of > 1) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%.100s\" matches %llu items", arg, (unsigned long long)named.of);
        return fault_hint(fault, "name one by its id or path: `loophole search QUERY --fields id,path`");
    }
    return e == ERR_OK ? find_id(cli, &named, id, fault) : e;
}

enum err named_exactly(struct cli *cli, const char *arg, struct id *id, struct fault *fault)
{
    struct named named;
    enum err e;

    if (!read_argument(cli, arg, &named, &e, fault))
        return not_named(arg, "a query cannot be used here: give an id or a path", fault);
    return e == ERR_OK ? find_id(cli, &named, id, fault) : e;
}

enum err cli_find(struct cli *cli, int count, char **args, struct media_found *found, struct fault *fault)
{
    struct named named;
    struct search_get get = { 0 };
    enum err e = named_one(cli, count, args, &named, fault);

    get.has_id = named.has_id;
    get.id = named.id;
    get.path = named.path;
    return e != ERR_OK ? e : cli_ask(cli, "search.get", &get, found, fault);
}

/* ---- many items ---- */

static enum err find_each(struct cli *cli, int count, char **args, struct id_list *to, struct fault *fault)
{
    enum err e = ERR_OK;

    for (int i = 0; e == ERR_OK && i < count; i++) {
        struct media_found found = { 0 };
        struct named named;

        if (!read_argument(cli, args[i], &named, &e, fault))
            return not_named(args[i], "give only ids and paths, or one query", fault);
        struct search_get get = { .has_id = named.has_id, .id = named.id, .path = named.path };
        if (e == ERR_OK)
            e = cli_ask(cli, "search.get", &get, &found, fault);
        if (e == ERR_OK)
            to->at[to->count++] = found.item.media.id;
    }
    return e;
}

enum err named_check_undo(const struct cli *cli, uint64_t total, struct fault *fault)
{
    if (total <= UNDO_STEPS || cli->options.limit > 0)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST,
              "%llu items match; at most %d changes can be undone: give the number with --limit N",
              (unsigned long long)total, UNDO_STEPS);
    return fault_hint(fault,
                      "--limit %d changes the first %d; --limit %llu changes all, but undo reverts only the last %d",
                      UNDO_STEPS, UNDO_STEPS, (unsigned long long)total, UNDO_STEPS);
}

static enum err check_many(const struct cli *cli, struct text query, const struct found *found, struct fault *fault)
{
    uint64_t total = found->total;

    if (total == 0)
        return nothing_matches(query, found, fault);
    if (total == 1 || cli->options.all || cli->options.yes || cli->options.limit > 0)
        return named_check_undo(cli, total, fault);
    fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" matches %llu items", TEXT_ARG(query), (unsigned long long)total);
    return fault_hint(fault,
                      "--all changes all of them; --limit N changes the first N; `loophole search` shows them first");
}

static enum err check_any(const struct cli *cli, struct text query, const struct found *found, struct fault *fault)
{
    (void)cli;
    return found->total == 0 ? nothing_matches(query, found, fault) : ERR_OK;
}

typedef enum err check_found(const struct cli *cli, struct text query, const struct found *found, struct fault *fault);

/* The first page has the total number. */
static enum err find_page(struct cli *cli, struct search_query *query, check_found *check, struct id_list *to,
                          uint64_t *most, struct fault *fault)
{
    struct found found = { 0 };
    enum err e = cli_ask(cli, "search.query", query, &found, fault);

    if (e == ERR_OK && !to->at) {
        e = check(cli, query->query, &found, fault);
        *most = cli->options.limit > 0 && (uint64_t)cli->options.limit < found.total ? (uint64_t)cli->options.limit
                                                                                     : found.total;
        to->at = arena_array(&cli->arena, *most, sizeof(*to->at));
    }
    for (uint32_t i = 0; e == ERR_OK && i < found.items.count && to->count < *most; i++)
        to->at[to->count++] = found.items.at[i].media.id;
    query->cursor = arena_text(&cli->arena, found.cursor);
    return e;
}

/* With `field`, a query means only those of its results that have it. */
static enum err find_many(struct cli *cli, int count, char **args, const char *field, check_found *check,
                          struct id_list *to, struct fault *fault)
{
    struct search_query query = { .has_limit = true, .limit = PAGE };
    struct named first;
    uint64_t most = 0;
    enum err e;

    *to = (struct id_list){ 0 };
    if (read_argument(cli, args[0], &first, &e, fault)) {
        to->at = arena_array(&cli->arena, (size_t)count, sizeof(*to->at));
        return find_each(cli, count, args, to, fault);
    }
    if (cli->options.limit == 0) {
        fault_set(fault, ERR_BAD_REQUEST, "--limit 0 selects no item");
        return fault_hint(fault, "--limit N takes the first N; without it, all that match");
    }
    query.query = join_words(cli, count, args);
    if (field)
        query.query = arena_printf(&cli->arena, "(%.*s) %s", TEXT_ARG(query.query), field);
    do
        e = find_page(cli, &query, check, to, &most, fault);
    while (e == ERR_OK && query.cursor.len > 0 && to->count < most);
    return e;
}

enum err named_all(struct cli *cli, int count, char **args, struct id_list *to, struct fault *fault)
{
    return find_many(cli, count, args, NULL, check_many, to, fault);
}

enum err named_all_hidden(struct cli *cli, int count, char **args, struct id_list *to, struct fault *fault)
{
    return find_many(cli, count, args, "is:hidden", check_many, to, fault);
}

enum err named_every(struct cli *cli, int count, char **args, struct id_list *to, struct fault *fault)
{
    return find_many(cli, count, args, NULL, check_any, to, fault);
}

void named_print_way_back(struct cli *cli, const struct named_steps *steps)
{
    uint32_t first = steps->count;
    uint64_t kept = 0;

    while (first > 0 && kept + steps->at[first - 1].items <= UNDO_STEPS)
        kept += steps->at[--first].items;
    if (steps->count == 1 && steps->at[0].steps > 1)
        cli_print(&cli->out, "; other changes came between: `loophole undo list` shows its %llu steps",
                  (unsigned long long)steps->at[0].steps);
    else if (steps->count == 1)
        cli_print(&cli->out, "; `loophole undo` reverts it");
    else if (first < steps->count)
        cli_print(&cli->out, "; `loophole undo --times %u` reverts %s", steps->count - first,
                  first == 0 ? "it" : "the last of these changes");
}
