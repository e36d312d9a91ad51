/* kit_pads.h: the pads of a kit, as the audio core takes them. One thread for each transaction and arena. */
#ifndef LOOPHOLE_PROJECT_KIT_PADS_H
#define LOOPHOLE_PROJECT_KIT_PADS_H

#include "common/arena.h"
#include "schema_audio.h"
#include "schema_kit.h"
#include "store/store.h"

enum { KIT_PADS = 128 };

/* The pad number `number` of a slot. One without a sound is empty: no sound of an earlier kit stays on it. `project`:
 * the kit's; zeros: it is of none. */
struct pad kit_pads_one(struct txn *txn, struct arena *arena, struct id project, const struct kit_slot *slot,
                        uint64_t number);

/* Checks that all slots have a pad if pad 0 of the kit is `first`. Errors (explained): bad_request. */
enum err kit_pads_check(const struct kit *kit, uint64_t first, struct fault *fault);

#endif
