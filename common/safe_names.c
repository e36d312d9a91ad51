#include "common/safe_names.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { STEM_MOST = 150 }; /* bytes of a name, before its number */

static const char *last_part(struct bytes path, uint32_t *len)
{
    const uint8_t *at = path.len ? memrchr(path.at, '/', path.len) : NULL;
    uint32_t from = at ? (uint32_t)(at - path.at) + 1 : 0;

    *len = path.len - from;
    return path.len ? (const char *)path.at + from : "";
}

/* Device names of Windows, with any extension. */
static bool is_reserved(const char *name)
{
    static const char *const words[] = { "con", "prn", "aux", "nul", "com", "lpt" };
    size_t len = strcspn(name, ".");

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strncasecmp(name, words[i], 3) == 0 && (len == 3 || (len == 4 && i >= 4 && strchr("0123456789", name[3]))))
            return true;
    return false;
}

/* Writes whole characters, at most STEM_MOST bytes. */
static void make_safe(struct bytes path, char to[SAFE_NAME_SIZE])
{
    char repaired[STEM_MOST];
    struct text from = { .at = repaired };
    const char *last = last_part(path, &from.len);
    uint32_t len = 0;

    from.len = text_repair(repaired, STEM_MOST - 2, (struct text){ from.len, last });
    while (from.len > 0) {
        uint32_t size = text_character(from);
        bool is_bad = text_steers(from) || strchr("/\\:*?\"<>|", *from.at);

        memcpy(to + len, is_bad ? "_" : from.at, is_bad ? 1 : size);
        len += is_bad ? 1 : size;
        from = (struct text){ from.len - size, from.at + size };
    }
    to[len] = '\0';
    while (len > 0 && strchr(" .", to[len - 1])) /* Windows drops them */
        to[--len] = '\0';
    if (len == 0)
        (void)strcpy(to, "_");
    if (to[0] == '.')
        to[0] = '_';
    if (is_reserved(to)) {
        memmove(to + 1, to, strlen(to) + 1);
        to[0] = '_';
    }
}

static void write_lower(const char *from, char *to)
{
    for (; *from; from++)
        *to++ = (char)(*from >= 'A' && *from <= 'Z' ? *from + 'a' - 'A' : *from);
    *to = '\0';
}

/* The number of the name; letter case is ignored. 0: the name is free. */
static uint32_t *number_of_name(struct safe_names *names, const char *name)
{
    char low[SAFE_NAME_SIZE];

    write_lower(name, low);
    return id_table_number(&names->taken, id_of_bytes(low, strlen(low)));
}

void safe_names_take(struct safe_names *names, const char *name)
{
    if (strlen(name) < SAFE_NAME_SIZE) /* no name that is chosen is longer */
        *number_of_name(names, name) = 1;
}

void safe_names_choose(struct safe_names *names, struct bytes path, char to[SAFE_NAME_SIZE])
{
    char safe[SAFE_NAME_SIZE];
    const char *dot;
    uint32_t number;
    int stem;

    make_safe(path, safe);
    dot = strrchr(safe, '.');
    stem = dot && dot > safe ? (int)(dot - safe) : (int)strlen(safe);
    (void)snprintf(to, SAFE_NAME_SIZE, "%s", safe);
    number = *number_of_name(names, safe) + 1; /* one more than the last name that was made of this one */
    for (; *number_of_name(names, to) > 0; number++)
        (void)snprintf(to, SAFE_NAME_SIZE, "%.*s (%u)%.150s", stem, safe, number, safe + stem);
    *number_of_name(names, safe) = number > 1 ? number - 1 : 1;
    *number_of_name(names, to) = 1;
}

void safe_names_free(struct safe_names *names)
{
    id_table_free(&names->taken);
}
