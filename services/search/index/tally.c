#include "services/search/index/tally.h"

#include <stdlib.h>

void tally_free(struct tally *tally)
{
    free(tally->code);
    free(tally->bits);
    free(tally->terms);
    *tally = (struct tally){ 0 };
}

void tally_free_all(struct tallies *tallies)
{
    for (int field = 0; field < TERM_FIELDS; field++)
        tally_free(&tallies->each[field]);
    tallies->stale_count = 0;
}

void tally_change(struct tallies *tallies, uint32_t row)
{
    if (tallies->stale_count == TALLY_STALE)
        tally_free_all(tallies);
    tallies->stale[tallies->stale_count++] = row;
}
