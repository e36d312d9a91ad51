/* edit.c: what a person changes: edit, tag, undo, redo. */
#include "frontends/cli/cli.h"
#include "schema_persist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
        e = ask(cli->asker, name, request, cli->options.budget_ms ? (uint32_t)cli->options.budget_ms : 10000,
                &id, done, fault);
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

enum err cli_mutate(struct cli *cli, const char *name, const void *request, struct fault *fault)
{
    struct done done = { 0 };
    enum err e = cli_send(cli, name, request, &done, fault);

    if (e == ERR_OK && cli->options.json)
        return cli_done_json(cli, &done);
    if (e == ERR_OK)
        print_done(cli, "done", &done, TEXT(""));
    return e;
}

enum err cli_done_json(struct cli *cli, const struct done *done)
{
    enum err e = json_write(&done_shape, done, &cli->out);

    buffer_add_text(&cli->out, "\n");
    return e;
}

static enum err begin_edit(struct cli *cli, struct edit *edit, struct fault *fault)
{
    struct media_found found = { 0 };
    enum err e = ERR_OK;

    if (!id_read(text_of(cli->args[0]), &edit->id)) {
        e = cli_find(cli, cli->args[0], &found, fault);
        edit->id = found.item.media.id;
    }
    edit->has_expect = cli->options.expect >= 0;
    edit->expect = edit->has_expect ? (uint64_t)cli->options.expect : 0;
    return e;
}

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

static const char *const edit_keys[] = { "name", "pack", "notes", "origin", "favourite", "hidden" };

static enum err assign(struct cli *cli, struct edit *edit, const char *assignment, struct fault *fault)
{
    const char *equals = strchr(assignment, '=');
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

enum err edit_item(struct cli *cli, struct fault *fault)
{
    struct persist_put_media put = { 0 };
    enum err e = begin_edit(cli, &put.edit, fault);

    put.edit.facts.at = arena_array(&cli->arena, (size_t)cli->count, sizeof *put.edit.facts.at);
    put.edit.clear_facts.at = arena_array(&cli->arena, (size_t)cli->count, sizeof *put.edit.clear_facts.at);
    if (e == ERR_OK && (!put.edit.facts.at || !put.edit.clear_facts.at))
        e = fault_set(fault, ERR_FULL, "out of memory");
    for (int i = 1; e == ERR_OK && i < cli->count; i++)
        e = assign(cli, &put.edit, cli->args[i], fault);
    return e != ERR_OK ? e : cli_mutate(cli, "persist.put_media", &put, fault);
}

static enum err read_tag(struct edit *edit, const char *typed, struct fault *fault)
{
    struct text tag = text_of(typed[0] ? typed + 1 : typed);

    if ((*typed != '+' && *typed != '-') || tag.len == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is neither +TAG nor -TAG", typed);
    struct text_list *list = *typed == '-' ? &edit->remove_tags : &edit->add_tags;
    list->at[list->count++] = tag;
    return ERR_OK;
}

enum err edit_tags(struct cli *cli, struct fault *fault)
{
    struct persist_put_media put = { 0 };
    struct media_found found = { 0 };
    size_t most = (size_t)cli->count;
    enum err e = cli_find(cli, cli->args[0], &found, fault);

    if (e != ERR_OK)
        return e;
    put.edit.id = found.item.media.id;
    put.edit.has_expect = cli->options.expect >= 0;
    put.edit.expect = put.edit.has_expect ? (uint64_t)cli->options.expect : 0;
    put.edit.add_tags.at = arena_array(&cli->arena, most, sizeof(struct text));
    put.edit.remove_tags.at = arena_array(&cli->arena, most, sizeof(struct text));
    if (!put.edit.add_tags.at || !put.edit.remove_tags.at)
        return fault_set(fault, ERR_FULL, "out of memory");
    for (int i = 1; e == ERR_OK && i < cli->count; i++)
        e = read_tag(&put.edit, cli->args[i], fault);
    return e != ERR_OK ? e : cli_mutate(cli, "persist.put_media", &put, fault);
}

/* A mark is a fact of one's own about the first: it holds both ways. */
enum err edit_unlike(struct cli *cli, struct fault *fault)
{
    struct persist_put_media put = { 0 };
    struct fact fact = {
        .source.value = SOURCE_USER, .has_text = true, .text = TEXT("1"), .confidence = 1, .shown = true
    };
    char other[ID_TEXT_SIZE];
    struct id id;
    enum err e = begin_edit(cli, &put.edit, fault);

    if (e == ERR_OK)
        e = cli_find_id(cli, cli->args[1], &id, fault);
    if (e == ERR_OK && id_equal(id, put.edit.id))
        e = fault_set(fault, ERR_BAD_REQUEST, "that is one item twice");
    if (e != ERR_OK)
        return e;
    fact.attribute = arena_printf(&cli->arena, "unlike:%s", id_write(id, other));
    if (cli->options.off)
        put.edit.clear_facts = (struct text_list){ 1, &fact.attribute };
    else
        put.edit.facts = (struct fact_list){ 1, &fact };
    return cli_mutate(cli, "persist.put_media", &put, fault);
}

enum err edit_favourite(struct cli *cli, struct fault *fault)
{
    struct persist_put_media put = { .edit = { .has_favourite = true, .favourite = !cli->options.off } };
    enum err e = begin_edit(cli, &put.edit, fault);

    return e != ERR_OK ? e : cli_mutate(cli, "persist.put_media", &put, fault);
}

enum err edit_hide(struct cli *cli, struct fault *fault)
{
    struct persist_put_media put = { .edit = { .has_hidden = true, .hidden = !cli->options.off } };
    enum err e = begin_edit(cli, &put.edit, fault);

    return e != ERR_OK ? e : cli_mutate(cli, "persist.put_media", &put, fault);
}

/* Undo and redo say which item they changed: the command does not name it. */
static enum err step(struct cli *cli, const char *ask, const char *words, struct fault *fault)
{
    struct media_found found = { 0 };
    struct done done = { 0 };
    enum err e = cli_send(cli, ask, NULL, &done, fault);
    struct search_get get = { .has_id = true, .id = done.id };
    struct fault none = { 0 };

    if (e != ERR_OK || cli->options.json)
        return e != ERR_OK ? e : cli_done_json(cli, &done);
    if (!id_is_zero(done.id))
        (void)cli_ask(cli, "search.get", &get, &found, &none);
    print_done(cli, words, &done, found.item.media.name);
    return ERR_OK;
}

enum err edit_undo(struct cli *cli, struct fault *fault)
{
    return step(cli, "persist.undo", "undone", fault);
}

enum err edit_redo(struct cli *cli, struct fault *fault)
{
    return step(cli, "persist.redo", "done again", fault);
}
