#include "services/composer/polling.h"

#include <string.h>

#include "common/id.h"

static const usec_t first_us = 2000000, longest_us = 300000000;

usec_t polling_pause(usec_t period)
{
    struct id drawn = id_new(); /* its last ten bytes are random */
    uint32_t number;

    memcpy(&number, drawn.b + sizeof(drawn.b) - sizeof(number), sizeof(number));
    return period / 2 + (usec_t)((double)period * ((double)number / 4294967296.0));
}

usec_t polling_pause_of_failure(usec_t *pause)
{
    *pause = *pause ? 2 * *pause : first_us;
    *pause = *pause < longest_us ? *pause : longest_us;
    return polling_pause(*pause);
}
