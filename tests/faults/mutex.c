/* mutex: takes LMDB's mutex of readers in the store of $LOOPHOLE_HOME, as a reader that begins a transaction does,
 * reports "holding" and stops itself. It has LMDB's file lock of a process that uses the store, too: else the next
 * process would make the mutex again. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { MUTEX_AT = 8, SIZE = 8192, PATH_SIZE = 4096 };

int main(void)
{
    char path[PATH_SIZE];
    struct flock uses = { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1 };
    uint8_t *map;
    int fd;

    snprintf(path, sizeof(path), "%s/data/store/lock.mdb", getenv("LOOPHOLE_HOME"));
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || fcntl(fd, F_SETLK, &uses) != 0)
        return 1;
    map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED || pthread_mutex_lock((pthread_mutex_t *)(void *)(map + MUTEX_AT)) != 0)
        return 1;
    printf("holding\n");
    fflush(stdout);
    raise(SIGSTOP);
    return 0;
}
