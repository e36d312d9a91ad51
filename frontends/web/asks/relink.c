/* relink.c: the files that may be that of a missing item. */
#include "common/buffer.h"
#include "frontends/web/asks/own_asks.h"
#include "frontends/web/asks/own_command.h"
#include "proto/wire/json.h"

static void answer_relink(struct service *service, struct ticket ticket, struct buffer *output)
{
    struct arena arena = { 0 };
    struct relink_line found = { 0 };
    struct fault fault = { 0 };
    char *rest = (char *)(uintptr_t)buffer_c(output), *line = own_command_line(&rest);

    if (line && json_read(&relink_line_shape, text_of(line), &arena, &found, NULL) == ERR_OK) {
        ticket_answer(service, ticket, &found);
    } else {
        (void)fault_set(&fault, ERR_INTERNAL, "loophole relink printed no files");
        ticket_fail(service, ticket, &fault);
    }
    arena_free(&arena);
}

enum err relink_answer(struct own_asks *own, struct call *call, const struct web_relink *ask)
{
    char id[ID_TEXT_SIZE];

    return own_command_run(own, call, "relink", id_write(ask->id, id), answer_relink);
}
