/* forbidden.so: preloaded into a JACK client, it ends the process at the first call within the process callback that
 * may block or enter the kernel: memory, locks, files, sleep, output. It wraps the callback where the client sets it.
 *
 * FORBIDDEN_LOG: a file that gets the line "watched", and the name of the call that ended the process.
 * FORBIDDEN_TRY=1: the callback itself allocates, to show that the check works. */
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

typedef int process_fn(uint32_t frames, void *state);

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *at, size_t size);
void __libc_free(void *at);
void *__libc_memalign(size_t alignment, size_t size);

static __thread int inside;
static process_fn *callback;
static void *callback_state;

static void print_text(const char *what)
{
    const char *path = getenv("FORBIDDEN_LOG");
    long fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;

    if (fd < 0)
        return;
    syscall(SYS_write, fd, what, strlen(what));
    syscall(SYS_write, fd, "\n", 1UL);
    syscall(SYS_close, fd);
}

static void check_call(const char *name)
{
    if (!inside)
        return;
    inside = 0;
    print_text(name);
    abort();
}

/* ---- the callback ---- */

static int run_period(uint32_t frames, void *state)
{
    void *volatile tried;
    int result;

    (void)state;
    inside = 1;
    if (getenv("FORBIDDEN_TRY"))
        free(tried = malloc(frames));
    result = callback(frames, callback_state);
    inside = 0;
    return result;
}

int jack_set_process_callback(void *client, process_fn *process, void *state)
{
    int (*real)(void *, process_fn *, void *) =
        (int (*)(void *, process_fn *, void *))(uintptr_t)dlsym(RTLD_NEXT, "jack_set_process_callback");

    callback = process;
    callback_state = state;
    print_text("watched");
    return real(client, run_period, NULL);
}

/* ---- memory ---- */

void *malloc(size_t size)
{
    check_call("malloc");
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    check_call("calloc");
    return __libc_calloc(count, size);
}

void *realloc(void *at, size_t size)
{
    check_call("realloc");
    return __libc_realloc(at, size);
}

void free(void *at)
{
    check_call("free");
    __libc_free(at);
}

int posix_memalign(void **at, size_t alignment, size_t size)
{
    check_call("posix_memalign");
    *at = __libc_memalign(alignment, size);
    return *at ? 0 : 12;
}

/* ---- the rest: looked up once, then forwarded ---- */

#define HAND_ON(type, name, parameters, ...)                                                                           \
    type name parameters                                                                                               \
    {                                                                                                                  \
        static type(*real) parameters;                                                                                 \
        check_call(#name);                                                                                             \
        if (!real)                                                                                                     \
            real = (type(*) parameters)(uintptr_t)dlsym(RTLD_NEXT, #name);                                             \
        return real(__VA_ARGS__);                                                                                      \
    }

HAND_ON(int, pthread_mutex_lock, (pthread_mutex_t * mutex), mutex)
HAND_ON(int, pthread_mutex_trylock, (pthread_mutex_t * mutex), mutex)
HAND_ON(int, pthread_rwlock_rdlock, (pthread_rwlock_t * lock), lock)
HAND_ON(int, pthread_rwlock_wrlock, (pthread_rwlock_t * lock), lock)
HAND_ON(int, pthread_cond_wait, (pthread_cond_t * condition, pthread_mutex_t *mutex), condition, mutex)
HAND_ON(int, pthread_cond_signal, (pthread_cond_t * condition), condition)
HAND_ON(int, pthread_cond_broadcast, (pthread_cond_t * condition), condition)
HAND_ON(int, sem_wait, (sem_t * semaphore), semaphore)
HAND_ON(int, sem_post, (sem_t * semaphore), semaphore)
HAND_ON(ssize_t, read, (int fd, void *to, size_t size), fd, to, size)
HAND_ON(ssize_t, write, (int fd, const void *from, size_t size), fd, from, size)
HAND_ON(ssize_t, pread, (int fd, void *to, size_t size, off_t at), fd, to, size, at)
HAND_ON(ssize_t, pwrite, (int fd, const void *from, size_t size, off_t at), fd, from, size, at)
HAND_ON(ssize_t, send, (int fd, const void *from, size_t size, int flags), fd, from, size, flags)
HAND_ON(ssize_t, recv, (int fd, void *to, size_t size, int flags), fd, to, size, flags)
HAND_ON(int, close, (int fd), fd)
HAND_ON(int, poll, (struct pollfd * fds, nfds_t count, int timeout_ms), fds, count, timeout_ms)
HAND_ON(int, nanosleep, (const struct timespec *time, struct timespec *left), time, left)
HAND_ON(int, clock_nanosleep, (clockid_t clock, int flags, const struct timespec *time, struct timespec *left), clock,
        flags, time, left)
HAND_ON(int, usleep, (useconds_t time), time)
HAND_ON(void *, mmap, (void *at, size_t size, int protection, int flags, int fd, off_t from), at, size, protection,
        flags, fd, from)
HAND_ON(int, munmap, (void *at, size_t size), at, size)
HAND_ON(int, madvise, (void *at, size_t size, int advice), at, size, advice)
HAND_ON(FILE *, fopen, (const char *path, const char *mode), path, mode)
HAND_ON(size_t, fwrite, (const void *from, size_t size, size_t count, FILE *file), from, size, count, file)
HAND_ON(int, fputs, (const char *text, FILE *file), text, file)
HAND_ON(int, puts, (const char *text), text)
HAND_ON(int, vfprintf, (FILE * file, const char *format, va_list args), file, format, args)
HAND_ON(int, vsnprintf, (char *to, size_t size, const char *format, va_list args), to, size, format, args)
HAND_ON(int, raise, (int number), number)
