#include "services/search/map/map_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/file.h"
#include "common/hash.h"
#include "common/process/limits.h"

#define LARGEST  ((size_t)4 << 30)
#define FARTHEST 1e6F

static const char magic[8] = "LOOPMAP1";

struct header {
    char magic[8];
    uint32_t dimensions, count;
    uint64_t seed;
    double trust;
    struct id catalogue;
    struct hash hash; /* of the points */
};

static enum err refuse_file(struct fault *fault, const char *path)
{
    return fault_set(fault, ERR_INTERNAL, "%s is damaged", path);
}

/* A layout is centred at zero and some tens wide. With this bound the sums that place later items stay finite. */
static bool points_are_sound(const struct map_point *points, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t d = 0; d < MAP_DIMENSIONS; d++)
            if (!(fabsf(points[i].place.at[d]) <= FARTHEST))
                return false;
    return true;
}

static bool is_trust(double trust)
{
    return isnan(trust) || (trust >= 0 && trust <= 1);
}

static enum err take_points(const struct buffer *bytes, const char *path, struct map_file *to, struct fault *fault)
{
    struct header header;
    size_t size;

    if (bytes->len < sizeof(header))
        return refuse_file(fault, path);
    memcpy(&header, bytes->at, sizeof(header));
    size = (size_t)header.count * sizeof(struct map_point);
    if (memcmp(header.magic, magic, sizeof(magic)) != 0 || header.dimensions != to->dimensions ||
        !id_equal(header.catalogue, to->catalogue))
        return fault_set(fault, ERR_VERSION, "%s belongs to another catalogue, or has another kind", path);
    struct hash hash = hash_of(bytes->at + sizeof(header), bytes->len - sizeof(header));
    if (bytes->len - sizeof(header) != size || memcmp(&hash, &header.hash, sizeof(hash)) != 0)
        return refuse_file(fault, path);
    if (!limits_leave(size))
        return limits_refuse(fault, "the map");
    to->points = alloc_bytes(size);
    memcpy(to->points, bytes->at + sizeof(header), size);
    to->count = header.count;
    to->seed = header.seed;
    to->trust = header.trust;
    return is_trust(to->trust) && points_are_sound(to->points, to->count) ? ERR_OK : refuse_file(fault, path);
}

enum err map_file_read(const char *path, uint32_t dimensions, struct id catalogue, struct map_file *to,
                       struct fault *fault)
{
    struct buffer bytes = { 0 };
    enum err e = file_read_all(path, LARGEST, &bytes, fault);

    *to = (struct map_file){ .dimensions = dimensions, .catalogue = catalogue, .trust = (double)NAN };
    if (e == ERR_OK)
        e = take_points(&bytes, path, to, fault);
    if (e != ERR_OK)
        map_file_free(to);
    buffer_free(&bytes);
    return e;
}

enum err map_file_write(const struct map_file *file, const char *path, struct fault *fault)
{
    size_t size = (size_t)file->count * sizeof(*file->points);
    struct header header = { .dimensions = file->dimensions,
                             .count = file->count,
                             .seed = file->seed,
                             .trust = file->trust,
                             .catalogue = file->catalogue,
                             .hash = hash_of(file->points, size) };
    struct buffer bytes = { 0 };
    enum err e;

    memcpy(header.magic, magic, sizeof(magic));
    buffer_add(&bytes, &header, sizeof(header));
    buffer_add(&bytes, file->points, size);
    e = bytes.failed ? limits_refuse(fault, "writing the map")
                     : file_write_atomic(path, (struct bytes){ (uint32_t)bytes.len, bytes.at }, 0600, fault);
    buffer_free(&bytes);
    return e;
}

void map_file_free(struct map_file *file)
{
    free(file->points);
    file->points = NULL;
    file->count = 0;
}
