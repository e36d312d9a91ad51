#include "common/clock.h"

#include <errno.h>

usec_t clock_usec(struct timespec time)
{
    return (usec_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static usec_t read_clock(clockid_t which)
{
    struct timespec now;

    clock_gettime(which, &now);
    return clock_usec(now);
}

usec_t clock_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

usec_t clock_steady(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

struct timespec clock_timespec(usec_t time)
{
    return (struct timespec){ .tv_sec = time / 1000000, .tv_nsec = time % 1000000 * 1000 };
}

void clock_sleep(usec_t duration)
{
    struct timespec left = clock_timespec(duration);

    if (duration <= 0)
        return;
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
}
