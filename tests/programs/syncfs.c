/* syncfs.so: preloaded into a program whose data is on `lossy`. It reports that file system as ext4, so the program
 * syncs the whole file system as on a real disk. FUSE does not forward syncfs: it becomes an fsync of
 * LOSSY_MOUNT/.syncfs. */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { FUSE_MAGIC = 0x65735546 };

int fstatfs(int fd, struct statfs *to)
{
    int (*real)(int, struct statfs *) = (int (*)(int, struct statfs *))dlsym(RTLD_NEXT, "fstatfs");
    int rc = real(fd, to);

    if (rc == 0 && to->f_type == FUSE_MAGIC)
        to->f_type = EXT4_SUPER_MAGIC;
    return rc;
}

int syncfs(int fd)
{
    char path[PATH_MAX];
    int all, rc;

    (void)fd;
    snprintf(path, sizeof(path), "%s/.syncfs", getenv("LOSSY_MOUNT"));
    all = open(path, O_RDONLY | O_CLOEXEC);
    if (all < 0)
        return -1;
    rc = fsync(all);
    close(all);
    return rc;
}
