#include "services/project/base/filing.h"

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

void filing_sweep(const char *folder, usec_t before)
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

static void folder_of(const struct filing *filing, char folder[PATH_MAX])
{
    char *slash;

    memcpy(folder, filing->path, PATH_MAX);
    slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
}

static enum err make_folder(const struct filing *filing, struct fault *fault)
{
    char folder[PATH_MAX];

    folder_of(filing, folder);
    return file_make_dirs(folder, 0755, fault);
}

static void run_filing(struct errand *errand)
{
    struct filing *filing = (struct filing *)errand;
    struct fault *fault = &filing->fault;
    char folder[PATH_MAX];
    enum err e;

    folder_of(filing, folder);
    filing_sweep(folder, filing->started);
    if (filing->kind == FILING_READ) {
        e = file_read_all(filing->path, FILING_MOST, &filing->bytes, fault);
    } else {
        e = make_folder(filing, fault);
        if (e == ERR_OK && filing->kind == FILING_WRITE)
            e = file_write_atomic(filing->path, buffer_bytes(&filing->bytes), 0644, fault);
        if (e == ERR_OK && filing->kind == FILING_ABSENT && access(filing->path, F_OK) == 0)
            e = fault_set(fault, ERR_EXISTS, "there is a project already: %.180s", filing->path);
    }
    if (filing->kind == FILING_WRITE || !realpath(folder, filing->real))
        filing->real[0] = '\0';
    fault->code = e;
}

static void end_filing(struct errand *errand, bool lost)
{
    struct filing *filing = (struct filing *)errand;
    struct filing late = { .path = "" };

    if (!lost) {
        filing->done(filing->owner, filing);
        return;
    }
    fault_set(&late.fault, ERR_TIMEOUT, "the folder of the project does not answer");
    late.kind = filing->kind;
    filing->done(filing->owner, &late);
}

static void drop_filing(struct errand *errand)
{
    struct filing *filing = (struct filing *)errand;

    buffer_free(&filing->bytes);
    free(filing);
}

void filing_start(struct project *p, enum filing_kind kind, const char *path, struct bytes bytes,
                  void (*done)(void *owner, struct filing *filing), void *owner)
{
    struct filing *filing = alloc_zeroed(1, sizeof(*filing));

    filing->errand =
        (struct errand){ .run = run_filing, .done = end_filing, .drop = drop_filing, .patience = patience_us };
    filing->kind = kind;
    filing->started = p->started;
    filing->done = done;
    filing->owner = owner;
    snprintf(filing->path, sizeof(filing->path), "%s", path);
    buffer_add(&filing->bytes, bytes.at, bytes.len);
    errand_start(p->errands, &filing->errand);
}
