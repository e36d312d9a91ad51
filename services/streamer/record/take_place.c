#include "services/streamer/record/take_place.h"

#include <string.h>

#include "proto/transport/ask.h"
#include "schema_availability.h"

enum { BUDGET_MS = 8000 };

bool take_place_is_here(const struct take_place *place, const char *path)
{
    const struct availability_check check = { .volume = place->volume, .path = bytes_of(path, strlen(path)) };
    struct asker *asker = place->paths && !id_is_zero(place->volume) ? asker_new(place->paths, NULL) : NULL;
    struct place_seen seen = { 0 };
    bool is_here =
        asker && ask(asker, "availability.check", &check, BUDGET_MS, NULL, &seen, NULL) == ERR_OK && seen.here;

    asker_free(asker);
    return is_here;
}
