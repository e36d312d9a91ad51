/* doctor_finding.c: prints one finding of the doctor. */
#include "frontends/cli/engine/doctor_finding.h"

#include <stdarg.h>
#include <stdio.h>

#include "frontends/cli/base/shared.h"

void doctor_finding(struct doctor *doctor, enum doctor_verdict verdict, const char *about, const char *to_do,
                    const char *format, ...)
{
    static const char *const words[] = { "ok", "watch", "bad" };
    struct buffer *out = &doctor->cli->out;
    char what[512];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (verdict > doctor->worst)
        doctor->worst = verdict;
    if (doctor->cli->options.json) {
        struct finding_line line = { .verdict = text_of(words[verdict]),
                                     .about = text_of(about),
                                     .what = text_of(what),
                                     .to_do = text_of(verdict == FINE ? "" : to_do) };
        cli_json(doctor->cli, &finding_line_shape, &line);
        return;
    }
    cli_print(out, "%-6s %-14s %s\n", words[verdict], about, what);
    if (verdict != FINE && *to_do)
        cli_print(out, "%-21s -> %s\n", "", to_do);
}
