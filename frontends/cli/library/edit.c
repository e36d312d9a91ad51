/* edit.c: changes by a person: edit, rate, colour, tag, favourite, hide, forget, unlike. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frontends/cli/base/named.h"
#include "frontends/cli/library/last_copy.h"
#include "schema_persist.h"

static enum err request_id(const struct cli *cli, struct id *id, struct fault *fault)
{
    if (!cli->options.request_id) {
        *id = id_new();
        return ERR_OK;
    }
    if (id_read(text_of(cli->options.request_id), id))
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is not an id of 26 characters", cli->options.request_id);
}

enum err cli_change(struct cli *cli, const char *name, const void *request, void *answer, struct fault *fault)
{
    uint32_t budget_ms = cli->options.budget_ms ? (uint32_t)cli->options.budget_ms : 60000;
    struct id id;
    enum err e = request_id(cli, &id, fault);

    if (e == ERR_OK)
        e = ask(cli->asker, name, request, budget_ms, &id, answer, fault);
    if (e == ERR_OK && answer)
        cli_warn_if_unkept(cli, name, answer);
    return e;
}

enum err cli_send(struct cli *cli, const char *name, const void *request, struct done *done, struct fault *fault)
{
    struct id id;
    enum err e = request_id(cli, &id, fault);

    if (e == ERR_OK)
        e = ask(cli->asker, name, request, cli->options.budget_ms ? (uint32_t)cli->options.budget_ms : 10000, &id, done,
                fault);
    return e;
}

static void print_done(struct cli *cli, const struct done *done)
{
    char id[ID_TEXT_SIZE];

    cli_print(&cli->out, "done: %s", id_write(done->id, id));
    if (!id_is_zero(done->id))
        cli_print(&cli->out, " is at revision %llu", (unsigned long long)done->revision);
    buffer_add_text(&cli->out, "\n");
}

static enum err send_mutation(struct cli *cli, const char *name, const void *request, struct fault *fault)
{
    struct done done = { 0 };
    enum err e = cli_send(cli, name, request, &done, fault);

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
    return send_mutation(cli, "persist.put_media", &put, fault);
}

enum err cli_confirm_many(const struct cli *cli, uint32_t count, struct fault *fault)
{
    struct buffer question = { 0 };
    char answer[16] = "";

    if (count <= ASKED || cli->options.yes || cli->options.limit > 0)
        return ERR_OK;
    if (!cli->options.json && isatty(STDIN_FILENO)) {
        cli_print(&question, "change %u items? y or n:", count);
        cli_remark(&question);
        buffer_free(&question);
        if (fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
            return ERR_OK;
        return fault_set(fault, ERR_BAD_REQUEST, "nothing was changed");
    }
    fault_set(fault, ERR_BAD_REQUEST, "%u items would change: more than %d need --yes", count, ASKED);
    return fault_hint(fault, "--yes changes them all, --limit N the first N");
}

/* All items of one command, in one undo step, or in several if undo does not keep as many operations. */
struct many {
    const struct id_list *items;
    const struct edit *edit;
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
        actions[i] = (struct action){ .has_edit = true, .edit = *many->edit };
        actions[i].edit.id = many->items->at[at + i];
    }
    return cli_change(cli, "persist.apply", &apply, applied, fault);
}

static void print_many(struct cli *cli, const struct many *many)
{
    cli_print(&cli->out, "done: %llu items", (unsigned long long)many->changed);
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

/* Items with long rows need parts. */
static enum err do_part(struct cli *cli, struct many *many, uint32_t *at, struct fault *fault)
{
    uint32_t left = many->items->count - *at, count = left < many->most ? left : many->most;
    struct applied applied = { 0 };
    enum err e = send_part(cli, many, *at, count, &applied, fault);

    if (e == ERR_TOO_LARGE && !many->is_long && many->items->count <= UNDO_STEPS) {
        make_long(cli, many);
        return ERR_OK;
    }
    if (e == ERR_TOO_LARGE && count > PART_LEAST) {
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

static enum err edit_many(struct cli *cli, const struct id_list *items, const struct edit *edit, const char *verb,
                          struct fault *fault)
{
    struct many many = { .items = items,
                         .edit = edit,
                         .verb = verb,
                         .most = TOGETHER,
                         .steps = { .at = arena_array(&cli->arena, items->count / (PART_LEAST / 2) + 1,
                                                      sizeof(*many.steps.at)) } };
    enum err e = check_one_item(cli, items, fault);

    if (e == ERR_OK)
        e = cli_confirm_many(cli, items->count, fault);
    if (items->count > TOGETHER && items->count <= UNDO_STEPS)
        make_long(cli, &many);
    for (uint32_t at = 0; e == ERR_OK && at < items->count;)
        e = do_part(cli, &many, &at, fault);
    if (!cli->options.json && (e == ERR_OK || many.changed > 0))
        print_many(cli, &many);
    return e;
}

static enum err edit_items(struct cli *cli, const struct id_list *items, const struct edit *edit, const char *verb,
                           struct fault *fault)
{
    return items->count == 1 ? edit_one(cli, items->at[0], edit, fault) : edit_many(cli, items, edit, verb, fault);
}

/* The first `count` arguments name the items. */
static enum err edit_named(struct cli *cli, int count, const struct edit *edit, const char *verb, struct fault *fault)
{
    struct id_list items;
    enum err e = named_all(cli, count, cli->args, &items, fault);

    return e == ERR_OK ? edit_items(cli, &items, edit, verb, fault) : e;
}

/* ---- facts and fields ---- */

/* A key that is not a field of an edit is a fact of the user; an empty value removes it. */
static enum err assign_fact(struct edit *edit, struct text key, const char *value, struct fault *fault)
{
    struct fact *fact = &edit->facts.at[edit->facts.count];
    char *end;

    if (key.len == 0 || key.len > 64)
        return fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not a name of 1 to 64 bytes", TEXT_ARG(key));
    if (*value == '\0') {
        edit->clear_facts.at[edit->clear_facts.count++] = key;
        return ERR_OK;
    }
    *fact = (struct fact){ .attribute = key, .source.value = SOURCE_USER, .confidence = 1, .shown = true };
    fact->number = strtod(value, &end);
    fact->has_number = *end == '\0' && isfinite(fact->number);
    fact->has_text = !fact->has_number;
    fact->text = fact->has_text ? text_of(value) : TEXT("");
    edit->facts.count++;
    return ERR_OK;
}

/* Finds the '=' of KEY=VALUE; NULL: the argument is a word of a query, such as dur:<=1s, or a path. */
static const char *find_equals(const char *argument)
{
    const char *equals = argument + strcspn(argument, "=:<>\"( /");

    return *equals == '=' ? equals : NULL;
}

static const char *const edit_keys[] = { "name", "pack", "notes", "remote", "origin", "favourite", "hidden" };

static enum err assign_value(struct cli *cli, struct edit *edit, const char *assignment, struct fault *fault)
{
    const char *equals = find_equals(assignment);
    struct text key;

    if (!equals) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is not KEY=VALUE", assignment);
        return fault_hint(fault, "for example: loophole edit ID notes=\"a little flat\" bpm=120");
    }
    key = (struct text){ (uint32_t)(equals - assignment), assignment };
    for (size_t i = 0; i < sizeof edit_keys / sizeof edit_keys[0]; i++)
        if (text_is(key, edit_keys[i]))
            return json_assign(&edit_shape, text_of(assignment), &cli->arena, edit, fault);
    return assign_fact(edit, key, equals + 1, fault);
}

/* The arguments before the first KEY=VALUE name the items; the first argument always does. */
static int count_names(const struct cli *cli)
{
    int count = 1;

    while (count < cli->count && !find_equals(cli->args[count]))
        count++;
    return count;
}

enum err edit_item(struct cli *cli, struct fault *fault)
{
    struct edit edit = { 0 };
    int names = count_names(cli);
    enum err e = ERR_OK;

    edit.facts.at = arena_array(&cli->arena, (size_t)cli->count, sizeof *edit.facts.at);
    edit.clear_facts.at = arena_array(&cli->arena, (size_t)cli->count, sizeof *edit.clear_facts.at);
    if (names == cli->count)
        return assign_value(cli, &edit, cli->args[cli->count - 1], fault);
    for (int i = names; e == ERR_OK && i < cli->count; i++)
        e = assign_value(cli, &edit, cli->args[i], fault);
    return e != ERR_OK ? e : edit_named(cli, names, &edit, "Edit", fault);
}

/* ---- marks: rating and colour ---- */

/* Sets this fact of the user for the items of all arguments except the last one, or removes it. */
static enum err mark_items(struct cli *cli, struct fact *fact, bool clears, const char *verb, struct fault *fault)
{
    struct edit edit = { 0 };

    fact->source.value = SOURCE_USER;
    fact->confidence = 1;
    fact->shown = true;
    if (clears)
        edit.clear_facts = (struct text_list){ 1, &fact->attribute };
    else
        edit.facts = (struct fact_list){ 1, fact };
    return edit_named(cli, cli->count - 1, &edit, verb, fault);
}

enum err edit_rate(struct cli *cli, struct fault *fault)
{
    const char *typed = cli->args[cli->count - 1];
    struct fact rating = { .attribute = TEXT("rating"), .has_number = true, .number = typed[0] - '0' };

    if (typed[0] < '0' || typed[0] > '5' || typed[1]) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%.100s\" is not a rating of 0 to 5", typed);
        return fault_hint(fault, "items come first, then the rating: loophole rate kick --limit 1 4");
    }
    return mark_items(cli, &rating, typed[0] == '0', "Rate", fault);
}

/* Both spellings of grey. */
static struct text colour_of(const char *typed)
{
    return strcmp(typed, "gray") == 0 ? TEXT("grey") : text_of(typed);
}

enum err edit_colour(struct cli *cli, struct fault *fault)
{
    struct fact colour = { .attribute = TEXT("colour"),
                           .has_text = true,
                           .text = colour_of(cli->args[cli->count - 1]) };
    bool clears = text_is(colour.text, "none");

    if (!clears && choice_value(&item_colour_table, colour.text) == ITEM_COLOUR_OTHER) {
        fault_set(fault, ERR_BAD_REQUEST, "unknown colour \"%.*s\"", TEXT_ARG(colour.text));
        return fault_hint(fault, "items come first, then red, orange, yellow, green, blue, purple, pink, grey or none");
    }
    return mark_items(cli, &colour, clears, "Colour", fault);
}

/* ---- tags ---- */

static enum err read_tag(struct edit *edit, const char *typed, struct fault *fault)
{
    struct text tag = text_of(typed[0] ? typed + 1 : typed);

    if ((*typed != '+' && *typed != '-') || tag.len == 0) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is neither +TAG nor -TAG", typed);
        return fault_hint(fault, "items come first, then tags: loophole tag 'class:snare dur:<1s' --all +short -long");
    }
    struct text_list *list = *typed == '-' ? &edit->remove_tags : &edit->add_tags;
    list->at[list->count++] = tag;
    return ERR_OK;
}

/* With many items, -TAG before +TAG is probably a part of the query: tag snare -loop --all +short. */
static enum err check_first_tag(const struct cli *cli, int first, struct fault *fault)
{
    bool adds = false;

    for (int i = first; i < cli->count; i++)
        adds = adds || cli->args[i][0] == '+';
    if (!adds || cli->args[first][0] != '-' || (!cli->options.all && cli->options.limit <= 0))
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "\"%s\" before the first +TAG may be a part of the query", cli->args[first]);
    return fault_hint(fault, QUOTE_QUERY "; a tag to remove comes after the first +TAG");
}

enum err edit_tags(struct cli *cli, struct fault *fault)
{
    size_t most = (size_t)cli->count;
    struct edit edit = { 0 };
    enum err e = ERR_OK;
    int names = 1;

    edit.add_tags.at = arena_array(&cli->arena, most, sizeof(struct text));
    edit.remove_tags.at = arena_array(&cli->arena, most, sizeof(struct text));
    while (names < cli->count && cli->args[names][0] != '+' && cli->args[names][0] != '-')
        names++;
    if (names == cli->count)
        return read_tag(&edit, cli->args[names - 1], fault);
    e = check_first_tag(cli, names, fault);
    for (int i = names; e == ERR_OK && i < cli->count; i++)
        e = read_tag(&edit, cli->args[i], fault);
    return e != ERR_OK ? e : edit_named(cli, names, &edit, "Tag", fault);
}

enum err edit_unlike(struct cli *cli, struct fault *fault)
{
    struct persist_put_media put = { 0 };
    struct id other;
    struct id_list others = { 1, &other };
    enum err e = named_only(cli, cli->args[0], &put.edit.id, fault);

    if (e == ERR_OK)
        e = named_only(cli, cli->args[1], &other, fault);
    if (e != ERR_OK)
        return e;
    *(cli->options.off ? &put.edit.remove_unlike : &put.edit.add_unlike) = others;
    return send_mutation(cli, "persist.put_media", &put, fault);
}

enum err edit_favourite(struct cli *cli, struct fault *fault)
{
    struct edit edit = { .has_favourite = true, .favourite = !cli->options.off };

    return edit_named(cli, cli->count, &edit, cli->options.off ? "No favourite:" : "Favourite", fault);
}

enum err edit_hide(struct cli *cli, struct fault *fault)
{
    struct edit edit = { .has_hidden = true, .hidden = !cli->options.off };

    return edit_named(cli, cli->count, &edit, cli->options.off ? "Show" : "Hide", fault);
}

enum err edit_forget(struct cli *cli, struct fault *fault)
{
    struct edit edit = { .has_forgotten = true, .forgotten = !cli->options.off };
    struct id_list items;
    enum err e = named_all(cli, cli->count, cli->args, &items, fault);

    if (e == ERR_OK)
        e = edit_items(cli, &items, &edit, cli->options.off ? "Bring back" : "Forget", fault);
    if (e == ERR_OK && edit.forgotten)
        last_copy_warn(cli, &items);
    return e;
}
