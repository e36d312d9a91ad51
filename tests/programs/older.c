/* older: turns the store of a stopped engine into one of an older version, but only in its version row.
 *
 *   older VERSION   prints the number of rows in the store */
#include <stdio.h>
#include <stdlib.h>

#include "store/store.h"

static int fail_with(enum err e, const struct fault *fault)
{
    fprintf(stderr, "older: %s: %s\n", err_name(e), fault->what);
    return 1;
}

int main(int argc, char **argv)
{
    struct paths paths;
    struct store *store;
    struct txn *txn;
    struct fault fault = { 0 };
    char directory[PATH_MAX + 8];
    uint64_t rows = 0;
    enum err e = argc == 2 ? paths_find(&paths, &fault) : ERR_BAD_REQUEST;

    if (e != ERR_OK)
        return fail_with(e, &fault);
    snprintf(directory, sizeof(directory), "%s/store", paths.data);
    e = store_open_directory(directory, STORE_WRITER, 0, &store, &fault);
    if (e != ERR_OK || (e = store_write(store, &txn, &fault)) != ERR_OK)
        return fail_with(e, &fault);
    for (int db = 0; db < DB_COUNT; db++)
        rows += txn_count(txn, (enum database)db);
    e = txn_set_version(txn, strtoull(argv[1], NULL, 10));
    if (e != ERR_OK || (e = txn_commit(txn, &fault)) != ERR_OK)
        return fail_with(e, &fault);
    store_close(store);
    printf("%llu\n", (unsigned long long)rows);
    return 0;
}
