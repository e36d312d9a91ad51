/* patch.h: keeps the connections of one JACK client: those that a person made with any program (patch.c), and those of
 * the chains: the ways of the preview, of channels and of the master through another client and back (patch_chains.c).
 * A call may hang in JACK, so only the thread of link.c calls these functions. */
#ifndef LOOPHOLE_AUDIO_PATCH_H
#define LOOPHOLE_AUDIO_PATCH_H

#include "services/audio/jack/patch_state.h"

/* Reads the file; the preview's chain in it is kept only if `is_chained`. */
void patch_open(struct patch *patch, const struct paths *paths, const char *name, bool keeps, bool is_chained);
void patch_join(struct patch *patch, struct client *client);
void patch_leave(struct patch *patch, const char *why);                 /* the client has ended */
void patch_look(struct patch *patch, const struct client_pulse *pulse); /* also saves changes */

/* Wants a connection of the two ports, or no longer wants it. From the next look on, wanted ports are connected
 * whenever both exist. Two of our own ports have one connection, in either order of names. PATCH_CONNECT_FOR_TAKE
 * leaves a connection that is wanted already unchanged. Errors: full; conflict (feedback). */
enum err patch_want(struct patch *patch, enum client_port port, const char *to, enum patch_change change,
                    struct fault *fault);

#endif
