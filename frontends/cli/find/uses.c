/* uses.c: the contexts in which items are used. */
#include "frontends/cli/base/change.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/find/find_commands.h"
#include "schema_persist.h"

enum { TOGETHER = 4096 /* uses in one ask */ };

static void fill_uses(const struct cli *cli, const struct id *items, struct use_list *to)
{
    for (uint32_t i = 0; i < to->count; i++)
        to->at[i] = (struct use){ .media = items[i],
                                  .role = text_of(cli->options.role),
                                  .section = text_of(cli->options.section) };
}

static enum err begin_uses(struct cli *cli, const struct id_list *items, struct done *done, struct fault *fault)
{
    struct persist_use use = { .kind = { .value = CONTEXT_KIND_NAMED }, .name = text_of(cli->args[0]) };
    enum err e = ERR_OK;

    use.uses.at = arena_array(&cli->arena, TOGETHER, sizeof(*use.uses.at));
    for (uint32_t at = 0; e == ERR_OK && at < items->count; at += use.uses.count) {
        use.uses.count = items->count - at < TOGETHER ? items->count - at : TOGETHER;
        fill_uses(cli, items->at + at, &use.uses);
        e = cli_change(cli, "persist.use", &use, done, fault);
    }
    return e;
}

/* Sets `items` to the number of items whose uses ended. */
static enum err end_uses(struct cli *cli, struct id_list *items, struct done *done, struct fault *fault)
{
    struct persist_end_uses end = { .name = text_of(cli->args[0]),
                                    .has_role = cli->options.role != NULL,
                                    .role = text_of(cli->options.role),
                                    .has_section = cli->options.section != NULL,
                                    .section = text_of(cli->options.section) };
    uint32_t ended = 0;
    enum err e = ERR_OK;

    for (uint32_t at = 0; e == ERR_OK && at < items->count; at += end.items.count) {
        struct ended_uses answer = { 0 };
        end.items = (struct id_list){ items->count - at < TOGETHER ? items->count - at : TOGETHER, items->at + at };
        e = cli_change(cli, "persist.end_uses", &end, &answer, fault);
        *done = (struct done){ answer.revision, answer.id };
        ended += (uint32_t)answer.items;
    }
    items->count = ended;
    if (e != ERR_OK || ended > 0)
        return e;
    fault_set(fault, ERR_NOT_FOUND, "none of the items has such a use in \"%s\"", cli->args[0]);
    return fault_hint(fault, "`loophole show ITEM --json` lists the uses of an item with their roles and sections");
}

enum err uses_note(struct cli *cli, struct fault *fault)
{
    struct id_list items;
    struct done done = { 0 };
    enum err e = named_all(cli, cli->count - 1, cli->args + 1, &items, fault);

    if (e == ERR_OK && cli->options.request_id && items.count > TOGETHER)
        e = fault_set(fault, ERR_BAD_REQUEST, "--request-id is for at most %d items, not for %u", TOGETHER,
                      items.count);
    if (e == ERR_OK)
        e = cli_confirm_many(cli, items.count, fault);
    if (e == ERR_OK)
        e = cli->options.off ? end_uses(cli, &items, &done, fault) : begin_uses(cli, &items, &done, fault);
    if (e != ERR_OK || cli->options.json)
        return e != ERR_OK ? e : cli_json(cli, &done_shape, &done);
    cli_print(&cli->out, "done: %u item%s %s in \"%s\"\n", items.count, text_plural(items.count),
              cli->options.off ? "no longer used" : "used", cli->args[0]);
    return ERR_OK;
}
