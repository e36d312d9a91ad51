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

static enum err print_done(struct cli *cli, const struct done *done)
{
    enum err e = ERR_OK;
    char id[ID_TEXT_SIZE];

    if (cli->options.json)
        e = json_write(&done_shape, done, &cli->out);
    else
        buffer_printf(&cli->out, "done: %s is at revision %llu", id_write(done->id, id),
                      (unsigned long long)done->revision);
    buffer_add_text(&cli->out, "\n");
    return e;
}

/* Sends a mutation under its request id and says what came of it. */
static enum err mutate(struct cli *cli, const char *name, const void *request, struct fault *fault)
{
    struct id id;
    struct done done = { 0 };
    enum err e = request_id(cli, &id, fault);

    if (e == ERR_OK)
        e = ask(cli->asker, name, request, cli->options.budget_ms ? (uint32_t)cli->options.budget_ms : 10000,
                &id, &done, fault);
    return e != ERR_OK ? e : print_done(cli, &done);
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
    return e != ERR_OK ? e : mutate(cli, "persist.put_media", &put, fault);
}

enum err edit_tags(struct cli *cli, struct fault *fault)
{
    struct persist_put_media put = { 0 };
    struct text *words = arena_array(&cli->arena, (size_t)cli->count * 2, sizeof *words);
    enum err e = begin_edit(cli, &put.edit, fault);

    if (e == ERR_OK && !words)
        e = fault_set(fault, ERR_FULL, "out of memory");
    put.edit.add_tags.at = words;
    put.edit.remove_tags.at = words ? words + cli->count : NULL;
    for (int i = 1; e == ERR_OK && i < cli->count; i++) {
        struct text_list *list = *cli->args[i] == '-' ? &put.edit.remove_tags : &put.edit.add_tags;

        if ((*cli->args[i] != '+' && *cli->args[i] != '-') || cli->args[i][1] == '\0')
            e = fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is neither +TAG nor -TAG", cli->args[i]);
        else
            list->at[list->count++] = text_of(cli->args[i] + 1);
    }
    return e != ERR_OK ? e : mutate(cli, "persist.put_media", &put, fault);
}

enum err edit_undo(struct cli *cli, struct fault *fault)
{
    return mutate(cli, "persist.undo", NULL, fault);
}

enum err edit_redo(struct cli *cli, struct fault *fault)
{
    return mutate(cli, "persist.redo", NULL, fault);
}
