#include "proto/peers/table.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* The signatures of accept4, recv and the others have no room for a state. */
struct peer peers_table[PEER_PLACES];

static atomic_uint reached;

void peers_note_call(enum peer_call call)
{
    if (!(atomic_load_explicit(&reached, memory_order_relaxed) & call))
        atomic_fetch_or(&reached, call);
}

unsigned peers_reached(void)
{
    return atomic_load(&reached);
}

struct peer *peers_of(int fd)
{
    return fd >= 0 && fd < PEER_PLACES && atomic_load(&peers_table[fd].inode) ? &peers_table[fd] : NULL;
}

int peers_fd(const struct peer *peer)
{
    return (int)(peer - peers_table);
}

ino_t peers_inode(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) ? st.st_ino : 0;
}

bool peers_has_ended(int fd)
{
    struct pollfd at = { .fd = fd };

    return poll(&at, 1, 0) > 0 && at.revents & (POLLHUP | POLLERR);
}

static atomic_size_t share;

void peers_share_look(void)
{
    struct rlimit limit = { 0 };

    atomic_store(&share, getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur / 8
                                                                                                : SIZE_MAX);
}

size_t peers_share(void)
{
    if (atomic_load(&share) == 0)
        peers_share_look();
    return atomic_load(&share);
}
