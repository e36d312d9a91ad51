/* patch_chains.h: the ways of the preview, of channels and of the master through another client and back. */
#ifndef LOOPHOLE_AUDIO_PATCH_CHAINS_H
#define LOOPHOLE_AUDIO_PATCH_CHAINS_H

#include "services/audio/jack/patch_state.h"

/* Connects the chain `number` at once. It remains until a call requests another way or none (""). After an error the
 * old chain remains. With `waits` a chain that cannot be made now, but has a valid name, is no error: it is made when
 * that is possible. `to` is "CLIENT:PORT" or "CLIENT:LEFT,RIGHT". Errors: bad_request (name), offline (no server),
 * not_found (no such inputs, or no output), conflict (feedback), io. */
enum err patch_lead_through(struct patch *patch, uint32_t number, const char *to, bool waits, struct fault *fault);

void patch_set_chain(struct patch *patch, uint32_t number, const char *to); /* from the next look on */
void patch_repair_chains(struct patch *patch); /* restores them as long as they are wanted */
void patch_undo_chains(struct patch *patch, const char *why);
bool patch_is_of_chain(const struct patch *patch, enum client_port port, const char *to);

/* True if sound that comes back from `foreign` at this return port would reach its own way out again. */
bool patch_feeds_back(struct patch *patch, enum client_port port, const char *foreign);

/* True if sound that leaves at this port for `foreign` would come back to it. */
bool patch_comes_back(struct patch *patch, enum client_port port, const char *foreign);
void patch_break_loops(struct patch *patch);

#endif
