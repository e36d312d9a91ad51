/* item_door.h: the door (door.h) of an item as search.get with `leads`, or leads_set, gives it. It uses no store. Any
 * thread. */
#ifndef LOOPHOLE_STORE_ITEM_DOOR_H
#define LOOPHOLE_STORE_ITEM_DOOR_H

#include "common/beneath/door.h"
#include "schema_media.h"

/* The door of the file of an item that has its leads; the caller frees it. NULL: the fault says why it may not be
 * given out: offline (its volume is away, or its content is only online), bad_request (it could not be read as a sound:
 * it may be anything). `decodes`: the content goes through a decoder, which refuses what is no sound; so only the links
 * on the path count. */
struct door *item_door(const struct item *item, bool decodes, struct fault *fault);

/* As item_door for a decoder, whatever the catalogue says about the file. */
struct door *item_door_to_decode(const struct item *item);

#endif
