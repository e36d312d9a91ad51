#include "proto/wire/nearest.h"

#include <string.h>

struct best {
    struct text name;
    const char *found;
    uint32_t distance;
};

static void consider_candidate(struct best *best, const char *candidate)
{
    uint32_t distance = text_distance(best->name, text_of(candidate));

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
