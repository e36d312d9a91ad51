#include "store/fact_name.h"

#include <stdio.h>
#include <string.h>

#define TAG    TEXT("tag:")
#define UNLIKE TEXT("unlike:")

static const char *const words[] = { "album",       "artist",  "class", "colour", "comment",  "copyright",
                                     "description", "family",  "genre", "key",    "keywords", "note",
                                     "pack_name",   "subject", "title", "vendor", NULL };

static const char *const numbers[] = { "bpm",        "bpm_second", "centroid_hz", "fade_in",   "fade_out", "gain_db",
                                       "loopable",   "lufs",       "note_count",  "note_high", "note_low", "one_shot",
                                       "onsets",     "peak_dbfs",  "pitch_hz",    "rating",    "silent",   "trim_from",
                                       "trim_until", "year",       NULL };

static bool is_among(struct text attribute, const char *const *names)
{
    while (*names && !text_is(attribute, *names))
        names++;
    return *names != NULL;
}

bool fact_name_is_word(struct text attribute)
{
    return is_among(attribute, words);
}

static struct text rest_after(struct text attribute, struct text prefix)
{
    if (attribute.len <= prefix.len || !text_starts(attribute, prefix))
        return TEXT("");
    return (struct text){ attribute.len - prefix.len, attribute.at + prefix.len };
}

struct text fact_name_tag(struct text attribute)
{
    return rest_after(attribute, TAG);
}

struct text fact_name_heard_tag(const struct fact *fact)
{
    return fact->has_number && fact->number >= 0.5 ? fact_name_tag(fact->attribute) : TEXT("");
}

bool fact_name_other(struct text attribute, struct id *other)
{
    return id_read(rest_after(attribute, UNLIKE), other);
}

struct text fact_name_unlike(struct id other, char to[FACT_NAME_UNLIKE_SIZE])
{
    char id[ID_TEXT_SIZE];

    snprintf(to, FACT_NAME_UNLIKE_SIZE, "unlike:%s", id_write(other, id));
    return text_of(to);
}

bool fact_name_take_value(struct text *values, struct text *value)
{
    const char *end = memmem(values->at, values->len, FACT_NAME_BETWEEN, strlen(FACT_NAME_BETWEEN));
    uint32_t len = end ? (uint32_t)(end - values->at) : values->len,
             taken = len + (end ? (uint32_t)strlen(FACT_NAME_BETWEEN) : 0);

    *value = (struct text){ len, values->at };
    *values = (struct text){ values->len - taken, values->at + taken };
    return len > 0 || end;
}

bool fact_name_has_value(struct text values, struct text value)
{
    struct text one;

    while (fact_name_take_value(&values, &one))
        if (text_equal(one, value))
            return true;
    return false;
}

bool fact_name_is_known(struct text attribute)
{
    struct id unused;

    return is_among(attribute, words) || is_among(attribute, numbers) || fact_name_tag(attribute).len > 0 ||
           fact_name_other(attribute, &unused);
}

static void keep_nearest(struct text attribute, const char *const *names, uint32_t *least, const char **best)
{
    for (; *names; names++) {
        const uint32_t distance = text_distance(attribute, text_of(*names));
        if (distance < *least) {
            *least = distance;
            *best = *names;
        }
    }
}

const char *fact_name_nearest(struct text attribute)
{
    uint32_t least = UINT32_MAX;
    const char *best = words[0];

    keep_nearest(attribute, words, &least, &best);
    keep_nearest(attribute, numbers, &least, &best);
    return best;
}
