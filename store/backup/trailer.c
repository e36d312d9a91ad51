#include "store/backup/trailer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/hash.h"
#include "store/keys.h"

enum { MAGIC_BYTES = 16, DIGEST_AT = TRAILER_BYTES - 16, PIECE = 65536 };
static const char magic[] = "loophole backup\n";

static enum err hash_file(int fd, uint64_t bytes, const char *path, struct hash_stream *stream, struct fault *fault)
{
    uint8_t piece[PIECE];

    for (uint64_t at = 0; at < bytes;) {
        size_t want = bytes - at < sizeof(piece) ? (size_t)(bytes - at) : sizeof(piece);
        ssize_t got = pread(fd, piece, want, (off_t)at);
        if (got < 0)
            return fault_errno(fault, file_err(errno), errno, "cannot read %s", path);
        if (got == 0)
            return fault_set(fault, ERR_BAD_REQUEST, "%s is truncated", path);
        hash_add(stream, piece, (size_t)got);
        at += (uint64_t)got;
    }
    return ERR_OK;
}

static enum err digest_of(int fd, uint64_t bytes, const uint8_t *trailer, const char *path, struct hash *digest,
                          struct fault *fault)
{
    struct hash_stream *stream = hash_new();
    enum err e = hash_file(fd, bytes, path, stream, fault);

    hash_add(stream, trailer, DIGEST_AT);
    *digest = hash_so_far(stream);
    hash_free(stream);
    return e;
}

static void write_trailer_bytes(const struct backup *backup, uint8_t trailer[TRAILER_BYTES])
{
    const uint64_t numbers[] = { backup->version, backup->bytes, backup->revision };

    memcpy(trailer, magic, MAGIC_BYTES);
    for (size_t i = 0; i < 3; i++)
        memcpy(trailer + MAGIC_BYTES + 8 * i, key_number(numbers[i]).b, 8);
    memcpy(trailer + MAGIC_BYTES + 24, backup->catalogue.b, 16);
}

enum err trailer_write(int fd, const char *path, const struct backup *backup, struct fault *fault)
{
    uint64_t end = backup->end ? backup->end : backup->bytes;
    uint8_t trailer[TRAILER_BYTES];
    struct hash digest;
    enum err e;

    write_trailer_bytes(backup, trailer);
    e = digest_of(fd, end, trailer, path, &digest, fault);
    if (e != ERR_OK)
        return e;
    memcpy(trailer + DIGEST_AT, digest.b, sizeof(digest.b));
    if (lseek(fd, (off_t)end, SEEK_SET) < 0)
        return fault_errno(fault, ERR_IO, errno, "cannot write %s", path);
    e = file_write_fd(fd, trailer, sizeof(trailer));
    return e == ERR_OK ? e : fault_errno(fault, e, errno, "cannot write %s", path);
}

static enum err read_last(int fd, const char *path, uint8_t trailer[TRAILER_BYTES], uint64_t *bytes,
                          struct fault *fault)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return fault_errno(fault, ERR_IO, errno, "cannot access %s", path);
    if (!S_ISREG(st.st_mode) || st.st_size < TRAILER_BYTES)
        return fault_set(fault, ERR_BAD_REQUEST, "%s is not a backup", path);
    *bytes = (uint64_t)st.st_size - TRAILER_BYTES;
    if (pread(fd, trailer, TRAILER_BYTES, (off_t)*bytes) != TRAILER_BYTES)
        return fault_errno(fault, ERR_IO, errno, "cannot read %s", path);
    return ERR_OK;
}

enum err trailer_read(int fd, const char *path, struct backup *backup, struct fault *fault)
{
    uint8_t trailer[TRAILER_BYTES];
    struct hash digest;
    uint64_t bytes = 0;
    enum err e = read_last(fd, path, trailer, &bytes, fault);

    if (e != ERR_OK)
        return e;
    struct bytes all = bytes_of(trailer, sizeof(trailer));
    *backup = (struct backup){ key_number_at(all, 16), key_number_at(all, 24), key_number_at(all, 32),
                               key_id_at(all, 40), bytes };
    if (memcmp(trailer, magic, MAGIC_BYTES) != 0 || backup->bytes > bytes)
        return fault_set(fault, ERR_BAD_REQUEST, "%s is not a backup, or is truncated", path);
    e = digest_of(fd, bytes, trailer, path, &digest, fault);
    if (e == ERR_OK && memcmp(digest.b, trailer + DIGEST_AT, sizeof(digest.b)) != 0)
        e = fault_set(fault, ERR_BAD_REQUEST, "%s was changed after it was written: the digest differs", path);
    return e;
}

bool trailer_is_there(const char *path)
{
    uint8_t there[MAGIC_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    off_t end = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
    bool found = end >= TRAILER_BYTES && pread(fd, there, sizeof(there), end - TRAILER_BYTES) == MAGIC_BYTES &&
                 memcmp(there, magic, MAGIC_BYTES) == 0;

    if (fd >= 0)
        close(fd);
    return found;
}
