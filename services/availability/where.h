/* where.h: on which mount each volume of the catalogue is now. All states and transitions are in the table below. An
 * index is valid until the mounts change. The loop's thread.
 *
 *   observation                                                   volume
 *   a mount that answers has its identity                         here
 *   … several, on different devices                               here: where it was, else on its device, else the
 *                                                                 oldest mount; the others are duplicates
 *   a mount without a marker lies on its device                   here: the marker was lost
 *   … or a mount with a marker that no volume has                 here: the marker was written again
 *   … but that mount has the identity of another volume, or       away, if nothing below applies
 *   another volume of that device was here last
 *   the mount that was this volume has no identity any more       here: the marker was lost, or cannot be read now
 *   … or a marker that no volume has                              here: the marker was written again
 *   the mount at its place has no identity, nor has the volume    here: it is known by its place
 *   the mount at its place has not been looked at yet             as before
 *   the mount at its place fails each call                        dead: offline
 *   the mount at its place does not answer                        hung: offline
 *   none of these                                                 away: offline
 *   the identity is root                                          here, always
 *
 * A mount of the system, or a trigger of an automount, is no mount here. */
#ifndef LOOPHOLE_AVAILABILITY_WHERE_H
#define LOOPHOLE_AVAILABILITY_WHERE_H

#include "schema_availability.h"
#include "services/availability/known.h"
#include "services/availability/mounts/mounts.h"

struct where_index {
    uint32_t count;
    struct mount **by_identity, **by_device, **by_target; /* of mounts that are neither covered nor special */
    struct known_volumes *known;
};

/* Fills `index`, which where_index_free frees. */
void where_index_make(struct where_index *index, const struct mounts *mounts, struct known_volumes *known);
void where_index_free(struct where_index *index);

struct where {
    enum volume_state state;
    bool is_open;        /* nothing is known yet: the volume stays as it was */
    struct mount *mount; /* here: its mount; dead, hung: the mount at its place; NULL: none */
};

struct where where_is(const struct where_index *index, const struct volume *volume);

/* Calls `seen` for each other mount with the volume's identity on another device. */
void where_duplicates(const struct where_index *index, const struct volume *volume, const struct mount *mount,
                      void (*seen)(void *state, const struct mount *other), void *state);

#endif
