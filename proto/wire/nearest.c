#include "proto/wire/nearest.h"

#include <string.h>

enum { LONGEST = 64 };

static uint32_t least_of(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Keeps three rows of the table for the prefixes of `a`: the current one and the two before it. */
uint32_t nearest_distance(struct text a, struct text b)
{
    uint32_t rows[3][LONGEST + 1] = { 0 };
    uint32_t a_len = a.len < LONGEST ? a.len : LONGEST, b_len = b.len < LONGEST ? b.len : LONGEST;

    for (uint32_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (uint32_t i = 1; i <= a_len; i++) {
        uint32_t *row = rows[i % 3], *before = rows[(i + 2) % 3], *two_before = rows[(i + 1) % 3];

        row[0] = i;
        for (uint32_t j = 1; j <= b_len; j++) {
            uint32_t change = before[j - 1] + (a.at[i - 1] != b.at[j - 1]);

            row[j] = least_of(change, before[j] + 1, row[j - 1] + 1);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                row[j] = least_of(row[j], row[j], two_before[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

struct best {
    struct text name;
    const char *found;
    uint32_t distance;
};

static void consider_candidate(struct best *best, const char *candidate)
{
    uint32_t distance = nearest_distance(best->name, text_of(candidate));

    if (!best->found || distance < best->distance) {
        best->found = candidate;
        best->distance = distance;
    }
}

static const char *find_service(struct text name)
{
    struct best best = { .name = name };

    for (const struct schema *const *schema = schema_all; *schema; schema++)
        if ((*schema)->ask_count > 0 && strcmp((*schema)->service, "service") != 0)
            consider_candidate(&best, (*schema)->service);
    return best.found ? best.found : "";
}

/* Without the name of the service. */
static const char *find_ask(const struct schema *schema, struct text name)
{
    const struct schema *standard = schema_named(TEXT("service"));
    struct best best = { .name = name };

    for (uint32_t i = 0; i < schema->ask_count; i++)
        consider_candidate(&best, schema->asks[i].name);
    for (uint32_t i = 0; standard && i < standard->ask_count; i++)
        consider_candidate(&best, standard->asks[i].name);
    return best.found ? best.found : "";
}

/* Splits the text at its first dot. */
static void split_name(struct text full_name, struct text *service, struct text *name)
{
    const char *dot = full_name.len ? memchr(full_name.at, '.', full_name.len) : NULL;

    *service = (struct text){ dot ? (uint32_t)(dot - full_name.at) : full_name.len, full_name.at };
    *name = (struct text){ dot ? full_name.len - service->len - 1 : 0, dot ? dot + 1 : NULL };
}

enum err nearest_explain_in(const struct schema *schema, struct text full_name, struct fault *fault)
{
    struct text service, name;

    split_name(full_name, &service, &name);
    fault_set(fault, ERR_NOT_FOUND, "%s has no ask \"%.*s\"", schema->service, TEXT_ARG(name));
    return fault_hint(fault, "did you mean %s.%s?", schema->service, find_ask(schema, name));
}

enum err nearest_explain(struct text full_name, struct fault *fault)
{
    const struct schema *schema;
    struct text service, name;

    split_name(full_name, &service, &name);
    schema = schema_named(service);
    if (schema)
        return nearest_explain_in(schema, full_name, fault);
    fault_set(fault, ERR_NOT_FOUND, "no service \"%.*s\"", TEXT_ARG(service));
    return fault_hint(fault, "did you mean %s?", find_service(service));
}
