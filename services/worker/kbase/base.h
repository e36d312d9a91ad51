/* base.h: the only user of SQLite. It opens a database that lies in memory: copies of the file, of its write-ahead log
 * and of its rollback journal, which SQLite recovers as after a crash. Nothing is written to the copies, no file is
 * opened, and no code of the database runs: no views, triggers and virtual tables, and no expressions of CHECK
 * constraints. Those of generated columns and of indexes run if a query asks for them, which is the caller's to avoid.
 * Steps, memory and the sizes of values are bounded. One thread. */
#ifndef LOOPHOLE_WORKER_BASE_H
#define LOOPHOLE_WORKER_BASE_H

#include "common/err.h"
#include "common/text.h"

enum {
    BASE_MOST_MIB = 1024,     /* of all copies together */
    BASE_VALUE_MOST = 1 << 20 /* bytes of a value and of a row: a longer row cannot be read */
};

struct base;
struct base_rows;

struct base_files {
    int base, log, journal; /* descriptors, which stay the caller's; -1: there is none */
};

/* Errors (explained): bad_request (no database, or its schema cannot be read), too_large, io. */
enum err base_open(const struct base_files *files, struct base **to, struct fault *fault);
void base_close(struct base *base); /* NULL: does nothing */

enum base_type { BASE_NULL, BASE_WHOLE, BASE_REAL, BASE_TEXT, BASE_BLOB };

struct base_value {
    enum base_type type;
    int64_t whole;
    double real;       /* also of BASE_WHOLE */
    struct text bytes; /* of BASE_TEXT, perhaps no UTF-8 and with zeros, and of BASE_BLOB; until the next row */
};

/* Begins a query. The format is that of sqlite3_mprintf: "%w" is a name, in double quotes. The steps of each query are
 * bounded, and those of all since base_begin. Errors (explained): bad_request, too_large. */
enum err base_ask(struct base *base, struct base_rows **to, struct fault *fault, const char *format, ...);
void base_begin(struct base *base);                    /* the steps of further queries count from 0 */
bool base_is_spent(const struct base *base);           /* the last query ended for want of steps or memory */
void base_bind(struct base_rows *rows, int64_t value); /* the parameter ?1 */

/* Errors (explained): bad_request (the database is damaged here), too_large (a row is too long, or the query takes too
 * many steps). After an error there are no further rows. */
enum err base_next(struct base_rows *rows, bool *has, struct fault *fault);
struct base_value base_get(const struct base_rows *rows, int column); /* null for a column that is not there */
void base_end(struct base_rows *rows);                                /* NULL: does nothing */

#endif
