/* findings.c: what doctor finds. */
#include "common/buffer.h"
#include "frontends/web/asks/own_asks.h"
#include "frontends/web/asks/own_command.h"
#include "proto/wire/json.h"

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

enum err findings_answer(struct own_asks *own, struct call *call)
{
    return own_command_run(own, call, "doctor", "", answer_findings);
}
