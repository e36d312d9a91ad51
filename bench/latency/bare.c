#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/latency/bench.h"

enum { MEDIA, CHANGE, REQUEST, DATABASES };

struct bare {
    MDB_env *env;
    MDB_dbi dbi[DATABASES];
    const struct engine *like;
    uint64_t serial;
    uint8_t row[65536];
};

static void check_code(int rc)
{
    if (rc)
        bench_fail("LMDB: %s", mdb_strerror(rc));
}

static void put_row(struct bare *bare, MDB_txn *txn, int db, const void *key, size_t key_len, size_t len)
{
    MDB_val k = { key_len, (void *)(uintptr_t)key }, v = { len, bare->row };

    check_code(mdb_put(txn, bare->dbi[db], &k, &v, 0));
}

/* One edit: overwrites its record, appends its change, and writes its request at a random place. */
static void edit_item(struct bare *bare, MDB_txn *txn)
{
    const struct engine *like = bare->like;
    struct id request = id_of_bytes(&bare->serial, sizeof(bare->serial));
    uint8_t revision[8];

    for (int i = 0; i < 8; i++)
        revision[i] = (uint8_t)(bare->serial >> (56 - 8 * i));
    memcpy(bare->row, revision, sizeof(revision));
    put_row(bare, txn, MEDIA, like->items[bare->serial % ITEMS].b, sizeof(struct id), like->media);
    put_row(bare, txn, CHANGE, revision, sizeof(revision), like->change);
    put_row(bare, txn, REQUEST, request.b, sizeof(request.b), like->request);
    bare->serial++;
}

double bare_put(struct bare *bare, uint32_t commits, uint32_t edits, struct latency *to)
{
    uint64_t begin = latency_clock();

    for (uint32_t i = 0; i < commits; i++) {
        uint64_t from = latency_clock();
        MDB_txn *txn;
        check_code(mdb_txn_begin(bare->env, NULL, 0, &txn));
        for (uint32_t j = 0; j < edits; j++)
            edit_item(bare, txn);
        check_code(mdb_txn_commit(txn));
        latency_add(to, latency_clock() - from);
    }
    return (double)(latency_clock() - begin) / 1e9;
}

struct bare *bare_begin(const char *directory, const struct engine *like)
{
    static const char *const names[DATABASES] = { "media", "change", "request" };
    struct bare *bare = calloc(1, sizeof(*bare));
    struct latency *unused = calloc(1, sizeof(*unused));
    MDB_txn *txn;

    if (!bare || !unused)
        bench_fail("no memory");
    bare->like = like;
    mkdir(directory, 0700);
    check_code(mdb_env_create(&bare->env));
    check_code(mdb_env_set_maxdbs(bare->env, DATABASES));
    check_code(mdb_env_set_mapsize(bare->env, (size_t)16 << 30));
    check_code(mdb_env_open(bare->env, directory, MDB_NOTLS, 0600));
    check_code(mdb_txn_begin(bare->env, NULL, 0, &txn));
    for (int i = 0; i < DATABASES; i++)
        check_code(mdb_dbi_open(txn, names[i], MDB_CREATE, &bare->dbi[i]));
    check_code(mdb_txn_commit(txn));
    bare_put(bare, 1, ITEMS, unused);
    free(unused);
    return bare;
}

void bare_end(struct bare *bare)
{
    mdb_env_close(bare->env);
    free(bare);
}
