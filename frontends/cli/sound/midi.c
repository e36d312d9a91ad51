/* midi.c: the MIDI controls that move something in the open project. */
#include "frontends/cli/base/change.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/sound_commands.h"
#include "schema_project.h"

static void print_binding(struct cli *cli, const struct midi_binding *binding)
{
    cli_print(&cli->out, "%-16.*s %-28.*s %-8s", TEXT_ARG(binding->control), TEXT_ARG(binding->target),
              choice_word(&midi_mode_table, binding->mode.value));
    if (binding->from < binding->until || binding->from > binding->until)
        cli_print(&cli->out, " %g to %g", binding->from, binding->until);
    buffer_add_text(&cli->out, "\n");
}

static enum err print_bindings(struct cli *cli, const struct midi_bindings *bindings)
{
    if (cli->options.json)
        return cli_json(cli, &midi_bindings_shape, bindings);
    cli_none(cli, bindings->each.count, "No control is bound: `loophole midi learn TARGET` binds one.");
    if (bindings->each.count > 0)
        cli_print(&cli->out, "%-16s %-28s %-8s RANGE\n", "CONTROL", "TARGET", "MODE");
    for (uint32_t i = 0; i < bindings->each.count; i++)
        print_binding(cli, &bindings->each.at[i]);
    return ERR_OK;
}

enum err midi_list(struct cli *cli, struct fault *fault)
{
    struct midi_bindings bindings = { 0 };
    enum err e = cli_ask(cli, "project.bindings", &(const struct project_bindings){ 0 }, &bindings, fault);

    return e != ERR_OK ? e : print_bindings(cli, &bindings);
}

static enum err change_bindings(struct cli *cli, const char *name, const void *request, struct fault *fault)
{
    struct midi_bindings bindings = { 0 };
    enum err e = cli_change(cli, name, request, &bindings, fault);

    return e != ERR_OK ? e : print_bindings(cli, &bindings);
}

/* The engine checks all but the control first. */
static enum err ask_for_move(struct cli *cli, const struct project_bind *request, struct fault *fault)
{
    struct project_bind check = *request;
    struct midi_bindings unused = { 0 };
    struct buffer line = { 0 };
    enum err e;

    check.check = check.has_check = true;
    e = cli_change(cli, "project.bind", &check, &unused, fault);
    if (e == ERR_OK && !cli->options.json) {
        buffer_add_text(&line, "loophole: move the control now");
        cli_remark(&line);
    }
    buffer_free(&line);
    return e;
}

/* The name of the value that a target moves: mixer/pads/gain: gain. */
static const char *value_of(const char *target)
{
    const char *slash = strrchr(target, '/');

    return strncmp(target, "pads/", 5) == 0 ? "velocity" : slash ? slash + 1 : target;
}

/* True if one end of the range is a velocity of MIDI. */
static bool has_midi_end(const struct cli *cli)
{
    for (int i = 1; i < cli->count; i++) {
        const char *equals = strchr(cli->args[i], '=');
        const struct text key = { equals ? (uint32_t)(equals - cli->args[i]) : 0, cli->args[i] };

        if ((text_is(key, "from") || text_is(key, "until")) && units_is_midi(equals + 1))
            return true;
    }
    return false;
}

/* The range of a control has the units of its target. */
static enum err assign_key(struct cli *cli, const char *typed, struct project_bind *request, struct fault *fault)
{
    const char *equals = strchr(typed, '=');
    const struct text key = { equals ? (uint32_t)(equals - typed) : 0, typed };
    struct text value;

    if (!text_is(key, "from") && !text_is(key, "until"))
        return units_assign(cli, &project_bind_shape, typed, request, fault);
    const char *name = value_of(cli->args[0]);
    const bool is_lowest = strcmp(name, "velocity") == 0 && strcmp(equals + 1, "1") == 0 && has_midi_end(cli);
    enum err e = units_level(cli, name, is_lowest ? "0.007874016" : equals + 1, &value, fault); /* 1/127 */
    if (e != ERR_OK)
        return e;
    typed = arena_printf(&cli->arena, "%.*s=%.*s", TEXT_ARG(key), TEXT_ARG(value)).at;
    return units_assign(cli, &project_bind_shape, typed, request, fault);
}

enum err midi_learn(struct cli *cli, struct fault *fault)
{
    struct project_bind request = { .target = text_of(cli->args[0]), .over = cli->options.force };
    enum err e = ERR_OK;

    for (int i = 1; e == ERR_OK && i < cli->count; i++)
        e = assign_key(cli, cli->args[i], &request, fault);
    if (e == ERR_OK && request.control.len == 0)
        e = ask_for_move(cli, &request, fault);
    return e != ERR_OK ? e : change_bindings(cli, "project.bind", &request, fault);
}

enum err midi_forget(struct cli *cli, struct fault *fault)
{
    const struct project_unbind request = { .named = text_of(cli->args[0]) };

    return change_bindings(cli, "project.unbind", &request, fault);
}
