#include "services/composer/offers/slice.h"

enum { SLICE_US = 2000, LOOK_US = 100 };

struct slice slice_begin(struct service *service)
{
    usec_t now = clock_steady();

    return (struct slice){ service, now + SLICE_US, now };
}

/* A look for a client needs a system call. */
bool slice_is_over(struct slice *slice)
{
    usec_t now = clock_steady();

    if (now >= slice->until)
        return true;
    if (!slice->service || now - slice->looked < LOOK_US)
        return false;
    slice->looked = now;
    return service_is_awaited(slice->service);
}
