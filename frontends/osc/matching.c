#include "frontends/osc/matching.h"

#include <string.h>

#include "frontends/osc/routes.h"

/* The places of a path that a part of the pattern can lead to: bit n is the place before character n. */
typedef uint64_t places;
enum { PATH_MOST = 63 };

static bool is_pattern(struct text address)
{
    for (uint32_t i = 0; i < address.len; i++)
        if (strchr("?*[]{}", address.at[i]))
            return true;
    return false;
}

static bool is_at(places from, uint32_t place)
{
    return (from >> place & 1) != 0;
}

static bool is_inner(char character)
{
    return character != '\0' && character != '/';
}

static places match_any(places from, const char *path)
{
    for (uint32_t i = 0; path[i]; i++)
        if (is_at(from, i) && is_inner(path[i]))
            from |= (places)1 << (i + 1);
    return from;
}

static places match_character(places from, const char *path, bool (*fits)(char character, const void *of),
                              const void *of)
{
    places to = 0;

    for (uint32_t i = 0; path[i]; i++)
        if (is_at(from, i) && fits(path[i], of))
            to |= (places)1 << (i + 1);
    return to;
}

static bool is_one(char character, const void *of)
{
    (void)of;
    return is_inner(character);
}

static bool is_character(char character, const void *of)
{
    return character == *(const char *)of;
}

/* The text between the brackets. */
static bool is_in_set(char character, const void *of)
{
    const struct text *set = of;
    const bool inverts = set->len > 0 && set->at[0] == '!';
    bool is_found = false;

    for (uint32_t i = inverts; i < set->len; i++) {
        if (i + 2 < set->len && set->at[i + 1] == '-') {
            is_found |= character >= set->at[i] && character <= set->at[i + 2];
            i += 2;
        } else {
            is_found |= character == set->at[i];
        }
    }
    return is_inner(character) && is_found != inverts;
}

static places match_word(places from, const char *path, struct text word)
{
    for (uint32_t i = 0; i < word.len; i++)
        from = match_character(from, path, is_character, word.at + i);
    return from;
}

/* The text between the braces: words that commas separate. */
static places match_words(places from, const char *path, struct text words)
{
    places to = 0;

    for (uint32_t at = 0, end; at <= words.len; at = end + 1) {
        for (end = at; end < words.len && words.at[end] != ',';)
            end++;
        to |= match_word(from, path, (struct text){ end - at, words.at + at });
    }
    return to;
}

/* The text up to that character; false: there is none. */
static bool take_until(struct text pattern, uint32_t at, char last, struct text *to)
{
    const char *end = memchr(pattern.at + at, last, pattern.len - at);

    *to = (struct text){ end ? (uint32_t)(end - pattern.at) - at : 0, pattern.at + at };
    return end != NULL;
}

/* The part of the pattern at `*at`, which then points after it. */
static places match_part(struct text pattern, uint32_t *at, places from, const char *path)
{
    const char *character = pattern.at + (*at)++;
    struct text inner;

    switch (*character) {
    case '*':
        return match_any(from, path);
    case '?':
        return match_character(from, path, is_one, NULL);
    case '[':
    case '{':
        if (!take_until(pattern, *at, *character == '[' ? ']' : '}', &inner))
            return 0;
        *at += inner.len + 1;
        return *character == '[' ? match_character(from, path, is_in_set, &inner) : match_words(from, path, inner);
    default:
        return match_character(from, path, is_character, character);
    }
}

bool matching_fits(struct text pattern, const char *path)
{
    const size_t len = strlen(path);
    places now = 1;

    for (uint32_t at = 0; at < pattern.len && now && len <= PATH_MOST;)
        now = match_part(pattern, &at, now, path);
    return len <= PATH_MOST && is_at(now, (uint32_t)len);
}

/* ---- messages ---- */

static enum err expand_one(const struct packet_message *from, struct packet *to, struct fault *fault)
{
    const uint32_t before = to->count;

    for (uint32_t i = 0; i < routes_count; i++) {
        if (!routes[i].value || !matching_fits(from->address, routes[i].path))
            continue;
        if (to->count == PACKET_MESSAGES)
            return fault_set(fault, ERR_TOO_LARGE, "the packet's patterns match more than %d addresses",
                             PACKET_MESSAGES);
        to->each[to->count] = *from;
        to->each[to->count++].address = text_of(routes[i].path);
    }
    if (to->count > before)
        return ERR_OK;
    fault_set(fault, ERR_NOT_FOUND, "no address with a value matches %.*s", TEXT_ARG(from->address));
    return fault_hint(fault, "/routes lists all addresses");
}

enum err matching_expand(const struct packet *from, struct packet *to, uint32_t *wrong, struct fault *fault)
{
    enum err e = ERR_OK;

    to->count = 0;
    for (uint32_t i = 0; e == ERR_OK && i < from->count; i++) {
        *wrong = i;
        if (is_pattern(from->each[i].address))
            e = expand_one(&from->each[i], to, fault);
        else if (to->count < PACKET_MESSAGES)
            to->each[to->count++] = from->each[i];
        else
            e = fault_set(fault, ERR_TOO_LARGE, "the packet's patterns match more than %d addresses", PACKET_MESSAGES);
    }
    return e;
}
