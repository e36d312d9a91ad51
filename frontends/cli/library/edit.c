/* edit.c: what a person changes: edit, tag, undo, redo. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/base/named.h"
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

enum err cli_send(struct cli *cli, const char *name, const void *request, struct done *done, struct fault *fault)
{
    struct id id;
    enum err e = request_id(cli, &id, fault);

    if (e == ERR_OK)
        e = ask(cli->asker, name, request, cli->options.budget_ms ? (uint32_t)cli->options.budget_ms : 10000, &id, done,
                fault);
    return e;
}

/* `words` before the id, or before the name where it is known. */
static void print_done(struct cli *cli, const char *words, const struct done *done, struct text name)
{
    char id[ID_TEXT_SIZE];

    cli_print(&cli->out, "%s: %.*s", words, TEXT_ARG(name.len ? name : text_of(id_write(done->id, id))));
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
        print_done(cli, "done", &done, TEXT(""));
    return e;
}

/* ---- one edit of one item or of many ---- */

enum { BATCH = 1000 };

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

/* How many of a batch were changed, and why the first of the others was not. */
static enum err count_outcomes(struct cli *cli, const struct outcomes *outcomes, uint64_t *changed, struct fault *fault)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; i < outcomes->each.count; i++) {
        const struct outcome *one = &outcomes->each.at[i];
        struct done done = { .revision = one->revision, .id = one->id };

        if (!text_is(one->error, "ok")) {
            if (fault->code == ERR_OK)
                fault_set(fault, err_named(arena_text(&cli->arena, one->error).at), "%.*s", TEXT_ARG(one->what));
            continue;
        }
        ++*changed;
        if (cli->options.json)
            e = cli_json(cli, &done_shape, &done);
    }
    return e;
}

static enum err edit_batch(struct cli *cli, const struct id *items, uint32_t count, const struct edit *edit,
                           uint64_t *changed, struct fault *fault)
{
    struct operation *operations = arena_array(&cli->arena, count, sizeof(*operations));
    struct persist_batch batch = { .operations = { count, operations } };
    struct outcomes outcomes = { 0 };
    struct id request = id_new();
    enum err e;

    for (uint32_t i = 0; i < count; i++) {
        operations[i] = (struct operation){ .has_edit = true, .edit = *edit };
        operations[i].edit.id = items[i];
    }
    e = ask(cli->asker, "persist.batch", &batch, cli->options.budget_ms ? (uint32_t)cli->options.budget_ms : 60000,
            &request, &outcomes, fault);
    return e != ERR_OK ? e : count_outcomes(cli, &outcomes, changed, fault);
}

static void print_changed(struct cli *cli, uint64_t changed)
{
    uint64_t steps = changed < UNDO_STEPS ? changed : UNDO_STEPS;

    cli_print(&cli->out, "done: %llu items; `loophole undo --times %llu` takes %s back\n", (unsigned long long)changed,
              (unsigned long long)steps, steps == changed ? "it" : "the last of these changes");
}

static enum err edit_many(struct cli *cli, const struct id_list *items, const struct edit *edit, struct fault *fault)
{
    struct fault refused = { 0 };
    uint64_t changed = 0;
    enum err e = ERR_OK;

    if (cli->options.expect >= 0 || cli->options.request_id)
        return fault_set(fault, ERR_BAD_REQUEST, "--expect and --request-id are for one item, not for %u",
                         items->count);
    for (uint32_t at = 0; e == ERR_OK && at < items->count; at += BATCH) {
        uint32_t left = items->count - at;
        e = edit_batch(cli, items->at + at, left < BATCH ? left : BATCH, edit, &changed, &refused);
    }
    if (changed > 0 && !cli->options.json)
        print_changed(cli, changed);
    if (refused.code == ERR_OK)
        return e;
    fault_set(fault, refused.code, "%llu of %u items are not changed; the first: %.150s",
              (unsigned long long)(items->count - changed), items->count, refused.what);
    return fault_hint(fault, "%s", refused.hint);
}

/* The first `count` arguments name the items. */
static enum err edit_named(struct cli *cli, int count, const struct edit *edit, struct fault *fault)
{
    struct id_list items;
    enum err e = named_all(cli, count, cli->args, &items, fault);

    if (e != ERR_OK)
        return e;
    return items.count == 1 ? edit_one(cli, items.at[0], edit, fault) : edit_many(cli, &items, edit, fault);
}

/* ---- facts and fields ---- */

/* A key that is no field of an edit is a fact of the person's own; empty takes it back. */
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

/* The '=' of KEY=VALUE; NULL: the argument is a word of a query, dur:<=1s, or a path. */
static const char *find_equals(const char *argument)
{
    const char *equals = argument + strcspn(argument, "=:<>\"( /");

    return *equals == '=' ? equals : NULL;
}

static const char *const edit_keys[] = { "name", "pack", "notes", "origin", "favourite", "hidden" };

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
    return e != ERR_OK ? e : edit_named(cli, names, &edit, fault);
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

/* Of many items -TAG before +TAG is more likely a part of the query: tag snare -loop --all +short. */
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
    return e != ERR_OK ? e : edit_named(cli, names, &edit, fault);
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

    return edit_named(cli, cli->count, &edit, fault);
}

enum err edit_hide(struct cli *cli, struct fault *fault)
{
    struct edit edit = { .has_hidden = true, .hidden = !cli->options.off };

    return edit_named(cli, cli->count, &edit, fault);
}

/* ---- undo and redo: they say which item they changed, for the command does not name it ---- */

static enum err take_step(struct cli *cli, const char *ask, const char *words, struct fault *fault)
{
    struct media_found found = { 0 };
    struct done done = { 0 };
    enum err e = cli_send(cli, ask, NULL, &done, fault);
    struct search_get get = { .has_id = true, .id = done.id };
    struct fault none = { 0 };

    if (e != ERR_OK || cli->options.json)
        return e != ERR_OK ? e : cli_json(cli, &done_shape, &done);
    if (!id_is_zero(done.id))
        (void)cli_ask(cli, "search.get", &get, &found, &none);
    print_done(cli, words, &done, found.item.media.name);
    cli_flush(cli);
    return ERR_OK;
}

static enum err take_steps(struct cli *cli, const char *ask, const char *words, struct fault *fault)
{
    int64_t times = cli->options.times ? cli->options.times : 1;
    enum err e = ERR_OK;

    if (times > 1 && cli->options.request_id)
        return fault_set(fault, ERR_BAD_REQUEST, "--request-id is for one step, not for %lld", (long long)times);
    for (int64_t i = 0; e == ERR_OK && i < times; i++)
        e = take_step(cli, ask, words, fault);
    return e;
}

enum err edit_undo(struct cli *cli, struct fault *fault)
{
    return take_steps(cli, "persist.undo", "undone", fault);
}

enum err edit_redo(struct cli *cli, struct fault *fault)
{
    return take_steps(cli, "persist.redo", "done again", fault);
}
