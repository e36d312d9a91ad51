#include "frontends/cli/project/project_body.h"

#include <string.h>

#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "proto/wire/tree.h"
#include "schema_project.h"

/* These keys are texts, also when they look like a number: name=808. */
static bool is_text_key(struct text key)
{
    return text_is(key, "name") || text_is(key, "role") || text_is(key, "key");
}

static bool is_switch_key(struct text key)
{
    return text_is(key, "mute") || text_is(key, "solo") || text_is(key, "tempo_lock");
}

/* These keys take units: gain=-6dB. */
static bool is_level_key(struct text key)
{
    return text_is(key, "gain") || text_is(key, "pan") || text_is(key, "swing");
}

/* JSON, or else a text. */
static struct tree read_free(struct cli *cli, struct text key, struct text typed)
{
    struct text wrapped = arena_printf(&cli->arena, "{\"value\":%.*s}", TEXT_ARG(typed));
    struct tree object;

    if (!is_text_key(key) && tree_read(wrapped, &cli->arena, &object, NULL) == ERR_OK && object.count == 1)
        return *tree_get(&object, "value");
    return tree_of_text(typed);
}

static enum err read_typed(struct cli *cli, struct text key, const char *typed, struct tree *to, struct fault *fault)
{
    const char *name = arena_text(&cli->arena, key).at;
    struct text value = text_of(typed);
    bool on = false;
    enum err e = ERR_OK;

    *to = (struct tree){ .type = TREE_NULL };
    if (value.len == 0)
        return ERR_OK;
    if (is_switch_key(key)) {
        e = units_switch(cli, name, typed, &on, fault);
        *to = tree_of_bool(on);
        return e;
    }
    if (is_level_key(key))
        e = units_level(cli, name, typed, &value, fault);
    *to = read_free(cli, key, value);
    return e;
}

static bool has_name(struct cli *cli, const struct element *part, struct text typed)
{
    struct tree body;

    return tree_read(part->body, &cli->arena, &body, NULL) == ERR_OK && text_equal(tree_text(&body, "name"), typed);
}

enum err project_body_find(struct cli *cli, const char *typed, int32_t kind, struct id *id, struct fault *fault)
{
    struct project_show ask = { .project = text_of(cli->options.project) };
    const char *word = kind ? choice_word(&element_kind_table, kind) : "part";
    struct project_parts parts = { 0 };
    uint32_t count = 0;
    enum err e = ERR_OK;

    if (id_read(text_of(typed), id))
        return ERR_OK;
    e = cli_ask(cli, "project.show", &ask, &parts, fault);
    for (uint32_t i = 0; e == ERR_OK && i < parts.each.count; i++) {
        const struct element *part = &parts.each.at[i];
        bool is_meant = kind ? part->kind.value == kind : part->kind.value != ELEMENT_KIND_PROJECT;
        if (is_meant && has_name(cli, part, text_of(typed)) && ++count == 1)
            *id = part->id;
    }
    if (e != ERR_OK || count == 1)
        return e;
    if (count == 0)
        fault_set(fault, ERR_NOT_FOUND, "\"%s\" is not an id, and no %s has this name", typed, word);
    else
        fault_set(fault, ERR_BAD_REQUEST, "%u parts have the name \"%s\": give an id", count, typed);
    fault_hint(fault, "`loophole project show` lists the parts with their ids");
    return fault->code;
}

/* Finds the ids of a clip's track, section or item, which a person may give by name, path or query. */
static enum err read_named(struct cli *cli, struct text key, const char *typed, struct tree *to, struct fault *fault)
{
    struct id id;
    enum err e;

    if (text_is(key, "item"))
        e = named_only(cli, typed, &id, fault);
    else if (text_is(key, "track"))
        e = project_body_find(cli, typed, ELEMENT_KIND_TRACK, &id, fault);
    else if (text_is(key, "section"))
        e = project_body_find(cli, typed, ELEMENT_KIND_SECTION, &id, fault);
    else
        return ERR_OK;
    if (e == ERR_OK)
        *to = tree_of_id(id, &cli->arena);
    return e;
}

enum err project_body_read(struct cli *cli, int first, bool names_others, struct text *body, struct fault *fault)
{
    struct tree object = { .type = TREE_OBJECT };

    for (int i = first; i < cli->count; i++) {
        const char *equals = strchr(cli->args[i], '=');
        if (!equals || equals == cli->args[i]) {
            fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is not KEY=VALUE", cli->args[i]);
            return fault_hint(fault, "docs/projects.md has the keys");
        }
        struct text key = { (uint32_t)(equals - cli->args[i]), cli->args[i] };
        struct tree value;
        enum err e = read_typed(cli, key, equals + 1, &value, fault);
        if (e == ERR_OK && equals[1] && names_others)
            e = read_named(cli, key, equals + 1, &value, fault);
        if (e != ERR_OK)
            return e;
        tree_set_text(&object, &cli->arena, key, value);
    }
    *body = tree_canonical(&object, &cli->arena);
    return ERR_OK;
}
