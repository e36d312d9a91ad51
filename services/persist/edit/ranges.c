#include "services/persist/edit/ranges.h"

#include <stddef.h>

#include "common/musical_key.h"

static const struct range {
    const char *attribute;
    double above; /* the value must be greater than this … */
    double most;  /* … and at most this */
} ranges[] = {
    { "bpm", 0, 999 },    /* beats per minute; an ACID chunk without a tempo contains 0 */
    { "lufs", -200, 50 }, /* integrated loudness */
    { "pitch_hz", 0, 100000 },
    { "rating", -1, 5 },
    { "trim_from", 0, 1099511627776 }, /* frames of the file, as the next three */
    { "trim_until", 0, 1099511627776 },
    { "fade_in", 0, 1099511627776 },
    { "fade_out", 0, 1099511627776 },
    { "gain_db", -60, 60 },
};

static const struct range *range_of(struct text attribute)
{
    for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
        if (text_is(attribute, ranges[i].attribute))
            return &ranges[i];
    return NULL;
}

bool ranges_hold(const struct fact *fact)
{
    const struct range *range = fact->has_number ? range_of(fact->attribute) : NULL;

    return !range || (fact->number > range->above && fact->number <= range->most);
}

static bool is_no_key(const struct fact *fact)
{
    int key;

    return text_is(fact->attribute, "key") && (fact->has_number || !musical_key_read(fact->text, &key));
}

static void refuse_key(const struct fact *fact, struct fault *fault)
{
    if (fact->has_number)
        fault_set(fault, ERR_BAD_REQUEST, "key %g is a number: expected a text", fact->number);
    else
        fault_set(fault, ERR_BAD_REQUEST, "unknown key \"%.*s\"", TEXT_ARG(fact->text));
    fault_hint(fault, "expected a note and a mode, or a position on the circle of fifths: Am, F#maj, 8A");
}

static bool is_no_colour(const struct fact *fact)
{
    return text_is(fact->attribute, "colour") &&
           (fact->has_number || choice_value(&item_colour_table, fact->text) == ITEM_COLOUR_OTHER);
}

static void refuse_colour(const struct fact *fact, struct fault *fault)
{
    if (fact->has_number)
        fault_set(fault, ERR_BAD_REQUEST, "colour %g is a number: expected a text", fact->number);
    else
        fault_set(fault, ERR_BAD_REQUEST, "unknown colour \"%.*s\"", TEXT_ARG(fact->text));
    fault_hint(fault, "expected one of red, orange, yellow, green, blue, purple, pink, grey");
}

enum err ranges_check(const struct fact *fact, struct fault *fault)
{
    if (fact->attribute.len == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "a fact has no attribute");
    if (!fact->has_number && !fact->has_text)
        fault_set(fault, ERR_BAD_REQUEST, "the fact %.*s has no value", TEXT_ARG(fact->attribute));
    else if (!fact->has_number && range_of(fact->attribute))
        fault_set(fault, ERR_BAD_REQUEST, "%.*s \"%.*s\" is not a number", TEXT_ARG(fact->attribute),
                  TEXT_ARG(fact->text));
    else if (!ranges_hold(fact))
        fault_set(fault, ERR_BAD_REQUEST, "%.*s %g is out of range: above %g, at most %g", TEXT_ARG(fact->attribute),
                  fact->number, range_of(fact->attribute)->above, range_of(fact->attribute)->most);
    else if (is_no_key(fact))
        refuse_key(fact, fault);
    else if (is_no_colour(fact))
        refuse_colour(fact, fault);
    else
        return ERR_OK;
    return fault_field(fault, "facts");
}
