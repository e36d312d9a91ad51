/* alike.c: the command duplicates. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "frontends/cli/base/human.h"
#include "frontends/cli/base/look.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/find/find_commands.h"
#include "proto/wire/codec_copy.h"

enum { PAGE = 100, VERIFIED = 1000 /* files of one ask */ };

/* The progress through the pages of groups. */
struct alike_listing {
    struct arena arena; /* for one page */
    uint64_t left;      /* groups still wanted */
    uint64_t unmarked;  /* copies that are in the catalogue, but not on the disk */
    uint64_t unproven;  /* further copies that are here, but that were not found to be what the catalogue knows */
    uint64_t listed;    /* groups */
    uint64_t free;      /* bytes that can be freed, of the groups before the present one … */
    uint64_t of_group;  /* … and of the present one */
    bool is_unfinished; /* the last group continues in the next part */
    bool is_hung;       /* a file system does not answer: no further file is checked */
    uint32_t gone_count;
    const struct duplicate **gone; /* of this page */
    struct item_file *verified;    /* of this page, by id */
    uint32_t verified_count;
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
    return fault_hint(fault, "expected same_file, same_audio or same_sound");
}

static const struct duplicate *kept_one(const struct duplicate_group *group)
{
    for (uint32_t i = 0; i < group->each.count; i++)
        if (id_equal(group->each.at[i].id, group->keep))
            return &group->each.at[i];
    return NULL;
}

/* ---- copies that are gone ---- */

/* The copies of a page whose files are missing although the catalogue lists them as present. A child process (look.h)
 * fills it. */
struct gone_copies {
    const struct duplicates_found *page;
    uint32_t count;
    const struct duplicate *at[];
};

static bool is_missing(const struct duplicate *one)
{
    char path[PATH_MAX];
    struct stat st;

    return one->state.value == COPY_STATE_HERE && one->path.len && bytes_copy(path, sizeof path, one->path) &&
           lstat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static void look_for_gone(void *memory)
{
    struct gone_copies *gone = memory;

    for (uint32_t i = 0; i < gone->page->groups.count; i++) {
        const struct duplicate_group *group = &gone->page->groups.at[i];
        for (uint32_t k = 0; k < group->each.count; k++)
            if (is_missing(&group->each.at[k])) {
                gone->at[gone->count] = &group->each.at[k];
                gone->count++;
            }
    }
}

static int by_place(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)*(const struct duplicate *const *)a, y = (uintptr_t)*(const struct duplicate *const *)b;

    return (x > y) - (x < y);
}

/* Lists the missing copies of a page, in the arena. Leaves out copies on a file system that does not answer. Returns
 * the number of all copies of the page. */
static size_t find_gone(const struct duplicates_found *page, struct alike_listing *listing)
{
    struct fault unused = { 0 };
    struct gone_copies *gone;
    size_t copies = 0, size;

    for (uint32_t i = 0; i < page->groups.count; i++)
        copies += page->groups.at[i].each.count;
    size = sizeof(*gone) + copies * sizeof(*gone->at);
    listing->gone_count = 0;
    listing->gone = arena_array(&listing->arena, copies + 1, sizeof(*listing->gone));
    gone = listing->is_hung ? NULL : trial_memory(size);
    if (!gone)
        return copies;
    gone->page = page;
    listing->is_hung = look_run(look_for_gone, gone, &unused) != ERR_OK;
    for (; listing->gone_count < gone->count; listing->gone_count++)
        listing->gone[listing->gone_count] = gone->at[listing->gone_count];
    trial_memory_free(gone, size);
    qsort(listing->gone, listing->gone_count, sizeof(*listing->gone), by_place);
    return copies;
}

static bool is_listed_gone(const struct alike_listing *listing, const struct duplicate *one)
{
    return listing->gone_count && bsearch(&one, listing->gone, listing->gone_count, sizeof(one), by_place);
}

/* ---- copies that are read again ---- */

static int verified_order(const void *a, const void *b)
{
    const struct item_file *x = a, *y = b;

    return id_compare(x->id, y->id);
}

/* Adds the verdicts of the indexer about these items, and empties the ask. */
static enum err ask_verdicts(struct cli *cli, struct alike_listing *listing, struct indexer_verify *ask,
                             struct fault *fault)
{
    struct item_files found = { 0 };
    enum err e = cli_ask(cli, "indexer.verify", ask, &found, fault);

    for (uint32_t i = 0; e == ERR_OK && i < found.each.count && i < ask->ids.count; i++)
        listing->verified[listing->verified_count++] = found.each.at[i];
    ask->ids.count = ask->contents.count = 0;
    return e;
}

static void add_copy(struct indexer_verify *ask, const struct duplicate *one)
{
    ask->ids.at[ask->ids.count++] = one->id;
    ask->contents.at[ask->contents.count++] = one->content;
}

/* Has the files of a page read, except those that are away or gone. */
static enum err verify_page(struct cli *cli, const struct duplicates_found *page, size_t copies,
                            struct alike_listing *listing, struct fault *fault)
{
    struct indexer_verify ask = { .ids.at = arena_array(&listing->arena, VERIFIED, sizeof(struct id)),
                                  .contents.at = arena_array(&listing->arena, VERIFIED, sizeof(struct bytes)) };
    enum err e = ERR_OK;

    listing->verified = arena_array(&listing->arena, copies + 1, sizeof(*listing->verified));
    listing->verified_count = 0;
    for (uint32_t i = 0; i < page->groups.count; i++) {
        const struct duplicate_group *group = &page->groups.at[i];
        for (uint32_t k = 0; e == ERR_OK && k < group->each.count; k++) {
            if (group->each.at[k].state.value == COPY_STATE_HERE && !is_listed_gone(listing, &group->each.at[k]))
                add_copy(&ask, &group->each.at[k]);
            if (ask.ids.count == VERIFIED)
                e = ask_verdicts(cli, listing, &ask, fault);
        }
    }
    if (e == ERR_OK && ask.ids.count)
        e = ask_verdicts(cli, listing, &ask, fault);
    qsort(listing->verified, listing->verified_count, sizeof(*listing->verified), verified_order);
    return e;
}

/* 0: the copy was not read. */
static int32_t verdict_of(const struct alike_listing *listing, const struct duplicate *one)
{
    const struct item_file key = { .id = one->id };
    const struct item_file *found =
        listing->verified_count ? bsearch(&key, listing->verified, listing->verified_count, sizeof(key), verified_order)
                                : NULL;

    return found ? found->verdict.value : 0;
}

static bool is_changed(const struct alike_listing *listing, const struct duplicate *one)
{
    return is_listed_gone(listing, one) || verdict_of(listing, one) == FILE_VERDICT_CHANGED;
}

/* True for a copy that is here and is what the catalogue knows. */
static bool is_here(const struct alike_listing *listing, const struct duplicate *one)
{
    return one->state.value == COPY_STATE_HERE && verdict_of(listing, one) == FILE_VERDICT_SAME;
}

static const char *copy_word(const struct alike_listing *listing, const struct duplicate *one)
{
    const int32_t verdict = verdict_of(listing, one);

    if (is_listed_gone(listing, one))
        return "gone";
    return verdict ? choice_word(&file_verdict_table, verdict) : choice_word(&copy_state_table, one->state.value);
}

/* Takes what the copies of this part leave to free. */
static void count_free(struct alike_listing *listing, const struct duplicate_group *group)
{
    if (group->first == 0) {
        listing->free += listing->of_group;
        listing->of_group = group->free;
        listing->listed++;
    }
    for (uint32_t i = 0; i < group->each.count; i++) {
        const struct duplicate *one = &group->each.at[i];
        if (one->state.value != COPY_STATE_HERE || is_here(listing, one))
            continue;
        listing->unmarked += is_listed_gone(listing, one);
        listing->unproven += !is_listed_gone(listing, one);
        if (id_equal(one->id, group->keep) || one->size > listing->of_group)
            listing->of_group = 0;
        else
            listing->of_group -= one->size;
    }
}

/* ---- groups ---- */

/* The line's lists are in the arena. */
static void make_line(struct arena *arena, const struct alike_listing *listing, const struct duplicate_group *group,
                      struct duplicate_line *line)
{
    const struct duplicate *kept = kept_one(group);
    uint32_t count = group->each.count;
    bool is_kept = !kept || kept->state.value != COPY_STATE_HERE || is_here(listing, kept);

    *line = (struct duplicate_line){
        .kind = group->kind,
        .paths = { count, arena_array(arena, count, sizeof(struct bytes)) },
        .ids = { count, arena_array(arena, count, sizeof(struct id)) },
        .differs = group->differs,
        .has_keep = kept && is_kept,
        .keep = kept ? kept->path : (struct bytes){ 0 },
        .has_keep_id = is_kept,
        .keep_id = group->keep,
        .has_reason = group->has_reason,
        .reason = group->reason,
        .away = { 0, arena_array(arena, count, sizeof(struct id)) },
        .changed = { 0, arena_array(arena, count, sizeof(struct id)) },
        .count = group->count,
        .first = group->first,
        .free = listing->of_group,
        .layers = group->layers,
        .items = group->each,
    };
    for (uint32_t i = 0; i < count; i++) {
        line->paths.at[i] = group->each.at[i].path;
        line->ids.at[i] = group->each.at[i].id;
        if (!is_here(listing, &group->each.at[i]))
            line->away.at[line->away.count++] = group->each.at[i].id;
        if (is_changed(listing, &group->each.at[i]))
            line->changed.at[line->changed.count++] = group->each.at[i].id;
    }
}

static enum err group_json(struct cli *cli, const struct alike_listing *listing, const struct duplicate_group *group)
{
    struct arena arena = { 0 };
    struct duplicate_line line;
    enum err e;

    make_line(&arena, listing, group, &line);
    e = cli_json(cli, &duplicate_line_shape, &line);
    arena_free(&arena);
    return e;
}

static const struct reason {
    enum keep_reason reason;
    const char *words;
} REASONS[] = {
    { KEEP_REASON_ONLY_ONE_HERE, "the only copy that can be read now" },
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

static void group_head(struct buffer *to, const struct alike_listing *listing, const struct duplicate_group *group)
{
    cli_print(to, "%s", choice_word(&duplicate_kind_table, group->kind.value));
    for (uint32_t i = 0; i < group->differs.count; i++)
        cli_print(to, "%s%.*s", i ? ", " : ": other ", TEXT_ARG(group->differs.at[i]));
    cli_print(to, "; %llu copies, ", (unsigned long long)group->count);
    human_bytes(to, listing->of_group);
    buffer_add_text(to, " to free");
    if (reason_of(group))
        cli_print(to, "; keep: %s", reason_of(group));
    buffer_add_text(to, "\n");
    if (group->layers)
        buffer_add_text(to, "  these may be layers of a kit that only sound alike: listen before you remove one\n");
}

static void copy_row(struct buffer *to, const struct alike_listing *listing, const struct duplicate_group *group,
                     const struct duplicate *one)
{
    const char *mark = !is_here(listing, one) ? copy_word(listing, one) : id_equal(one->id, group->keep) ? "keep" : "";

    cli_print(to, "  %-7s %-5.*s %-6.*s %2llu bit %6llu Hz %2llu ch %8.3f s  %.*s\n", mark, TEXT_ARG(one->container),
              TEXT_ARG(one->sample_format), (unsigned long long)one->bit_depth, (unsigned long long)one->sample_rate,
              (unsigned long long)one->channels,
              one->sample_rate ? (double)one->frames / (double)one->sample_rate : 0.0, (int)one->path.len,
              one->path.len ? (const char *)one->path.at : "(its volume is away)");
}

static void group_row(struct buffer *to, const struct alike_listing *listing, const struct duplicate_group *group)
{
    if (group->first == 0)
        group_head(to, listing, group);
    for (uint32_t i = 0; i < group->each.count; i++)
        copy_row(to, listing, group, &group->each.at[i]);
}

static enum err print_groups(struct cli *cli, const struct duplicates_found *found, struct alike_listing *listing,
                             struct fault *fault)
{
    size_t copies = find_gone(found, listing);
    enum err e = verify_page(cli, found, copies, listing, fault);

    for (uint32_t i = 0; i < found->groups.count && e == ERR_OK; i++) {
        const struct duplicate_group *group = &found->groups.at[i];
        listing->is_unfinished = listing->is_unfinished && group->first > 0;
        if (group->first == 0 && listing->left == 0)
            return ERR_OK;
        listing->left -= group->first == 0;
        count_free(listing, group);
        if (cli->options.json)
            e = group_json(cli, listing, group);
        else
            group_row(&cli->out, listing, group);
        listing->is_unfinished = group->first + group->each.count < group->count;
    }
    cli_flush(cli);
    return e;
}

static void print_sum(struct cli *cli, const struct duplicates_found *found, const struct alike_listing *listing)
{
    struct buffer remark = { 0 };

    cli_print(&remark,
              "loophole: copies that are not at the path in the catalogue: %llu\n"
              "  run `loophole library rescan` before you remove anything,\n"
              "  and answer the question that `loophole library list` may then show",
              (unsigned long long)listing->unmarked);
    if (listing->unmarked)
        cli_remark(&remark);
    if (listing->unproven) {
        buffer_reset(&remark);
        cli_print(&remark,
                  "loophole: copies whose files are not what the catalogue knows, or cannot be read now: %llu\n"
                  "  remove nothing because of these; changed files are read again: repeat the command later",
                  (unsigned long long)listing->unproven);
        cli_remark(&remark);
    }
    if (found->unread) {
        buffer_reset(&remark);
        cli_print(&remark,
                  "loophole: pairs that could not be compared: %llu; the engine makes their fingerprints again\n"
                  "  (`loophole tasks`); repeat the command later",
                  (unsigned long long)found->unread);
        cli_remark(&remark);
    }
    buffer_free(&remark);
    if (cli->options.json)
        return;
    cli_print(&cli->out, "%llu group%s, ", (unsigned long long)found->total, text_plural(found->total));
    if (listing->listed < found->total)
        cli_print(&cli->out, "of which %llu are listed: ", (unsigned long long)listing->listed);
    human_bytes(&cli->out, listing->free + listing->of_group);
    buffer_add_text(&cli->out, " can be freed by keeping one copy of each\n");
}

/* The page is valid until the next one: other asks come between. */
static enum err ask_page(struct cli *cli, const struct search_duplicates *ask, struct alike_listing *listing,
                         struct duplicates_found *page, struct fault *fault)
{
    struct duplicates_found found = { 0 };
    enum err e = cli_ask(cli, "search.duplicates", ask, &found, fault);

    arena_reset(&listing->arena);
    if (e == ERR_OK)
        codec_keep(&duplicates_found_shape, &found, &listing->arena, page);
    return e;
}

enum err alike_duplicates(struct cli *cli, struct fault *fault)
{
    struct search_duplicates ask = { .query = cli_words(cli), .inside = text_of(cli->options.inside) };
    struct alike_listing listing = { .left = cli->options.limit < 0 ? UINT64_MAX : (uint64_t)cli->options.limit };
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
            e = ask_page(cli, &ask, &listing, &found, fault);
        if (e == ERR_OK)
            e = print_groups(cli, &found, &listing, fault);
        if (e == ERR_OK && !text_copy(cursor, sizeof cursor, found.cursor))
            e = fault_set(fault, ERR_INTERNAL, "the cursor of the duplicates is too long");
        ask.cursor = text_of(cursor);
    } while (e == ERR_OK && cursor[0] && (listing.left > 0 || listing.is_unfinished));
    if (e == ERR_OK)
        print_sum(cli, &found, &listing);
    arena_free(&listing.arena);
    return e;
}
