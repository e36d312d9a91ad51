/* wires.h: the connections that are wanted: a port of ours and a foreign one. Kept in DATA/audio.connections, one line
 * "main_left<tab>system:playback_1" each, which a person made, here or in any patch bay ("take:in_left<tab>…": a take
 * made it for itself); and, while previews go through another client, one line "chain<tab>CLIENT:LEFT,RIGHT". Pure but
 * for the file. One thread at a time. */
#ifndef LOOPHOLE_AUDIO_WIRES_H
#define LOOPHOLE_AUDIO_WIRES_H

#include "common/paths.h"
#include "common/text.h"
#include "services/audio/jack/jack.h"

enum { WIRES = 256 };

struct jack_wire {
    enum client_port port;
    char to[CLIENT_FOREIGN_NAME];
    bool made;     /* it is there now */
    bool seen;     /* at the last look */
    bool missed;   /* it was there before the last look, and not then, and the reason is not known yet */
    bool dropped;  /* it is to be taken away, and forgotten once it is gone */
    bool for_take; /* the streamer made it for a take, and takes it away after it */
};

struct wires {
    struct jack_wire at[WIRES];
    uint32_t count;
    bool is_known;                 /* the file was there: what it does not name is not wanted */
    char chain[CLIENT_CHAIN_NAME]; /* the preview's; "": none */
};

/* Replaces what is there. A line that is none is passed over; a missing file gives none. Errors: io, too_large. */
enum err wires_read(const struct paths *paths, struct wires *wires, struct fault *fault);
enum err wires_write(const struct paths *paths, const struct wires *wires, struct fault *fault);

struct jack_wire *wires_find(struct wires *wires, enum client_port port, const char *to); /* NULL: none */
struct jack_wire *wires_add(struct wires *wires, enum client_port port, const char *to);  /* NULL: no room */
void wires_remove(struct wires *wires, struct jack_wire *wire);

/* The inputs that a chain's name means: "CLIENT:PORT" is both sides, "CLIENT:LEFT,RIGHT" one each. False: no name. */
bool wires_chain(const char *chain, char left[CLIENT_FOREIGN_NAME], char right[CLIENT_FOREIGN_NAME]);
bool wires_in_chain(const char *chain, enum client_port port, const char *to); /* a preview port and its input there */

bool wires_port(struct text name, enum client_port *port); /* "main_left"; false: no port of ours */

#endif
