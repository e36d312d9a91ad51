/* sessions.c: the session files of other programs. */
#include "frontends/cli/base/shared.h"
#include "frontends/cli/library/library_commands.h"

static uint32_t count_found(const struct session *session)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < session->references.count; i++)
        count += session->references.at[i].has_media;
    return count;
}

static void print_open(struct cli *cli, const struct session *session)
{
    for (uint32_t i = 0; i < session->references.count; i++) {
        const struct reference *one = &session->references.at[i];
        char id[ID_TEXT_SIZE];

        if (one->has_media)
            continue;
        cli_print(&cli->out, "    %s: %.*s\n", one->candidates.count ? "several items fit" : "no item fits",
                  (int)one->path.len, (const char *)one->path.at);
        for (uint32_t c = 0; c < one->candidates.count; c++)
            cli_print(&cli->out, "      %s\n", id_write(one->candidates.at[c], id));
    }
}

static void print_session(struct cli *cli, const struct session *session)
{
    if (cli->options.json) {
        cli_json(cli, &session_shape, session);
        return;
    }
    cli_print(&cli->out, "%.*s\n  %.*s %.*s: %u of %llu files are items\n", (int)session->path.len,
              (const char *)session->path.at, TEXT_ARG(session->program), TEXT_ARG(session->version),
              count_found(session), (unsigned long long)(session->references.count + session->more));
    if (session->failure.len)
        cli_print(&cli->out, "  not read: %.*s\n", TEXT_ARG(session->failure));
    print_open(cli, session);
}

enum err sessions_list(struct cli *cli, struct fault *fault)
{
    struct search_sessions query = { 0 };
    struct sessions_found found = { 0 };
    uint64_t count = 0;
    enum err e;

    do {
        e = cli_ask(cli, "search.sessions", &query, &found, fault);
        if (e != ERR_OK)
            return e;
        for (uint32_t i = 0; i < found.each.count; i++)
            print_session(cli, &found.each.at[i]);
        count += found.each.count;
        query.cursor = arena_text(&cli->arena, found.cursor);
        cli_flush(cli);
    } while (query.cursor.len);
    cli_none(cli, count, "The libraries have no session files.");
    return ERR_OK;
}
