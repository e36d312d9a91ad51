#include "services/audio/jack/wires.h"

#include <stdio.h>
#include <string.h>

#include "common/file.h"

enum { FILE_BYTES = WIRES * (2 * CLIENT_FOREIGN_NAME + 64) + 2 * CLIENT_CHAIN_NAME };

static const char *wires_path(const struct paths *paths, char to[PATH_MAX])
{
    (void)snprintf(to, PATH_MAX, "%.*s/audio.connections", PATH_MAX - 32, paths->data);
    return to;
}

bool wires_port(struct text name, enum client_port *port)
{
    for (*port = 0; *port < PORTS; ++*port)
        if (text_is(name, client_ports[*port]))
            return true;
    return false;
}

struct jack_wire *wires_find(struct wires *wires, enum client_port port, const char *to)
{
    for (uint32_t i = 0; i < wires->count; i++)
        if (wires->at[i].port == port && strcmp(wires->at[i].to, to) == 0)
            return &wires->at[i];
    return NULL;
}

struct jack_wire *wires_add(struct wires *wires, enum client_port port, const char *to)
{
    struct jack_wire *wire = wires_find(wires, port, to);

    if (wire || wires->count == WIRES)
        return wire;
    wire = &wires->at[wires->count++];
    *wire = (struct jack_wire){ .port = port };
    (void)snprintf(wire->to, sizeof(wire->to), "%s", to);
    return wire;
}

void wires_remove(struct wires *wires, struct jack_wire *wire)
{
    *wire = wires->at[--wires->count];
}

bool wires_chain(const char *chain, char left[CLIENT_FOREIGN_NAME], char right[CLIENT_FOREIGN_NAME])
{
    size_t owner = strcspn(chain, ":"), ports = strlen(chain) - owner;
    const char *comma = ports ? strrchr(chain + owner, ',') : NULL;
    int first = comma ? (int)(comma - chain) : (int)(owner + ports);

    if (owner == 0 || ports < 2 || (size_t)first < owner + 2 || first >= CLIENT_FOREIGN_NAME || strpbrk(chain, "\t\n"))
        return false;
    (void)snprintf(left, CLIENT_FOREIGN_NAME, "%.*s", first, chain);
    if (!comma)
        return snprintf(right, CLIENT_FOREIGN_NAME, "%s", left) > 0;
    return comma[1] &&
           snprintf(right, CLIENT_FOREIGN_NAME, "%.*s:%s", (int)owner, chain, comma + 1) < CLIENT_FOREIGN_NAME;
}

bool wires_in_chain(const char *chain, enum client_port port, const char *to)
{
    char sides[2][CLIENT_FOREIGN_NAME];

    return (port == PORT_PREVIEW_LEFT || port == PORT_PREVIEW_RIGHT) && wires_chain(chain, sides[0], sides[1]) &&
           strcmp(sides[port - PORT_PREVIEW_LEFT], to) == 0;
}

/* Cuts the text before a tab off `line`; without a tab, all of it. */
static struct text cut_field(struct text *line)
{
    const char *tab = line->len ? memchr(line->at, '\t', line->len) : NULL;
    const uint32_t length = tab ? (uint32_t)(tab - line->at) : line->len, cut = length + (tab != NULL);
    const struct text field = { length, line->at };

    *line = (struct text){ line->len - cut, line->at + cut };
    return field;
}

static void read_wire(struct text line, struct wires *wires)
{
    const char *tab = line.len ? memchr(line.at, '\t', line.len) : NULL;
    char to[CLIENT_FOREIGN_NAME];
    enum client_port port;
    struct text name, foreign;

    if (!tab)
        return;
    name = cut_field(&line);
    if (line.len > 0 && text_is(name, "chain")) {
        (void)text_copy(wires->chain, sizeof(wires->chain), line);
        return;
    }
    bool for_take = text_starts(name, TEXT("take:"));
    if (for_take)
        name = (struct text){ name.len - 5, name.at + 5 };
    foreign = cut_field(&line);
    struct jack_wire *wire = foreign.len > 0 && wires_port(name, &port) && text_copy(to, sizeof(to), foreign)
                                 ? wires_add(wires, port, to)
                                 : NULL;
    if (wire) {
        wire->for_take = for_take;
        (void)text_copy(wire->device, sizeof(wire->device), line);
    }
}

enum err wires_read(const struct paths *paths, struct wires *wires, struct fault *fault)
{
    struct buffer file = { 0 };
    char path[PATH_MAX];
    enum err e = file_read_all(wires_path(paths, path), FILE_BYTES, &file, fault);

    *wires = (struct wires){ .is_saved = e == ERR_OK };
    for (const char *at = buffer_c(&file); e == ERR_OK && *at; at += strcspn(at, "\n"), at += *at == '\n')
        read_wire((struct text){ (uint32_t)strcspn(at, "\n"), at }, wires);
    buffer_free(&file);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Any program names its ports and aliases. A name with a tab or a line's end would be read as another connection. */
static bool is_one_line(const struct jack_wire *wire)
{
    return !strpbrk(wire->to, "\t\n") && !strpbrk(wire->device, "\t\n");
}

enum err wires_write(const struct paths *paths, const struct wires *wires, struct fault *fault)
{
    struct buffer file = { 0 };
    char path[PATH_MAX];
    enum err e;

    for (uint32_t i = 0; i < wires->count; i++)
        if (!wires->at[i].dropped && is_one_line(&wires->at[i]))
            buffer_printf(&file, "%s%s\t%s%s%s\n", wires->at[i].for_take ? "take:" : "",
                          client_ports[wires->at[i].port], wires->at[i].to, wires->at[i].device[0] ? "\t" : "",
                          wires->at[i].device);
    if (wires->chain[0])
        buffer_printf(&file, "chain\t%s\n", wires->chain);
    e = file_write_atomic(wires_path(paths, path), buffer_bytes(&file), 0600, fault);
    buffer_free(&file);
    return e;
}
