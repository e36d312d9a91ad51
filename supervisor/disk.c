#include "supervisor/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file.h"
#include "common/process/log.h"

enum { LOOK_US = 1000000, DOUBT_US = 10000000, ANSWER_US = 5000000, STACK = 256 * 1024 };
enum { PROBE_BYTES = 4096, PATH_SIZE = PATH_MAX + 32 };

bool disk_may_have_caused(const siginfo_t *info)
{
    return info->si_code == CLD_EXITED &&
           (info->si_status == err_exit_code(ERR_IO) || info->si_status == err_exit_code(ERR_FULL));
}

void disk_doubt(struct disk *disk, usec_t now)
{
    disk->doubted = now + DOUBT_US;
}

/* ---- a test ---- */

/* The thread owns it until `is_done`, then the supervisor. */
struct disk_try {
    char paths[2][PATH_SIZE];
    int number; /* errno, or 0; valid when `is_done` */
    atomic_bool is_done;
};

/* Writes one page to a new file; returns the errno, or 0. */
static int try_file(const char *path)
{
    static const char page[PROBE_BYTES];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600), number = 0;

    if (fd < 0)
        return errno;
    if (file_write_fd(fd, page, sizeof(page)) != ERR_OK)
        number = errno;
    if (close(fd) != 0 && number == 0)
        number = errno;
    (void)unlink(path);
    return number;
}

static void *try_both(void *state)
{
    struct disk_try *running = state;

    if ((running->number = try_file(running->paths[0])) == 0)
        running->number = try_file(running->paths[1]);
    atomic_store(&running->is_done, true);
    return NULL;
}

/* Blocks signals in the thread, so that only the supervisor's own thread gets them. */
static bool start_thread(struct disk_try *running)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    pthread_t thread;
    bool started;

    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    started = pthread_create(&thread, &attributes, try_both, running) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return started;
}

void disk_open(struct disk *disk)
{
    *disk = (struct disk){ .try = alloc_zeroed(1, sizeof(*disk->try)) };
}

/* If no thread can be started, the next look tries again. */
static void start_try(struct disk *disk, const struct paths *paths, usec_t now)
{
    (void)snprintf(disk->try->paths[0], PATH_SIZE, "%s/.probe", paths->data);
    (void)snprintf(disk->try->paths[1], PATH_SIZE, "%s/.probe", paths->cache);
    atomic_store(&disk->try->is_done, false);
    disk->is_tried = start_thread(disk->try);
    disk->began = now;
}

/* False: there is no answer yet, and it is not overdue. */
static bool collect_trial(struct disk *disk, usec_t now, int *number)
{
    if (!disk->is_tried)
        return false;
    if (!atomic_load(&disk->try->is_done)) {
        *number = ETIMEDOUT;
        return now - disk->began > ANSWER_US;
    }
    *number = disk->try->number;
    disk->is_tried = false;
    return true;
}

/* ---- deaths ---- */

static bool write_down(const struct paths *paths, const struct death *death)
{
    struct fault fault = { 0 };

    return crash_list_add(paths, death, &fault) == ERR_OK;
}

void disk_record_death(struct disk *disk, const struct paths *paths, const struct death *death)
{
    struct kept_death *kept = &disk->deaths[disk->count];

    if (disk->count == 0 && !disk->fails && write_down(paths, death))
        return;
    if (disk->count == DISK_DEATHS) {
        disk->lost++;
        return;
    }
    kept->death = *death;
    kept->death.at = clock_now();
    (void)snprintf(kept->service, sizeof(kept->service), "%s", death->service);
    (void)snprintf(kept->how, sizeof(kept->how), "%s", death->how);
    disk->count++;
}

static void write_kept(struct disk *disk, const struct paths *paths)
{
    uint32_t done = 0;

    for (; done < disk->count; done++) {
        struct kept_death *kept = &disk->deaths[done];
        kept->death.service = kept->service;
        kept->death.how = kept->how;
        if (!write_down(paths, &kept->death))
            break;
    }
    disk->count -= done;
    memmove(disk->deaths, disk->deaths + done, disk->count * sizeof(*disk->deaths));
    if (disk->count == 0 && disk->lost > 0) {
        log_warn("further deaths, not on record because the disk was away: %u", disk->lost);
        disk->lost = 0;
    }
}

static void take_result(struct disk *disk, const struct paths *paths, int number)
{
    if (number != 0 && !disk->fails)
        log_error("the disk of %s fails: %s", paths->data, strerror(number));
    else if (number == 0 && disk->fails)
        log_info("the disk of %s is back", paths->data);
    disk->fails = number != 0;
    disk->alarm[0] = '\0';
    if (number != 0)
        (void)snprintf(disk->alarm, sizeof(disk->alarm), "the disk of %.150s fails: %s", paths->data, strerror(number));
    else if (disk->count > 0)
        write_kept(disk, paths);
}

void disk_look(struct disk *disk, const struct paths *paths, usec_t now)
{
    int number;

    if (now - disk->looked < LOOK_US)
        return;
    disk->looked = now;
    if (collect_trial(disk, now, &number))
        take_result(disk, paths, number);
    else if (!disk->fails)
        disk->alarm[0] = '\0';
    if (!disk->is_tried && (disk->fails || disk->count > 0 || now < disk->doubted))
        start_try(disk, paths, now);
}
