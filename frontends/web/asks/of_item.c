/* of_item.c: the files that may be that of a missing item; the file of an item in the file manager. */
#include "common/buffer.h"
#include "frontends/web/asks/own_asks.h"
#include "frontends/web/asks/own_command.h"
#include "proto/wire/json.h"

/* Answers with the first line that `loophole COMMAND` printed: a record of the shape, which `record` has room for. */
static void answer_line(struct service *service, struct ticket ticket, struct buffer *output, const char *command,
                        const struct shape *shape, void *record)
{
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    char *rest = (char *)(uintptr_t)buffer_c(output), *line = own_command_line(&rest);

    if (line && json_read(shape, text_of(line), &arena, record, NULL) == ERR_OK) {
        ticket_answer(service, ticket, record);
    } else {
        (void)fault_set(&fault, ERR_INTERNAL, "loophole %s printed no line that can be read", command);
        ticket_fail(service, ticket, &fault);
    }
    arena_free(&arena);
}

static void answer_relink(struct service *service, struct ticket ticket, struct buffer *output)
{
    struct relink_line found = { 0 };

    answer_line(service, ticket, output, "relink", &relink_line_shape, &found);
}

static void answer_reveal(struct service *service, struct ticket ticket, struct buffer *output)
{
    struct file_shown shown = { 0 };

    answer_line(service, ticket, output, "reveal", &file_shown_shape, &shown);
}

enum err of_item_relink(struct own_asks *own, struct call *call, const struct web_relink *ask)
{
    char id[ID_TEXT_SIZE];

    return own_command_run(own, call, "relink", id_write(ask->id, id), answer_relink);
}

enum err of_item_reveal(struct own_asks *own, struct call *call, const struct web_reveal *ask)
{
    char id[ID_TEXT_SIZE];

    return own_command_run(own, call, "reveal", id_write(ask->id, id), answer_reveal);
}
