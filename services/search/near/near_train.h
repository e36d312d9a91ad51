/* near_train.h: k-means over fine codes, in short steps. Sums are integers, so the same codes give the same centres on
 * every machine. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_TRAIN_H
#define LOOPHOLE_SEARCH_NEAR_TRAIN_H

#include "services/search/near/near_machine.h"

struct near_train;

/* Trains on `count` codes of NEAR_WIDTH bytes, which must stay in place. `weights` as in near_aim; `clusters` is a
 * multiple of NEAR_ROW, at most `count`. Takes NEAR_TRAIN_BYTES for each cluster; the caller has checked
 * limits_leave. */
#define NEAR_TRAIN_BYTES (NEAR_WIDTH * (sizeof(int8_t) + sizeof(int32_t)) + sizeof(uint32_t))
struct near_train *near_train_new(const int8_t *codes, uint32_t count, const float weights[NEAR_GROUPS],
                                  uint32_t clusters);
bool near_train_step(struct near_train *train);                   /* works for about a millisecond; true: done */
const int8_t *near_train_centers(const struct near_train *train); /* interleaved */
void near_train_free(struct near_train *train);                   /* NULL is allowed */

/* Finds 16 code words for one pair of numbers, close to the codes. */
void near_train_words(const int8_t *codes, uint32_t count, uint32_t pair, int8_t to[NEAR_WORDS][2]);
uint32_t near_train_word(const int8_t words[NEAR_WORDS][2], int32_t x, int32_t y); /* the nearest one */

#endif
