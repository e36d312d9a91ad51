#include "common/process/stop_point.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_SIZE = 64, EXIT_AS_KILLED = 137 };

static int is_named_by(const char *path, const char *name)
{
    char text[NAME_SIZE] = { 0 };
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    if (fd >= 0)
        close(fd);
    return len > 0 && strcmp(text, name) == 0;
}

void stop_point(const char *name)
{
    const char *path = getenv("LOOPHOLE_STOP");

    if (path && is_named_by(path, name) && unlink(path) == 0)
        _exit(EXIT_AS_KILLED);
}
