#include "store/backup/check_in_child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file.h"
#include "store/check/culprit_wait.h"
#include "store/check/pages.h"
#include "store/open/store_open.h"
#include "store/trust.h"

/* Shared by caller and child. */
struct shared_check {
    const struct paths *paths;
    bool files;
    bool is_damaged; /* its pages are inconsistent */
    int said;        /* a file of problems, each ended by a zero */
    struct check_counts counts;
    uint64_t pages;
};

/* ---- the child ---- */

static void send_problem(void *state, const char *what)
{
    const struct shared_check *a = state;

    (void)file_write_fd(a->said, what, strlen(what) + 1);
}

static enum err check_it(void *state, struct fault *fault)
{
    struct shared_check *a = state;
    struct store *store;
    struct txn *txn;
    enum err e = store_open(a->paths, STORE_TRIAL, &store, fault);

    if (e != ERR_OK)
        return e;
    a->pages = store_pages(store);
    e = store_read(store, &txn, fault);
    if (e == ERR_OK && (e = pages_check(txn, NULL, fault)) != ERR_OK) {
        a->is_damaged = e == ERR_INTERNAL;
        txn_end(txn);
    }
    if (e == ERR_OK) {
        e = check_store(txn, a->files ? a->paths : NULL, send_problem, a, &a->counts);
        txn_end(txn);
        if (e != ERR_OK)
            fault_set(fault, e, "a database cannot be read");
    }
    store_close(store);
    return e;
}

/* ---- the caller ---- */

static enum err report_all(int said, void (*problem)(void *state, const char *what), void *state)
{
    struct stat st;
    enum err e = ERR_OK;

    if (fstat(said, &st) != 0)
        return file_err(errno);
    size_t size = (size_t)st.st_size;
    char *all = alloc_zeroed(1, size + 1);
    if (pread(said, all, size, 0) != (ssize_t)size)
        e = ERR_IO;
    for (size_t at = 0; e == ERR_OK && at < size; at += strlen(all + at) + 1)
        problem(state, all + at);
    free(all);
    return e;
}

/* A store with a damaged head can look empty; persist has noted the damage. */
static bool is_known_as_damaged(const struct paths *paths, char reason[TRUST_REASON])
{
    char directory[PATH_MAX + 16];

    snprintf(directory, sizeof(directory), "%s/store", paths->data);
    return trust_look(directory, reason) == TRUST_DAMAGED;
}

static enum err run_check(struct shared_check *a, void (*problem)(void *state, const char *what), void *state,
                          struct fault *fault)
{
    char reason[TRUST_REASON];
    struct fault why = { 0 };
    struct trial trial;
    bool died = false;
    enum err e = trial_start(&trial, check_it, a, &why);

    if (e == ERR_OK)
        e = culprit_wait_trial(a->paths, &trial, &died, &why);

    if (report_all(a->said, problem, state) != ERR_OK)
        return fault_set(fault, ERR_IO, "cannot read the problems that the check found");
    if (e == ERR_OK)
        return e;
    if (e == ERR_OFFLINE && is_known_as_damaged(a->paths, reason))
        return trust_say_damaged(reason, fault);
    if (fault)
        *fault = why;
    if ((!died && !a->is_damaged && e != ERR_INTERNAL) || e == ERR_IO)
        return e;
    fault_set(fault, e, "the store is damaged: %s", why.what);
    return fault ? fault_hint(fault, "`loophole restore FILE` replaces it with a backup") : e;
}

enum err check_in_child(const struct paths *paths, bool files, void (*problem)(void *state, const char *what),
                        void *state, struct check_counts *counts, uint64_t *pages, struct fault *fault)
{
    struct shared_check *a = trial_memory(sizeof(*a));
    enum err e;

    *a = (struct shared_check){ .paths = paths, .files = files, .said = memfd_create("problems", MFD_CLOEXEC) };
    if (a->said < 0)
        e = fault_errno(fault, ERR_FULL, errno, "cannot make a file in memory for the problems of the store");
    else
        e = run_check(a, problem, state, fault);
    *counts = a->counts;
    *pages = a->pages;
    if (a->said >= 0)
        close(a->said);
    trial_memory_free(a, sizeof(*a));
    return e;
}
