#include "store/autosave/set_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND_US ((usec_t)1000000)
enum { DAY_S = 86400, STAMP = SET_STAMP_SIZE - 1 };
static const int64_t last_second = 253402300799; /* of the year 9999 */
static const char *const endings[SET_FILES] = { ".json", "-layout.json", "-manifest.json" };

const char *set_stamp_write(int64_t second, char to[SET_STAMP_SIZE])
{
    const time_t time = second < 0 ? 0 : second > last_second ? last_second : second;
    struct tm tm;

    gmtime_r(&time, &tm);
    if (strftime(to, SET_STAMP_SIZE, "%Y%m%d-%H%M%S", &tm) == 0)
        to[0] = '\0';
    return to;
}

const char *set_stem_write(const struct set_name *name, char to[SET_STEM_SIZE])
{
    char stamp[SET_STAMP_SIZE];

    snprintf(to, SET_STEM_SIZE, "%s-%" PRIu64, set_stamp_write(name->second, stamp), name->mutation);
    return to;
}

const char *set_name_write(const struct set_name *name, enum set_file file, char to[SET_STEM_SIZE + 16])
{
    char stem[SET_STEM_SIZE];

    snprintf(to, SET_STEM_SIZE + 16, "%s%s", set_stem_write(name, stem), endings[file]);
    return to;
}

static bool read_digits(const char **from, int count, int *to)
{
    *to = 0;
    for (int i = 0; i < count; i++, (*from)++) {
        if (**from < '0' || **from > '9')
            return false;
        *to = *to * 10 + (**from - '0');
    }
    return true;
}

static bool read_stamp(const char **from, int64_t *second)
{
    struct tm tm = { 0 };

    if (!read_digits(from, 4, &tm.tm_year) || !read_digits(from, 2, &tm.tm_mon) || !read_digits(from, 2, &tm.tm_mday) ||
        *(*from)++ != '-')
        return false;
    if (!read_digits(from, 2, &tm.tm_hour) || !read_digits(from, 2, &tm.tm_min) || !read_digits(from, 2, &tm.tm_sec))
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon--;
    *second = timegm(&tm);
    return *second >= 0;
}

/* What is written again as it was read is a name of ours: no 31st of February, no leading zero of the mutation. */
bool set_name_read(const char *from, struct set_name *to, enum set_file *file)
{
    char again[SET_STEM_SIZE + 16];
    const char *at = from;
    char *end;

    if (strnlen(from, sizeof(again)) >= sizeof(again) || !read_stamp(&at, &to->second) || *at++ != '-' || *at < '0' ||
        *at > '9')
        return false;
    to->mutation = strtoull(at, &end, 10);
    for (*file = 0; *file < SET_FILES; (*file)++)
        if (strcmp(end, endings[*file]) == 0)
            return strcmp(from, set_name_write(to, *file, again)) == 0;
    return false;
}

int set_name_compare(const struct set_name *a, const struct set_name *b)
{
    if (a->second != b->second)
        return a->second < b->second ? -1 : 1;
    return a->mutation < b->mutation ? -1 : a->mutation > b->mutation;
}

bool set_name_is_ahead(const struct set_name *name, usec_t now)
{
    return name->second > now / SECOND_US + DAY_S;
}

struct set_name set_name_next(usec_t now, uint64_t mutation, const struct set_name *newest)
{
    struct set_name next = { .second = now / SECOND_US, .mutation = mutation };

    if (!newest || set_name_is_ahead(newest, now) || set_name_compare(newest, &next) < 0)
        return next;
    next.second = newest->second + (newest->mutation >= mutation);
    return next;
}
