#include "services/streamer/base/lanes.h"

#include <string.h>

#include "common/hash.h"
#include "common/process/mount_point.h"

static uint64_t name_lane(const char *path, enum lane_kind kind)
{
    char mount[PATH_MAX];
    uint64_t lane;

    mount_point_find(path, mount);
    const struct hash hash = hash_of(mount, strlen(mount));
    memcpy(&lane, &hash, sizeof(lane));
    return lane ^ (uint64_t)kind;
}

static unsigned count_taken(const struct lanes *lanes, uint64_t lane)
{
    unsigned taken = 0;

    for (const struct lane_place *place = lanes->first; place; place = place->next)
        taken += place->is_in && place->lane == lane;
    return taken;
}

static void take_place(struct lane_place *place)
{
    place->waits = false;
    place->is_in = true;
    place->enter(place->state);
}

void lanes_enter(struct lanes *lanes, struct lane_place *place, const char *path, enum lane_kind kind)
{
    struct lane_place **last = &lanes->first;

    place->lane = name_lane(path, kind);
    place->since = clock_steady();
    place->waits = true;
    while (*last)
        last = &(*last)->next;
    place->next = NULL;
    *last = place;
    if (count_taken(lanes, place->lane) < LANES_PLACES)
        take_place(place);
}

/* The lane has moved: the opening that has waited longest enters it, and the patience of the others begins again. */
static void move_lane(struct lanes *lanes, uint64_t lane)
{
    struct lane_place *oldest = NULL;

    for (struct lane_place *place = lanes->first; place; place = place->next)
        if (place->waits && place->lane == lane) {
            oldest = oldest ? oldest : place;
            place->since = clock_steady();
        }
    if (oldest)
        take_place(oldest);
}

void lanes_leave(struct lanes *lanes, struct lane_place *place)
{
    const bool was_in = place->is_in;

    if (!was_in && !place->waits)
        return;
    for (struct lane_place **at = &lanes->first; *at; at = &(*at)->next)
        if (*at == place) {
            *at = place->next;
            break;
        }
    place->is_in = place->waits = false;
    if (was_in)
        move_lane(lanes, place->lane);
}

static struct lane_place *find_late(const struct lanes *lanes)
{
    const usec_t now = clock_steady();
    struct lane_place *place = lanes->first;

    while (place && !(place->waits && now - place->since > LANES_PATIENCE_US))
        place = place->next;
    return place;
}

void lanes_tick(struct lanes *lanes)
{
    struct lane_place *place;

    while ((place = find_late(lanes))) {
        lanes_leave(lanes, place);
        place->late(place->state);
    }
}
