/* Wrong passwords are counted by machine. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "frontends/web/entry/tries.h"
#include "tests/unit/claim.h"

static const usec_t second = 1000000;

static struct sockaddr_storage make_machine(const char *address)
{
    struct sockaddr_storage to = { 0 };

    if (inet_pton(AF_INET, address, &((struct sockaddr_in *)&to)->sin_addr) == 1)
        to.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, address, &((struct sockaddr_in6 *)&to)->sin6_addr) == 1)
        to.ss_family = AF_INET6;
    return to;
}

static void fail_times(struct tries *tries, const char *address, int count, usec_t now)
{
    struct sockaddr_storage from = make_machine(address);

    for (int i = 0; i < count; i++)
        tries_note_wrong(tries, &from, now);
}

static bool may_try(const struct tries *tries, const char *address, usec_t now)
{
    struct sockaddr_storage from = make_machine(address);

    return tries_may(tries, &from, now);
}

CLAIM(one_machine_waits_and_the_others_do_not)
{
    static struct tries tries;

    fail_times(&tries, "192.168.1.7", TRIES_WRONG - 1, second);
    assert_true(may_try(&tries, "192.168.1.7", second));
    fail_times(&tries, "192.168.1.7", 1, second);
    assert_false(may_try(&tries, "192.168.1.7", second));
    assert_false(may_try(&tries, "::ffff:192.168.1.7", second));
    assert_true(may_try(&tries, "192.168.1.8", second));
    assert_false(may_try(&tries, "192.168.1.7", (TRIES_S + 1) * second - 1));
    assert_true(may_try(&tries, "192.168.1.7", (TRIES_S + 1) * second));
}

CLAIM(a_network_of_ipv6_is_one_machine)
{
    static struct tries tries;

    fail_times(&tries, "2001:db8:0:1::1", 3, second);
    fail_times(&tries, "2001:db8:0:1:ffff:ffff:ffff:ffff", 2, second);
    assert_false(may_try(&tries, "2001:db8:0:1::77", second));
    assert_true(may_try(&tries, "2001:db8:0:2::1", second));
}

CLAIM(more_machines_than_are_counted_wait)
{
    static struct tries tries;
    char address[32];

    for (int i = 0; i < TRIES_MACHINES; i++) {
        (void)snprintf(address, sizeof(address), "10.0.%d.%d", i / 256, i % 256);
        fail_times(&tries, address, 1, second);
    }
    assert_true(may_try(&tries, "10.0.0.0", second));
    assert_false(may_try(&tries, "10.9.9.9", second));
    fail_times(&tries, "10.9.9.9", 1, second); /* no room: it changes nothing */
    assert_true(may_try(&tries, "10.9.9.9", (TRIES_S + 1) * second));
}
