/* jackd.h: what a running jackd of this user was started with. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_JACKD_H
#define LOOPHOLE_SUPERVISOR_JACKD_H

#include "supervisor/device.h"

/* Finds the pid of the jackd with this server name; 0: none. */
int32_t jackd_find(const char *name);

/* Reads the device that the process was started with: "dummy", "alsa:hw:PCH"; false: another, or none. */
bool jackd_device(int32_t pid, char to[DEVICE_NAME]);

#endif
