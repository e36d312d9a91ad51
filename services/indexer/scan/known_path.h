/* known_path.h: one folder may have two paths: a bind mount, a second mount of its disk, or another spelling where case
 * does not count. Any thread that may wait for a process. */
#ifndef LOOPHOLE_INDEXER_KNOWN_PATH_H
#define LOOPHOLE_INDEXER_KNOWN_PATH_H

#include "common/arena.h"
#include "schema_media.h"
#include "services/indexer/base/catalogue_reader.h"

struct known_path_look {
    struct arena *arena;
    const char *path;       /* of a folder */
    struct bytes_list also; /* its paths on other mounts (availability.find) */
    struct id volume;
};

/* The path of the folder at which a library that is here is at it, around it, or in it. NULL: its own path is such a
 * one, or there is none. */
const char *known_path_find(const struct known_path_look *look, const struct library_list *all);

#endif
