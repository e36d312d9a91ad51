#include "services/composer/polling.h"

#include <string.h>

#include "common/id.h"

usec_t polling_pause(usec_t period)
{
    struct id drawn = id_new(); /* its last ten bytes are random */
    uint32_t number;

    memcpy(&number, drawn.b + sizeof(drawn.b) - sizeof(number), sizeof(number));
    return period / 2 + (usec_t)((double)period * ((double)number / 4294967296.0));
}
