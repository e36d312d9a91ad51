/* groups.h: finds the items that contain the same sound. When items are added, changed or removed, it updates the
 * result, which equals the result of a new search. It works in slices, so that the service can answer between them:
 *
 *   gather  each new or changed item's content and gist    ──► same file: one content; same audio: one hash of samples
 *   match   gists of similar length (candidates.h)         ──► the CANDIDATES_NEAR most similar of each
 *   check   the fingerprints of pairs that are not compared yet, the nearest pair first ──► same sound
 *
 * A group of a looser kind includes all items of the stricter groups that it joins. A new search of n items costs at
 * most 2 n × CANDIDATES_WINDOW products of 64 bytes and n × CANDIDATES_NEAR comparisons of fingerprints. Each item that
 * comes later costs 4 × CANDIDATES_WINDOW products, those of the few lists that it changes, and its own comparisons.
 * One thread. */
#ifndef LOOPHOLE_SEARCH_GROUPS_H
#define LOOPHOLE_SEARCH_GROUPS_H

#include "common/clock.h"
#include "services/search/duplicates/candidates.h"
#include "store/catalogue.h"

enum group_kind { GROUPS_FILE, GROUPS_AUDIO, GROUPS_SOUND, GROUPS_KINDS };

struct duplicate_groups;

/* Begins a search of these items, whose ids rise; copies them. NULL: full. */
struct duplicate_groups *groups_new(const struct id *ids, uint32_t count);

/* Takes ownership of the arranged sounds of an earlier search, with their lists (NULL: none). Call groups_renew
 * next. */
struct duplicate_groups *groups_of(struct candidate_sounds *sounds);

/* Begins another search after one has finished, for these items, whose ids rise. `is_changed` has a bool for each item:
 * the item may have changed since (NULL: all may have). Errors: full; free `groups` then. */
enum err groups_renew(struct duplicate_groups *groups, const struct id *ids, uint32_t count, const bool *is_changed);

/* The sounds of a finished search, to be written to a file; NULL: it is not finished. */
const struct candidate_sounds *groups_sounds(const struct duplicate_groups *groups);
void groups_free(struct duplicate_groups *groups); /* NULL is allowed */

/* Works until it is done or until `until` (steady clock), and reads through `txn`. Leaves out missing items and
 * unreadable fingerprints. Errors: full, io. */
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

/* True if these items are not all in one group of a stricter kind. `root` has each item's first for both kinds. */
bool groups_is_news(const struct duplicate_groups *groups, int kind, const uint32_t *at, uint32_t count);

#endif
