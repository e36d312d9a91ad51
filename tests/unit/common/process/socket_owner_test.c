/* Who has a socket, by tables as the kernel writes them. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/process/socket_owner.h"
#include "tests/unit/claim.h"

static const char head[] =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

static struct sockaddr_in make_address(const char *ip, uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };

    assert_int_equal(1, inet_pton(AF_INET, ip, &at.sin_addr));
    return at;
}

static void add_row(struct buffer *to, const char *local, const char *remote, unsigned uid, unsigned inode)
{
    if (to->len == 0)
        buffer_add_text(to, head);
    buffer_printf(to, "%5u: %s %s 07 00000000:00000000 00:00000000 00000000 %5u        0 %u 2 0000000000000000 0\n", 1u,
                  local, remote, uid, inode);
}

static bool is_own(const struct socket_owners *owners, const char *ip, uint16_t port)
{
    struct sockaddr_in at = make_address(ip, port);

    return socket_owners_are_own(owners, &at, NULL);
}

CLAIM(only_the_own_user_has_a_socket)
{
    struct socket_owners owners = { 0 };
    unsigned own = geteuid(), other = own + 1;

    assert_false(is_own(&owners, "127.0.0.1", 0x1000)); /* no table */
    add_row(&owners.tables[0], "0100007F:1000", "00000000:0000", own, 11);
    add_row(&owners.tables[0], "0100007F:2000", "00000000:0000", other, 12);
    add_row(&owners.tables[0], "00000000:3000", "00000000:0000", own, 13);
    add_row(&owners.tables[0], "0100007F:4000", "00000000:0000", own, 0); /* no program has it any more */
    assert_true(is_own(&owners, "127.0.0.1", 0x1000));
    assert_false(is_own(&owners, "127.0.0.1", 0x2000));
    assert_true(is_own(&owners, "127.0.0.1", 0x3000));
    assert_false(is_own(&owners, "127.0.0.1", 0x4000));
    assert_false(is_own(&owners, "127.0.0.1", 0x5000)); /* gone */
    assert_false(is_own(&owners, "127.0.0.2", 0x1000));
    socket_owners_free(&owners);
}

CLAIM(a_port_that_another_user_shares_is_not_own)
{
    struct socket_owners owners = { 0 };

    add_row(&owners.tables[0], "0100007F:1000", "00000000:0000", geteuid(), 11);
    add_row(&owners.tables[1], "00000000000000000000000000000000:1000", "00000000000000000000000000000000:0000",
            geteuid() + 1, 12);
    assert_false(is_own(&owners, "127.0.0.1", 0x1000));
    socket_owners_free(&owners);
}

CLAIM(a_socket_of_ipv6_that_speaks_ipv4_is_found)
{
    struct socket_owners owners = { 0 };
    struct sockaddr_in at = make_address("127.0.0.1", 0x1000), to = make_address("127.0.0.1", 0x2000);

    add_row(&owners.tables[1], "0000000000000000FFFF00000100007F:1000", "0000000000000000FFFF00000100007F:2000",
            geteuid(), 11);
    assert_true(socket_owners_are_own(&owners, &at, NULL));
    assert_true(socket_owners_are_own(&owners, &at, &to));
    assert_false(socket_owners_are_own(&owners, &at, &at)); /* another connection */
    socket_owners_free(&owners);
}

CLAIM(the_tables_of_this_machine_have_the_own_socket)
{
    struct socket_owners owners;
    struct sockaddr_in at = make_address("127.0.0.1", 0);
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    assert_int_equal(0, bind(fd, (struct sockaddr *)&at, len));
    assert_int_equal(0, getsockname(fd, (struct sockaddr *)&at, &len));
    socket_owners_read(&owners, OWNERS_OF_UDP);
    assert_true(socket_owners_are_own(&owners, &at, NULL));
    socket_owners_free(&owners);
    close(fd);
    socket_owners_read(&owners, OWNERS_OF_UDP);
    assert_false(socket_owners_are_own(&owners, &at, NULL));
    socket_owners_free(&owners);
    assert_true(socket_is_of_this_machine(make_address("127.9.9.9", 0).sin_addr));
    assert_false(socket_is_of_this_machine(make_address("192.0.2.1", 0).sin_addr)); /* for documentation */
}

/* Listens on the loopback interface; the address gets the port. */
static int listen_here(struct sockaddr_in *at)
{
    socklen_t len = sizeof(*at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    *at = make_address("127.0.0.1", 0);
    assert_int_equal(0, bind(fd, (struct sockaddr *)at, len));
    assert_int_equal(0, listen(fd, 4));
    assert_int_equal(0, getsockname(fd, (struct sockaddr *)at, &len));
    return fd;
}

/* The address of the end at which somebody connected. */
static struct sockaddr_in accept_one(int listener, int *fd)
{
    struct sockaddr_in from;
    socklen_t len = sizeof(from);

    *fd = accept(listener, (struct sockaddr *)&from, &len);
    assert_true(*fd >= 0);
    return from;
}

CLAIM(the_own_end_of_a_connection_is_own_until_it_is_closed)
{
    struct sockaddr_in to, from;
    int listener = listen_here(&to), end = socket(AF_INET, SOCK_STREAM, 0), accepted;

    assert_int_equal(0, connect(end, (struct sockaddr *)&to, sizeof(to)));
    from = accept_one(listener, &accepted);
    assert_true(socket_connection_is_own(&from, &to));
    from.sin_port ^= 1;
    assert_false(socket_connection_is_own(&from, &to));
    from.sin_port ^= 1;
    close(end);
    assert_false(socket_connection_is_own(&from, &to));
    close(accepted);
    close(listener);
}

/* A stranger connects from a port, resets the connection, and a program of this user then listens at that port. */
CLAIM(a_socket_that_listens_at_the_address_of_a_connection_that_is_gone_is_not_its_end)
{
    const struct linger reset = { .l_onoff = 1 };
    struct sockaddr_in to, from;
    int listener = listen_here(&to), end = socket(AF_INET, SOCK_STREAM, 0), accepted, other;

    assert_int_equal(0, connect(end, (struct sockaddr *)&to, sizeof(to)));
    from = accept_one(listener, &accepted);
    assert_int_equal(0, setsockopt(end, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)));
    close(end);
    close(accepted);
    other = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(0, bind(other, (struct sockaddr *)&from, sizeof(from)));
    assert_int_equal(0, listen(other, 4));
    assert_false(socket_connection_is_own(&from, &to));
    close(other);
    close(listener);
}

CLAIM(an_end_of_ipv6_that_speaks_ipv4_is_own)
{
    struct sockaddr_in to, from;
    struct sockaddr_in6 mapped = { .sin6_family = AF_INET6, .sin6_addr = { { { [10] = 255, [11] = 255 } } } };
    int listener = listen_here(&to), end = socket(AF_INET6, SOCK_STREAM, 0), accepted;

    if (end < 0)
        skip();
    mapped.sin6_port = to.sin_port;
    memcpy(mapped.sin6_addr.s6_addr + 12, &to.sin_addr, sizeof(to.sin_addr));
    assert_int_equal(0, connect(end, (struct sockaddr *)&mapped, sizeof(mapped)));
    from = accept_one(listener, &accepted);
    assert_true(socket_connection_is_own(&from, &to));
    close(end);
    close(accepted);
    close(listener);
}

CLAIM(the_end_of_another_user_is_not_own)
{
    struct sockaddr_in to, from;
    int listener = listen_here(&to), accepted;
    pid_t child;

    if (geteuid() != 0)
        skip();
    child = fork();
    if (child == 0) {
        int end = -1;
        if (setuid(65534) == 0 && (end = socket(AF_INET, SOCK_STREAM, 0)) >= 0)
            (void)connect(end, (struct sockaddr *)&to, sizeof(to));
        pause();
        _exit(0);
    }
    from = accept_one(listener, &accepted);
    assert_false(socket_connection_is_own(&from, &to));
    kill(child, SIGKILL);
    assert_int_equal(child, waitpid(child, NULL, 0));
    close(accepted);
    close(listener);
}
