/* near_train.h: k-means in fine codes, in pieces. Sums are whole numbers, so the same codes make the same centres on
 * every machine. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_TRAIN_H
#define LOOPHOLE_SEARCH_NEAR_TRAIN_H

#include "services/search/near/near_machine.h"

struct near_train;

/* Of `count` codes, NEAR_WIDTH each, which stay where they are; `weights` as in near_aim; `clusters` is a multiple of
 * NEAR_ROW and no more than `count`. NULL: memory is out. */
struct near_train *near_train_new(const int8_t *codes, uint32_t count, const float weights[NEAR_GROUPS],
                                  uint32_t clusters);
bool near_train_step(struct near_train *train);                   /* a millisecond's work; true when it is done */
const int8_t *near_train_centers(const struct near_train *train); /* across */
void near_train_free(struct near_train *train);                   /* NULL is allowed */

/* The words of one pair of numbers: 16 points that the codes are near to. */
void near_train_words(const int8_t *codes, uint32_t count, uint32_t pair, int8_t to[NEAR_WORDS][2]);
uint32_t near_train_word(const int8_t words[NEAR_WORDS][2], int32_t x, int32_t y); /* the nearest of them */

#endif
