/* reveal.c: an item's file in the file manager of the desktop. */
#include <ctype.h>
#include <string.h>

#include "frontends/cli/base/desktop.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/resolve.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/find/find_commands.h"
#include "schema_search.h"

/* As file: address, with an escape for all but the plainest characters: dbus-send divides a list at its commas. */
static void add_address(struct buffer *to, const char *path)
{
    static const char digits[] = "0123456789ABCDEF";

    buffer_add_text(to, "file://");
    for (const unsigned char *at = (const unsigned char *)path; *at; at++) {
        if (isalnum(*at) || strchr("/-._~", *at))
            cli_print(to, "%c", *at);
        else
            cli_print(to, "%%%c%c", digits[*at >> 4], digits[*at & 15]);
    }
}

/* By the interface of file managers that marks a file in its folder. */
static bool mark_in_folder(const char *path)
{
    struct buffer files = { 0 };
    bool done;

    buffer_add_text(&files, "array:string:");
    add_address(&files, path);
    done = desktop_run((char *[]){ "dbus-send", "--session", "--print-reply", "--reply-timeout=5000",
                                   "--dest=org.freedesktop.FileManager1", "/org/freedesktop/FileManager1",
                                   "org.freedesktop.FileManager1.ShowItems", (char *)(uintptr_t)buffer_c(&files),
                                   "string:", NULL });
    buffer_free(&files);
    return done;
}

static bool open_folder(char *path)
{
    char *end = strrchr(path, '/');

    end[end == path] = 0;
    return desktop_run((char *[]){ "xdg-open", path, NULL });
}

/* Finds the item's file. */
static enum err find_file(struct cli *cli, struct resolved *place, struct fault *fault)
{
    struct search_get ask = { .has_id = true };
    struct media_found found = { 0 };
    char path[PATH_MAX];
    enum err e = named_first(cli, cli->count, cli->args, &ask.id, fault);

    if (e == ERR_OK)
        e = cli_ask(cli, "search.get", &ask, &found, fault);
    if (e != ERR_OK)
        return e;
    if (found.item.path.len == 0)
        return fault_set(fault, ERR_OFFLINE, "the volume of %.*s is away", TEXT_ARG(found.item.media.name));
    if (found.item.path.len >= sizeof(path))
        return fault_set(fault, ERR_TOO_LARGE, "the path of %.*s is too long", TEXT_ARG(found.item.media.name));
    memcpy(path, found.item.path.at, found.item.path.len);
    path[found.item.path.len] = 0;
    e = resolve_path(path, place, fault);
    if (e != ERR_OK || place->exists)
        return e;
    fault_set(fault, ERR_NOT_FOUND, "%s cannot be reached", path);
    return fault_hint(fault, "`loophole whereis ID` lists all known copies");
}

enum err reveal_show(struct cli *cli, struct fault *fault)
{
    struct resolved place;
    enum err e = find_file(cli, &place, fault);
    struct file_shown shown;

    if (e != ERR_OK)
        return e;
    shown.path = arena_bytes(&cli->arena, bytes_of(place.path, strlen(place.path)));
    if (!mark_in_folder(place.path) && !open_folder(place.path))
        return fault_set(fault, ERR_NOT_FOUND, "no file manager answers: neither dbus-send nor xdg-open finds one");
    if (cli->options.json)
        return cli_json(cli, &file_shown_shape, &shown);
    cli_print(&cli->out, "done: the file manager shows %.*s\n", (int)shown.path.len, (const char *)shown.path.at);
    return ERR_OK;
}
