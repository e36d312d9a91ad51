/* forest.h: disjoint sets: each member has the number of its set's first, or of one nearer to it. One thread. */
#ifndef LOOPHOLE_SEARCH_FOREST_H
#define LOOPHOLE_SEARCH_FOREST_H

#include <stdint.h>

uint32_t forest_find(uint32_t *root, uint32_t i);         /* the first member of the set */
void forest_join(uint32_t *root, uint32_t a, uint32_t b); /* makes one set of the sets of two members */

#endif
