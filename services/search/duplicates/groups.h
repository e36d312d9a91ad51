/* groups.h: which of many items hold one sound. Done in slices, so that a service goes on answering:
 *
 *   gather  each item's content and gist                   ──► same file: one content; same audio: one hash of samples
 *   match   each gist with those of nearly its length, of the whole file and of what can be heard of it
 *                                                          ──► the GROUPS_NEAR nearest of each: candidates
 *   check   the candidates' fingerprints, the nearest pair first ──► same sound
 *
 * A group of a looser kind has all items of the stricter groups that it joins. Cost for n items: 2 n × GROUPS_WINDOW
 * products of 64 bytes at most, and n × GROUPS_NEAR comparisons of fingerprints. One thread. */
#ifndef LOOPHOLE_SEARCH_GROUPS_H
#define LOOPHOLE_SEARCH_GROUPS_H

#include "common/clock.h"
#include "store/catalogue.h"

enum { GROUPS_NEAR = 16, GROUPS_WINDOW = 8192 };

enum group_kind { GROUPS_FILE, GROUPS_AUDIO, GROUPS_SOUND, GROUPS_KINDS };

struct duplicate_groups;

/* Copies the ids. NULL: memory is out. */
struct duplicate_groups *groups_new(const struct id *ids, uint32_t count);
void groups_free(struct duplicate_groups *groups); /* NULL is allowed */

/* Works until it is done or `until` (steady clock) has come, reading through `txn`. Items that are gone, and
 * fingerprints that cannot be read, are left out. Errors: full, io. */
enum err groups_step(struct duplicate_groups *groups, struct txn *txn, const struct paths *paths, usec_t until,
                     bool *done);
void groups_progress(const struct duplicate_groups *groups, uint64_t *done,
                     uint64_t *total); /* of steps that are alike in cost */

/* Pairs that may be one sound and could not be compared: the file of a fingerprint is gone or changed. */
uint32_t groups_unread(const struct duplicate_groups *groups);

/* A group of a finished search: at least two items, that are not all in one group of a stricter kind. */
struct found_group {
    enum group_kind kind;
    const uint32_t *at; /* numbers of items, as given to groups_new; the earliest first */
    uint32_t count;
};

/* Groups of a finished search by number: those of the same file first; within a kind, by their earliest item. False:
 * there are no more. */
uint32_t groups_count(const struct duplicate_groups *groups);
bool groups_get(const struct duplicate_groups *groups, uint32_t number, struct found_group *to);

#endif
