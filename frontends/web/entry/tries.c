#include "frontends/web/entry/tries.h"

#include <netinet/in.h>
#include <string.h>

enum { V4 = 4, V6 = 6, NETWORK = 8 /* bytes of a network of 64 bits */ };

void tries_write_machine(const struct sockaddr_storage *from, uint8_t to[TRIES_ADDRESS])
{
    const struct sockaddr_in6 *long_one = (const struct sockaddr_in6 *)from;
    const struct in6_addr *at = &long_one->sin6_addr;

    memset(to, 0, TRIES_ADDRESS);
    if (from->ss_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(at)) {
        to[0] = V6;
        memcpy(to + 1, at->s6_addr, NETWORK);
        return;
    }
    to[0] = V4;
    if (from->ss_family == AF_INET6)
        memcpy(to + 1, at->s6_addr + 12, 4);
    else
        memcpy(to + 1, &((const struct sockaddr_in *)from)->sin_addr, 4);
}

static bool is_counted(const struct tries_machine *one, usec_t now)
{
    return one->wrong > 0 && now - one->since < (usec_t)TRIES_S * 1000000;
}

/* The entry of a machine, or else a free one, or NULL. */
static struct tries_machine *find_machine(const struct tries *tries, const struct sockaddr_storage *from, usec_t now)
{
    const struct tries_machine *free_one = NULL;
    uint8_t address[TRIES_ADDRESS];

    tries_write_machine(from, address);
    for (const struct tries_machine *one = tries->machines; one < tries->machines + TRIES_MACHINES; one++) {
        if (!is_counted(one, now))
            free_one = one;
        else if (memcmp(one->address, address, TRIES_ADDRESS) == 0)
            return (struct tries_machine *)one;
    }
    return (struct tries_machine *)free_one;
}

bool tries_may(const struct tries *tries, const struct sockaddr_storage *from, usec_t now)
{
    const struct tries_machine *one = find_machine(tries, from, now);

    return one && (!is_counted(one, now) || one->wrong < TRIES_WRONG);
}

void tries_note_wrong(struct tries *tries, const struct sockaddr_storage *from, usec_t now)
{
    struct tries_machine *one = find_machine(tries, from, now);

    if (!one)
        return;
    if (!is_counted(one, now)) {
        *one = (struct tries_machine){ .since = now };
        tries_write_machine(from, one->address);
    }
    one->wrong++;
}
