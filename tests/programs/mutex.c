/* mutex: opens the store of $LOOPHOLE_HOME, takes LMDB's mutex of readers like a reader that begins a transaction,
 * prints "holding" and stops itself. It opens the store with LMDB: some LMDB versions destroy the mutexes when the last
 * process closes the store, and make them when the next one opens it. */
#include <fcntl.h>
#include <lmdb.h>
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
    MDB_env *environment;
    uint8_t *map;
    int fd;

    snprintf(path, sizeof(path), "%s/data/store", getenv("LOOPHOLE_HOME"));
    if (mdb_env_create(&environment) != 0 || mdb_env_open(environment, path, MDB_RDONLY, 0600) != 0)
        return 1;
    snprintf(path, sizeof(path), "%s/data/store/lock.mdb", getenv("LOOPHOLE_HOME"));
    fd = open(path, O_RDWR | O_CLOEXEC);
    map = fd < 0 ? MAP_FAILED : mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED || pthread_mutex_lock((pthread_mutex_t *)(void *)(map + MUTEX_AT)) != 0)
        return 1;
    printf("holding\n");
    fflush(stdout);
    raise(SIGSTOP);
    return 0;
}
