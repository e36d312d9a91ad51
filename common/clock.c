#include "common/clock.h"
#include <errno.h>
#include <time.h>

static usec_t read_clock(clockid_t which)
{
    struct timespec now;

    clock_gettime(which, &now);
    return (usec_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

usec_t clock_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

usec_t clock_steady(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void clock_sleep(usec_t duration)
{
    struct timespec left = { .tv_sec = duration / 1000000, .tv_nsec = duration % 1000000 * 1000 };

    if (duration <= 0)
        return;
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
}
