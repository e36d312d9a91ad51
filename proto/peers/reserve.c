/* ZeroMQ ends the process if one of its own allocations fails. Its memory is counted (room.c, outflow.c),
 * so it may have more when the rest of the process has used up its private memory. While ZeroMQ allocates, or we do for
 * its outgoing messages, the hard limit applies. Any other allocation that fails ends the process (common/alloc.h). */
#include "proto/peers/reserve.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "common/sanitizer.h"
#include "proto/peers/table.h"

static _Thread_local bool is_inside;

void peers_enter(void)
{
    is_inside = true;
}

void peers_leave(void)
{
    is_inside = false;
}

#if !SANITIZED

extern void *__libc_malloc(size_t size);

/* The allocator that would be called without this file: the C library's, or one that was loaded before it, such as the
 * checker of the audio thread. */
static void *(*next_malloc)(size_t size) = __libc_malloc;

__attribute__((constructor)) static void find_next_malloc(void)
{
    void *found = dlsym(RTLD_NEXT, "malloc");

    if (found)
        memcpy(&next_malloc, &found, sizeof(found));
}

/* ZeroMQ names its own threads. */
static bool is_zeromq(void)
{
    char name[16] = { 0 };

    return is_inside || (prctl(PR_GET_NAME, name) == 0 && strncmp(name, "ZMQbg", 5) == 0);
}

static void *allocate_from_reserve(size_t size)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct rlimit limit, most;
    void *at = NULL;

    pthread_mutex_lock(&lock);
    if (getrlimit(RLIMIT_DATA, &limit) == 0) {
        most = (struct rlimit){ limit.rlim_max, limit.rlim_max };
        setrlimit(RLIMIT_DATA, &most);
        at = __libc_malloc(size);
        setrlimit(RLIMIT_DATA, &limit);
    }
    pthread_mutex_unlock(&lock);
    return at;
}

void *malloc(size_t size)
{
    void *at = next_malloc(size);

    return at || !is_zeromq() ? at : allocate_from_reserve(size);
}

#endif
