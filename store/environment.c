#include "store/environment.h"

#include <errno.h>
#include <unistd.h>

#include "store/files.h"
#include "store/trust.h"

/* ---- errors ---- */

static const struct {
    int number;
    enum err code;
} meanings[] = {
    { MDB_SUCCESS, ERR_OK },
    { MDB_NOTFOUND, ERR_NOT_FOUND },
    { MDB_MAP_FULL, ERR_FULL },
    { MDB_READERS_FULL, ERR_BUSY },
    { MDB_BAD_VALSIZE, ERR_INTERNAL },
    { MDB_BAD_TXN, ERR_INTERNAL },
    { MDB_TXN_FULL, ERR_TOO_LARGE },
    { MDB_VERSION_MISMATCH, ERR_VERSION },
    { MDB_CORRUPTED, ERR_INTERNAL },
    { MDB_PAGE_NOTFOUND, ERR_INTERNAL },
    { MDB_INVALID, ERR_INTERNAL },
    { MDB_CURSOR_FULL, ERR_INTERNAL },
    { MDB_INCOMPATIBLE, ERR_INTERNAL },
    { ENOMEM, ERR_IO },
    { EINVAL, ERR_IO },
};

/* True for a page number that is out of range, or a page with impossible content: one of another type, a tree that is
 * too deep, or a row of the table of databases that is no database. */
static bool is_damage(int number)
{
    return number == MDB_CORRUPTED || number == MDB_PAGE_NOTFOUND || number == MDB_INVALID ||
           number == MDB_CURSOR_FULL || number == MDB_INCOMPATIBLE;
}

enum err environment_meaning(MDB_env *env, int number)
{
    const struct store *store = env ? mdb_env_get_userctx(env) : NULL;

    if (store && is_damage(number))
        trust_doubt(store->directory);
    for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
        if (meanings[i].number == number)
            return meanings[i].code;
    return number > 0 ? files_err(number) : ERR_IO;
}

enum err environment_failed(struct store *store, struct fault *fault, int number, const char *doing, const char *what)
{
    return fault_set(fault, environment_meaning(store->env, number), "cannot %s %s: %s", doing, what,
                     mdb_strerror(number));
}

/* ---- another file in the place of data.mdb ---- */

bool environment_was_replaced(const struct store *store)
{
    struct stat st;

    return files_data(store->directory, &st) && (st.st_ino != store->inode || st.st_dev != store->device);
}

bool environment_was_removed(const struct store *store)
{
    struct stat st;

    return !files_data(store->directory, &st) && errno == ENOENT && access(store->directory, F_OK) == 0 &&
           !files_data(store->directory, &st);
}

bool environment_is_gone(const struct store *store)
{
    return environment_was_replaced(store) || environment_was_removed(store);
}

enum err environment_refuse_replaced(const struct store *store, struct fault *fault)
{
    if (environment_was_removed(store))
        return fault_set(fault, ERR_IO, "data.mdb in %s was removed while the engine runs", store->directory);
    trust_doubt(store->directory);
    return fault_set(fault, ERR_IO, "data.mdb in %s was replaced by another file", store->directory);
}
