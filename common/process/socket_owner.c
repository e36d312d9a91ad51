#include "common/process/socket_owner.h"

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
