#include "services/search/index/blocks.h"

const struct block blocks[BLOCKS_COUNT] = {
    { "spectrum", 0, 16 }, { "timbre", 16, 16 }, { "pitch", 32, 12 }, { "amplitude", 44, 12 }, { "rhythm", 56, 8 },
};

void blocks_weigh(const struct weights *weights, float to[ENTRY_VECTOR])
{
    const double each[BLOCKS_COUNT] = {
        weights->has_spectrum ? weights->spectrum : 1, weights->has_timbre ? weights->timbre : 1,
        weights->has_pitch ? weights->pitch : 1,       weights->has_amplitude ? weights->amplitude : 1,
        weights->has_rhythm ? weights->rhythm : 1,
    };

    for (uint32_t block = 0; block < BLOCKS_COUNT; block++)
        for (uint32_t i = 0; i < blocks[block].count; i++)
            to[blocks[block].first + i] = (float)each[block];
}
