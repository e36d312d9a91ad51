#include <sys/statvfs.h>

#include "services/persist/turn/persist.h"

static const uint64_t room_again = 4 << 20; /* this number of free bytes ends the alarm */

bool persist_has_room(const struct persist *p)
{
    struct statvfs fs;

    return statvfs(p->paths->data, &fs) != 0 || (uint64_t)fs.f_bavail * fs.f_frsize >= room_again;
}
