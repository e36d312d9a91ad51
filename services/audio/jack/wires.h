/* wires.h: the list of wanted connections between our ports and foreign ones. The file DATA/audio.connections has one
 * line "main_left<tab>system:playback_1" for each that a person made, here or in any patch bay. That of a MIDI port has
 * another tab and its device (device.h). A take's own connection is "take:in_left<tab>…". While previews go through
 * another client, there is a line "chain<tab>CLIENT:LEFT,RIGHT"; for the insert of a channel or the master,
 * "insert:pads<tab>CLIENT:LEFT,RIGHT".
 * Pure except for the file. One thread at a time. */
#ifndef LOOPHOLE_AUDIO_WIRES_H
#define LOOPHOLE_AUDIO_WIRES_H

#include "common/paths.h"
#include "common/text.h"
#include "services/audio/jack/jack.h"

enum { WIRES = 256 };

struct jack_wire {
    enum client_port port;
    char to[CLIENT_FOREIGN_NAME];
    char device[CLIENT_FOREIGN_NAME]; /* of a MIDI port: device.h; "": not known */
    bool made;                        /* it exists now */
    bool seen, was_seen;              /* it existed at the last look, and at the one before */
    bool missed;                      /* it disappeared at the last look, for a reason not known yet */
    bool dropped;                     /* must be disconnected, and forgotten once it is */
    bool for_take;                    /* the streamer made it for a take, and removes it afterwards */
};

struct wires {
    struct jack_wire at[WIRES]; /* of those that do not exist, the one that ended first is before the others */
    uint32_t count;
    bool is_saved;                         /* the file exists: only its connections are wanted */
    char chain[CHAINS][CLIENT_CHAIN_NAME]; /* "": none */
};

/* Replaces the content of `wires`. Ignores invalid lines; a missing file gives an empty list. Errors: io, too_large. */
enum err wires_read(const struct paths *paths, struct wires *wires, struct fault *fault);

/* Leaves out a connection whose port or device has a tab or a line's end in its name. Errors: full, io. */
enum err wires_write(const struct paths *paths, const struct wires *wires, struct fault *fault);

struct jack_wire *wires_find(struct wires *wires, enum client_port port, const char *to); /* NULL: none */
struct jack_wire *wires_add(struct wires *wires, enum client_port port, const char *to);  /* NULL: no room */
/* Both keep the order of the others. */
void wires_remove(struct wires *wires, struct jack_wire *wire);
void wires_put_last(struct wires *wires, struct jack_wire *wire);

/* Splits a chain's name into its inputs: "CLIENT:PORT" means both sides, "CLIENT:LEFT,RIGHT" one each. False:
 * invalid. */
bool wires_chain(const char *chain, char left[CLIENT_FOREIGN_NAME], char right[CLIENT_FOREIGN_NAME]);

/* True if the chain `number` with that name connects the two: a port at which its sound leaves, and its input. */
bool wires_in_chain(const char *chain, uint32_t number, enum client_port port, const char *to);

bool wires_port(struct text name, enum client_port *port); /* "main_left"; false: not a port of ours */

#endif
