/* kit_sfz.h: reads a kit in the form of SFZ. One thread. */
#ifndef LOOPHOLE_WORKER_KIT_SFZ_H
#define LOOPHOLE_WORKER_KIT_SFZ_H

#include "services/worker/kits/kit_reading.h"

/* Reads an SFZ. Errors (explained): bad_request (not such a kit; malformed), too_large (more slots or layers than a kit
 * has; those of unpack_next), io. */
enum err kit_sfz_read(struct unpack *unpack, struct kit_reading *reading, struct fault *fault);

#endif
