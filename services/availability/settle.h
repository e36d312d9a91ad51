/* settle.h: brings the rows of the volumes into agreement with the mounts. This service alone sends persist.put_volume.
 * The loop's thread. */
#ifndef LOOPHOLE_AVAILABILITY_SETTLE_H
#define LOOPHOLE_AVAILABILITY_SETTLE_H

#include "services/availability/state.h"

/* Compares volumes with the mounts, and sends the rows that differ; some now, the others when those are durable. After
 * a change of the mounts it compares all volumes, otherwise only those that are due. A row that persist refused, for
 * example on a full disk, is sent again after half a second. */
void settle_volumes(struct availability *availability);

/* False while rows are on their way, and for half a second after persist refused a new one. */
bool settle_may_add(const struct availability *availability);

/* Sends the row of a volume that the catalogue does not have yet: that of a mount that answers. `identity` is that of
 * the mount, or names its place. */
void settle_add(struct availability *availability, const struct mount *mount, const char *identity);

/* Sends the row of a volume that is known by its place: it is at this mount now. */
void settle_move(struct availability *availability, struct known_volume *volume, const struct mount *mount);

/* Sends a row with another label. */
void settle_label(struct availability *availability, struct known_volume *volume, struct text label);

#endif
