#include "services/project/deeds/links_out.h"

#include <string.h>

#include "services/project/deeds/deeds.h"

enum { LINKS_SHOWN = 16, LINK_SHOWN = 1000 };

/* Names of files are any bytes; a message has UTF-8. */
static struct text show_link(struct arena *arena, const char *link)
{
    struct text shown = arena_printf(arena, "%.*s", LINK_SHOWN, link);
    char *at = arena_alloc(arena, shown.len + 1);

    if (text_is_utf8(shown))
        return shown;
    for (uint32_t i = 0; i < shown.len; i++)
        at[i] = (char)((signed char)shown.at[i] < 0 ? '?' : shown.at[i]);
    return (struct text){ shown.len, at };
}

void links_out_fill(struct doing *work, struct project_line *state)
{
    const char *at = buffer_c(&work->links), *end = at + work->links.len;

    state->has_links = work->links.len > 0;
    state->links.at = arena_array(&work->arena, LINKS_SHOWN, sizeof(*state->links.at));
    for (; at < end && state->links.count < LINKS_SHOWN; at += strlen(at) + 1)
        state->links.at[state->links.count++] = show_link(&work->arena, at);
}

void links_out_read(struct doing *work, struct text folder)
{
    const struct project_open *ask = work->ask;
    const bool trusts = ask->has_trust_links && ask->trust_links;

    work_file(work, trusts ? FILE_IO_TRUST : FILE_IO_OPEN, deed_in_folder(&work->arena, folder, "project.json"),
              (struct bytes){ 0 });
}
