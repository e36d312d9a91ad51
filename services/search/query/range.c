#include "services/search/query/range.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#define SCALE_MOST 1e22 /* the greatest power of ten that a double has exactly; further digits are left out */

static const struct unit {
    enum filter_unit of;
    const char *word;
    double factor, parts; /* so many of the column's unit, or one of so many parts of it */
} UNITS[] = {
    { UNIT_BYTES, "b", 1, 1 },         { UNIT_BYTES, "k", 1e3, 1 },
    { UNIT_BYTES, "kb", 1e3, 1 },      { UNIT_BYTES, "m", 1e6, 1 },
    { UNIT_BYTES, "mb", 1e6, 1 },      { UNIT_BYTES, "g", 1e9, 1 },
    { UNIT_BYTES, "gb", 1e9, 1 },      { UNIT_BYTES, "kib", 1024, 1 },
    { UNIT_BYTES, "mib", 1048576, 1 }, { UNIT_BYTES, "gib", 1073741824, 1 },
    { UNIT_SECONDS, "ms", 1, 1000 },   { UNIT_SECONDS, "s", 1, 1 },
    { UNIT_SECONDS, "sec", 1, 1 },     { UNIT_SECONDS, "m", 60, 1 },
    { UNIT_SECONDS, "min", 60, 1 },    { UNIT_SECONDS, "h", 3600, 1 },
    { UNIT_HERTZ, "hz", 1, 1 },        { UNIT_HERTZ, "k", 1e3, 1 },
    { UNIT_HERTZ, "khz", 1e3, 1 },     { UNIT_AGE, "s", 1, 1 },
    { UNIT_AGE, "min", 60, 1 },        { UNIT_AGE, "h", 3600, 1 },
    { UNIT_AGE, "d", 86400, 1 },       { UNIT_AGE, "w", 604800, 1 },
    { UNIT_AGE, "m", 2629800, 1 },     { UNIT_AGE, "y", 31557600, 1 },
};

struct range_reading {
    struct text from;
    uint32_t at;
    enum filter_unit unit;
};

/* Its digits are an integer, and one division makes the value, so 0.3 is the same number as elsewhere. */
struct number {
    double digits, scale;    /* the digits, and the power of ten that divides them */
    const struct unit *unit; /* NULL: none was given */
    double value, low, high; /* by scale_number; low and high: half a step of its last digit away */
};

static char next_char(const struct range_reading *r)
{
    return r->at < r->from.len ? r->from.at[r->at] : 0;
}

static bool skip_range_word(struct range_reading *r, const char *word)
{
    size_t len = strlen(word);

    if (r->from.len - r->at < len || memcmp(r->from.at + r->at, word, len) != 0)
        return false;
    r->at += (uint32_t)len;
    return true;
}

static bool take_unit(struct range_reading *r, struct number *number)
{
    uint32_t len = 0;

    while (r->at + len < r->from.len && isalpha((unsigned char)r->from.at[r->at + len]))
        len++;
    number->unit = NULL;
    if (len == 0)
        return true;
    for (size_t i = 0; i < sizeof(UNITS) / sizeof(UNITS[0]); i++) {
        if (UNITS[i].of != r->unit || strlen(UNITS[i].word) != len ||
            strncasecmp(UNITS[i].word, r->from.at + r->at, len) != 0)
            continue;
        number->unit = &UNITS[i];
        r->at += len;
        return true;
    }
    return false;
}

static bool take_number(struct range_reading *r, struct number *number, const char **why)
{
    bool negative = skip_range_word(r, "-"), any = false;

    *number = (struct number){ .scale = 1 };
    for (; isdigit((unsigned char)next_char(r)); r->at++, any = true)
        number->digits = number->digits * 10 + (next_char(r) - '0');
    if (next_char(r) == '.' && r->at + 1 < r->from.len && isdigit((unsigned char)r->from.at[r->at + 1])) {
        for (r->at++; isdigit((unsigned char)next_char(r)); r->at++, any = true) {
            if (number->scale >= SCALE_MOST)
                continue;
            number->scale *= 10;
            number->digits = number->digits * 10 + (next_char(r) - '0');
        }
    }
    *why = any ? "unknown unit" : "expected a number";
    number->digits = negative ? -number->digits : number->digits;
    return any && isfinite(number->digits) && take_unit(r, number);
}

static void scale_number(const struct range_reading *r, struct number *number, const struct unit *unit)
{
    static const struct unit DAY = { UNIT_AGE, "d", 86400, 1 }, ONE = { UNIT_NONE, "", 1, 1 };
    double divisor;

    unit = number->unit ? number->unit : unit ? unit : r->unit == UNIT_AGE ? &DAY : &ONE;
    divisor = number->scale * unit->parts;
    number->value = number->digits * unit->factor / divisor;
    number->low = (number->digits - 0.5) * unit->factor / divisor;
    number->high = (number->digits + 0.5) * unit->factor / divisor;
}

static bool read_compared(struct range_reading *r, struct range *to, const char **why)
{
    bool more = next_char(r) == '>', or_equal;
    struct number number;

    r->at++;
    or_equal = skip_range_word(r, "=");
    if (!take_number(r, &number, why))
        return false;
    scale_number(r, &number, NULL);
    if (more)
        *to = (struct range){ number.value, INFINITY, !or_equal, false };
    else
        *to = (struct range){ -INFINITY, number.value, false, !or_equal };
    return true;
}

static struct range range_around(const struct range_reading *r, const struct number *number, bool exact)
{
    if (r->unit == UNIT_AGE)
        return (struct range){ 0, number->value, false, false };
    if (exact)
        return (struct range){ number->value, number->value, false, false };
    return (struct range){ number->low, number->high, false, true };
}

static bool read_span(struct range_reading *r, struct range *to, const char **why)
{
    struct number from, till;
    bool exact = skip_range_word(r, "="), has_from = next_char(r) != '.';

    if (has_from && !take_number(r, &from, why))
        return false;
    if (has_from && r->at == r->from.len) {
        scale_number(r, &from, NULL);
        *to = range_around(r, &from, exact);
        return true;
    }
    *why = "expected two numbers with - or .. between them";
    if (!skip_range_word(r, "..") && !(has_from && skip_range_word(r, "-")))
        return false;
    *to = (struct range){ -INFINITY, INFINITY, false, false };
    till.unit = NULL;
    if (r->at < r->from.len) {
        if (!take_number(r, &till, why))
            return false;
        scale_number(r, &till, NULL);
        to->max = till.value;
    }
    if (has_from) {
        scale_number(r, &from, till.unit);
        to->min = from.value;
    }
    return true;
}

/* A greater age is an earlier time, so the bounds change places. */
static void turn_ages(struct range *range, usec_t now)
{
    double seconds = (double)now / 1e6;

    *range = (struct range){ seconds - range->max, seconds - range->min, range->max_open, range->min_open };
}

bool range_read(struct text from, enum filter_unit unit, usec_t now, struct range *to, const char **why, uint32_t *at)
{
    struct range_reading r = { .from = from, .unit = unit };
    bool good;

    *why = "expected a number";
    good = next_char(&r) == '<' || next_char(&r) == '>' ? read_compared(&r, to, why) : read_span(&r, to, why);
    *at = r.at;
    if (good && r.at < from.len) {
        *why = "unexpected text after the number";
        return false;
    }
    if (good && to->min > to->max) {
        *why = "the range ends before it begins";
        *at = 0;
        return false;
    }
    if (good && unit == UNIT_AGE)
        turn_ages(to, now);
    return good;
}
