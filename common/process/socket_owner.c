#include "common/process/socket_owner.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/file.h"

enum { TABLE_MOST = 16 << 20, DIGITS = 32, ROW_MOST = 512 };

void socket_owners_read(struct socket_owners *owners, enum owners_of kind)
{
    static const char *const paths[][2] = {
        [OWNERS_OF_UDP] = { "/proc/net/udp", "/proc/net/udp6" }, [OWNERS_OF_TCP] = { "/proc/net/tcp", "/proc/net/tcp6" }
    };

    *owners = (struct socket_owners){ .kind = kind };
    for (int i = 0; i < 2; i++)
        if (file_read_all(paths[kind][i], TABLE_MOST, &owners->tables[i], NULL) != ERR_OK)
            buffer_reset(&owners->tables[i]);
}

void socket_owners_free(struct socket_owners *owners)
{
    buffer_free(&owners->tables[0]);
    buffer_free(&owners->tables[1]);
}

/* An address in a table: 8 digits, or 32, which end in an IPv4 address if the socket speaks IPv4. */
static bool is_address(const char *digits, struct in_addr address)
{
    char own[9];

    (void)snprintf(own, sizeof(own), "%08X", address.s_addr);
    if (strlen(digits) == 8)
        return strcmp(digits, own) == 0;
    return strncmp(digits, "0000000000000000FFFF0000", 24) == 0 && strcmp(digits + 24, own) == 0;
}

static bool is_any(const char *digits)
{
    return strspn(digits, "0") == strlen(digits);
}

struct owners_row {
    char local[DIGITS + 1], remote[DIGITS + 1];
    unsigned local_port, remote_port, uid;
    unsigned long inode; /* 0: no program has the socket any more */
};

/* A copy of the line is read, because sscanf looks for the end of the whole table. */
static bool read_row(const char *from, size_t len, struct owners_row *row)
{
    char line[ROW_MOST];

    if (len >= sizeof(line))
        return false;
    memcpy(line, from, len);
    line[len] = '\0';
    return sscanf(line, "%*u: %32[0-9A-F]:%4x %32[0-9A-F]:%4x %*x %*x:%*x %*x:%*x %*x %u %*u %lu", row->local,
                  &row->local_port, row->remote, &row->remote_port, &row->uid, &row->inode) == 6;
}

static bool may_be(const struct owners_row *row, const struct sockaddr_in *at, const struct sockaddr_in *to)
{
    if (row->local_port != ntohs(at->sin_port) || (!is_address(row->local, at->sin_addr) && !is_any(row->local)))
        return false;
    return !to || (row->remote_port == ntohs(to->sin_port) && is_address(row->remote, to->sin_addr));
}

bool socket_owners_are_own(const struct socket_owners *owners, const struct sockaddr_in *at,
                           const struct sockaddr_in *to)
{
    bool is_own = false;
    struct owners_row row;

    for (int i = 0; i < 2; i++) {
        const char *line = (const char *)owners->tables[i].at, *end = line + owners->tables[i].len, *next;

        for (; line < end; line = next + 1) {
            next = memchr(line, '\n', (size_t)(end - line));
            next = next ? next : end;
            if (!read_row(line, (size_t)(next - line), &row) || !may_be(&row, at, to))
                continue;
            if (row.uid != geteuid() || row.inode == 0)
                return false;
            is_own = true;
        }
    }
    return is_own;
}

/* Sends the question for one socket. */
static bool send_question(int fd, const struct sockaddr_in *at, const struct sockaddr_in *to)
{
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } ask = { .head = { .nlmsg_len = sizeof(ask), .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST },
              .body = { .sdiag_family = AF_INET,
                        .sdiag_protocol = IPPROTO_TCP,
                        .idiag_states = ~0U,
                        .id = { .idiag_sport = at->sin_port,
                                .idiag_dport = to->sin_port,
                                .idiag_src = { at->sin_addr.s_addr },
                                .idiag_dst = { to->sin_addr.s_addr },
                                .idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } } } };

    return send(fd, &ask, sizeof(ask), 0) == (ssize_t)sizeof(ask);
}

static bool receive_socket(int fd, struct inet_diag_msg *found)
{
    union {
        struct nlmsghdr head;
        char bytes[4096];
    } answer;
    const ssize_t got = recv(fd, &answer, sizeof(answer), 0);

    if (got < (ssize_t)NLMSG_LENGTH(sizeof(*found)) || answer.head.nlmsg_len > (size_t)got ||
        answer.head.nlmsg_len < NLMSG_LENGTH(sizeof(*found)) || answer.head.nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return false;
    memcpy(found, NLMSG_DATA(&answer.head), sizeof(*found));
    return true;
}

/* False if there is no such connection, or if the kernel does not answer such questions. For a connection that is gone
 * the kernel gives a socket that listens at the address. */
static bool find_connection(const struct sockaddr_in *at, const struct sockaddr_in *to, struct inet_diag_msg *found)
{
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    bool is_found;

    if (fd < 0)
        return false;
    is_found = send_question(fd, at, to) && receive_socket(fd, found) && found->id.idiag_dport == to->sin_port &&
               found->idiag_state != TCP_LISTEN;
    close(fd);
    return is_found;
}

bool socket_connection_is_own(const struct sockaddr_in *at, const struct sockaddr_in *to)
{
    struct inet_diag_msg found;
    struct socket_owners owners;

    if (find_connection(at, to, &found))
        return found.idiag_uid == geteuid() && found.idiag_inode != 0;
    if (find_connection(to, at, &found)) /* it knows the end of the caller, so the other one is gone */
        return false;
    socket_owners_read(&owners, OWNERS_OF_TCP);
    const bool is_own = socket_owners_are_own(&owners, at, to);
    socket_owners_free(&owners);
    return is_own;
}

bool socket_is_of_this_machine(struct in_addr address)
{
    const struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = address };
    bool is_here = ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
    int fd = is_here ? -1 : socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0) {
        is_here = bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0;
        close(fd);
    }
    return is_here;
}
