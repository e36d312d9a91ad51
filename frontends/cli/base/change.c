#include "frontends/cli/base/change.h"

#include <stdio.h>
#include <unistd.h>

#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"

static enum err choose_request_id(const struct cli *cli, struct id *id, struct fault *fault)
{
    if (!cli->options.request_id) {
        *id = id_new();
        return ERR_OK;
    }
    if (id_read(text_of(cli->options.request_id), id))
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is not an id of 26 characters", cli->options.request_id);
}

static enum err send_mutation(struct cli *cli, const char *name, const void *request, uint32_t default_ms, void *answer,
                              struct fault *fault)
{
    uint32_t budget_ms = cli->options.budget_ms ? (uint32_t)cli->options.budget_ms : default_ms;
    struct id id;
    enum err e = choose_request_id(cli, &id, fault);

    return e == ERR_OK ? ask(cli->asker, name, request, budget_ms, &id, answer, fault) : e;
}

enum err cli_change(struct cli *cli, const char *name, const void *request, void *answer, struct fault *fault)
{
    enum err e = send_mutation(cli, name, request, 60000, answer, fault);

    if (e == ERR_OK && answer)
        cli_warn_if_unkept(cli, name, answer);
    return e;
}

enum err cli_change_one(struct cli *cli, const char *name, const void *request, struct done *done, struct fault *fault)
{
    return send_mutation(cli, name, request, 10000, done, fault);
}

static void print_done(struct cli *cli, const struct done *done)
{
    char id[ID_TEXT_SIZE];

    cli_print(&cli->out, "done: %s", id_write(done->id, id));
    if (!id_is_zero(done->id))
        cli_print(&cli->out, " is at revision %llu", (unsigned long long)done->revision);
    buffer_add_text(&cli->out, "\n");
}

enum err change_and_print(struct cli *cli, const char *name, const void *request, struct fault *fault)
{
    struct done done = { 0 };
    enum err e = cli_change_one(cli, name, request, &done, fault);

    if (e == ERR_OK && cli->options.json)
        return cli_json(cli, &done_shape, &done);
    if (e == ERR_OK)
        print_done(cli, &done);
    return e;
}

/* ---- one edit of one item or of many ---- */

enum { TOGETHER = 4096 /* actions in one apply */, PART_LEAST = 32, ASKED = 100, LONG_MS = 600000 };

static void expect_revision(const struct cli *cli, struct edit *edit)
{
    edit->has_expect = cli->options.expect >= 0;
    edit->expect = edit->has_expect ? (uint64_t)cli->options.expect : 0;
}

static enum err edit_one(struct cli *cli, struct id item, const struct edit *edit, struct fault *fault)
{
    struct persist_put_media put = { .edit = *edit };

    put.edit.id = item;
    expect_revision(cli, &put.edit);
    return change_and_print(cli, "persist.put_media", &put, fault);
}

bool cli_can_ask(const struct cli *cli)
{
    return !cli->options.json && isatty(STDIN_FILENO);
}

bool cli_asks(struct buffer *question)
{
    char answer[16] = "";

    cli_remark(question);
    buffer_free(question);
    return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

enum err cli_confirm_many(const struct cli *cli, uint32_t count, struct fault *fault)
{
    struct buffer question = { 0 };

    if (count <= ASKED || cli->options.yes || cli->options.limit > 0)
        return ERR_OK;
    if (cli_can_ask(cli)) {
        cli_print(&question, "change %u items? y or n:", count);
        return cli_asks(&question) ? ERR_OK : fault_set(fault, ERR_BAD_REQUEST, "nothing was changed");
    }
    fault_set(fault, ERR_BAD_REQUEST, "%u items would change: more than %d need --yes", count, ASKED);
    return fault_hint(fault, "--yes changes all of them; --limit N changes the first N");
}

/* All items of one command, in one undo step, or in several if undo does not keep as many operations. */
struct many {
    const struct id_list *items;
    const struct edit *edits; /* one for all items … */
    bool is_each;             /* … or one for each */
    const char *verb;
    uint32_t most; /* items in a part */
    bool is_long;  /* persist makes parts of it, as one step */
    uint64_t changed;
    struct named_steps steps;
};

static struct text label_part(struct cli *cli, const struct many *many, uint32_t count)
{
    uint32_t all = many->items->count;

    if (count == all || all <= UNDO_STEPS)
        return arena_printf(&cli->arena, "%s %u items", many->verb, all);
    return arena_printf(&cli->arena, "%s %u of %u items", many->verb, count, all);
}

static enum err send_part(struct cli *cli, const struct many *many, uint32_t at, uint32_t count,
                          struct applied *applied, struct fault *fault)
{
    struct action *actions = arena_array(&cli->arena, count, sizeof(*actions));
    const struct persist_apply apply = { .label = label_part(cli, many, count),
                                         .actions = { count, actions },
                                         .has_parts = many->is_long,
                                         .parts = many->is_long };

    for (uint32_t i = 0; i < count; i++) {
        actions[i] = (struct action){ .has_edit = true, .edit = many->edits[many->is_each ? at + i : 0] };
        actions[i].edit.id = many->items->at[at + i];
    }
    return cli_change(cli, "persist.apply", &apply, applied, fault);
}

static void print_many(struct cli *cli, const struct many *many)
{
    cli_print(&cli->out, "done: %llu item%s", (unsigned long long)many->changed, text_plural(many->changed));
    named_print_way_back(cli, &many->steps);
    buffer_add_text(&cli->out, "\n");
}

static void make_long(struct cli *cli, struct many *many)
{
    many->is_long = true;
    many->most = UNDO_STEPS;
    if (cli->options.budget_ms == 0)
        cli->options.budget_ms = LONG_MS;
}

/* One item may be too large by itself: then smaller parts do not help. */
static bool helps_a_smaller_part(enum err e, const struct fault *fault)
{
    return e == ERR_TOO_LARGE && strncmp(fault->field, "actions[", 8) != 0;
}

/* Items with long rows need parts. */
static enum err do_part(struct cli *cli, struct many *many, uint32_t *at, struct fault *fault)
{
    uint32_t left = many->items->count - *at, count = left < many->most ? left : many->most;
    struct applied applied = { 0 };
    enum err e = send_part(cli, many, *at, count, &applied, fault);

    const bool may_be_smaller = helps_a_smaller_part(e, fault);

    if (may_be_smaller && !many->is_long && many->items->count <= UNDO_STEPS) {
        make_long(cli, many);
        return ERR_OK;
    }
    if (may_be_smaller && count > PART_LEAST) {
        many->most = (count + 1) / 2;
        return ERR_OK;
    }
    if (e != ERR_OK)
        return e;
    *at += count;
    many->changed += applied.items;
    if (applied.step)
        many->steps.at[many->steps.count++] = applied;
    return cli->options.json ? cli_json(cli, &applied_shape, &applied) : ERR_OK;
}

static enum err check_one_item(const struct cli *cli, const struct id_list *items, struct fault *fault)
{
    if (cli->options.expect >= 0)
        return fault_set(fault, ERR_BAD_REQUEST, "--expect is for one item, not for %u", items->count);
    if (cli->options.request_id && items->count > UNDO_STEPS)
        return fault_set(fault, ERR_BAD_REQUEST, "--request-id is for at most %d items, not for %u", UNDO_STEPS,
                         items->count);
    return ERR_OK;
}

static enum err edit_many(struct cli *cli, struct many *many, struct fault *fault)
{
    uint32_t count = many->items->count;
    enum err e = check_one_item(cli, many->items, fault);

    many->steps.at = arena_array(&cli->arena, count / (PART_LEAST / 2) + 1, sizeof(*many->steps.at));
    if (e == ERR_OK)
        e = cli_confirm_many(cli, count, fault);
    if (count > TOGETHER && count <= UNDO_STEPS)
        make_long(cli, many);
    for (uint32_t at = 0; e == ERR_OK && at < count;)
        e = do_part(cli, many, &at, fault);
    if (!cli->options.json && (e == ERR_OK || many->changed > 0))
        print_many(cli, many);
    return e;
}

enum err change_items(struct cli *cli, const struct id_list *items, const struct edit *edit, const char *verb,
                      struct fault *fault)
{
    struct many many = { .items = items, .edits = edit, .verb = verb, .most = TOGETHER };

    return items->count == 1 ? edit_one(cli, items->at[0], edit, fault) : edit_many(cli, &many, fault);
}

enum err change_each(struct cli *cli, const struct id_list *items, const struct edit *edits, const char *verb,
                     struct fault *fault)
{
    struct many many = { .items = items, .edits = edits, .is_each = true, .verb = verb, .most = TOGETHER };

    return items->count == 1 ? edit_one(cli, items->at[0], edits, fault) : edit_many(cli, &many, fault);
}
