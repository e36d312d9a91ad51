/* socket_owner.h: the user of the program at the other end of a socket, as the kernel's tables of sockets say. Reading
 * them takes time by the number of all sockets of the machine, so the caller reads a table once for all the packets
 * that have come, and asks for one TCP connection by itself. Any thread. */
#ifndef LOOPHOLE_COMMON_SOCKET_OWNER_H
#define LOOPHOLE_COMMON_SOCKET_OWNER_H

#include <netinet/in.h>
#include <stdbool.h>

#include "common/buffer.h"

enum owners_of { OWNERS_OF_UDP, OWNERS_OF_TCP };

struct socket_owners {
    enum owners_of kind;
    struct buffer tables[2]; /* of IPv4 and of IPv6, which has sockets that speak IPv4 too */
};

/* Reads the tables as they are now. A table that cannot be read is empty. */
void socket_owners_read(struct socket_owners *owners, enum owners_of kind);
void socket_owners_free(struct socket_owners *owners);

/* True if this process's user has the socket whose address on this machine is `at`, and no other user has one that
 * could have sent from there. `to`: the other end of a TCP connection; NULL: any. False too if the socket is gone. */
bool socket_owners_are_own(const struct socket_owners *owners, const struct sockaddr_in *at,
                           const struct sockaddr_in *to);

/* True if this process's user has the end `at` of the TCP connection whose other end is `to`, both on this machine. The
 * kernel is asked for this one socket (sock_diag(7)), so the time does not grow with the number of sockets. If it
 * does not answer such questions, the tables are read. The caller holds the end `to`. */
bool socket_connection_is_own(const struct sockaddr_in *at, const struct sockaddr_in *to);

bool socket_is_of_this_machine(struct in_addr address); /* an address of one of its interfaces */

#endif
