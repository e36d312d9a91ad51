#include "services/availability/mounts/removals.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { FROM_KERNEL = 1 /* the group of its events; udev has another one */, EVENT_MAX = 8192 };

#define LISTED "/sys/dev/block"

int removals_open(void)
{
    const struct sockaddr_nl own = { .nl_family = AF_NETLINK, .nl_groups = FROM_KERNEL };
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);

    if (fd >= 0 && bind(fd, (const struct sockaddr *)&own, sizeof(own)) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* The value of a key; NULL: the event has no such key. An event is a line, then KEY=VALUE, each with a zero byte. */
static const char *find_value(const char *event, size_t len, const char *key)
{
    const size_t key_len = strlen(key);

    for (size_t at = 0; at < len; at += strlen(event + at) + 1)
        if (strncmp(event + at, key, key_len) == 0 && event[at + key_len] == '=')
            return event + at + key_len + 1;
    return NULL;
}

static bool read_event(const char *event, size_t len, struct device_event *to)
{
    const char *action = find_value(event, len, "ACTION"), *kind = find_value(event, len, "SUBSYSTEM");
    const char *major = find_value(event, len, "MAJOR"), *minor = find_value(event, len, "MINOR");

    if (!action || !kind || !major || !minor || strcmp(kind, "block") != 0)
        return false;
    to->is_back = strcmp(action, "add") == 0;
    to->device = makedev((unsigned)strtoul(major, NULL, 10), (unsigned)strtoul(minor, NULL, 10));
    return to->is_back || strcmp(action, "remove") == 0;
}

/* Only the kernel itself has the number 0. */
bool removals_take(int fd, struct device_event *to)
{
    char event[EVENT_MAX + 1];

    for (;;) {
        struct sockaddr_nl from = { .nl_pid = 1 };
        socklen_t size = sizeof(from);
        ssize_t len = recvfrom(fd, event, EVENT_MAX, 0, (struct sockaddr *)&from, &size);
        if (len <= 0)
            return false;
        event[len] = 0;
        if (from.nl_pid == 0 && read_event(event, (size_t)len, to))
            return true;
    }
}

/* A file system without a block device of its own has the major number 0. */
bool removals_is_gone(dev_t device)
{
    char path[64];

    snprintf(path, sizeof(path), "%s/%u:%u", LISTED, major(device), minor(device));
    return major(device) != 0 && access(LISTED, X_OK) == 0 && access(path, F_OK) != 0 && errno == ENOENT;
}
