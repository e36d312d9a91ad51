/* runs.c: asks that a command of loophole answers. */
#include "frontends/web/asks/runs.h"

#include <stdio.h>

#include "common/buffer.h"
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

enum err runs_relink(struct own_asks *own, struct call *call, const struct web_relink *ask)
{
    char id[ID_TEXT_SIZE];

    return own_command_run(own, call, "relink", id_write(ask->id, id), answer_relink);
}

enum err runs_reveal(struct own_asks *own, struct call *call, const struct web_reveal *ask)
{
    char id[ID_TEXT_SIZE];

    return own_command_run(own, call, "reveal", id_write(ask->id, id), answer_reveal);
}

enum { FINDINGS_MOST = 512 };

/* Answers with the findings that doctor printed; skips its other lines. */
static void answer_findings(struct service *service, struct ticket ticket, struct buffer *output)
{
    struct arena arena = { 0 };
    struct findings findings = { 0 };
    char *rest = (char *)(uintptr_t)buffer_c(output), *line;

    findings.each.at = arena_array(&arena, FINDINGS_MOST, sizeof(*findings.each.at));
    while (findings.each.at && findings.each.count < FINDINGS_MOST && (line = own_command_line(&rest)) != NULL) {
        struct finding_line *finding = &findings.each.at[findings.each.count];

        *finding = (struct finding_line){ 0 };
        if (json_read(&finding_line_shape, text_of(line), &arena, finding, NULL) == ERR_OK)
            findings.each.count++;
    }
    ticket_answer(service, ticket, &findings);
    arena_free(&arena);
}

enum err runs_findings(struct own_asks *own, struct call *call)
{
    return own_command_run(own, call, "doctor", "", answer_findings);
}

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

enum err runs_step(struct own_asks *own, struct call *call, bool back)
{
    char id[ID_TEXT_SIZE], argument[ID_TEXT_SIZE + 16];

    if (recall_was_begun(call))
        return refuse(call, ERR_CONFLICT, "the gateway ended meanwhile: `loophole undo list` shows whether it is done");
    (void)snprintf(argument, sizeof(argument), "--request-id=%s", id_write(call_request(call), id));
    return own_command_run(own, call, back ? "undo" : "redo", argument, answer_step);
}

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

enum err runs_chops(struct own_asks *own, struct call *call, const struct web_chop_kit *ask)
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
