/* alike.c: duplicates. */
#include "frontends/cli/cli.h"

static enum err read_kind(struct cli *cli, struct search_duplicates *ask, struct fault *fault)
{
    if (!cli->options.kind)
        return ERR_OK;
    ask->has_kind = true;
    ask->kind.value = choice_value(&duplicate_kind_table, text_of(cli->options.kind));
    if (ask->kind.value)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "no kind of duplicates is called \"%s\"", cli->options.kind);
    return fault_hint(fault, "there are same_file, same_audio and same_sound");
}

static const struct duplicate *kept_one(const struct duplicate_group *group)
{
    for (uint32_t i = 0; i < group->each.count; i++)
        if (id_equal(group->each.at[i].id, group->keep))
            return &group->each.at[i];
    return NULL;
}

static void put_list(struct buffer *to, bool *first, const char *key, const struct duplicate_group *group,
                     bool ids)
{
    json_key(to, first, key);
    buffer_add_text(to, "[");
    for (uint32_t i = 0; i < group->each.count; i++) {
        const struct duplicate *one = &group->each.at[i];
        char id[ID_TEXT_SIZE];
        buffer_add_text(to, i ? "," : "");
        json_text(to, ids ? text_of(id_write(one->id, id))
                          : (struct text){ one->path.len, (const char *)one->path.at });
    }
    buffer_add_text(to, "]");
}

static void put_differences(struct buffer *to, bool *first, const struct text_list *differs)
{
    json_key(to, first, "differs");
    buffer_add_text(to, "[");
    for (uint32_t i = 0; i < differs->count; i++) {
        buffer_add_text(to, i ? "," : "");
        json_text(to, differs->at[i]);
    }
    buffer_add_text(to, "]");
}

static enum err put_each(struct buffer *to, bool *first, const struct duplicate_group *group)
{
    enum err e = ERR_OK;

    json_key(to, first, "items");
    buffer_add_text(to, "[");
    for (uint32_t i = 0; i < group->each.count && e == ERR_OK; i++) {
        buffer_add_text(to, i ? "," : "");
        e = json_write(&duplicate_shape, &group->each.at[i], to);
    }
    buffer_add_text(to, "]}\n");
    return e;
}

static enum err group_json(struct buffer *to, const struct duplicate_group *group)
{
    const struct duplicate *kept = kept_one(group);
    bool first = true;

    buffer_add_text(to, "{");
    json_key(to, &first, "kind");
    json_text(to, text_of(choice_word(&duplicate_kind_table, group->kind.value)));
    put_list(to, &first, "paths", group, false);
    put_list(to, &first, "ids", group, true);
    put_differences(to, &first, &group->differs);
    if (kept)
        json_path(to, &first, "keep", kept->path);
    return put_each(to, &first, group);
}

static void group_row(struct buffer *to, const struct duplicate_group *group)
{
    buffer_printf(to, "%s", choice_word(&duplicate_kind_table, group->kind.value));
    for (uint32_t i = 0; i < group->differs.count; i++)
        buffer_printf(to, "%s%.*s", i ? ", " : ": other ", TEXT_ARG(group->differs.at[i]));
    buffer_add_text(to, "\n");
    for (uint32_t i = 0; i < group->each.count; i++) {
        const struct duplicate *one = &group->each.at[i];
        buffer_printf(to, "  %s %-5.*s %-6.*s %2llu bit %6llu Hz %2llu ch %8.3f s  %.*s\n",
                      id_equal(one->id, group->keep) ? "keep" : "    ", TEXT_ARG(one->container),
                      TEXT_ARG(one->sample_format), (unsigned long long)one->bit_depth,
                      (unsigned long long)one->sample_rate, (unsigned long long)one->channels,
                      one->sample_rate ? (double)one->frames / (double)one->sample_rate : 0.0,
                      (int)one->path.len,
                      one->path.len ? (const char *)one->path.at : "(its volume is away)");
    }
}

static enum err print_groups(struct cli *cli, const struct duplicates_found *found)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; i < found->groups.count && e == ERR_OK; i++) {
        if (cli->options.json)
            e = group_json(&cli->out, &found->groups.at[i]);
        else
            group_row(&cli->out, &found->groups.at[i]);
    }
    cli_flush(cli);
    return e;
}

enum { PAGE = 100 };

enum err alike_duplicates(struct cli *cli, struct fault *fault)
{
    struct search_duplicates ask = { .query = cli_words(cli) };
    struct duplicates_found found;
    uint64_t left = cli->options.limit < 0 ? UINT64_MAX : (uint64_t)cli->options.limit;
    enum err e = read_kind(cli, &ask, fault);

    if (!cli->options.budget_ms)
        cli->options.budget_ms = 600000;
    do {
        ask.limit = left < PAGE ? left : PAGE;
        found = (struct duplicates_found){ 0 };
        if (e == ERR_OK)
            e = cli_ask(cli, "search.duplicates", &ask, &found, fault);
        if (e == ERR_OK)
            e = print_groups(cli, &found);
        ask.first += ask.limit;
        left -= ask.limit;
    } while (e == ERR_OK && left > 0 && ask.first < found.total);
    if (e == ERR_OK && !cli->options.json)
        buffer_printf(&cli->out, "%llu groups\n", (unsigned long long)found.total);
    return e;
}
