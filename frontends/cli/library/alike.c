/* alike.c: duplicates. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "frontends/cli/base/cli.h"

enum { PAGE = 100 };

/* Pages of groups under way. */
struct listing {
    uint64_t left;      /* groups that are still wanted */
    uint64_t unmarked;  /* copies that the catalogue has and the disk has not */
    bool is_unfinished; /* the last group goes on with the next part */
};

static enum err read_kind(struct cli *cli, struct search_duplicates *ask, struct fault *fault)
{
    if (!cli->options.kind)
        return ERR_OK;
    ask->has_kind = true;
    ask->kind.value = choice_value(&duplicate_kind_table, text_of(cli->options.kind));
    if (ask->kind.value)
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "unknown kind of duplicates \"%s\"", cli->options.kind);
    return fault_hint(fault, "there are same_file, same_audio and same_sound");
}

static const struct duplicate *kept_one(const struct duplicate_group *group)
{
    for (uint32_t i = 0; i < group->each.count; i++)
        if (id_equal(group->each.at[i].id, group->keep))
            return &group->each.at[i];
    return NULL;
}

/* The catalogue may not know yet that a file is gone. */
static bool is_gone(const struct duplicate *one)
{
    char path[PATH_MAX];
    struct stat st;

    return one->state.value == COPY_STATE_HERE && one->path.len && bytes_copy(path, sizeof path, one->path) &&
           lstat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static const char *state_of(const struct duplicate *one)
{
    return is_gone(one) ? "gone" : choice_word(&copy_state_table, one->state.value);
}

static void put_list(struct buffer *to, bool *first, const char *key, const struct duplicate_group *group, bool ids)
{
    json_key(to, first, key);
    buffer_add_text(to, "[");
    for (uint32_t i = 0; i < group->each.count; i++) {
        const struct duplicate *one = &group->each.at[i];
        char id[ID_TEXT_SIZE];
        buffer_add_text(to, i ? "," : "");
        json_text(to,
                  ids ? text_of(id_write(one->id, id)) : (struct text){ one->path.len, (const char *)one->path.at });
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

static void put_number(struct buffer *to, bool *first, const char *key, uint64_t value)
{
    json_key(to, first, key);
    cli_print(to, "%llu", (unsigned long long)value);
}

static void put_state(struct buffer *to, bool *first, const struct duplicate_group *group)
{
    json_key(to, first, "away");
    buffer_add_text(to, "[");
    for (uint32_t i = 0, count = 0; i < group->each.count; i++) {
        const struct duplicate *one = &group->each.at[i];
        if (one->state.value == COPY_STATE_HERE && !is_gone(one))
            continue;
        char id[ID_TEXT_SIZE];
        buffer_add_text(to, count++ ? "," : "");
        json_text(to, text_of(id_write(one->id, id)));
    }
    buffer_add_text(to, "]");
}

static enum err group_json(struct buffer *to, const struct duplicate_group *group)
{
    const struct duplicate *kept = kept_one(group);
    bool first = true;
    char id[ID_TEXT_SIZE];

    buffer_add_text(to, "{");
    json_key(to, &first, "kind");
    json_text(to, text_of(choice_word(&duplicate_kind_table, group->kind.value)));
    put_list(to, &first, "paths", group, false);
    put_list(to, &first, "ids", group, true);
    put_differences(to, &first, &group->differs);
    if (kept && !is_gone(kept))
        json_path(to, &first, "keep", kept->path);
    if (!kept || !is_gone(kept)) {
        json_key(to, &first, "keep_id");
        json_text(to, text_of(id_write(group->keep, id)));
    }
    if (group->has_reason) {
        json_key(to, &first, "reason");
        json_text(to, text_of(choice_word(&keep_reason_table, group->reason.value)));
    }
    put_state(to, &first, group);
    put_number(to, &first, "count", group->count);
    put_number(to, &first, "first", group->first);
    put_number(to, &first, "free", group->free);
    json_key(to, &first, "layers");
    buffer_add_text(to, group->layers ? "true" : "false");
    return put_each(to, &first, group);
}

static const struct reason {
    enum keep_reason reason;
    const char *words;
} REASONS[] = {
    { KEEP_REASON_ONLY_ONE_HERE, "the only copy that is here" },
    { KEEP_REASON_LOSSLESS, "lossless" },
    { KEEP_REASON_SAMPLE_RATE, "higher sample rate" },
    { KEEP_REASON_CHANNELS, "more channels" },
    { KEEP_REASON_LENGTH, "longer" },
    { KEEP_REASON_BIT_DEPTH, "more bits" },
    { KEEP_REASON_FAVOURITE, "favourite" },
    { KEEP_REASON_FOLDER, "not in a folder of copies" },
    { KEEP_REASON_AGE, "older" },
    { KEEP_REASON_FINER_FORMAT, "finer format" },
    { KEEP_REASON_SHORTER_PATH, "shorter path" },
    { KEEP_REASON_KNOWN_FIRST, "known first" },
};

static const char *reason_of(const struct duplicate_group *group)
{
    for (size_t i = 0; group->has_reason && i < sizeof REASONS / sizeof *REASONS; i++)
        if ((int32_t)REASONS[i].reason == group->reason.value)
            return REASONS[i].words;
    return NULL;
}

static void group_head(struct buffer *to, const struct duplicate_group *group)
{
    cli_print(to, "%s", choice_word(&duplicate_kind_table, group->kind.value));
    for (uint32_t i = 0; i < group->differs.count; i++)
        cli_print(to, "%s%.*s", i ? ", " : ": other ", TEXT_ARG(group->differs.at[i]));
    cli_print(to, "; %llu copies, ", (unsigned long long)group->count);
    human_bytes(to, group->free);
    buffer_add_text(to, " to free");
    if (reason_of(group))
        cli_print(to, "; keep: %s", reason_of(group));
    buffer_add_text(to, "\n");
    if (group->layers)
        buffer_add_text(to, "  perhaps layers of a kit, which only sound alike: listen before you remove one\n");
}

static void copy_row(struct buffer *to, const struct duplicate_group *group, const struct duplicate *one)
{
    bool is_here = one->state.value == COPY_STATE_HERE && !is_gone(one);
    const char *mark = !is_here ? state_of(one) : id_equal(one->id, group->keep) ? "keep" : "";

    cli_print(to, "  %-7s %-5.*s %-6.*s %2llu bit %6llu Hz %2llu ch %8.3f s  %.*s\n", mark, TEXT_ARG(one->container),
              TEXT_ARG(one->sample_format), (unsigned long long)one->bit_depth, (unsigned long long)one->sample_rate,
              (unsigned long long)one->channels,
              one->sample_rate ? (double)one->frames / (double)one->sample_rate : 0.0, (int)one->path.len,
              one->path.len ? (const char *)one->path.at : "(its volume is away)");
}

static void group_row(struct buffer *to, const struct duplicate_group *group)
{
    if (group->first == 0)
        group_head(to, group);
    for (uint32_t i = 0; i < group->each.count; i++)
        copy_row(to, group, &group->each.at[i]);
}

static enum err print_groups(struct cli *cli, const struct duplicates_found *found, struct listing *listing)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; i < found->groups.count && e == ERR_OK; i++) {
        const struct duplicate_group *group = &found->groups.at[i];
        listing->is_unfinished = listing->is_unfinished && group->first > 0;
        if (group->first == 0 && listing->left == 0)
            return ERR_OK;
        listing->left -= group->first == 0;
        for (uint32_t k = 0; k < group->each.count; k++)
            listing->unmarked += is_gone(&group->each.at[k]);
        if (cli->options.json)
            e = group_json(&cli->out, group);
        else
            group_row(&cli->out, group);
        listing->is_unfinished = group->first + group->each.count < group->count;
    }
    cli_flush(cli);
    return e;
}

static void print_sum(struct cli *cli, const struct duplicates_found *found, const struct listing *listing)
{
    struct buffer remark = { 0 };

    cli_print(&remark,
              "loophole: %llu copies are not where the catalogue has them: run\n"
              "  `loophole library rescan` before you remove anything,\n"
              "  and answer what `loophole library list` then asks",
              (unsigned long long)listing->unmarked);
    if (listing->unmarked)
        cli_remark(&remark);
    if (found->unread) {
        buffer_reset(&remark);
        cli_print(&remark,
                  "loophole: %llu pairs could not be compared: prints are being made again (`loophole tasks`);\n"
                  "  ask again then",
                  (unsigned long long)found->unread);
        cli_remark(&remark);
    }
    buffer_free(&remark);
    if (cli->options.json)
        return;
    cli_print(&cli->out, "%llu group%s, ", (unsigned long long)found->total, found->total == 1 ? "" : "s");
    human_bytes(&cli->out, found->free);
    buffer_add_text(&cli->out, " can be freed by keeping one copy of each\n");
}

enum err alike_duplicates(struct cli *cli, struct fault *fault)
{
    struct search_duplicates ask = { .query = cli_words(cli), .inside = text_of(cli->options.inside) };
    struct listing listing = { .left = cli->options.limit < 0 ? UINT64_MAX : (uint64_t)cli->options.limit };
    struct duplicates_found found;
    char cursor[256] = "";
    enum err e = read_kind(cli, &ask, fault);

    if (!cli->options.budget_ms)
        cli->options.budget_ms = 600000;
    do {
        uint64_t wanted = listing.left + listing.is_unfinished;
        ask.limit = listing.left < PAGE ? wanted : PAGE;
        found = (struct duplicates_found){ 0 };
        if (e == ERR_OK)
            e = cli_ask(cli, "search.duplicates", &ask, &found, fault);
        if (e == ERR_OK)
            e = print_groups(cli, &found, &listing);
        if (e == ERR_OK && !text_copy(cursor, sizeof cursor, found.cursor))
            e = fault_set(fault, ERR_INTERNAL, "the cursor of the duplicates is too long");
        ask.cursor = text_of(cursor);
    } while (e == ERR_OK && cursor[0] && (listing.left > 0 || listing.is_unfinished));
    if (e == ERR_OK)
        print_sum(cli, &found, &listing);
    return e;
}
