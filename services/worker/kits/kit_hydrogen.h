/* kit_hydrogen.h: the reader of drum kits of Hydrogen. */
#ifndef LOOPHOLE_WORKER_KITS_KIT_HYDROGEN_H
#define LOOPHOLE_WORKER_KITS_KIT_HYDROGEN_H

#include "services/worker/kits/kit_reading.h"

/* Errors (explained): bad_request (not such a kit; malformed), too_large (more slots
 * or layers than a kit has; those of unpack_next), io. */
enum err kit_hydrogen_read(struct unpack *unpack, struct kit_reading *reading, struct fault *fault);

#endif
