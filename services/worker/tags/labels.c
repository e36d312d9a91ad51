#include "services/worker/tags/labels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/musical_key.h"
#include "services/worker/tags/genre.h"

enum { WORDS_MAX = 1024, NUMBER_LENGTH = 32 };

void labels_begin(struct labels *labels, struct arena *arena)
{
    *labels = (struct labels){ .arena = arena };
    labels->list.at = arena_array(arena, LABELS_MAX, sizeof(struct fact));
}

/* NULL: no room is left, or the attribute has a fact already. */
static struct fact *add_label(struct labels *labels, const char *attribute)
{
    struct fact_list *list = &labels->list;

    for (uint32_t i = 0; i < list->count; i++)
        if (text_is(list->at[i].attribute, attribute))
            return NULL;
    if (list->count == LABELS_MAX)
        return NULL;
    list->at[list->count] = (struct fact){ .attribute = text_of(attribute),
                                           .source = { .value = SOURCE_FILE },
                                           .confidence = 1,
                                           .version = LABELS_FILE_VERSION,
                                           .shown = true };
    return &list->at[list->count++];
}

void labels_number(struct labels *labels, const char *attribute, double number, double min, double max)
{
    struct fact *fact = isfinite(number) ? add_label(labels, attribute) : NULL;

    if (!fact)
        return;
    fact->has_number = true;
    fact->number = number;
    fact->shown = number >= min && number <= max;
}

static void add_words(struct labels *labels, const char *attribute, struct text words, bool shown)
{
    struct fact *fact = add_label(labels, attribute);

    if (!fact)
        return;
    fact->has_text = true;
    fact->text = words;
    fact->shown = shown;
}

/* ---- attributes that are converted ---- */

static void say_key(struct labels *labels, const char *attribute, struct text words)
{
    int key;

    if (musical_key_read(words, &key))
        add_words(labels, attribute, text_of(musical_key_name(key)), true);
    else
        add_words(labels, attribute, words, false);
}

static void say_genre(struct labels *labels, const char *attribute, struct text words)
{
    const char *name = genre_of_words(words);

    add_words(labels, attribute, name ? text_of(name) : words, true);
}

/* Reads the number at the beginning of the text: "128", "127,5", "2004-05-01", "3/12". */
static bool leading_number(struct text words, double *number)
{
    char digits[NUMBER_LENGTH], *end;

    text_copy(digits, sizeof(digits), words);
    digits[strspn(digits, "0123456789.,")] = 0;
    for (char *comma = digits; (comma = strchr(comma, ','));)
        *comma = '.';
    *number = strtod(digits, &end);
    return end != digits && isfinite(*number);
}

static const struct {
    const char *attribute;
    double min, max;
} numbers[] = {
    { "bpm", LABELS_BPM_MIN, LABELS_BPM_MAX },
    { "year", 1000, 9999 },
    { "track", 1, 9999 },
};

static bool say_number(struct labels *labels, const char *attribute, struct text words)
{
    double number;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        if (strcmp(numbers[i].attribute, attribute) != 0)
            continue;
        if (leading_number(words, &number))
            labels_number(labels, attribute, number, numbers[i].min, numbers[i].max);
        else
            add_words(labels, attribute, words, false);
        return true;
    }
    return false;
}

void labels_words(struct labels *labels, const char *attribute, const uint8_t *bytes, size_t len, enum charset charset)
{
    struct text words = charset_read(labels->arena, bytes, len, charset, WORDS_MAX);

    if (words.len == 0)
        return;
    if (strcmp(attribute, "key") == 0)
        say_key(labels, attribute, words);
    else if (strcmp(attribute, "genre") == 0)
        say_genre(labels, attribute, words);
    else if (!say_number(labels, attribute, words))
        add_words(labels, attribute, words, true);
}

void labels_loop(struct labels *labels, int64_t start, int64_t end)
{
    double limit = start < end ? 9e15 : -1;

    labels_number(labels, "loop_start", (double)start, 0, limit);
    labels_number(labels, "loop_end", (double)end, 1, limit);
}
