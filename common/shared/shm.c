#include "common/shared/shm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/owner.h"

static const uint64_t magic = 0x454C4F48504F4F4CU; /* "LOOPHOLE" as bytes */

const char *shm_name(const struct paths *paths, const char *object, char to[SHM_NAME_SIZE])
{
    (void)snprintf(to, SHM_NAME_SIZE, "/loophole-%s-%.24s", paths->tag, object);
    return to;
}

static enum err map_object(int fd, int flags, size_t size, const char *name, struct shm *to, struct fault *fault)
{
    size_t whole = sizeof(struct shm_header) + size;
    uint8_t *at = mmap(NULL, whole, PROT_READ | PROT_WRITE, flags, fd, 0);
    struct stat st;

    if (at == MAP_FAILED)
        return fault_errno(fault, file_err(errno), errno, "cannot map shared memory %s", name);
    to->at = at + sizeof(struct shm_header);
    to->size = size;
    to->file = fstat(fd, &st) == 0 ? st.st_ino : 0;
    return ERR_OK;
}

static struct shm_header *header_of(const struct shm *shm)
{
    return (struct shm_header *)((uint8_t *)shm->at - sizeof(struct shm_header));
}

/* Checks the size first, because reading a mapping beyond its file's end raises SIGBUS. */
static enum err check_file(int fd, size_t size, const char *name, struct fault *fault)
{
    char owner[OWNER_SIZE];
    struct stat st;

    if (fstat(fd, &st) != 0)
        return fault_errno(fault, ERR_IO, errno, "cannot access shared memory %s", name);
    if (st.st_uid != geteuid() || (st.st_mode & 077) != 0)
        return fault_set(fault, ERR_DENIED, "shared memory %s belongs to user %s (mode %04o)", name,
                         owner_write(st.st_uid, owner), (unsigned)(st.st_mode & 07777));
    if (st.st_size == 0)
        return fault_set(fault, ERR_OFFLINE, "shared memory %s is not made yet", name);
    if ((uint64_t)st.st_size != sizeof(struct shm_header) + size)
        return fault_set(fault, ERR_VERSION, "shared memory %s has %lld bytes, not %zu", name, (long long)st.st_size,
                         sizeof(struct shm_header) + size);
    return ERR_OK;
}

bool shm_whole(const struct shm *shm, uint32_t version)
{
    const struct shm_header *header = header_of(shm);

    return atomic_load_explicit(&header->magic, memory_order_acquire) == magic && header->version == version &&
           header->size == shm->size;
}

static enum err check_header(const struct shm *shm, uint32_t version, const char *name, struct fault *fault)
{
    if (atomic_load_explicit(&header_of(shm)->magic, memory_order_acquire) == 0)
        return fault_set(fault, ERR_OFFLINE, "shared memory %s is not made yet", name);
    if (!shm_whole(shm, version))
        return fault_set(fault, ERR_VERSION, "shared memory %s is of another layout", name);
    return ERR_OK;
}

static enum err refuse_object(const char *name, int number, struct fault *fault)
{
    char path[SHM_NAME_SIZE + 16], owner[OWNER_SIZE];
    struct stat st;

    (void)snprintf(path, sizeof(path), "/dev/shm%s", name);
    if (file_err(number) == ERR_DENIED && lstat(path, &st) == 0)
        return fault_set(fault, ERR_DENIED, "shared memory %s belongs to user %s", name, owner_write(st.st_uid, owner));
    return fault_errno(fault, file_err(number), number, "cannot open shared memory %s", name);
}

static enum err attach_object(const char *name, int access, uint32_t version, size_t size, struct shm *to,
                              struct fault *fault)
{
    int fd = shm_open(name, access | O_CLOEXEC | O_NOFOLLOW, 0);
    int flags = access == O_RDWR ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE;
    enum err e;

    *to = (struct shm){ 0 };
    if (fd < 0 && errno == ENOENT)
        return fault_set(fault, ERR_OFFLINE, "there is no shared memory %s", name);
    if (fd < 0)
        return refuse_object(name, errno, fault);
    if ((e = check_file(fd, size, name, fault)) == ERR_OK &&
        (e = map_object(fd, flags, size, name, to, fault)) == ERR_OK) {
        e = check_header(to, version, name, fault);
        if (e != ERR_OK)
            shm_detach(to);
    }
    close(fd);
    return e;
}

enum err shm_attach(const char *name, uint32_t version, size_t size, struct shm *to, struct fault *fault)
{
    return attach_object(name, O_RDWR, version, size, to, fault);
}

enum err shm_attach_copy(const char *name, uint32_t version, size_t size, struct shm *to, struct fault *fault)
{
    return attach_object(name, O_RDONLY, version, size, to, fault);
}

enum err shm_make_own(uint32_t version, size_t size, struct shm *to, struct fault *fault)
{
    *to = (struct shm){ 0 };
    if (map_object(-1, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, size, "of this process", to, fault) != ERR_OK)
        return ERR_FULL;
    header_of(to)->version = version;
    header_of(to)->size = size;
    atomic_store_explicit(&header_of(to)->magic, magic, memory_order_release);
    return ERR_OK;
}

enum err shm_check(const struct shm *shm, const char *name)
{
    int fd = shm_open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);
    struct stat st;
    bool is_open;

    if (fd < 0)
        return errno == ENOENT ? ERR_OFFLINE : ERR_OK;
    is_open = fstat(fd, &st) == 0;
    close(fd);
    if (is_open && (st.st_ino != shm->file || (uint64_t)st.st_size != sizeof(struct shm_header) + shm->size))
        return ERR_VERSION;
    return ERR_OK;
}

static enum err make_new(const char *name, uint32_t version, size_t size, struct shm *to, struct fault *fault)
{
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int number;
    enum err e;

    if (fd < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot make shared memory %s", name);
    number = posix_fallocate(fd, 0, (off_t)(sizeof(struct shm_header) + size));
    if (number != 0)
        e = fault_errno(fault, file_err(number), number, "no room for shared memory %s", name);
    else
        e = map_object(fd, MAP_SHARED, size, name, to, fault);
    close(fd);
    if (e != ERR_OK) {
        shm_unlink(name);
        return e;
    }
    header_of(to)->version = version;
    header_of(to)->size = size;
    atomic_store_explicit(&header_of(to)->magic, magic, memory_order_release);
    return ERR_OK;
}

enum err shm_make(const char *name, uint32_t version, size_t size, struct shm *to, struct fault *fault)
{
    enum err e = shm_attach(name, version, size, to, fault);

    if (e != ERR_OFFLINE && e != ERR_VERSION)
        return e;
    if ((e = shm_remove(name)) != ERR_OK)
        return fault_set(fault, e, "cannot remove shared memory %s", name);
    return make_new(name, version, size, to, fault);
}

void shm_detach(struct shm *shm)
{
    if (shm->at)
        munmap(header_of(shm), sizeof(struct shm_header) + shm->size);
    *shm = (struct shm){ 0 };
}

/* The owner is checked because root could remove what another user has put there. */
enum err shm_remove(const char *name)
{
    char path[SHM_NAME_SIZE + 16];
    struct stat st;

    (void)snprintf(path, sizeof(path), "/dev/shm%s", name);
    if (lstat(path, &st) == 0 && st.st_uid != geteuid())
        return ERR_DENIED;
    return shm_unlink(name) == 0 || errno == ENOENT ? ERR_OK : file_err(errno);
}
