/* forest.h: sets that are joined: a number for each member, itself or one nearer to its set's first. One thread. */
#ifndef LOOPHOLE_SEARCH_FOREST_H
#define LOOPHOLE_SEARCH_FOREST_H

#include <stdint.h>

uint32_t forest_find(uint32_t *root, uint32_t i); /* the first of its set */
void forest_join(uint32_t *root, uint32_t a, uint32_t b);

#endif
