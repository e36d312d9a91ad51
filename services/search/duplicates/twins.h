/* twins.h: which of many items hold one sound. Done in slices, so that a service goes on answering:
 *
 *   gather  each item's content and gist                   ──► same file: one content; same audio: one hash of samples
 *   match   each gist with those of nearly its length, of the whole file and of what can be heard of it
 *                                                          ──► the TWINS_NEAR nearest of each: candidates
 *   check   the candidates' prints, the nearest pair first ──► same sound
 *
 * A group of a looser kind has all items of the stricter groups that it joins.
 * Cost for n items: 2 n × TWINS_WINDOW products of 64 bytes at most, and n × TWINS_NEAR comparisons of prints. One
 * thread. */
#ifndef LOOPHOLE_SEARCH_TWINS_H
#define LOOPHOLE_SEARCH_TWINS_H

#include "common/clock.h"
#include "store/catalogue.h"

enum { TWINS_NEAR = 16, TWINS_WINDOW = 8192 };

enum twins_kind { TWINS_FILE, TWINS_AUDIO, TWINS_SOUND, TWINS_KINDS };

struct twins;

/* Copies the ids. NULL: memory is out. */
struct twins *twins_new(const struct id *ids, uint32_t count);
void twins_free(struct twins *twins); /* NULL is allowed */

/* Works until it is done or `until` (steady clock) has come, reading through `txn`. Items that are gone, and prints
 * that cannot be read, are left out. Errors: full, io. */
enum err twins_step(struct twins *twins, struct txn *txn, const struct paths *paths, usec_t until, bool *done);
void twins_progress(const struct twins *twins, uint64_t *done, uint64_t *total); /* of steps that are alike in cost */

/* Pairs that may be one sound and could not be compared: the file of a print is gone or changed. */
uint32_t twins_unread(const struct twins *twins);

/* A group of a finished search: at least two items, that are not all in one group of a stricter kind. */
struct twins_group {
    enum twins_kind kind;
    const uint32_t *at; /* numbers of items, as given to twins_new; the earliest first */
    uint32_t count;
};

/* Groups of a finished search by number: those of the same file first; within a kind, by their earliest item. False:
 * there are no more. */
uint32_t twins_groups(const struct twins *twins);
bool twins_group(const struct twins *twins, uint32_t number, struct twins_group *to);

#endif
