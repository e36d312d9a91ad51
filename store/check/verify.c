#include "store/check/verify.h"

#include <stdatomic.h>
#include <stdio.h>

#include "common/clock.h"
#include "common/process/log.h"
#include "common/process/trial.h"
#include "store/check/check.h"
#include "store/check/pages.h"

enum { PATH_ROOM = PATH_MAX + 128, STALL_US = 60000000, BLANK_PAGES = 16 };

/* Shared by caller and child. */
struct verifying {
    char directory[PATH_ROOM];
    size_t map_bytes;
    struct verified found;
    _Atomic uint64_t done, total, reports; /* of the child */

    /* for the caller */
    const struct long_work *work;
    uint64_t seen; /* number of reports */
    usec_t moved;  /* when it last changed */
};

/* ---- the child ---- */

static void keep_first(void *state, const char *what)
{
    struct verified *found = state;

    found->problems++;
    if (!found->first[0])
        (void)snprintf(found->first, sizeof(found->first), "%s", what);
}

static enum err check_all(struct txn *txn, const struct long_work *work, struct verified *found, struct fault *fault)
{
    struct check_counts counts;
    uint64_t version;
    enum err e = pages_check(txn, work, fault);

    if (e != ERR_OK)
        return e;
    if (txn_version(txn, &version) != ERR_OK)
        return fault_set(fault, ERR_INTERNAL, "its version cannot be read");
    if (version != STORE_VERSION)
        return ERR_OK; /* the migration reads the rows */
    e = check_store_work(txn, NULL, keep_first, found, work, &counts);
    return e == ERR_OK ? e : fault_set(fault, e, "its rows cannot be read");
}

bool verify_finds_no_rows(const struct store *store, struct txn *txn)
{
    return store_pages(store) > BLANK_PAGES && txn_is_empty(txn);
}

enum err verify_here(struct store *store, const struct long_work *work, struct verified *found, struct fault *fault)
{
    struct txn *txn;
    enum err e = store_read(store, &txn, fault);

    *found = (struct verified){ 0 };
    if (e != ERR_OK)
        return e;
    e = check_all(txn, work, found, fault);
    if (e == ERR_OK && verify_finds_no_rows(store, txn))
        e = fault_set(fault, ERR_INTERNAL, VERIFY_NO_ROWS);
    txn_end(txn);
    return e;
}

static void take_check_report(void *state, enum work_kind kind, uint64_t done, uint64_t total)
{
    struct verifying *v = state;

    (void)kind;
    atomic_store(&v->done, done);
    atomic_store(&v->total, total);
    atomic_fetch_add(&v->reports, 1);
}

static enum err be_verifier(void *verifying, struct fault *fault)
{
    struct verifying *v = verifying;
    struct long_work work = { take_check_report, v };
    struct store *store;
    enum err e = store_open_directory(v->directory, STORE_TRIAL, v->map_bytes, &store, fault);

    if (e != ERR_OK)
        return e;
    e = verify_here(store, &work, &v->found, fault);
    store_close(store);
    return e;
}

/* ---- the caller ---- */

/* The caller's own progress is reported as long as the child progresses. */
static bool verify_goes_on(void *verifying)
{
    struct verifying *v = verifying;
    uint64_t reports = atomic_load(&v->reports);
    usec_t now = clock_steady();

    work_report(v->work, WORK_CHECKING, atomic_load(&v->done), atomic_load(&v->total));
    if (reports != v->seen)
        v->moved = now;
    v->seen = reports;
    return now - v->moved < STALL_US;
}

static enum err take_verdict(const struct verifying *v, enum err e, bool died, const struct fault *why,
                             struct fault *fault)
{
    if (e == ERR_OK && v->found.problems)
        log_error("inconsistent rows of the store: %llu; the first: %s", (unsigned long long)v->found.problems,
                  v->found.first);
    if (e == ERR_OK) {
        log_info("the store was checked: its pages are consistent");
        trust_checked(v->directory);
    }
    if (e == ERR_BUSY && !died)
        return fault_set(fault, ERR_IO, "the check of the store makes no progress: the disk is slow or hangs");
    if (e == ERR_OK || (e != ERR_INTERNAL && e != ERR_VERSION && !died))
        return e == ERR_OK ? e : fault_set(fault, e, "%s", why->what);
    if (e == ERR_IO) /* guard.h ended the child: the disk fails */
        return fault_set(fault, e, "%s", why->what);
    log_error("the store is damaged: %s", why->what);
    trust_damaged(v->directory, why->what);
    return trust_say_damaged(why->what, fault);
}

static enum err run_verifier(struct verifying *v, struct fault *fault)
{
    struct fault why = { 0 };
    struct trial trial;
    bool died = false;
    enum err e = trial_start(&trial, be_verifier, v, fault);

    if (e != ERR_OK)
        return e;
    log_info("the store is checked before it is used");
    v->moved = clock_steady();
    e = trial_wait_watching(&trial, verify_goes_on, v, &died, &why);
    return take_verdict(v, e, died, &why, fault);
}

enum err verify_store(const char *directory, size_t map_bytes, const struct long_work *work, struct fault *fault)
{
    char reason[TRUST_REASON];
    enum trust trust = trust_look(directory, reason);
    struct verifying *v;
    enum err e;

    if (trust != TRUST_CHECK)
        return trust == TRUSTED ? ERR_OK : trust_say_damaged(reason, fault);
    v = trial_memory(sizeof(*v));
    v->work = work;
    v->map_bytes = map_bytes;
    (void)text_copy(v->directory, sizeof(v->directory), text_of(directory));
    e = run_verifier(v, fault);
    trial_memory_free(v, sizeof(*v));
    return e;
}
