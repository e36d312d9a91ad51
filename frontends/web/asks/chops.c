/* chops.c: a kit of the parts of a sound, by `loophole kit build --chops`, which starts the worker that finds them. */
#include "common/buffer.h"
#include "frontends/web/asks/own_asks.h"
#include "frontends/web/asks/own_command.h"
#include "proto/wire/json.h"

enum { OUTPUT_MOST = 1 << 20 };
static const usec_t limit = 300000000; /* a sound of an hour */

static void answer_kit(struct service *service, struct ticket ticket, struct buffer *output)
{
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    struct kit kit = { 0 };
    char *rest = (char *)(uintptr_t)buffer_c(output), *line = own_command_line(&rest);

    if (line && json_read(&kit_shape, text_of(line), &arena, &kit, NULL) == ERR_OK) {
        ticket_answer(service, ticket, &kit);
    } else {
        (void)fault_set(&fault, ERR_INTERNAL, "loophole kit build printed no line that can be read");
        ticket_fail(service, ticket, &fault);
    }
    arena_free(&arena);
}

enum err chops_answer(struct own_asks *own, struct call *call, const struct web_chop_kit *ask)
{
    const char *words[] = {
        "kit",
        "build",
        "--json",
        arena_printf(call_arena(call), "--kind=%s", choice_word(&kit_family_table, ask->family.value)).at,
        arena_printf(call_arena(call), "--scope=%s", choice_word(&kit_scope_table, ask->scope.value)).at,
        arena_printf(call_arena(call), "--chops=%.*s", TEXT_ARG(ask->sound)).at,
        ask->name.len ? arena_printf(call_arena(call), "--name=%.*s", TEXT_ARG(ask->name)).at : NULL,
        NULL,
    };
    const struct own_command_task task = {
        .name = "kit build", .words = words, .errands = own->errands, .limit = limit, .output_most = OUTPUT_MOST
    };

    if (recall_was_begun(call))
        return refuse(call, ERR_CONFLICT, "the gateway ended meanwhile: `loophole kit list` shows whether it is done");
    return own_command_start(own, call, &task, answer_kit);
}
