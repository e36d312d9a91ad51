#include "services/project/base/file_io.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file.h"

enum { LEFTOVER_LEN = 16 };
static const char leftover[] = ".loophole-"; /* and six characters: file_write_atomic */
static const usec_t patience_us = (usec_t)10 * 1000000;

void file_io_sweep(const char *folder, usec_t before)
{
    DIR *directory = opendir(folder);
    struct dirent *entry;
    struct stat stat;

    while (directory && (entry = readdir(directory)))
        if (strncmp(entry->d_name, leftover, strlen(leftover)) == 0 && strlen(entry->d_name) == LEFTOVER_LEN &&
            fstatat(dirfd(directory), entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(stat.st_mode) &&
            clock_usec(stat.st_ctim) < before)
            unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory)
        closedir(directory);
}

static void folder_of(const struct file_io *io, char folder[PATH_MAX])
{
    char *slash;

    memcpy(folder, io->path, PATH_MAX);
    slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
}

static enum err make_folder(const struct file_io *io, struct fault *fault)
{
    char folder[PATH_MAX];

    folder_of(io, folder);
    return file_make_dirs(folder, 0755, fault);
}

static void sweep_media(const char *folder, usec_t before)
{
    static const char *const inner[] = { "Audio", "Video" };
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof(inner) / sizeof(*inner); i++) {
        snprintf(path, sizeof(path), "%.4000s/Media/%s", folder, inner[i]);
        file_io_sweep(path, before);
    }
}

static void run_io(struct errand *errand)
{
    struct file_io *io = (struct file_io *)errand;
    struct fault *fault = &io->fault;
    char folder[PATH_MAX];
    enum err e;

    folder_of(io, folder);
    file_io_sweep(folder, io->started);
    if (io->kind == FILE_IO_SWEEP) {
        sweep_media(folder, io->started);
        return;
    }
    if (io->kind == FILE_IO_READ) {
        e = file_read_all(io->path, FILE_IO_MOST, &io->bytes, fault);
    } else {
        e = make_folder(io, fault);
        if (e == ERR_OK && io->kind == FILE_IO_WRITE)
            e = file_write_atomic(io->path, buffer_bytes(&io->bytes), 0644, fault);
        if (e == ERR_OK && io->kind == FILE_IO_ABSENT && access(io->path, F_OK) == 0)
            e = fault_set(fault, ERR_EXISTS, "there is a project already: %.180s", io->path);
    }
    if (io->kind == FILE_IO_WRITE || !realpath(folder, io->real))
        io->real[0] = '\0';
    fault->code = e;
}

static void end_io(struct errand *errand, bool lost)
{
    struct file_io *io = (struct file_io *)errand;
    struct file_io late = { .path = "" };

    if (!lost) {
        io->done(io->owner, io);
        return;
    }
    fault_set(&late.fault, ERR_TIMEOUT, "the folder of the project does not answer");
    late.kind = io->kind;
    io->done(io->owner, &late);
}

static void drop_io(struct errand *errand)
{
    struct file_io *io = (struct file_io *)errand;

    buffer_free(&io->bytes);
    free(io);
}

void file_io_start(struct project *p, enum file_io_kind kind, const char *path, struct bytes bytes,
                   void (*done)(void *owner, struct file_io *io), void *owner)
{
    struct file_io *io = alloc_zeroed(1, sizeof(*io));

    io->errand = (struct errand){ .run = run_io, .done = end_io, .drop = drop_io, .patience = patience_us };
    io->kind = kind;
    io->started = p->started;
    io->done = done;
    io->owner = owner;
    snprintf(io->path, sizeof(io->path), "%s", path);
    buffer_add(&io->bytes, bytes.at, bytes.len);
    errand_start(p->errands, &io->errand);
}
