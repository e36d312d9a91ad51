/* relink.c: lists files that may belong to missing items, and gives them to the items. */
#include <string.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/item_line.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/library/library_commands.h"
#include "frontends/cli/library/relink_candidates.h"
#include "frontends/cli/removal/removal_merge.h"
#include "proto/wire/codec_copy.h"
#include "schema_persist.h"

enum { PAGE = 1000, LIKE = 50 };
enum { PART = 1000 /* relinks in one apply, if undo does not keep all */, LONG_MS = 600000 };

/* ---- reading items ---- */

/* True if a person gave it a tag, notes, or a fact. */
static bool is_said(const struct item *item)
{
    bool is = item->media.tags.count || item->media.notes.len || item->media.favourite;

    for (uint32_t i = 0; i < item->facts.count; i++)
        is |= item->facts.at[i].source.value == SOURCE_USER;
    return is;
}

static void keep_item(struct cli *cli, struct relinking *r, struct relink_file_list *to, const struct item *item,
                      double distance)
{
    const struct media *media = &item->media;

    to->at = arena_grow(&cli->arena, to->at, to->count, &to->room, sizeof(*to->at));
    struct bytes path = arena_bytes(&cli->arena, item->path);
    to->at[to->count++] = (struct relink_file){ .id = media->id,
                                                .name = arena_text(&cli->arena, media->name),
                                                .path = path,
                                                .file = relink_candidates_file(path),
                                                .size = media->size,
                                                .seconds = item_seconds(media),
                                                .content = arena_bytes(&cli->arena, media->content),
                                                .distance = distance };
    if (is_said(item))
        id_table_add(&r->said, media->id);
}

static bool lies_below(struct bytes path, struct bytes folder)
{
    uint32_t len = folder.len;

    while (len > 0 && folder.at[len - 1] == '/')
        len--;
    return path.len >= len && memcmp(path.at, folder.at, len) == 0 && (path.len == len || path.at[len] == '/');
}

/* Keeps the items of a query whose path is below `folder`. */
static enum err read_items(struct cli *cli, struct relinking *r, const char *words, struct bytes folder,
                           struct relink_file_list *to, struct fault *fault)
{
    struct search_query query = { .query = text_of(words), .sort = TEXT("name"), .has_limit = true, .limit = PAGE };
    enum err e;

    do {
        struct found found = { 0 };
        e = cli_ask(cli, "search.query", &query, &found, fault);
        for (uint32_t i = 0; e == ERR_OK && i < found.items.count; i++)
            if (found.items.at[i].path.len && lies_below(found.items.at[i].path, folder))
                keep_item(cli, r, to, &found.items.at[i], -1);
        query.cursor = arena_text(&cli->arena, found.cursor);
    } while (e == ERR_OK && query.cursor.len);
    return e;
}

/* ---- the question ---- */

static enum err read_missing(struct cli *cli, struct relinking *r, struct fault *fault)
{
    struct search_get get = { .has_id = true };
    struct media_found found = { 0 };
    struct bytes folder = { 0 };
    enum err e = ERR_OK;

    if (cli->count && id_read(text_of(cli->args[0]), &get.id)) {
        e = cli_ask(cli, "search.get", &get, &found, fault);
        if (e == ERR_OK && found.item.media.availability.value != ITEM_STATE_MISSING)
            return fault_set(fault, ERR_CONFLICT, "item %s is not missing", cli->args[0]);
        if (e == ERR_OK)
            keep_item(cli, r, &r->missing, &found.item, -1);
        return e;
    }
    if (cli->count)
        e = cli_path(cli, cli->args[0], &folder, fault);
    return e == ERR_OK ? read_items(cli, r, "is:missing", folder, &r->missing, fault) : e;
}

/* For a single item, similar sounds are candidates too. */
static enum err read_alike(struct cli *cli, struct relinking *r, struct bytes folder)
{
    struct search_similar similar = {
        .has_id = true, .id = r->missing.at[0].id, .query = TEXT("-is:missing"), .has_limit = true, .limit = LIKE
    };
    struct found found = { 0 };
    struct fault none = { 0 };

    if (cli_ask(cli, "search.similar", &similar, &found, &none) != ERR_OK) /* it was never analysed */
        return ERR_OK;
    for (uint32_t i = 0; i < found.items.count; i++) {
        const struct item *item = &found.items.at[i];
        if (item->path.len && lies_below(item->path, folder))
            keep_item(cli, r, &r->present, item, item->has_distance ? item->distance : 1);
    }
    return ERR_OK;
}

static enum err read_present(struct cli *cli, struct relinking *r, struct fault *fault)
{
    struct search_get get = { 0 };
    struct media_found found = { 0 };
    struct fault none = { 0 };
    struct bytes to = { 0 };
    enum err e = cli->options.to ? cli_path(cli, cli->options.to, &to, fault) : ERR_OK;

    get.path = to;
    if (e != ERR_OK || r->missing.count == 0)
        return e;
    r->is_named = r->missing.count == 1 && to.len && cli_ask(cli, "search.get", &get, &found, &none) == ERR_OK;
    if (r->is_named) {
        keep_item(cli, r, &r->present, &found.item, -1);
        return ERR_OK;
    }
    if (r->missing.count == 1)
        e = read_alike(cli, r, to);
    if (e == ERR_OK)
        e = read_items(cli, r, "-is:missing", to, &r->present, fault);
    if (e == ERR_OK && to.len && r->present.count == 0) {
        fault_set(fault, ERR_NOT_FOUND, "the catalogue has no file below %.*s", (int)to.len, (const char *)to.at);
        return fault_hint(fault, "add it first: loophole library add DIR --wait");
    }
    return e;
}

/* ---- results ---- */

static enum err print_candidates(struct cli *cli, const struct relink_line *line)
{
    char id[ID_TEXT_SIZE];

    if (cli->options.json)
        return cli_json(cli, &relink_line_shape, line);
    cli_print(&cli->out, "%s  %.*s  %.*s\n", id_write(line->id, id), TEXT_ARG(line->name), (int)line->path.len,
              (const char *)line->path.at);
    for (uint32_t i = 0; i < line->candidates.count; i++) {
        const struct relink_candidate *one = &line->candidates.at[i];
        cli_print(&cli->out, "  %.2f  %.*s%s%s%s%s\n", one->score, (int)one->path.len, (const char *)one->path.at,
                  one->why.name > 0 ? "  name" : "", one->why.size ? "  size" : "",
                  one->why.duration ? "  duration" : "", one->why.content ? "  content" : "");
    }
    if (line->candidates.count == 0)
        buffer_add_text(&cli->out, "  no candidate\n");
    return ERR_OK;
}

/* NULL: no candidate is good enough, or two are equally good. */
static const struct relink_candidate *choose_best(const struct relinking *r, const struct relink_line *line)
{
    const struct relink_candidate *at = line->candidates.at;

    if (line->candidates.count == 0 || (!r->is_named && at[0].score < 0.5))
        return NULL;
    return line->candidates.count > 1 && at[1].score >= at[0].score ? NULL : at;
}

/* Relinks all items of one command in one undo step, or in several if undo does not keep so many operations. */
struct taking {
    struct action_list actions;
    struct named_steps steps;
    struct applied all;
};

static struct text label_part(struct cli *cli, const struct taking *taking, uint32_t count)
{
    uint32_t all = taking->actions.count;

    if (all > UNDO_STEPS)
        return arena_printf(&cli->arena, "Relink %u of %u items", count, all);
    return arena_printf(&cli->arena, "Relink %u item%s", all, text_plural(all));
}

static enum err apply_part(struct cli *cli, struct taking *taking, uint32_t *at, struct fault *fault)
{
    const bool is_one = taking->actions.count <= UNDO_STEPS;
    uint32_t left = taking->actions.count - *at, count = left < PART || is_one ? left : PART;
    struct applied applied = { 0 };
    const struct persist_apply apply = { .label = label_part(cli, taking, count),
                                         .actions = { count, taking->actions.at + *at },
                                         .has_parts = is_one,
                                         .parts = is_one };
    enum err e = cli_change(cli, "persist.apply", &apply, &applied, fault);

    if (e != ERR_OK)
        return e;
    *at += count;
    taking->all.revision = applied.revision;
    taking->all.step = taking->all.step ? taking->all.step : applied.step;
    taking->all.items += applied.items;
    if (applied.step)
        taking->steps.at[taking->steps.count++] = applied;
    return ERR_OK;
}

static bool read_whole(struct cli *cli, struct id id, struct media_found *to)
{
    const struct search_get get = { .has_id = true, .id = id };
    struct media_found found = { 0 };
    struct fault none = { 0 };

    if (cli_ask(cli, "search.get", &get, &found, &none) != ERR_OK)
        return false;
    codec_keep(&media_found_shape, &found, &cli->arena, to);
    return true;
}

/* Adds the tags and facts that a person gave the forgotten item to the item that takes its file. Where both have a
 * value, that of the latter stays. */
static void add_merge(struct cli *cli, struct relinking *r, const struct relink *relink, struct action_list *to)
{
    struct edit edit = { .id = relink->id,
                         .facts.at = arena_array(&cli->arena, REMOVAL_FACTS, sizeof(struct fact)),
                         .add_tags.at = arena_array(&cli->arena, REMOVAL_TAGS, sizeof(struct text)) };
    struct judged from = { 0 }, kept = { 0 };

    if (!id_table_has(&r->said, relink->with) || !read_whole(cli, relink->with, &from.found) ||
        !read_whole(cli, relink->id, &kept.found))
        return;
    removal_merge(&cli->arena, &from, &kept, &edit);
    if (!removal_merge_says(&edit))
        return;
    to->at[to->count++] = (struct action){ .has_edit = true, .edit = edit };
    r->merged++;
}

static void choose_actions(struct cli *cli, struct relinking *r, uint64_t most, struct action_list *to)
{
    for (uint32_t i = 0; i < r->missing.count && r->chosen < most; i++) {
        struct relink_line line = relink_candidates_find(&cli->arena, r, &r->missing.at[i]);
        const struct relink_candidate *best = choose_best(r, &line);
        if (!best)
            continue;
        to->at[to->count++] = (struct action){ .has_relink = true, .relink = { line.id, best->id } };
        id_table_add(&r->taken, best->id);
        r->chosen++;
        add_merge(cli, r, &to->at[to->count - 1].relink, to);
    }
}

static enum err apply_best(struct cli *cli, struct relinking *r, uint64_t most, struct fault *fault)
{
    struct taking taking = { .actions.at =
                                 arena_array(&cli->arena, 2u * r->missing.count + 1u, sizeof(struct action)) };
    enum err e;

    choose_actions(cli, r, most, &taking.actions);
    taking.steps.at = arena_array(&cli->arena, taking.actions.count + 1u, sizeof(struct applied));
    e = named_check_undo(cli, taking.actions.count, fault);
    if (cli->options.budget_ms == 0)
        cli->options.budget_ms = LONG_MS;
    for (uint32_t at = 0; e == ERR_OK && at < taking.actions.count;)
        e = apply_part(cli, &taking, &at, fault);
    if (e != ERR_OK && taking.all.items == 0)
        return e;
    if (e == ERR_OK && cli->options.json)
        return cli_json(cli, &applied_shape, &taking.all);
    cli_print(&cli->out, "relinked: %llu of %u missing item%s",
              (unsigned long long)(e == ERR_OK ? r->chosen : taking.all.items), r->missing.count,
              text_plural(r->missing.count));
    if (r->merged)
        cli_print(&cli->out, "; %llu also got the tags and facts of the file's former item: their own values stay",
                  (unsigned long long)r->merged);
    named_print_way_back(cli, &taking.steps);
    buffer_add_text(&cli->out, "\n");
    return e;
}

static enum err list_candidates(struct cli *cli, const struct relinking *r, uint64_t most)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < r->missing.count && i < most; i++) {
        struct relink_line line = relink_candidates_find(&cli->arena, r, &r->missing.at[i]);
        e = print_candidates(cli, &line);
    }
    if (e == ERR_OK)
        cli_none(cli, r->missing.count, "No item is missing there.");
    return e;
}

enum err relink_run(struct cli *cli, struct fault *fault)
{
    const uint64_t most = cli->options.limit >= 0 ? (uint64_t)cli->options.limit : UINT64_MAX;
    struct relinking r = { 0 };
    enum err e = read_missing(cli, &r, fault);

    if (e == ERR_OK)
        e = read_present(cli, &r, fault);
    if (e == ERR_OK) {
        relink_candidates_sort(&cli->arena, &r);
        e = cli->options.apply ? apply_best(cli, &r, most, fault) : list_candidates(cli, &r, most);
    }
    id_table_free(&r.taken);
    id_table_free(&r.said);
    return e;
}
