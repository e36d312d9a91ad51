#include "supervisor/disk.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "common/file.h"
#include "common/log.h"

enum { LOOK_US = 1000000, PROBE_BYTES = 4096, PATH_SIZE = PATH_MAX + 32 };

bool disk_caused(const siginfo_t *info)
{
    return info->si_code == CLD_EXITED &&
           (info->si_status == err_exit_code(ERR_IO) || info->si_status == err_exit_code(ERR_FULL));
}

/* A page of a new file; its errno, or 0. It is not synced: a disk that hangs must not stop the supervisor. */
static int try_file(const char *path)
{
    static const char page[PROBE_BYTES];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600), number = 0;

    if (fd < 0)
        return errno;
    if (file_write_fd(fd, page, sizeof(page)) != ERR_OK)
        number = errno;
    if (close(fd) != 0 && number == 0)
        number = errno;
    (void)unlink(path);
    return number;
}

static int probe(const struct paths *paths)
{
    char path[PATH_SIZE];
    int number;

    (void)snprintf(path, sizeof(path), "%s/.probe", paths->data);
    if ((number = try_file(path)) != 0)
        return number;
    (void)snprintf(path, sizeof(path), "%s/.probe", paths->cache);
    return try_file(path);
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

    if (disk->count == 0 && write_down(paths, death))
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
        log_warn("%u more deaths are not on record: the disk was away", disk->lost);
        disk->lost = 0;
    }
}

void disk_look(struct disk *disk, const struct paths *paths, usec_t now)
{
    int number;

    if (now - disk->looked < LOOK_US)
        return;
    disk->looked = now;
    number = probe(paths);
    if (number != 0 && !disk->fails)
        log_error("the disk of %s fails: %s", paths->data, strerror(number));
    else if (number == 0 && disk->fails)
        log_info("the disk of %s is back", paths->data);
    disk->fails = number != 0;
    disk->alarm[0] = '\0';
    if (number != 0)
        (void)snprintf(disk->alarm, sizeof(disk->alarm), "the disk of %.150s fails: %s", paths->data,
                       strerror(number));
    else if (disk->count > 0)
        write_kept(disk, paths);
}
