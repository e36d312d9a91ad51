/* slots.c: the slots and banks of the open project's patterns. */
#include "frontends/cli/sound/slots.h"

#include <string.h>

#include "frontends/cli/base/shared.h"
#include "frontends/cli/sound/pattern.h"
#include "frontends/cli/sound/pattern_library.h"
#include "frontends/cli/sound/pattern_source.h"
#include "frontends/cli/sound/pattern_wait.h"
#include "frontends/cli/sound/sound_commands.h"

static void print_slots(struct cli *cli, const struct slot_said *said)
{
    for (uint32_t i = 0; i < said->slots.count; i++) {
        const struct slot_line *line = &said->slots.at[i];

        cli_print(&cli->out, "%3llu%s ", (unsigned long long)line->slot, line->active ? "*" : " ");
        cli_column(&cli->out, line->trouble.len ? TEXT("(cannot be read)") : line->name, 24);
        cli_column(&cli->out, line->genre, 12);
        cli_print(&cli->out, "%7.2f bpm %2llu steps %7llu bytes", line->bpm, (unsigned long long)line->steps,
                  (unsigned long long)line->size);
        for (uint32_t t = 0; t < line->tags.count; t++)
            cli_print(&cli->out, " +%.*s", TEXT_ARG(line->tags.at[t]));
        if (line->trouble.len)
            cli_print(&cli->out, " %.*s", TEXT_ARG(line->trouble));
        cli_print(&cli->out, "\n");
    }
}

static enum err print_said(struct cli *cli, const struct slot_said *said)
{
    if (cli->options.json)
        return cli_json(cli, &slot_said_shape, said);
    cli_warn_of_rows(&said->silent);
    cli_print(&cli->out, "%.*s\n", TEXT_ARG(said->message));
    print_slots(cli, said);
    return ERR_OK;
}

enum err slots_ask(struct cli *cli, const char *name, const void *request, struct fault *fault)
{
    struct slot_said said = { 0 };
    enum err e = pattern_await(cli, fault);

    if (e == ERR_OK)
        e = cli_ask(cli, name, request, &said, fault);
    if (e == ERR_OK)
        e = print_said(cli, &said);
    return e == ERR_OK && cli->options.wait && said.has_pattern && !said.now ? pattern_follow(cli, said.pattern, fault)
                                                                             : e;
}

static struct text argument_at(const struct cli *cli, int index)
{
    return index < cli->count ? text_of(cli->args[index]) : (struct text){ 0 };
}

enum err slots_save(struct cli *cli, struct fault *fault)
{
    struct project_save_pattern request = { .slot = argument_at(cli, 0) };
    struct pattern_file *file = arena_alloc(&cli->arena, sizeof(*file));
    struct buffer bytes = { 0 };
    enum err e = cli->count > 1 ? pattern_source_read(cli, cli->args[1], file, fault) : ERR_OK;

    if (e == ERR_OK && cli->count > 1)
        pattern_file_write(file, &bytes);
    request.file = (struct text){ (uint32_t)bytes.len, (const char *)bytes.at };
    request.name = cli->options.name ? text_of(cli->options.name) : (struct text){ 0 };
    if (e == ERR_OK)
        e = slots_ask(cli, "project.save_pattern", &request, fault);
    buffer_free(&bytes);
    return e;
}

/* "immediate", or nothing. */
static enum err read_immediate(const struct cli *cli, bool *immediate, struct fault *fault)
{
    const bool is_word = cli->count > 1 && strcmp(cli->args[1], "immediate") == 0;

    *immediate = cli->options.immediate || is_word;
    return cli->count < 2 || is_word
               ? ERR_OK
               : fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is unknown: expected immediate", cli->args[1]);
}

enum err slots_load(struct cli *cli, struct fault *fault)
{
    struct project_load_pattern request = { .slot = argument_at(cli, 0) };
    enum err e = read_immediate(cli, &request.immediate, fault);

    return e == ERR_OK ? slots_ask(cli, "project.load_pattern", &request, fault) : e;
}

enum err slots_load_file(struct cli *cli, struct fault *fault)
{
    struct project_load_file request = { .name = argument_at(cli, 0) };
    enum err e = read_immediate(cli, &request.immediate, fault);

    return e == ERR_OK ? slots_ask(cli, "project.load_file", &request, fault) : e;
}

enum err slots_show(struct cli *cli, struct fault *fault)
{
    const struct project_list_patterns request = { 0 };

    return slots_ask(cli, "project.list_patterns", &request, fault);
}

static enum err list_slots(struct cli *cli, struct fault *fault)
{
    struct project_list_patterns request = { 0 };
    enum err e = ERR_OK;

    for (int i = 0; e == ERR_OK && i < cli->count; i++)
        if (strcmp(cli->args[i], "view=slots") != 0)
            e = json_assign(&project_list_patterns_shape, text_of(cli->args[i]), &cli->arena, &request, fault);
    return e == ERR_OK ? slots_ask(cli, "project.list_patterns", &request, fault) : e;
}

enum err slots_list(struct cli *cli, struct fault *fault)
{
    bool is_library = false;
    enum err e = pattern_library_is_view(cli, &is_library, fault);

    for (int i = 0; i < cli->count; i++)
        if (strncmp(cli->args[i], "view=", 5) == 0)
            is_library = strcmp(cli->args[i], "view=library") == 0;
    return e != ERR_OK ? e : is_library ? pattern_library_list(cli, fault) : list_slots(cli, fault);
}

static enum err change_slot(struct cli *cli, int32_t verb, int32_t of_library, struct fault *fault)
{
    const struct project_change_slot request = { .verb.value = verb,
                                                 .slot = argument_at(cli, 0),
                                                 .to = argument_at(cli, 1) };
    bool is_library;
    enum err e = pattern_library_is_meant(cli, &is_library, fault);

    if (e != ERR_OK || is_library)
        return e != ERR_OK ? e : pattern_library_change(cli, of_library, fault);
    if (cli->count > (verb == SLOT_VERB_DELETE ? 1 : 2))
        return fault_set(fault, ERR_BAD_REQUEST, "%s takes one slot at a time", choice_word(&slot_verb_table, verb));
    return slots_ask(cli, "project.change_slot", &request, fault);
}

enum err slots_delete(struct cli *cli, struct fault *fault)
{
    return change_slot(cli, SLOT_VERB_DELETE, LIBRARY_VERB_DELETE, fault);
}

enum err slots_copy(struct cli *cli, struct fault *fault)
{
    return change_slot(cli, SLOT_VERB_COPY, LIBRARY_VERB_COPY, fault);
}

enum err slots_move(struct cli *cli, struct fault *fault)
{
    return change_slot(cli, SLOT_VERB_MOVE, LIBRARY_VERB_MOVE, fault);
}

enum err slots_swap(struct cli *cli, struct fault *fault)
{
    return change_slot(cli, SLOT_VERB_SWAP, LIBRARY_VERB_SWAP, fault);
}

enum err slots_rename(struct cli *cli, struct fault *fault)
{
    return change_slot(cli, SLOT_VERB_RENAME, LIBRARY_VERB_RENAME, fault);
}

enum err slots_bank(struct cli *cli, struct fault *fault)
{
    const struct project_bank request = { .bank = argument_at(cli, 0) };

    return slots_ask(cli, "project.bank", &request, fault);
}
