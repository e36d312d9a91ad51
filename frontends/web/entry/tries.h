/* tries.h: counts wrong passwords by the address of the browser's machine, so that one machine cannot keep the others
 * out. An IPv6 network of 64 bits counts as one machine, because each machine there has as many addresses as it likes.
 * Pure; one thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_ENTRY_TRIES_H
#define LOOPHOLE_FRONTENDS_WEB_ENTRY_TRIES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "common/clock.h"

enum {
    TRIES_WRONG = 5,        /* wrong passwords of one machine … */
    TRIES_S = 60,           /* … in this time; then it waits until the time has passed */
    TRIES_MACHINES = 1024,  /* counted at once; meanwhile all further ones wait */
    TRIES_ADDRESS = 1 + 16, /* bytes: the family, the address */
};

struct tries {
    struct tries_machine {
        uint8_t address[TRIES_ADDRESS];
        uint32_t wrong; /* passwords since `since`; 0: the entry is free */
        usec_t since;   /* steady clock */
    } machines[TRIES_MACHINES];
};

/* Writes the address by which a machine is counted: its IPv4 address, or its IPv6 network. */
void tries_write_machine(const struct sockaddr_storage *from, uint8_t to[TRIES_ADDRESS]);

/* False: too many passwords from this machine were wrong. */
bool tries_may(const struct tries *tries, const struct sockaddr_storage *from, usec_t now);
void tries_note_wrong(struct tries *tries, const struct sockaddr_storage *from, usec_t now);

#endif
