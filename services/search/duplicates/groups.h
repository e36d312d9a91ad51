/* groups.h: finds the items that contain the same sound. Works in slices, so that a service keeps answering:
 *
 *   gather  each item's content and gist                   ──► same file: one content; same audio: one hash of samples
 *   match   each gist with those of similar length, of the whole file and of its audible part
 *                                                          ──► the GROUPS_NEAR nearest of each: candidates
 *   check   the candidates' fingerprints, the nearest pair first ──► same sound
 *
 * A group of a looser kind includes all items of the stricter groups that it joins. The cost for n items is at most
 * 2 n × GROUPS_WINDOW products of 64 bytes and n × GROUPS_NEAR comparisons of fingerprints. One thread. */
#ifndef LOOPHOLE_SEARCH_GROUPS_H
#define LOOPHOLE_SEARCH_GROUPS_H

#include "common/clock.h"
#include "store/catalogue.h"

enum { GROUPS_NEAR = 16, GROUPS_WINDOW = 8192 };

enum group_kind { GROUPS_FILE, GROUPS_AUDIO, GROUPS_SOUND, GROUPS_KINDS };

struct duplicate_groups;

/* Copies the ids. NULL: no memory. */
struct duplicate_groups *groups_new(const struct id *ids, uint32_t count);
void groups_free(struct duplicate_groups *groups); /* NULL is allowed */

/* Works until it is done or until `until` (steady clock), and reads through `txn`. Missing items and unreadable
 * fingerprints are left out. Errors: full, io. */
enum err groups_step(struct duplicate_groups *groups, struct txn *txn, const struct paths *paths, usec_t until,
                     bool *done);
void groups_progress(const struct duplicate_groups *groups, uint64_t *done,
                     uint64_t *total); /* steps of similar cost */

/* The number of candidate pairs that could not be compared, because a fingerprint's file is gone or changed. */
uint32_t groups_unread(const struct duplicate_groups *groups);

/* A group of a finished search: at least two items, not all in one group of a stricter kind. */
struct found_group {
    enum group_kind kind;
    const uint32_t *at; /* numbers of items, as given to groups_new, earliest first */
    uint32_t count;
};

/* The groups of a finished search by number: same files first; within a kind by their earliest item. False: no such
 * group. */
uint32_t groups_count(const struct duplicate_groups *groups);
bool groups_get(const struct duplicate_groups *groups, uint32_t number, struct found_group *to);

#endif
