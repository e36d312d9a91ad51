#include "services/persist/batch/pins.h"

#include <string.h>

#include "common/hash.h"
#include "store/artefact.h"

uint32_t pins_mark(const char *name)
{
    const struct hash hash = hash_of(name, strlen(name));

    return ((uint32_t)hash.b[0] << 16 | (uint32_t)hash.b[1] << 8 | hash.b[2]) % PIN_MARKS;
}

bool pins_add(struct pins *pins, const char *name)
{
    const uint32_t mark = pins_mark(name);

    pins->marks[mark / 8] |= (uint8_t)(1 << mark % 8);
    return artefact_add_name(&pins->names, name);
}

bool pins_have(const struct pins *pins, uint32_t mark, const char *name)
{
    const char *pin = NULL;

    if (!(pins->marks[mark / 8] >> mark % 8 & 1))
        return false;
    while ((pin = artefact_next_name(&pins->names, pin)))
        if (strcmp(pin, name) == 0)
            return true;
    return false;
}

void pins_free(struct pins *pins)
{
    buffer_free(&pins->names);
}
