/* reader: a process that reads the store while others die. Linked with the real store.
 *
 *   reader watch   reads again and again until SIGTERM; ends with 1 at the first error
 *   reader watch_failing   the same on a disk that fails: if the last write of a commit fails, a reader may see that
 *                  commit for a moment, before LMDB takes it back (seen once in 27 failures); no process reports that
 *   reader hold    opens a read transaction, prints "holding" and stays within it
 *   reader dump    every media item as a line of JSON
 *   reader pages   pages of the store's file in use
 *   reader readers the processes within a transaction: pid and commit */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/catalogue.h"
#include "store/open/store_open.h"
#include "tests/each_media.h"

enum {
    CHANGES_LOOKED_AT = 500,
    MEDIA_LOOKED_AT = 50,
    READS_BEFORE_OPENING_ANEW = 100,
    DOUBT_TRIES = 600,
    DOUBT_US = 50000
};

struct reading {
    struct paths paths;
    struct store *store;
    struct arena arena;
    uint64_t head; /* the revision at the last read */
    uint64_t reads;
    uint64_t opens;
    bool disk_fails;
};

static volatile sig_atomic_t ending;

static void end_soon(int number)
{
    (void)number;
    ending = 1;
}

_Noreturn static void fail(const char *doing, enum err e, const struct fault *fault)
{
    printf("%s: %s: %s\n", doing, err_name(e), fault ? fault->what : "");
    exit(1);
}

/* After a failed call the writer checks the store first, and readers wait for that. */
static bool waits_again(enum err e, int *tries)
{
    return e == ERR_OFFLINE && (*tries)++ < DOUBT_TRIES && usleep(DOUBT_US) == 0;
}

static void open_store(struct reading *r)
{
    struct fault fault = { 0 };
    int tries = 0;
    enum err e;

    do
        e = store_open(&r->paths, STORE_READER, &r->store, &fault);
    while (waits_again(e, &tries));
    if (e != ERR_OK)
        fail("the store does not open", e, &fault);
    r->opens++;
}

static struct txn *begin_reading(struct reading *r)
{
    struct fault fault = { 0 };
    struct txn *txn;
    int tries = 0;
    enum err e;

    do
        e = store_read(r->store, &txn, &fault);
    while (waits_again(e, &tries));
    if (e != ERR_OK)
        fail("a read transaction does not begin", e, &fault);
    return txn;
}

/* ---- watch ---- */

static bool print_change(void *state, const struct change *change)
{
    uint64_t *expected = state;

    if (change->revision != *expected)
        fail("the change log has a gap", ERR_INTERNAL, NULL);
    ++*expected;
    return true;
}

static void look_at_changes(struct reading *r, struct txn *txn)
{
    uint64_t tail, head, from;
    enum err e = catalogue_head(txn, &tail, &head);

    if (e != ERR_OK)
        fail("the change log cannot be read", e, NULL);
    if (head < r->head && !r->disk_fails)
        fail("a revision that was there is gone", ERR_INTERNAL, NULL);
    if (head && txn_count(txn, DB_CHANGE) != head - tail + 1)
        fail("the change log has another number of rows", ERR_INTERNAL, NULL);
    r->head = head;
    from = head > tail + CHANGES_LOOKED_AT ? head - CHANGES_LOOKED_AT : tail;
    e = head ? catalogue_each_change(txn, &r->arena, from - 1, print_change, &from) : ERR_OK;
    if (e != ERR_OK || (head && from != head + 1))
        fail("the change log ends too early", e, NULL);
}

static bool count_media(void *state, const struct media *media)
{
    uint32_t *count = state;

    (void)media;
    return ++*count < MEDIA_LOOKED_AT;
}

static void read_once(struct reading *r)
{
    struct txn *txn = begin_reading(r);
    uint32_t count = 0;

    look_at_changes(r, txn);
    enum err e = each_media(txn, &r->arena, count_media, &count);
    if (e != ERR_OK)
        fail("a record cannot be read", e, NULL);
    txn_end(txn);
    arena_reset(&r->arena);
    r->reads++;
}

static int watch_changes(struct reading *r)
{
    const struct timespec pause = { .tv_nsec = 2000000 };

    while (!ending) {
        read_once(r);
        if (r->reads % READS_BEFORE_OPENING_ANEW == 0) {
            store_close(r->store);
            open_store(r);
        }
        nanosleep(&pause, NULL);
    }
    printf("figure: a reader read %llu times and opened the store %llu times; nothing failed\n",
           (unsigned long long)r->reads, (unsigned long long)r->opens);
    return 0;
}

static int watch_failing(struct reading *r)
{
    r->disk_fails = true;
    return watch_changes(r);
}

/* ---- hold, dump, pages ---- */

static int hold_pages(struct reading *r)
{
    struct txn *txn = begin_reading(r);

    puts("holding");
    fflush(stdout);
    while (!ending)
        pause();
    txn_end(txn);
    return 0;
}

static bool print_media(void *state, const struct media *media)
{
    (void)state;
    printf("{\"id\":\"");
    for (size_t i = 0; i < sizeof(media->id.b); i++)
        printf("%02x", media->id.b[i]);
    printf("\",\"revision\":%llu,\"name\":\"%.*s\",\"tags\":[", (unsigned long long)media->revision,
           TEXT_ARG(media->name));
    for (uint32_t i = 0; i < media->tags.count; i++)
        printf("%s\"%.*s\"", i ? "," : "", TEXT_ARG(media->tags.at[i]));
    puts("]}");
    return true;
}

static int dump_items(struct reading *r)
{
    struct txn *txn = begin_reading(r);
    enum err e = each_media(txn, &r->arena, print_media, NULL);

    if (e != ERR_OK)
        fail("a record cannot be read", e, NULL);
    txn_end(txn);
    return 0;
}

static int print_pages(struct reading *r)
{
    printf("%llu\n", (unsigned long long)store_pages(r->store));
    return 0;
}

static int print_readers(struct reading *r)
{
    struct reader all[254];
    uint64_t newest;
    uint32_t count = store_readers(r->store, all, sizeof(all) / sizeof(*all), &newest);

    for (uint32_t i = 0; i < count; i++)
        printf("%d %llu\n", (int)all[i].pid, (unsigned long long)all[i].txn);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(struct reading *r);
} modes[] = { { "watch", watch_changes }, { "watch_failing", watch_failing }, { "hold", hold_pages },
              { "dump", dump_items },     { "pages", print_pages },           { "readers", print_readers } };

int main(int argc, char **argv)
{
    struct reading r = { 0 };
    struct fault fault = { 0 };
    enum err e = paths_find(&r.paths, &fault);

    if (e != ERR_OK)
        fail("no home", e, &fault);
    signal(SIGTERM, end_soon);
    for (size_t i = 0; argc == 2 && i < sizeof(modes) / sizeof(*modes); i++) {
        if (strcmp(argv[1], modes[i].name) == 0) {
            open_store(&r);
            int code = modes[i].run(&r);
            store_close(r.store);
            arena_free(&r.arena);
            return code;
        }
    }
    fprintf(stderr, "usage: reader watch|watch_failing|hold|dump|pages|readers\n");
    return 2;
}
