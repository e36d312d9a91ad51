#include "services/worker/tags/labels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/musical_key.h"
#include "services/worker/tags/genre.h"
#include "store/fact_name.h"

enum { WORDS_MAX = 1024, NUMBER_LENGTH = 32, VALUES_MAX = 64 };

void labels_begin(struct labels *labels, struct arena *arena)
{
    *labels = (struct labels){ .arena = arena };
    labels->list.at = arena_array(arena, LABELS_MAX, sizeof(struct fact));
}

void labels_begin_tag(struct labels *labels)
{
    labels->tag++;
}

static struct fact *find_label(const struct labels *labels, const char *attribute)
{
    for (uint32_t i = 0; i < labels->list.count; i++)
        if (text_is(labels->list.at[i].attribute, attribute))
            return &labels->list.at[i];
    return NULL;
}

/* NULL: no room is left, or the attribute has a fact already. */
static struct fact *add_label(struct labels *labels, const char *attribute)
{
    struct fact_list *list = &labels->list;

    if (find_label(labels, attribute) || list->count == LABELS_MAX)
        return NULL;
    labels->tag_of[list->count] = labels->tag;
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

/* ---- several values ---- */

static bool is_list(const char *attribute)
{
    static const char *const lists[] = { "artist", "genre", "album_artist", "composer", "performer", "remixer" };

    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        if (strcmp(lists[i], attribute) == 0)
            return true;
    return false;
}

/* Adds a value to those that the same tag stated. */
static void say_value(struct labels *labels, const char *attribute, struct text value)
{
    struct fact *fact = find_label(labels, attribute);

    if (!fact)
        add_words(labels, attribute, value, true);
    else if (labels->tag_of[fact - labels->list.at] == labels->tag && !fact_name_has_value(fact->text, value) &&
             fact->text.len + strlen(FACT_NAME_BETWEEN) + value.len <= WORDS_MAX)
        fact->text =
            arena_printf(labels->arena, "%.*s" FACT_NAME_BETWEEN "%.*s", TEXT_ARG(fact->text), TEXT_ARG(value));
}

/* ID3 has numbers before, or in place of, a name: "(4)(17)Dub". */
static void say_genre(struct labels *labels, struct text words)
{
    struct text rest = words;
    const char *name;

    while ((name = genre_take(&rest)) != NULL)
        say_value(labels, "genre", text_of(name));
    if (rest.len > 0)
        say_value(labels, "genre", rest);
}

static void say_values(struct labels *labels, const char *attribute, const uint8_t *bytes, size_t len,
                       enum charset charset)
{
    const size_t zero = charset_zero(charset);
    bool is_big = charset == CHARSET_UTF16 && len >= 2 && bytes[0] == 0xFE && bytes[1] == 0xFF;

    for (int i = 0; i < VALUES_MAX && len > 0; i++) {
        size_t one = charset_length(bytes, len, charset);
        bool has_mark = one >= 2 && (bytes[0] | bytes[1]) == 0xFF && (bytes[0] & bytes[1]) == 0xFE;
        struct text value =
            charset_read(labels->arena, bytes, one, is_big && !has_mark ? CHARSET_UTF16BE : charset, WORDS_MAX);
        if (value.len > 0 && strcmp(attribute, "genre") == 0)
            say_genre(labels, value);
        else if (value.len > 0)
            say_value(labels, attribute, value);
        one = one + zero < len ? one + zero : len;
        bytes += one;
        len -= one;
    }
}

/* ---- numbers ---- */

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
    struct text words;

    if (is_list(attribute)) {
        say_values(labels, attribute, bytes, len, charset);
        return;
    }
    words = charset_read(labels->arena, bytes, len, charset, WORDS_MAX);
    if (words.len == 0)
        return;
    if (strcmp(attribute, "key") == 0)
        say_key(labels, attribute, words);
    else if (!say_number(labels, attribute, words))
        add_words(labels, attribute, words, true);
}

void labels_loop(struct labels *labels, int64_t start, int64_t end)
{
    double limit = start < end ? 9e15 : -1;

    labels_number(labels, "loop_start", (double)start, 0, limit);
    labels_number(labels, "loop_end", (double)end, 1, limit);
}
