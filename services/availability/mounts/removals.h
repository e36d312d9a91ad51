/* removals.h: block devices that were removed, or came back: the events of the kernel, and its list. The mount of a
 * pulled drive stays in the table, and what the kernel has cached of it can still be read. The loop's thread. */
#ifndef LOOPHOLE_AVAILABILITY_REMOVALS_H
#define LOOPHOLE_AVAILABILITY_REMOVALS_H

#include <stdbool.h>
#include <sys/types.h>

struct device_event {
    dev_t device;
    bool is_back;
};

int removals_open(void); /* a descriptor that is readable when there are events; -1: the kernel offers none */

/* Reads until the next event of that kind. False: there is none now. */
bool removals_take(int fd, struct device_event *to);

/* A block device was removed before the service could notice it: the kernel no longer lists it. False also when
 * the kernel lists no devices here. It touches no disk. */
bool removals_is_gone(dev_t device);

#endif
