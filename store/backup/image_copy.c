#include "store/backup/image_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process/config.h"
#include "store/check/culprit_wait.h"
#include "store/open/store_open.h"

enum { PIECE = 65536, LOOK_MS = 50 };
static const struct timespec look_period = { .tv_nsec = 50000000 };

/* Shared by caller and child. */
struct copy {
    const struct paths *paths;
    int from, to; /* the pipe */
    bool compact;
    uint64_t growth; /* in pages: the child gives up if the store grew by more */
    uint64_t pages;  /* of the store at the beginning */
    struct store *store;
    bool has_grown;
    bool has_failed; /* LMDB could not copy */
};

/* ---- the child ---- */

/* The store keeps every page that the copy may still read, so it grows with each commit during the copy. */
static void *watch_growth(void *copy)
{
    struct copy *c = copy;

    for (;;) {
        nanosleep(&look_period, NULL);
        if (store_pages(c->store) - c->pages > c->growth) {
            c->has_grown = true;
            _exit(1);
        }
    }
    return NULL;
}

static enum err send_image(struct copy *c, struct fault *fault)
{
    pthread_t watcher;
    enum err e;

    if (pthread_create(&watcher, NULL, watch_growth, c) != 0)
        return fault_set(fault, ERR_FULL, "cannot start a thread");
    e = store_copy(c->store, c->to, c->compact, fault);
    c->has_failed = e != ERR_OK;
    pthread_cancel(watcher);
    pthread_join(watcher, NULL);
    return e;
}

static enum err be_source(void *copy, struct fault *fault)
{
    struct copy *c = copy;
    enum err e;

    (void)prctl(PR_SET_NAME, "loophole-backup");
    close(c->from); /* so that writing fails once the caller stops reading */
    e = store_open(c->paths, STORE_TRIAL, &c->store, fault);
    if (e != ERR_OK)
        return e;
    c->pages = store_pages(c->store);
    e = send_image(c, fault);
    store_close(c->store);
    return e;
}

/* ---- the caller ---- */

/* False: another process blocks the store. */
static bool wait_for_bytes(int from, struct culprit_wait *wait)
{
    struct pollfd bytes = { .fd = from, .events = POLLIN };

    while (poll(&bytes, 1, LOOK_MS) == 0)
        if (!culprit_wait_goes_on(wait))
            return false;
    return true;
}

static enum err copy_pipe(int from, int fd, const char *path, struct culprit_wait *wait, struct fault *fault)
{
    uint8_t piece[PIECE];
    ssize_t got;

    for (;;) {
        if (!wait_for_bytes(from, wait))
            return culprit_wait_refuse(wait, fault);
        if ((got = read(from, piece, sizeof(piece))) == 0)
            return ERR_OK;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_errno(fault, ERR_IO, errno, "cannot read the copy of the store");
        enum err e = file_write_fd(fd, piece, (size_t)got);
        if (e != ERR_OK)
            return fault_errno(fault, e, errno, "cannot write %s", path);
    }
}

static enum err say_growth(const struct copy *c, const char *path, struct fault *fault)
{
    fault_set(fault, ERR_TIMEOUT, "the store grew by more than %llu MiB during the copy: %.100s is written too slowly",
              (unsigned long long)(c->growth * (uint64_t)sysconf(_SC_PAGESIZE) >> 20), path);
    return fault_hint(fault, "back up to a faster disk and copy that file, or raise store.backup_growth_mib");
}

static enum err copy_through(struct copy *c, int fd, const char *path, struct fault *fault)
{
    struct trial source;
    struct fault why = { 0 };
    bool died;
    enum err e = trial_start(&source, be_source, c, fault);

    close(c->to);
    if (e != ERR_OK) {
        close(c->from);
        return e;
    }
    struct culprit_wait wait = { .paths = c->paths, .child = source.pid };
    e = copy_pipe(c->from, fd, path, &wait, fault);
    close(c->from);
    if (e != ERR_OK)
        (void)kill(source.pid, SIGKILL); /* its pipe has no reader, and it may wait for something else */
    enum err sent = trial_wait(&source, &died, &why);
    if (e != ERR_OK || sent == ERR_OK)
        return e;
    if (c->has_grown)
        return say_growth(c, path, fault);
    if (!died)
        fault_set(fault, sent, "%s", why.what);
    else
        fault_set(fault, sent, "the store cannot be copied: %s", why.what);
    return why.hint[0] ? fault_hint(fault, "%s", why.hint) : sent;
}

static enum err copy_once(struct copy *c, int fd, const char *path, struct fault *fault)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return fault_errno(fault, ERR_FULL, errno, "cannot make a pipe");
    c->from = ends[0];
    c->to = ends[1];
    c->has_failed = false;
    return copy_through(c, fd, path, fault);
}

/* LMDB makes no compact copy of a store that has lost track of a page. */
static enum err copy_either_way(struct copy *c, int fd, const char *path, struct fault *fault)
{
    enum err e = copy_once(c, fd, path, fault);

    if (e == ERR_OK || !c->has_failed || c->has_grown)
        return e;
    c->compact = false;
    if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
        return fault_errno(fault, ERR_IO, errno, "cannot write %s", path);
    return copy_once(c, fd, path, fault);
}

static enum err load_growth(const struct paths *paths, uint64_t *pages, struct fault *fault)
{
    struct config *config;
    enum err e = config_load(paths, &config, fault);
    int64_t mib;

    if (e != ERR_OK)
        return e;
    mib = config_int(config, "store.backup_growth_mib");
    *pages = ((uint64_t)mib << 20) / (uint64_t)sysconf(_SC_PAGESIZE);
    return config_end(config, e, fault);
}

enum err image_copy(const struct paths *paths, int fd, const char *path, struct fault *fault)
{
    struct copy *c = trial_memory(sizeof(*c));
    enum err e;

    c->paths = paths;
    c->compact = true;
    e = load_growth(paths, &c->growth, fault);
    if (e == ERR_OK)
        e = copy_either_way(c, fd, path, fault);
    trial_memory_free(c, sizeof(*c));
    return e;
}
