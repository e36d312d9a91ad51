/* map_file.h: the file of a map: a header, then id and place of each item. Any thread. */
#ifndef LOOPHOLE_SEARCH_MAP_FILE_H
#define LOOPHOLE_SEARCH_MAP_FILE_H

#include "common/id.h"
#include "services/search/map/map_layout.h"

struct map_point {
    struct id id;
    struct map_place place;
};

struct map_file {
    uint32_t dimensions, count;
    uint64_t seed;
    double trust;
    struct id catalogue;
    struct map_point *points; /* owned */
};

/* Reads a file; the caller frees `to`. Errors: not_found; version (another catalogue or kind), internal (damaged), io,
 * full. */
enum err map_file_read(const char *path, uint32_t dimensions, struct id catalogue, struct map_file *to,
                       struct fault *fault);
enum err map_file_write(const struct map_file *file, const char *path, struct fault *fault); /* full, io, denied */
void map_file_free(struct map_file *file);

#endif
