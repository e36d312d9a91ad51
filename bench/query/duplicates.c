/* duplicates: the growth of the time to find duplicates. Searches made-up sounds in a real store, as the service does.
 * One sound in twenty is a copy of the one before it, softer and with noise. Then some sounds
 * go and come back, and the result is brought up to date. Prints processor times. Usage: duplicates
 * COUNT…, each in a new home below $LOOPHOLE_HOME */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/query/items.h"
#include "services/search/duplicates/groups.h"
#include "store/keys.h"
#include "store/open/store_open.h"

enum { SLICE_US = 5000, STAGES = 4, CHANGES = 10 };

static double processor_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct id *ids_of(struct txn *txn, uint32_t count)
{
    struct id *ids = calloc(count + 1, sizeof(*ids));
    struct walk walk;
    uint32_t found = 0;

    if (ids && walk_begin(txn, DB_MEDIA, (struct bytes){ 0 }, (struct bytes){ 0 }, &walk) == ERR_OK) {
        while (found < count && walk_next(&walk))
            ids[found++] = key_id_at(walk.key, 0);
        walk_end(&walk);
    }
    return found == count ? ids : NULL;
}

static double sum_seconds(const double seconds[STAGES])
{
    double all = 0;

    for (int i = 0; i < STAGES; i++)
        all += seconds[i];
    return all;
}

/* Seconds of each stage: collecting, matching twice, comparing fingerprints. */
static bool search_groups(struct duplicate_groups *groups, struct store *store, const struct paths *paths,
                          uint32_t count, double seconds[STAGES], uint64_t *pairs)
{
    uint64_t done = 0, total = 0;
    bool is_done = false;
    enum err e = ERR_OK;

    while (e == ERR_OK && !is_done) {
        struct txn *txn;
        double began = processor_seconds();
        groups_progress(groups, &done, &total);
        uint64_t stage = done / count < STAGES - 1 ? done / count : STAGES - 1;
        if ((e = store_read(store, &txn, NULL)) != ERR_OK)
            break;
        e = groups_step(groups, txn, paths, clock_steady() + SLICE_US, &is_done);
        txn_end(txn);
        seconds[stage] += processor_seconds() - began;
    }
    *pairs = total - (uint64_t)count * (STAGES - 1);
    return e == ERR_OK;
}

/* Some sounds, spread over all, go and come back: prints what each update takes. */
static void update_groups(struct duplicate_groups *groups, struct store *store, const struct paths *paths,
                          const struct id *ids, uint32_t count)
{
    struct id *fewer = calloc(count + 1, sizeof(*fewer));
    bool *none = calloc(count + 1, sizeof(*none));
    double gone[STAGES] = { 0 }, back[STAGES] = { 0 };
    uint32_t left = 0;
    uint64_t pairs;

    if (!fewer || !none)
        exit(1);
    for (uint32_t i = 0; i < count; i++)
        if (i % (count / CHANGES) != 0)
            fewer[left++] = ids[i];
    if (groups_renew(groups, fewer, left, none) != ERR_OK || !search_groups(groups, store, paths, left, gone, &pairs) ||
        groups_renew(groups, ids, count, none) != ERR_OK || !search_groups(groups, store, paths, count, back, &pairs))
        exit(1);
    printf("%17s %u go: %.0f ms; they come back: %.0f ms\n", "", count - left, sum_seconds(gone) * 1e3,
           sum_seconds(back) * 1e3);
    free(fewer);
    free(none);
}

static void run_count(uint32_t count, double *before)
{
    struct paths paths;
    struct store *store;
    struct txn *txn;
    struct found_group group;
    double seconds[STAGES] = { 0 }, all;
    uint64_t pairs = 0;
    uint32_t found = 0;

    if (paths_find(&paths, NULL) != ERR_OK)
        exit(1);
    items_store(&paths, count, 1, ITEMS_PRINTS);
    if (store_open(&paths, STORE_READER, &store, NULL) != ERR_OK || store_read(store, &txn, NULL) != ERR_OK)
        exit(1);
    struct id *ids = ids_of(txn, count);
    txn_end(txn);
    struct duplicate_groups *groups = ids ? groups_new(ids, count) : NULL;
    if (!groups || !search_groups(groups, store, &paths, count, seconds, &pairs))
        exit(1);
    while (groups_get(groups, found, &group))
        found++;
    all = sum_seconds(seconds);
    printf("%9u items: %8.2f s (gather %.2f, match %.2f, compare %.2f for %llu pairs), %.0f µs an item", count, all,
           seconds[0], seconds[1] + seconds[2], seconds[3], (unsigned long long)pairs, all / count * 1e6);
    if (*before > 0)
        printf(", %.2f times those of the one before", all / count / *before);
    printf("; %u groups of %u\n", found, count / 20);
    update_groups(groups, store, &paths, ids, count);
    fflush(stdout);
    *before = all / count;
    groups_free(groups);
    free(ids);
    store_close(store);
}

int main(int argc, char **argv)
{
    const char *home = getenv("LOOPHOLE_HOME");
    double before = 0;

    for (int i = 1; home && i < argc; i++) {
        char own[4096];
        snprintf(own, sizeof(own), "%s/%s", home, argv[i]);
        setenv("LOOPHOLE_HOME", own, 1);
        run_count((uint32_t)strtoul(argv[i], NULL, 10), &before);
    }
    return home && argc > 1 ? 0 : 1;
}
