#include "services/audio/jack/wires.h"

#include <stdio.h>
#include <string.h>

#include "common/file.h"

enum { FILE_BYTES = WIRES * (2 * CLIENT_FOREIGN_NAME + 64) + CHAINS * (CLIENT_CHAIN_NAME + 32) };

static const char *const chain_names[CHAINS] = {
    [GROUP_STREAMS] = "insert:streams",     [GROUP_SOUNDS] = "insert:sounds", [GROUP_PADS] = "insert:pads",
    [GROUP_SEQUENCER] = "insert:sequencer", [CHAIN_PREVIEW] = "chain",        [GROUP_METRONOME] = "insert:metronome",
    [CHAIN_MASTER] = "insert:master",
};

static const char *wires_path(const struct paths *paths, char to[PATH_MAX])
{
    (void)snprintf(to, PATH_MAX, "%.*s/audio.connections", PATH_MAX - 32, paths->data);
    return to;
}

bool wires_port(struct text name, enum client_port *port)
{
    for (*port = 0; *port < PORTS; ++*port)
        if (text_is(name, port_names[*port]))
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

static size_t bytes_after(const struct wires *wires, const struct jack_wire *wire)
{
    return (size_t)(wires->at + wires->count - (wire + 1)) * sizeof(*wire);
}

void wires_remove(struct wires *wires, struct jack_wire *wire)
{
    memmove(wire, wire + 1, bytes_after(wires, wire));
    wires->count--;
}

void wires_put_last(struct wires *wires, struct jack_wire *wire)
{
    const struct jack_wire last = *wire;

    memmove(wire, wire + 1, bytes_after(wires, wire));
    wires->at[wires->count - 1] = last;
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

bool wires_in_chain(const char *chain, uint32_t number, enum client_port port, const char *to)
{
    char sides[2][CLIENT_FOREIGN_NAME];
    uint32_t left = port_send(number);

    return port_is_side(port, left) && wires_chain(chain, sides[0], sides[1]) && strcmp(sides[port - left], to) == 0;
}

/* CHAINS: the line is none of a chain. */
static uint32_t chain_of(struct text name)
{
    uint32_t i = 0;

    while (i < CHAINS && !text_is(name, chain_names[i]))
        i++;
    return i;
}

static void read_wire(struct text line, struct wires *wires)
{
    const char *tab = line.len ? memchr(line.at, '\t', line.len) : NULL;
    char to[CLIENT_FOREIGN_NAME];
    enum client_port port;
    struct text name, foreign;

    if (!tab)
        return;
    name = text_cut(&line, '\t');
    uint32_t chain = chain_of(name);
    if (chain < CHAINS) {
        (void)text_copy(wires->chain[chain], sizeof(wires->chain[chain]), line);
        return;
    }
    bool for_take = text_starts(name, TEXT("take:"));
    if (for_take)
        name = (struct text){ name.len - 5, name.at + 5 };
    foreign = text_cut(&line, '\t');
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

/* Those that exist come last: they are the ones that were used last when the file is read. */
static void write_seen(struct buffer *file, const struct wires *wires, bool seen)
{
    for (uint32_t i = 0; i < wires->count; i++) {
        const struct jack_wire *wire = &wires->at[i];

        if (wire->seen == seen && !wire->dropped && is_one_line(wire))
            buffer_printf(file, "%s%s\t%s%s%s\n", wire->for_take ? "take:" : "", port_names[wire->port], wire->to,
                          wire->device[0] ? "\t" : "", wire->device);
    }
}

enum err wires_write(const struct paths *paths, const struct wires *wires, struct fault *fault)
{
    struct buffer file = { 0 };
    char path[PATH_MAX];
    enum err e;

    write_seen(&file, wires, false);
    write_seen(&file, wires, true);
    for (uint32_t i = 0; i < CHAINS; i++)
        if (wires->chain[i][0])
            buffer_printf(&file, "%s\t%s\n", chain_names[i], wires->chain[i]);
    e = file_write_atomic(wires_path(paths, path), buffer_bytes(&file), 0600, fault);
    buffer_free(&file);
    return e;
}
