/* score.c: the engine's scores of all pairs of sounds, for bench/composer/run. */
#include <stddef.h>
#include <stdint.h>

#include "services/search/query/shrunk.h"

/* both: studios that use row and column together; used: studios that use each; pack: the pack of each, all different
 * if packs are not known; `to` gets 0 for pairs that after:ID does not find. */
__attribute__((visibility("default"))) void score_all(uint32_t count, const double *both, const double *used,
                                                      const double *pack, double studios, double *to)
{
    for (uint32_t a = 0; a < count; a++)
        for (uint32_t b = 0; b < count; b++) {
            size_t at = (size_t)a * count + b;
            to[at] = both[at] > 0 || pack[a] == pack[b] ? shrunk_score(both[at] / SHRUNK_OWN, used[a] / SHRUNK_OWN,
                                                                       1 + used[b] / SHRUNK_OWN, studios / SHRUNK_OWN)
                                                        : 0;
        }
}
