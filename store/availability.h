/* availability.h: whether the file of an item can be read now. This one function serves the catalogue, search, the
 * streamer and the command line. Any thread.
 *
 * A row keeps what its volume does not know. Older rows keep other words of the same meaning (availability_kept):
 *
 *   kept \ place        local, project    cloud             external            any that is away
 *   local (present),    local             local             external_online     external_offline; of a cloud
 *   or none: a take                                                             remote_offline
 *   online_only         remote_offline    remote_offline    remote_offline      remote_offline
 *   missing             missing           missing           missing             missing
 *   external_offline    external_offline  external_offline  external_offline    external_offline
 *
 * A place is the item's library in its volume. It is away when the volume is offline or the library's folder is gone.
 * remote_offline is remote_fetching while a fetch of the item is under way (availability_of_item). */
#ifndef LOOPHOLE_STORE_AVAILABILITY_H
#define LOOPHOLE_STORE_AVAILABILITY_H

#include "schema_media.h"

/* The word that a row keeps, from any word that a scan reports or an older row has. */
enum item_state availability_kept(enum item_state word);

enum item_state availability_of(enum item_state word, enum backend backend, bool is_here);

/* As availability_of for an item: remote_fetching if it is in the set that availability_set_fetching got. */
enum item_state availability_of_item(struct id item, enum item_state word, enum backend backend, bool is_here);

/* The ids of the items that are fetched, sorted; copied. A service that follows availability.fetching sets them; until
 * then there are none. At most AVAILABILITY_FETCHING; further ones are left out. The thread that reads items. */
enum { AVAILABILITY_FETCHING = 4096 };
void availability_set_fetching(const struct id *sorted, uint32_t count);
uint32_t availability_fetching(const struct id **sorted);

/* The backend and the presence of a place. `library` NULL: the item is in no library. */
enum backend availability_backend(const struct volume *volume, const struct library *library);
bool availability_is_here(const struct volume *volume, const struct library *library);

/* local or external_online: a file can be opened. */
bool availability_is_readable(enum item_state derived);

/* True for a file that has the name of a sound and could not be read as one: it may be anything, so it is not copied
 * out as a sound. */
bool availability_is_no_sound(const struct media *media);

#endif
