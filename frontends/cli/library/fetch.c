/* fetch.c: online-only items: fetch, fetches; the settings of their libraries: library set. */
#include <string.h>

#include "common/clock.h"
#include "frontends/cli/base/change.h"
#include "frontends/cli/base/human.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/library/library_commands.h"
#include "schema_availability.h"
#include "schema_persist.h"

enum { TOGETHER = 4096, POLL_US = 100000, LINE_US = 1000000 };

/* ---- lists ---- */

static enum err print_fetch(struct cli *cli, const struct fetch *fetch)
{
    char id[ID_TEXT_SIZE];

    if (cli->options.json)
        return cli_json(cli, &fetch_shape, fetch);
    cli_print(&cli->out, "%s  %-9s ", id_write(fetch->id, id), choice_word(&fetch_state_table, fetch->state.value));
    human_bytes(&cli->out, fetch->done);
    buffer_add_text(&cli->out, " of ");
    human_bytes(&cli->out, fetch->total);
    cli_print(&cli->out, "  %.*s%s%.*s\n", TEXT_ARG(fetch->name), fetch->why.len ? ": " : "", TEXT_ARG(fetch->why));
    return ERR_OK;
}

enum err fetch_list(struct cli *cli, struct fault *fault)
{
    struct fetches_kept all = { 0 };
    enum err e = cli_ask(cli, "availability.fetches", NULL, &all, fault);

    for (uint32_t i = 0; e == ERR_OK && i < all.each.count; i++)
        e = print_fetch(cli, &all.each.at[i]);
    if (e == ERR_OK)
        cli_none(cli, all.each.count, "No file is being fetched.");
    return e;
}

/* ---- waiting ---- */

struct waiting {
    struct id task;
    uint64_t left, failed, done, total;
    bool is_cancelled;
    char why[256]; /* of the first that failed */
};

static void count_fetch(const struct fetch *fetch, struct waiting *to)
{
    bool has_ended = fetch->state.value == FETCH_STATE_FAILED || fetch->state.value == FETCH_STATE_CANCELLED;

    to->left += !has_ended;
    to->failed += has_ended;
    to->is_cancelled = to->is_cancelled || fetch->state.value == FETCH_STATE_CANCELLED;
    to->done += fetch->done;
    to->total += fetch->total;
    if (has_ended && to->failed == 1)
        (void)text_copy(to->why, sizeof(to->why), fetch->why);
}

static enum err look_at_fetches(struct cli *cli, struct waiting *to, struct fault *fault)
{
    struct fetches_kept all = { 0 };
    const struct availability_fetches ask = { .has_task = true, .task = to->task };
    enum err e = cli_ask(cli, "availability.fetches", &ask, &all, fault);

    to->left = to->failed = to->done = to->total = 0;
    for (uint32_t i = 0; e == ERR_OK && i < all.each.count; i++)
        count_fetch(&all.each.at[i], to);
    return e;
}

static void say_progress(const struct waiting *waiting)
{
    struct buffer line = { 0 };

    human_bytes(&line, waiting->done);
    buffer_add_text(&line, " of ");
    human_bytes(&line, waiting->total);
    cli_print(&line, ", %llu item%s to go", (unsigned long long)waiting->left, text_plural(waiting->left));
    cli_remark(&line);
    buffer_free(&line);
}

/* What was not fetched, of all parts. */
struct unfetched {
    uint64_t items;
    char why[256]; /* of the first one */
};

static void count_unfetched(struct unfetched *to, uint64_t items, const char *why)
{
    if (to->items == 0)
        (void)text_copy(to->why, sizeof(to->why), text_of(why));
    to->items += items;
}

static enum err refuse_unfetched(const struct unfetched *all, struct fault *fault)
{
    fault_set(fault, ERR_OFFLINE, "items that were not fetched: %llu; the first: %s", (unsigned long long)all->items,
              all->why);
    return fault_hint(fault, "`loophole fetches` lists each with its reason");
}

/* If the service is replaced meanwhile, its successor continues the task. Errors: those of the ask; offline: somebody
 * cancelled the task. */
static enum err wait_for(struct cli *cli, struct id task, struct unfetched *all, struct fault *fault)
{
    struct waiting waiting = { .task = task, .left = 1 };
    usec_t printed_at = clock_steady();
    enum err e = ERR_OK;

    while (waiting.left > 0) {
        e = look_at_fetches(cli, &waiting, fault);
        if (e != ERR_OK)
            return e;
        if (!cli->options.json && clock_steady() - printed_at > LINE_US) {
            printed_at = clock_steady();
            say_progress(&waiting);
        }
        if (waiting.left) /* a long list is read less often */
            clock_sleep(POLL_US * (1 + (usec_t)waiting.left / 512));
    }
    if (waiting.failed)
        count_unfetched(all, waiting.failed, waiting.why);
    return waiting.is_cancelled ? refuse_unfetched(all, fault) : ERR_OK;
}

/* ---- fetch ---- */

static enum err print_begun(struct cli *cli, const struct fetch_begun *begun)
{
    char id[ID_TEXT_SIZE];

    if (cli->options.json)
        return cli_json(cli, &fetch_begun_shape, begun);
    if (begun->items) {
        cli_print(&cli->out, "fetching: %llu item%s, ", (unsigned long long)begun->items, text_plural(begun->items));
        human_bytes(&cli->out, begun->bytes);
        cli_print(&cli->out, "; `loophole cancel %s` ends it\n", id_write(begun->task, id));
    }
    if (begun->here)
        cli_print(&cli->out, "here already: %llu item%s\n", (unsigned long long)begun->here, text_plural(begun->here));
    if (begun->away)
        cli_print(&cli->out, "missing, or on a volume that is away: %llu item%s\n", (unsigned long long)begun->away,
                  text_plural(begun->away));
    return ERR_OK;
}

static enum err begin_part(struct cli *cli, const struct id_list *items, uint32_t at, struct fetch_begun *begun,
                           struct fault *fault)
{
    uint32_t left = items->count - at;
    const struct availability_fetch fetch = { .ids = { left < TOGETHER ? left : TOGETHER, items->at + at } };
    enum err e = cli_ask(cli, "availability.fetch", &fetch, begun, fault);

    if (e == ERR_OK)
        e = print_begun(cli, begun);
    if (e == ERR_OK)
        cli_flush(cli);
    return e;
}

/* A part whose files are all away does not end the others. */
static enum err fetch_part(struct cli *cli, const struct id_list *items, uint32_t at, struct unfetched *all,
                           struct fault *fault)
{
    const uint32_t left = items->count - at, count = left < TOGETHER ? left : TOGETHER;
    struct fetch_begun begun = { 0 };
    enum err e = begin_part(cli, items, at, &begun, fault);

    if (e == ERR_OFFLINE && items->count > TOGETHER && strcmp(fault->field, "ids") == 0) {
        count_unfetched(all, count, fault->what);
        return ERR_OK;
    }
    if (e == ERR_OK && begun.has_task && (cli->options.wait || left > TOGETHER))
        e = wait_for(cli, begun.task, all, fault);
    return e;
}

enum err fetch_begin(struct cli *cli, struct fault *fault)
{
    struct unfetched all = { 0 };
    struct id_list items;
    enum err e = named_all(cli, cli->count, cli->args, &items, fault);

    for (uint32_t at = 0; e == ERR_OK && at < items.count; at += TOGETHER)
        e = fetch_part(cli, &items, at, &all, fault);
    return e == ERR_OK && all.items ? refuse_unfetched(&all, fault) : e;
}

/* ---- the settings of a library ---- */

static enum err read_setting(const char *word, struct persist_set_library *to, struct fault *fault)
{
    const char *value = strchr(word, '=');
    struct text name = { value ? (uint32_t)(value - word) : 0, word };

    if (value && text_is(name, "backend") && strcmp(value + 1, "volume") == 0) {
        to->has_own_backend = true;
        return ERR_OK;
    }
    if (value && text_is(name, "backend")) {
        to->backend.value = choice_value(&backend_table, text_of(value + 1));
        to->has_backend = to->backend.value != 0;
        if (to->has_backend)
            return ERR_OK;
    }
    if (value && text_is(name, "fetch")) {
        to->fetch.value = choice_value(&fetching_table, text_of(value + 1));
        to->has_fetch = to->fetch.value != 0;
        if (to->has_fetch)
            return ERR_OK;
    }
    fault_set(fault, ERR_BAD_REQUEST, "\"%.200s\" is not a setting of a library", word);
    return fault_hint(fault, "expected fetch=all, fetch=ask, or backend=cloud, local, external, project or volume");
}

/* A folder inside a library becomes a tree of it, if it gets a backend of its own. */
static enum err declare_tree(struct cli *cli, struct bytes path, struct id *to, struct fault *fault)
{
    struct indexer_add_library tree = { .path = path, .has_tree = true, .tree = true };
    struct library library = { 0 };
    struct fault why = { 0 };
    enum err e = cli_ask(cli, "indexer.add_library", &tree, &library, &why);

    *to = library.id;
    if (e == ERR_NOT_FOUND)
        return e; /* `fault` says that it is not a library */
    *fault = why;
    return e;
}

static const struct library *row_of(const struct libraries *list, struct id id)
{
    for (uint32_t i = 0; i < list->each.count; i++)
        if (id_equal(list->each.at[i].id, id))
            return &list->each.at[i];
    return NULL;
}

/* With the backend of its volume, a folder that became a tree is a folder of its library again. */
static enum err end_tree(struct cli *cli, struct persist_set_library *set, struct fault *fault)
{
    struct libraries list = { 0 };
    enum err e = set->has_own_backend ? cli_ask(cli, "indexer.libraries", NULL, &list, fault) : ERR_OK;
    const struct library *tree = e == ERR_OK ? row_of(&list, set->id) : NULL;
    const struct library *outer = tree && tree->has_within ? row_of(&list, tree->within) : NULL;

    set->has_ends = set->ends = outer && id_equal(outer->volume, tree->volume);
    return e;
}

enum err library_set(struct cli *cli, struct fault *fault)
{
    struct persist_set_library set = { 0 };
    struct done done = { 0 };
    struct bytes path;
    enum err e = cli_path(cli, cli->args[0], &path, fault);

    for (int i = 1; e == ERR_OK && i < cli->count; i++)
        e = read_setting(cli->args[i], &set, fault);
    if (e == ERR_OK)
        e = cli_library(cli, path, &set.id, fault);
    if (e == ERR_NOT_FOUND && set.has_backend)
        e = declare_tree(cli, path, &set.id, fault);
    if (e == ERR_OK)
        e = end_tree(cli, &set, fault);
    if (e == ERR_OK)
        e = cli_change(cli, "persist.set_library", &set, &done, fault);
    if (e == ERR_OK && cli->options.json)
        return cli_json(cli, &done_shape, &done);
    return e;
}
