#include "services/persist/readers.h"
#include <signal.h>
#include "common/log.h"
#include "common/proc.h"

enum { BEHIND_MOST = 1000 };
static const usec_t stopped_most = 10 * 1000000;

static void clear_dead(struct store *store)
{
    int dead = store_clear_readers(store);

    if (dead > 0)
        log_info("cleared %d dead readers of the store", dead);
}

static bool is_stopped(int32_t pid)
{
    struct proc proc;

    return proc_read(pid, &proc) && proc.state == 'T';
}

static usec_t stopped_since(const struct readers *readers, struct reader reader, usec_t now)
{
    for (uint32_t i = 0; i < readers->count; i++)
        if (readers->stopped[i].reader.pid == reader.pid && readers->stopped[i].reader.txn == reader.txn)
            return readers->stopped[i].since;
    return now;
}

static void end_if_due(const struct stopped_reader *stopped, uint64_t newest, usec_t now)
{
    const struct reader *reader = &stopped->reader;

    if (now - stopped->since < stopped_most || newest - reader->txn < BEHIND_MOST)
        return;
    log_warn("process %d is stopped inside a read transaction: killed, for the store would grow without end",
             (int)reader->pid);
    kill(reader->pid, SIGKILL);
}

void readers_look(struct readers *readers, struct store *store)
{
    struct reader all[READERS_STOPPED_MOST];
    struct readers now = { 0 };
    uint64_t newest;
    usec_t time = clock_steady();

    clear_dead(store);
    uint32_t count = store_readers(store, all, READERS_STOPPED_MOST, &newest);
    for (uint32_t i = 0; i < count; i++)
        if (is_stopped(all[i].pid))
            now.stopped[now.count++] =
                (struct stopped_reader){ all[i], stopped_since(readers, all[i], time) };
    for (uint32_t i = 0; i < now.count; i++)
        end_if_due(&now.stopped[i], newest, time);
    *readers = now;
}
