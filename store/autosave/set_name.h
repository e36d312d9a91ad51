/* set_name.h: the names of the files of autosaves. A set is YYYYMMDD-HHMMSS-MUTATION.json, in UTC, with -layout.json
 * and -manifest.json in place of .json beside it. MUTATION is a number of the change log. Pure. */
#ifndef LOOPHOLE_STORE_SET_NAME_H
#define LOOPHOLE_STORE_SET_NAME_H

#include "common/clock.h"
#include "common/text.h"

enum set_file { SET_SNAPSHOT, SET_LAYOUT, SET_MANIFEST, SET_FILES };
enum { SET_STEM_SIZE = 40, SET_STAMP_SIZE = 16 };

struct set_name {
    int64_t second; /* since 1970 UTC, before the year 10000 */
    uint64_t mutation;
};

const char *set_stamp_write(int64_t second, char to[SET_STAMP_SIZE]);            /* YYYYMMDD-HHMMSS */
const char *set_stem_write(const struct set_name *name, char to[SET_STEM_SIZE]); /* without the ending */
const char *set_name_write(const struct set_name *name, enum set_file file, char to[SET_STEM_SIZE + 16]);

/* False: the file is of no set. Only names as set_name_write writes them are of a set. */
bool set_name_read(const char *from, struct set_name *to, enum set_file *file);

int set_name_compare(const struct set_name *a, const struct set_name *b); /* by time, then by mutation */

/* The name of a set that is made `now` (wall clock) beside `newest` (NULL: none): later than that one, also if the
 * clock was set back. A name more than a day ahead of the clock counts for nothing. */
struct set_name set_name_next(usec_t now, uint64_t mutation, const struct set_name *newest);
bool set_name_is_ahead(const struct set_name *name, usec_t now); /* more than a day */

#endif
