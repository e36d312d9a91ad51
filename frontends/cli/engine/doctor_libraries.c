/* doctor_libraries.c: missing files and drafts that wait for a person's answer, and autosaves that fail. */
#include "frontends/cli/engine/doctor.h"
#include "schema_indexer.h"
#include "schema_project.h"

void doctor_look_at_libraries(struct doctor *doctor)
{
    struct libraries list = { 0 };
    struct fault none = { 0 };
    struct buffer command = { 0 };

    if (ask(doctor->cli->asker, "indexer.libraries", NULL, 2000, NULL, &list, &none) != ERR_OK)
        return;
    for (uint32_t i = 0; i < list.asks.count; i++) {
        const struct missing_many *asks = &list.asks.at[i];

        command.len = 0;
        question_command(&command, asks);
        doctor_finding(doctor, WATCH, "library", buffer_c(&command), "%llu of %llu files of %.*s are gone%s",
                       (unsigned long long)asks->missing, (unsigned long long)asks->of, (int)asks->path.len,
                       asks->path.len ? (const char *)asks->path.at : "", asks->lost ? " and marked offline" : "");
    }
    if (list.asks.count == 0)
        doctor_finding(doctor, FINE, "library", "", "%u %s, no question is open", list.each.count,
                       list.each.count == 1 ? "library" : "libraries");
    buffer_free(&command);
}

void doctor_look_at_autosaves(struct doctor *doctor)
{
    struct recoveries all = { 0 };
    struct fault none = { 0 };

    if (ask(doctor->cli->asker, "project.recoveries", NULL, 2000, NULL, &all, &none) != ERR_OK)
        return; /* the service's own finding says why */
    for (uint32_t i = 0; i < all.troubles.count; i++)
        doctor_finding(doctor, WATCH, "autosave", "make its folder writable, or free space; all edits are in the store",
                       "%.*s has no new autosave: %.*s", TEXT_ARG(all.troubles.at[i].name),
                       TEXT_ARG(all.troubles.at[i].why));
    if (all.each.count)
        doctor_finding(doctor, WATCH, "autosave", "loophole project recover lists them",
                       "%u draft%s wait%s for an answer", all.each.count, text_plural(all.each.count),
                       all.each.count == 1 ? "s" : "");
    if (all.each.count + all.troubles.count == 0)
        doctor_finding(doctor, FINE, "autosave", "", "every autosave is written, and none waits for an answer");
}
