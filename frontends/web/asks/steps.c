/* steps.c: undo and redo of steps that wrote into files, which only the command line can undo. */
#include <stdio.h>

#include "common/buffer.h"
#include "frontends/web/asks/own_asks.h"
#include "frontends/web/asks/own_command.h"
#include "proto/wire/json.h"

enum { REMARKS = 64, REMARK_BYTES = 512 };

/* Lines that are not steps are remarks about files that the command left unchanged. */
static bool read_lines(struct buffer *output, struct arena *arena, struct file_step *to)
{
    char *rest = (char *)(uintptr_t)buffer_c(output);
    bool is_read = false;

    to->remarks.at = arena_alloc(arena, REMARKS * sizeof(*to->remarks.at));
    for (char *line; (line = own_command_line(&rest)) != NULL;) {
        struct text text = text_of(line);

        if (json_read(&taken_back_shape, text, arena, &to->taken, NULL) == ERR_OK)
            is_read = true;
        else if (to->remarks.count < REMARKS && text.len <= REMARK_BYTES)
            to->remarks.at[to->remarks.count++] = text;
    }
    return is_read;
}

static void answer_step(struct service *service, struct ticket ticket, struct buffer *output)
{
    struct arena arena = { 0 };
    struct file_step step = { 0 };
    struct fault fault = { 0 };

    if (read_lines(output, &arena, &step)) {
        ticket_answer(service, ticket, &step);
    } else {
        (void)fault_set(&fault, ERR_INTERNAL, "loophole printed no step");
        ticket_fail(service, ticket, &fault);
    }
    arena_free(&arena);
}

enum err steps_answer(struct own_asks *own, struct call *call, bool back)
{
    char id[ID_TEXT_SIZE], argument[ID_TEXT_SIZE + 16];

    if (recall_was_begun(call))
        return refuse(call, ERR_CONFLICT, "the gateway ended meanwhile: `loophole undo list` shows whether it is done");
    (void)snprintf(argument, sizeof(argument), "--request-id=%s", id_write(call_request(call), id));
    return own_command_run(own, call, back ? "undo" : "redo", argument, answer_step);
}
