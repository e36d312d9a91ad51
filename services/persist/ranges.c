#include "services/persist/ranges.h"
#include <stddef.h>

static const struct range {
    const char *attribute;
    double above; /* the value is larger than this … */
    double most;  /* … and at most this */
} ranges[] = {
    { "bpm", 0, 999 },    /* beats a minute; an ACID chunk without a tempo says 0 */
    { "lufs", -200, 50 }, /* integrated loudness */
    { "pitch_hz", 0, 100000 },
    { "rating", -1, 5 },
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

enum err ranges_check(const struct fact *fact, struct fault *fault)
{
    if (fact->attribute.len == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "a fact has no attribute");
    if (!fact->has_number && !fact->has_text)
        fault_set(fault, ERR_BAD_REQUEST, "the fact %.*s has no value", TEXT_ARG(fact->attribute));
    else if (!ranges_hold(fact))
        fault_set(fault, ERR_BAD_REQUEST, "%.*s is above %g and at most %g", TEXT_ARG(fact->attribute),
                  range_of(fact->attribute)->above, range_of(fact->attribute)->most);
    else
        return ERR_OK;
    return fault_field(fault, "facts");
}
