#include "services/search/index/facet_codes.h"

#include <stdlib.h>

void facet_codes_free(struct facet_codes *codes)
{
    free(codes->at);
    free(codes->terms);
    *codes = (struct facet_codes){ 0 };
}

void facet_codes_free_all(struct all_facet_codes *codes)
{
    for (int field = 0; field < TERM_FIELDS; field++)
        facet_codes_free(&codes->each[field]);
    codes->stale_count = 0;
}

void facet_codes_change(struct all_facet_codes *codes, uint32_t row)
{
    if (codes->stale_count == FACET_CODES_STALE)
        facet_codes_free_all(codes);
    codes->stale[codes->stale_count++] = row;
}
