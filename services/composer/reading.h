/* reading.h: reads the store for the service, and checks its setting. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_READING_H
#define LOOPHOLE_COMPOSER_READING_H

#include "services/composer/state.h"

/* Begins a read transaction; the caller ends it. Errors: offline, version, io, full. */
enum err reading_begin(struct composer *composer, struct txn **txn, struct fault *fault);

/* Reads the state into the arena. Errors: also internal. */
enum err reading_state(struct composer *composer, struct arena *arena, struct exchange_state *to, struct fault *fault);

/* Returns ERR_OK if a server is set and its setting is valid. Errors: offline, and those of door_check. */
enum err reading_server(const struct composer *composer, struct fault *fault);

#endif
