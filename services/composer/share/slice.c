#include "services/composer/share/slice.h"

static const usec_t slice_us = 2000;

struct slice slice_begin(struct service *service)
{
    return (struct slice){ service, clock_steady() + slice_us };
}

bool slice_is_over(const struct slice *slice)
{
    return clock_steady() >= slice->until || (slice->service && service_is_awaited(slice->service));
}
