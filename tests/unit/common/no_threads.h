/* no_threads.h: while no_threads is true, no errand's thread can be started. */
#ifndef LOOPHOLE_TESTS_COMMON_NO_THREADS_H
#define LOOPHOLE_TESTS_COMMON_NO_THREADS_H

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

static bool no_threads;

/* Called instead of the function of libc. Only detached threads fail, so ZeroMQ starts its own. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *state)
{
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    int detached = PTHREAD_CREATE_JOINABLE;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    if (attributes)
        (void)pthread_attr_getdetachstate(attributes, &detached);
    return no_threads && detached == PTHREAD_CREATE_DETACHED ? EAGAIN : real(thread, attributes, run, state);
}

#endif
