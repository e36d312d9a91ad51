#include "services/worker/kbase/base.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/alloc.h"
#include "services/worker/decode/input.h"

enum {
    HEAP_MIB = 256,
    STEPS = 1000,            /* of the virtual machine between two counts */
    STEPS_OF_QUERY = 300000, /* counts */
    STEPS_OF_ALL = 1500000,  /* counts, from one base_begin to the next */
    SQL_MOST = 65536,
    COLUMNS_MOST = 2000,
    NAME_ROOM = 512, /* SQLite reads names of this length from a journal */
};
#define NAME     "k"
#define VFS_NAME "copies"

/* ---- copies in memory ---- */

/* Pages that SQLite writes are private to this process. */
struct base_copy {
    uint8_t *at;
    size_t size, room;
    bool is_there;
};

struct base {
    sqlite3 *db;
    sqlite3_vfs vfs;
    struct base_copy base, log, journal;
    int64_t steps, steps_of_query;
    bool is_spent;      /* the last query took all steps or all memory */
    bool names_another; /* its journal names a journal of several databases */
};

struct open_copy {
    struct sqlite3_file file; /* first */
    struct base_copy *copy;
};

static enum err map_copy(struct base_copy *copy, int fd, size_t more, struct fault *fault)
{
    struct input input;
    enum err e;

    *copy = (struct base_copy){ 0 };
    if (fd < 0)
        return ERR_OK;
    e = input_open(&input, fd, fault);
    if (e != ERR_OK)
        return e;
    if (input.size > ((int64_t)BASE_MOST_MIB << 20))
        return fault_set(fault, ERR_TOO_LARGE, "it has more than %d MiB", BASE_MOST_MIB);
    copy->size = (size_t)input.size;
    copy->room = copy->size + more;
    copy->is_there = true;
    if (copy->room == 0)
        return ERR_OK;
    copy->at = mmap(NULL, copy->room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (copy->at == MAP_FAILED) {
        *copy = (struct base_copy){ 0 };
        return fault_set(fault, ERR_TOO_LARGE, "there is no memory for it");
    }
    if (copy->size && mmap(copy->at, copy->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED)
        return fault_set(fault, ERR_IO, "the copy cannot be read");
    return ERR_OK;
}

static void unmap_copy(struct base_copy *copy)
{
    if (copy->at)
        munmap(copy->at, copy->room);
    *copy = (struct base_copy){ 0 };
}

/* ---- the files as SQLite sees them ---- */

static struct base_copy *copy_of(sqlite3_file *file)
{
    return ((struct open_copy *)file)->copy;
}

static int close_file(sqlite3_file *file)
{
    (void)file;
    return SQLITE_OK;
}

static int read_file(sqlite3_file *file, void *to, int amount, sqlite3_int64 from)
{
    const struct base_copy *copy = copy_of(file);
    const size_t len = (size_t)amount, at = (size_t)from;
    const size_t have = from < 0 || at >= copy->size ? 0 : copy->size - at < len ? copy->size - at : len;

    if (have)
        memcpy(to, copy->at + at, have);
    memset((uint8_t *)to + have, 0, len - have);
    return have == len ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int write_file(sqlite3_file *file, const void *from, int amount, sqlite3_int64 at)
{
    struct base_copy *copy = copy_of(file);

    if (at < 0 || (size_t)at > copy->room || (size_t)amount > copy->room - (size_t)at)
        return SQLITE_FULL;
    memcpy(copy->at + at, from, (size_t)amount);
    if ((size_t)at + (size_t)amount > copy->size)
        copy->size = (size_t)at + (size_t)amount;
    return SQLITE_OK;
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    struct base_copy *copy = copy_of(file);

    if (size < 0 || (size_t)size > copy->room)
        return SQLITE_FULL;
    if ((size_t)size < copy->size)
        memset(copy->at + size, 0, copy->size - (size_t)size);
    copy->size = (size_t)size;
    return SQLITE_OK;
}

static int sync_file(sqlite3_file *file, int flags)
{
    (void)file, (void)flags;
    return SQLITE_OK;
}

static int size_file(sqlite3_file *file, sqlite3_int64 *to)
{
    *to = (sqlite3_int64)copy_of(file)->size;
    return SQLITE_OK;
}

static int lock_file(sqlite3_file *file, int kind)
{
    (void)file, (void)kind;
    return SQLITE_OK;
}

static int check_reserved(sqlite3_file *file, int *is_locked)
{
    (void)file;
    *is_locked = 0;
    return SQLITE_OK;
}

static int control_file(sqlite3_file *file, int what, void *value)
{
    (void)file, (void)what, (void)value;
    return SQLITE_NOTFOUND;
}

static int tell_sector(sqlite3_file *file)
{
    (void)file;
    return 512;
}

static int tell_device(sqlite3_file *file)
{
    (void)file;
    return 0;
}

/* Version 1: without shared memory. SQLite then reads a write-ahead log in the exclusive mode. */
static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = size_file,
    .xLock = lock_file,
    .xUnlock = lock_file,
    .xCheckReservedLock = check_reserved,
    .xFileControl = control_file,
    .xSectorSize = tell_sector,
    .xDeviceCharacteristics = tell_device,
};

static struct base_copy *find_copy(struct base *base, const char *name)
{
    if (name && strcmp(name, NAME) == 0)
        return &base->base;
    if (name && strcmp(name, NAME "-wal") == 0)
        return &base->log;
    return name && strcmp(name, NAME "-journal") == 0 ? &base->journal : NULL;
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    struct base_copy *copy = find_copy(vfs->pAppData, name);

    memset(file, 0, sizeof(struct open_copy));
    if (!copy || (!copy->is_there && !(flags & SQLITE_OPEN_CREATE)))
        return SQLITE_CANTOPEN;
    copy->is_there = true;
    file->pMethods = &methods;
    ((struct open_copy *)file)->copy = copy;
    if (out)
        *out = flags;
    return SQLITE_OK;
}

static int delete_file(sqlite3_vfs *vfs, const char *name, int durable)
{
    struct base_copy *copy = find_copy(vfs->pAppData, name);

    (void)durable;
    if (!copy)
        return SQLITE_IOERR_DELETE_NOENT;
    copy->is_there = false;
    copy->size = 0;
    return SQLITE_OK;
}

/* The only other file that SQLite asks for is the journal of a change of several databases. Whether it is there says
 * whether the change was committed, and nobody can say so here. */
static int access_file(sqlite3_vfs *vfs, const char *name, int flags, int *to)
{
    struct base *base = vfs->pAppData;
    const struct base_copy *copy = find_copy(base, name);

    (void)flags;
    *to = copy && copy->is_there && (copy->size > 0 || copy != &base->log);
    base->names_another = base->names_another || !copy;
    return copy ? SQLITE_OK : SQLITE_IOERR_ACCESS;
}

static int write_full_name(sqlite3_vfs *vfs, const char *name, int room, char *to)
{
    (void)vfs;
    return text_copy(to, (size_t)room, text_of(name)) ? SQLITE_OK : SQLITE_CANTOPEN;
}

/* The same in each run. */
static int make_random(sqlite3_vfs *vfs, int len, char *to)
{
    (void)vfs;
    memset(to, 7, (size_t)len);
    return len;
}

static int sleep_not(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return us;
}

static int tell_time(sqlite3_vfs *vfs, double *to)
{
    (void)vfs;
    *to = 2440587.5;
    return SQLITE_OK;
}

static int tell_error(sqlite3_vfs *vfs, int len, char *to)
{
    (void)vfs, (void)len, (void)to;
    return 0;
}

static const sqlite3_vfs files_of_copies = {
    .iVersion = 1,
    .szOsFile = sizeof(struct open_copy),
    .mxPathname = NAME_ROOM,
    .zName = VFS_NAME,
    .xOpen = open_file,
    .xDelete = delete_file,
    .xAccess = access_file,
    .xFullPathname = write_full_name,
    .xRandomness = make_random,
    .xSleep = sleep_not,
    .xCurrentTime = tell_time,
    .xGetLastError = tell_error,
};

/* ---- what the database may do ---- */

static int count_steps(void *state)
{
    struct base *base = state;

    base->steps++;
    return ++base->steps_of_query > STEPS_OF_QUERY || base->steps > STEPS_OF_ALL;
}

static int allow_reading(void *state, int action, const char *name, const char *more, const char *schema,
                         const char *inner)
{
    static const char *const pragmas[] = { "table_xinfo", "index_list", "index_xinfo", "integrity_check" };
    static const char *const functions[] = { "count", "min", "max", "typeof" };

    (void)state, (void)schema;
    if (inner) /* of a view or a trigger */
        return SQLITE_DENY;
    if (action == SQLITE_SELECT || action == SQLITE_READ)
        return SQLITE_OK;
    if (action == SQLITE_PRAGMA && name)
        return TEXT_IS_AMONG(name, pragmas) ? SQLITE_OK : SQLITE_DENY;
    return action == SQLITE_FUNCTION && more && TEXT_IS_AMONG(more, functions) ? SQLITE_OK : SQLITE_DENY;
}

static void bound_database(struct base *base)
{
    static const struct {
        int what, most;
    } limits[] = { { SQLITE_LIMIT_LENGTH, BASE_VALUE_MOST },
                   { SQLITE_LIMIT_SQL_LENGTH, SQL_MOST },
                   { SQLITE_LIMIT_COLUMN, COLUMNS_MOST },
                   { SQLITE_LIMIT_EXPR_DEPTH, 50 },
                   { SQLITE_LIMIT_COMPOUND_SELECT, 4 },
                   { SQLITE_LIMIT_VDBE_OP, 100000 },
                   { SQLITE_LIMIT_ATTACHED, 0 },
                   { SQLITE_LIMIT_TRIGGER_DEPTH, 1 },
                   { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100 },
                   { SQLITE_LIMIT_WORKER_THREADS, 0 } };
    static const struct {
        int what, on;
    } settings[] = { { SQLITE_DBCONFIG_DEFENSIVE, 1 },
                     { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
                     { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
                     { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
                     { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
                     { SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0 },
                     { SQLITE_DBCONFIG_DQS_DML, 0 },
                     { SQLITE_DBCONFIG_DQS_DDL, 0 },
                     { SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 } };

    for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
        sqlite3_limit(base->db, limits[i].what, limits[i].most);
    for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
        sqlite3_db_config(base->db, settings[i].what, settings[i].on, NULL);
    sqlite3_progress_handler(base->db, STEPS, count_steps, base);
}

/* ---- opening ---- */

static enum err refuse_query(struct base *base, int result, struct fault *fault)
{
    base->is_spent = (result & 0xff) == SQLITE_INTERRUPT || (result & 0xff) == SQLITE_NOMEM;
    if (base->names_another)
        return fault_set(fault, ERR_BAD_REQUEST,
                         "a program died while it changed several databases together; open it in that program once");
    switch (result & 0xff) {
    case SQLITE_INTERRUPT:
        return fault_set(fault, ERR_TOO_LARGE, "it takes too many steps");
    case SQLITE_TOOBIG:
        return fault_set(fault, ERR_TOO_LARGE, "a row has more than %d MiB", BASE_VALUE_MOST >> 20);
    case SQLITE_NOMEM:
        return fault_set(fault, ERR_TOO_LARGE, "it takes too much memory");
    default:
        return fault_set(fault, ERR_BAD_REQUEST, "%.150s", sqlite3_errmsg(base->db));
    }
}

static enum err run_setup(struct base *base, struct fault *fault)
{
    static const char *const setup[] = {
        "PRAGMA locking_mode=EXCLUSIVE",
        "PRAGMA temp_store=MEMORY",
        "PRAGMA cell_size_check=ON",
        "PRAGMA query_only=ON",
        "PRAGMA mmap_size=0",
        "PRAGMA ignore_check_constraints=ON",
        "SELECT count(*) FROM sqlite_schema",
    };
    int result = SQLITE_OK;

    for (size_t i = 0; result == SQLITE_OK && i < sizeof(setup) / sizeof(*setup); i++)
        result = sqlite3_exec(base->db, setup[i], NULL, NULL, NULL);
    if (result != SQLITE_OK)
        return refuse_query(base, result, fault);
    sqlite3_set_authorizer(base->db, allow_reading, base);
    return ERR_OK;
}

static enum err open_database(struct base *base, struct fault *fault)
{
    int result;

    base->vfs = files_of_copies;
    base->vfs.pAppData = base;
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    result = sqlite3_initialize();
    sqlite3_hard_heap_limit64((sqlite3_int64)HEAP_MIB << 20);
    if (result == SQLITE_OK)
        result = sqlite3_vfs_register(&base->vfs, 0);
    if (result == SQLITE_OK)
        result = sqlite3_open_v2(NAME, &base->db, SQLITE_OPEN_READWRITE, VFS_NAME);
    if (result != SQLITE_OK)
        return fault_set(fault, ERR_BAD_REQUEST, "%s", sqlite3_errstr(result));
    bound_database(base);
    return run_setup(base, fault);
}

enum err base_open(const struct base_files *files, struct base **to, struct fault *fault)
{
    struct base *base = alloc_zeroed(1, sizeof(*base));
    enum err e = map_copy(&base->log, files->log, 0, fault);

    *to = base;
    if (e == ERR_OK)
        e = map_copy(&base->journal, files->journal, 0, fault);
    if (e == ERR_OK) /* a rollback may make the file longer again */
        e = map_copy(&base->base, files->base, base->journal.size, fault);
    if (e == ERR_OK && base->base.size + base->log.size + base->journal.size > ((size_t)BASE_MOST_MIB << 20))
        e = fault_set(fault, ERR_TOO_LARGE, "it has more than %d MiB", BASE_MOST_MIB);
    if (e == ERR_OK && base->base.size == 0)
        e = fault_set(fault, ERR_BAD_REQUEST, "it is empty");
    if (e == ERR_OK)
        e = open_database(base, fault);
    if (e == ERR_OK)
        return e;
    base_close(base);
    *to = NULL;
    return e;
}

void base_close(struct base *base)
{
    if (!base)
        return;
    sqlite3_close(base->db);
    if (base->vfs.zName)
        sqlite3_vfs_unregister(&base->vfs);
    unmap_copy(&base->base);
    unmap_copy(&base->log);
    unmap_copy(&base->journal);
    free(base);
}

/* ---- queries ---- */

struct base_rows {
    struct base *base;
    sqlite3_stmt *statement;
};

void base_begin(struct base *base)
{
    base->steps = 0;
}

bool base_is_spent(const struct base *base)
{
    return base->is_spent;
}

enum err base_ask(struct base *base, struct base_rows **to, struct fault *fault, const char *format, ...)
{
    sqlite3_stmt *statement = NULL;
    va_list arguments;
    char *sql;
    int result = SQLITE_NOMEM;

    *to = NULL;
    base->is_spent = false;
    base->steps_of_query = 0;
    va_start(arguments, format);
    sql = sqlite3_vmprintf(format, arguments);
    va_end(arguments);
    if (sql)
        result = sqlite3_prepare_v2(base->db, sql, -1, &statement, NULL);
    sqlite3_free(sql);
    if (result != SQLITE_OK)
        return refuse_query(base, result, fault);
    *to = alloc_zeroed(1, sizeof(**to));
    **to = (struct base_rows){ base, statement };
    return ERR_OK;
}

void base_bind(struct base_rows *rows, int64_t value)
{
    sqlite3_bind_int64(rows->statement, 1, value);
}

enum err base_next(struct base_rows *rows, bool *has, struct fault *fault)
{
    const int result = sqlite3_step(rows->statement);

    *has = result == SQLITE_ROW;
    return *has || result == SQLITE_DONE ? ERR_OK : refuse_query(rows->base, result, fault);
}

struct base_value base_get(const struct base_rows *rows, int column)
{
    sqlite3_stmt *s = rows->statement;
    struct base_value value = { 0 };

    switch (sqlite3_column_type(s, column)) {
    case SQLITE_INTEGER:
        value.type = BASE_WHOLE;
        value.whole = sqlite3_column_int64(s, column);
        value.real = (double)value.whole;
        break;
    case SQLITE_FLOAT:
        value.type = BASE_REAL;
        value.real = sqlite3_column_double(s, column);
        break;
    case SQLITE_TEXT:
        value.type = BASE_TEXT;
        value.bytes.at = (const char *)sqlite3_column_text(s, column);
        value.bytes.len = value.bytes.at ? (uint32_t)sqlite3_column_bytes(s, column) : 0;
        break;
    case SQLITE_BLOB:
        value.type = BASE_BLOB;
        value.bytes.at = sqlite3_column_blob(s, column);
        value.bytes.len = value.bytes.at ? (uint32_t)sqlite3_column_bytes(s, column) : 0;
        break;
    default:
        break;
    }
    return value;
}

void base_end(struct base_rows *rows)
{
    if (!rows)
        return;
    sqlite3_finalize(rows->statement);
    free(rows);
}
