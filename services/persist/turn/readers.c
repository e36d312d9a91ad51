#include "services/persist/turn/readers.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "common/process/config.h"
#include "common/process/log.h"
#include "common/process/proc.h"

enum { BEHIND_MOST = 1000, ALARM_PART = 16 };
static const usec_t held_most = 10 * 1000000;

enum err readers_open(struct readers *readers, const struct paths *paths, struct fault *fault)
{
    struct config *config;
    enum err e = config_load(paths, &config, fault);

    if (e != ERR_OK)
        return e;
    int64_t mib = config_int(config, "store.reader_growth_mib");
    readers->growth = ((uint64_t)mib << 20) / (uint64_t)sysconf(_SC_PAGESIZE);
    return config_end(config, e, fault);
}

static void clear_dead(struct store *store)
{
    int dead = store_clear_readers(store);

    if (dead > 0)
        log_info("dead readers of the store that were cleared: %d", dead);
}

static char process_state(int32_t pid)
{
    struct proc proc;

    return proc_read(pid, &proc) ? proc.state : '?';
}

/* The reader as of the last check if it is still in the same transaction; else a new one. */
static struct held_reader held_before(const struct readers *readers, struct reader reader, uint64_t pages, usec_t now)
{
    for (uint32_t i = 0; i < readers->count; i++)
        if (readers->held[i].reader.pid == reader.pid && readers->held[i].reader.txn == reader.txn)
            return readers->held[i];
    return (struct held_reader){ .reader = reader, .since = now, .pages = pages };
}

static void look_again(struct readers *readers, struct store *store, uint64_t *newest, usec_t now)
{
    struct readers was = *readers;
    struct reader all[READERS_MOST];
    uint64_t pages = store_pages(store);

    readers->count = store_readers(store, all, READERS_MOST, newest);
    for (uint32_t i = 0; i < readers->count; i++) {
        struct held_reader *held = &readers->held[i];
        *held = held_before(&was, all[i], pages, now);
        if (process_state(held->reader.pid) != 'T')
            held->stopped_since = 0;
        else if (!held->stopped_since)
            held->stopped_since = now;
    }
}

static uint64_t grown_since(const struct held_reader *held, uint64_t pages)
{
    return pages > held->pages ? pages - held->pages : 0;
}

static unsigned long long mib_of(uint64_t pages)
{
    return (unsigned long long)(pages * (uint64_t)sysconf(_SC_PAGESIZE) >> 20);
}

static void end_reader(const struct held_reader *held, uint64_t grown, const char *why)
{
    char name[PROC_NAME];

    proc_name(held->reader.pid, name);
    log_warn("process %d (%s) %s: killed, because the store grew by %llu MiB meanwhile", (int)held->reader.pid, name,
             why, mib_of(grown));
    kill(held->reader.pid, SIGKILL);
}

static void end_if_due(const struct readers *readers, const struct held_reader *held, uint64_t newest, uint64_t pages,
                       usec_t now)
{
    int32_t pid = held->reader.pid;
    uint64_t grown = grown_since(held, pages);

    if (held->stopped_since && now - held->stopped_since >= held_most && newest - held->reader.txn >= BEHIND_MOST)
        end_reader(held, grown, "is stopped inside a read transaction");
    else if (now - held->since >= held_most && grown >= readers->growth && pid != getpid() && proc_is_ours(pid) &&
             process_state(pid) != 't')
        end_reader(held, grown, "has been inside one read transaction for too long");
}

/* The reader that holds most pages: LMDB reuses no page newer than the oldest state that is read. */
static const struct held_reader *find_worst(const struct readers *readers, uint64_t pages, usec_t now)
{
    const struct held_reader *worst = NULL;

    for (uint32_t i = 0; i < readers->count; i++) {
        const struct held_reader *held = &readers->held[i];
        if (now - held->since < held_most || grown_since(held, pages) < readers->growth / ALARM_PART)
            continue;
        if (!worst || held->reader.txn < worst->reader.txn)
            worst = held;
    }
    return worst;
}

static void set_alarm(struct readers *readers, const struct held_reader *held, uint64_t pages, usec_t now)
{
    char name[PROC_NAME];

    readers->alarmed = held ? held->reader.pid : 0;
    readers->alarm[0] = '\0';
    if (!held)
        return;
    proc_name(held->reader.pid, name);
    snprintf(readers->alarm, sizeof(readers->alarm),
             "process %d (%s) has read one old state of the store for %llu s: the store grew by %llu MiB meanwhile",
             (int)held->reader.pid, name, (unsigned long long)((now - held->since) / 1000000),
             mib_of(grown_since(held, pages)));
}

bool readers_look(struct readers *readers, struct store *store)
{
    int32_t alarmed = readers->alarmed;
    usec_t now = clock_steady();
    uint64_t newest, pages = store_pages(store);

    clear_dead(store);
    look_again(readers, store, &newest, now);
    set_alarm(readers, find_worst(readers, pages, now), pages, now); /* while the process has its name */
    for (uint32_t i = 0; i < readers->count; i++)
        end_if_due(readers, &readers->held[i], newest, pages, now);
    return readers->alarmed != alarmed;
}
