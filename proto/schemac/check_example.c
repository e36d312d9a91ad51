#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/schemac/check.h"
#include "proto/schemac/report.h"

enum { ID_CHARACTERS = 26, NUMBER_SIZE = 64 };

/* One value: the whole example, or an element of a list, whose words and ids have quotes as in JSON. */
struct example_value {
    const struct member *member;
    struct text text;
    struct source_place place;
    bool in_list;
};

static bool is_quoted(struct text t)
{
    return t.len >= 2 && t.at[0] == '"' && t.at[t.len - 1] == '"';
}

static struct text strip_quotes(struct text t)
{
    return (struct text){ t.len - 2, t.at + 1 };
}

static enum err check_bool(const struct example_value *value)
{
    if (text_is(value->text, "true") || text_is(value->text, "false"))
        return ERR_OK;
    return report(value->place, "the example is no bool; write true or false");
}

static enum err report_range(const struct example_value *value)
{
    return report(value->place, "the example is outside the field's range; write one within or widen the range");
}

static const char *skip_digits(const char *c)
{
    return c + strspn(c, "0123456789");
}

static const char *skip_fraction(const char *c)
{
    return *c == '.' && isdigit((unsigned char)c[1]) ? skip_digits(c + 1) : c;
}

static const char *skip_exponent(const char *c)
{
    const char *digits = c;

    if (*c == 'e')
        digits += 1 + (c[1] == '-' || c[1] == '+');
    return isdigit((unsigned char)*digits) ? skip_digits(digits) : c;
}

/* Returns the end of the JSON number that begins at `c`; NULL if none does. */
static const char *find_number_end(const char *c, bool with_fraction)
{
    const char *digits = c + (*c == '-'), *end = skip_digits(digits);

    if (end == digits || (*digits == '0' && end > digits + 1))
        return NULL;
    return with_fraction ? skip_exponent(skip_fraction(end)) : end;
}

/* Copies a JSON number; false if it is none, or too long for any range. */
static bool copy_number(const struct example_value *value, bool with_fraction, char to[NUMBER_SIZE])
{
    const char *end = text_copy(to, NUMBER_SIZE, value->text) ? find_number_end(to, with_fraction) : NULL;

    return end && *end == '\0';
}

static enum err check_int(const struct example_value *value)
{
    char copy[NUMBER_SIZE];
    int64_t number;

    if (!copy_number(value, false, copy))
        return report(value->place, "the example is no whole number; write digits");
    errno = 0;
    number = strtoll(copy, NULL, 10);
    if (errno || number < value->member->min || number > value->member->max)
        return report_range(value);
    return ERR_OK;
}

static enum err check_uint(const struct example_value *value)
{
    uint64_t max = value->member->max == INT64_MAX ? UINT64_MAX : (uint64_t)value->member->max;
    char copy[NUMBER_SIZE];
    uint64_t number;

    if (!copy_number(value, false, copy) || copy[0] == '-')
        return report(value->place, "the example is no whole number from 0 upwards; write digits");
    errno = 0;
    number = strtoull(copy, NULL, 10);
    if (errno || number < (uint64_t)value->member->min || number > max)
        return report_range(value);
    return ERR_OK;
}

static enum err check_real(const struct example_value *value)
{
    char copy[NUMBER_SIZE];
    double number;

    if (!copy_number(value, true, copy))
        return report(value->place, "the example is no number; write one like 0.5");
    number = strtod(copy, NULL);
    if (!isfinite(number) || number < value->member->real_min || number > value->member->real_max)
        return report_range(value);
    return ERR_OK;
}

static enum err check_text(const struct example_value *value)
{
    struct text inner;
    uint32_t len = 0;

    if (!is_quoted(value->text))
        return report(value->place, "the example is no text; write it in quotes");
    inner = strip_quotes(value->text);
    for (uint32_t i = 0; i < inner.len; i++, len++) {
        if (inner.at[i] == '"')
            return report(value->place, "a quote within the text; write a backslash before it");
        if (inner.at[i] == '\\' && !strchr("\"\\", inner.at[++i]))
            return report(value->place, "a backslash before neither quote nor backslash; write two of them");
    }
    if (len > value->member->max_len)
        return report(value->place, "the example has %u bytes, the field at most %u; shorten it", len,
                      value->member->max_len);
    return ERR_OK;
}

static bool is_base64(struct text t)
{
    uint32_t padding = 0;

    while (padding < 2 && padding < t.len && t.at[t.len - 1 - padding] == '=')
        padding++;
    for (uint32_t i = 0; i < t.len - padding; i++)
        if (!isalnum((unsigned char)t.at[i]) && t.at[i] != '+' && t.at[i] != '/')
            return false;
    return t.len % 4 == 0;
}

static enum err check_bytes(const struct example_value *value)
{
    struct text inner;
    uint32_t len;

    if (value->member->flags & FIELD_PATH)
        return check_text(value);
    if (!is_quoted(value->text) || !is_base64(strip_quotes(value->text)))
        return report(value->place, "the example is not base 64; write the bytes in quotes as `base64` shows them");
    inner = strip_quotes(value->text);
    len = inner.len / 4 * 3;
    for (uint32_t i = inner.len; i > 0 && inner.at[i - 1] == '='; i--)
        len--;
    if (len > value->member->max_len)
        return report(value->place, "the example has %u bytes, the field at most %u; shorten it", len,
                      value->member->max_len);
    return ERR_OK;
}

static struct text bare_text(const struct example_value *value)
{
    return value->in_list && is_quoted(value->text) ? strip_quotes(value->text) : value->text;
}

static enum err check_id(const struct example_value *value)
{
    struct text id = bare_text(value);
    bool is_good = id.len == ID_CHARACTERS && id.at[0] >= '0' && id.at[0] <= '7';

    for (uint32_t i = 0; is_good && i < id.len; i++)
        is_good = memchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", id.at[i], 32) != NULL;
    if (is_good)
        return ERR_OK;
    return report(value->place, "the example is no id; write 26 of 0 to 9 and A to Z without I, L, O, U, the first at "
                                "most 7");
}

static enum err check_choice(const struct example_value *value)
{
    struct schema_word *word;

    for (EACH(word, value->member->definition->words))
        if (text_equal(word->text, bare_text(value)))
            return ERR_OK;
    return report(value->place, "the example is no word of %.*s; write one of its words",
                  TEXT_ARG(value->member->type_name));
}

static enum err check_record(const struct example_value *value)
{
    return report(value->place, "the example of a record is made of its own; write a full stop");
}

static enum err (*const checks[])(const struct example_value *) = {
    [FIELD_BOOL] = check_bool, [FIELD_INT] = check_int,       [FIELD_UINT] = check_uint,
    [FIELD_REAL] = check_real, [FIELD_TEXT] = check_text,     [FIELD_BYTES] = check_bytes,
    [FIELD_ID] = check_id,     [FIELD_CHOICE] = check_choice, [FIELD_RECORD] = check_record,
};

/* Returns the length of the first element of a list without its brackets. */
static uint32_t element_length(struct text list)
{
    uint32_t len = 0;
    bool in_quotes = false;

    for (; len < list.len && (in_quotes || list.at[len] != ','); len++) {
        if (in_quotes && list.at[len] == '\\')
            len++;
        else if (list.at[len] == '"')
            in_quotes = !in_quotes;
    }
    return len;
}

static struct text trim_text(struct text t)
{
    for (; t.len && t.at[0] == ' '; t.len--)
        t.at++;
    while (t.len && t.at[t.len - 1] == ' ')
        t.len--;
    return t;
}

static enum err check_list(const struct member *member)
{
    struct text rest = trim_text(strip_quotes(member->example));
    uint32_t count = 0;
    enum err e = ERR_OK;

    for (bool more = rest.len > 0; e == ERR_OK && more; count++) {
        uint32_t len = element_length(rest);
        struct example_value value = { member, trim_text((struct text){ len, rest.at }), member->example_place, true };

        e = checks[member->type](&value);
        more = len < rest.len;
        rest = (struct text){ rest.len - len - more, rest.at + len + more };
    }
    if (e == ERR_OK && count > member->max_count)
        return report(member->example_place, "the example has %u elements, the field at most %u; shorten it", count,
                      member->max_count);
    return e;
}

enum err check_example(const struct member *member)
{
    struct example_value value = { member, member->example, member->example_place, false };

    if (text_is(member->example, ".") && member->type == FIELD_RECORD)
        return ERR_OK;
    if (!(member->flags & FIELD_LIST))
        return checks[member->type](&value);
    if (member->example.at[0] != '[')
        return report(member->example_place, "the example is no list; write it in brackets");
    return check_list(member);
}
