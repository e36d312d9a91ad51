#include "services/persist/batch/in_flight.h"

#include <string.h>

#include "common/hash.h"
#include "store/artefact.h"

uint32_t in_flight_mark(const char *name)
{
    const struct hash hash = hash_of(name, strlen(name));

    return ((uint32_t)hash.b[0] << 16 | (uint32_t)hash.b[1] << 8 | hash.b[2]) % IN_FLIGHT_MARKS;
}

void in_flight_add(struct in_flight *in_flight, const char *name)
{
    const uint32_t mark = in_flight_mark(name);

    in_flight->marks[mark / 8] |= (uint8_t)(1 << mark % 8);
    artefact_add_name(&in_flight->names, name);
}

bool in_flight_have(const struct in_flight *in_flight, uint32_t mark, const char *name)
{
    const char *each = NULL;

    if (!(in_flight->marks[mark / 8] >> mark % 8 & 1))
        return false;
    while ((each = artefact_next_name(&in_flight->names, each)))
        if (strcmp(each, name) == 0)
            return true;
    return false;
}

void in_flight_free(struct in_flight *in_flight)
{
    buffer_free(&in_flight->names);
}
