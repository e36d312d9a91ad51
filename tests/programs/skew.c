/* skew.c: preloaded into a program: its calendar clock is SKEW seconds ahead. The clock that nothing corrects, which
 * JACK reads, is RAW_SKEW seconds ahead and RAW_PPM millionths too fast. CLOCK_MONOTONIC is true. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static double read_number(const char *name)
{
    const char *number = getenv(name);

    return number ? atof(number) : 0;
}

static void move_clock(struct timespec *to, double seconds)
{
    const long long now = to->tv_sec * 1000000000LL + to->tv_nsec + (long long)(seconds * 1e9);

    *to = (struct timespec){ now / 1000000000, now % 1000000000 };
}

int clock_gettime(clockid_t clock, struct timespec *to)
{
    static int (*next)(clockid_t, struct timespec *);

    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
    if (next(clock, to) != 0)
        return -1;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        to->tv_sec += (time_t)read_number("SKEW");
    if (clock == CLOCK_MONOTONIC_RAW)
        move_clock(to, read_number("RAW_SKEW") + (double)to->tv_sec * read_number("RAW_PPM") / 1e6 +
                           (double)to->tv_nsec * read_number("RAW_PPM") / 1e15);
    return 0;
}

int gettimeofday(struct timeval *restrict to, void *restrict zone)
{
    struct timespec now;

    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return -1;
    *to = (struct timeval){ now.tv_sec, now.tv_nsec / 1000 };
    return 0;
}

time_t time(time_t *to)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (to)
        *to = now.tv_sec;
    return now.tv_sec;
}
