/* The moments at which persist may die, and the failing disk. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "store/keys.h"
#include "tests/sim/journal.h"

enum { WRITE_US = 3000 /* at most, in a slow world: a turn has 10 ms (TURN_US) */ };
enum { SOON = 200 /* of a thousand commits that begin work: death comes at once, as it rarely would by itself */ };
enum { FAILING = 8 /* of a thousand commits */, CALLS = 4 /* of one commit; any of them may fail */ };

static struct {
    uint64_t moments; /* until death; 0: never */
    uint32_t calls;   /* calls of the disk until one fails; 0: none */
    int number;       /* the error of that call */
    bool is_begun;    /* the transaction begins work that continues after its answer */
} fate;

void death_arm(uint64_t moments)
{
    fate.moments = moments;
    fate.calls = 0;
    fate.is_begun = false;
}

static bool has_come(void)
{
    return fate.moments > 0 && --fate.moments == 0;
}

void death_may_come(const char *moment)
{
    if (!has_come())
        return;
    sim_step(moment, 0);
    server_die();
}

/* ---- wrappers of the store's functions ---- */

enum err __real_txn_put(struct txn *txn, enum database db, struct bytes key, struct bytes value);
enum err __wrap_txn_put(struct txn *txn, enum database db, struct bytes key, struct bytes value);
enum err __real_txn_delete(struct txn *txn, enum database db, struct bytes key);
enum err __wrap_txn_delete(struct txn *txn, enum database db, struct bytes key);
enum err __real_txn_commit(struct txn *txn, struct fault *fault);
enum err __wrap_txn_commit(struct txn *txn, struct fault *fault);

enum err __wrap_txn_put(struct txn *txn, enum database db, struct bytes key, struct bytes value)
{
    enum err e;

    death_may_come("before a write");
    if (sim.is_slow)
        sim.now += (usec_t)sim_random(WRITE_US);
    e = __real_txn_put(txn, db, key, value);
    if (e == ERR_OK)
        journal_put(db, key, value);
    fate.is_begun |= db == DB_META && key.len > strlen(META_PACK) && memcmp(key.at, META_PACK, strlen(META_PACK)) == 0;
    return e;
}

enum err __wrap_txn_delete(struct txn *txn, enum database db, struct bytes key)
{
    death_may_come("before a deletion");
    journal_delete(txn, db, key);
    return __real_txn_delete(txn, db, key);
}

static void arm_disk(void)
{
    if (fate.moments == 0 || !sim_chance(FAILING))
        return;
    fate.calls = 1 + (uint32_t)sim_random(CALLS);
    fate.number = sim_chance(500) ? EIO : ENOSPC;
}

/* A commit takes time, in which more asks arrive; so turns have several. */
enum err __wrap_txn_commit(struct txn *txn, struct fault *fault)
{
    enum err e;

    if (has_come()) {
        sim_step("died before the commit", 0);
        txn_end(txn);
        server_die();
    }
    arm_disk();
    e = __real_txn_commit(txn, fault);
    fate.calls = 0;
    if (e == ERR_OK)
        journal_commit();
    sim.counts.commits++;
    sim.counts.failed_commits += e != ERR_OK;
    sim_step("commit", (uint64_t)e);
    sim.now += (usec_t)(50 + sim_random(2000));
    if (fate.is_begun && fate.moments > 0 && sim_chance(SOON))
        fate.moments = 1;
    fate.is_begun = false;
    death_may_come("after the commit");
    return e;
}

/* ---- the disk, as LMDB calls it ---- */

static bool is_due(void)
{
    if (fate.calls == 0 || --fate.calls > 0)
        return false;
    errno = fate.number;
    return true;
}

ssize_t pwrite(int fd, const void *at, size_t len, off_t offset)
{
    return is_due() ? -1 : syscall(SYS_pwrite64, fd, at, len, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return is_due() ? -1 : syscall(SYS_writev, fd, parts, count);
}

int fdatasync(int fd)
{
    return is_due() ? -1 : (int)syscall(SYS_fdatasync, fd);
}
