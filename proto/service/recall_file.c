/* RUN/NAME.answers: a slot for each of the last answers to `once` asks. It outlives the process but not the machine,
 * like everything that sounds or runs. pwrite leaves a slot complete or unchanged after a kill; each slot is checked
 * when it is read all the same. The service is the only writer and reader. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/hash.h"
#include "proto/service/service_parts.h"

enum { SLOT = LIMIT_RECALLED_BYTES };

struct slot {
    uint8_t check[8]; /* the first bytes of the hash of everything after it, with the body */
    uint64_t digest, serial, effects;
    struct id request;
    uint32_t state, error, len, is_without_body;
    uint8_t body[]; /* `len` bytes */
};
_Static_assert(sizeof(struct slot) == 64, "the layout of RUN/NAME.answers");

static void write_check(const uint8_t *bytes, size_t len, uint8_t to[8])
{
    const size_t from = sizeof(((struct slot *)0)->check);
    struct hash hash = hash_of(bytes + from, len - from);

    memcpy(to, hash.b, 8);
}

void recall_file_write(const struct service *service, const struct recalled *one)
{
    _Alignas(8) uint8_t bytes[SLOT];
    const uint32_t room = SLOT - (uint32_t)sizeof(struct slot);
    const bool fits = one->body.len <= room && !one->is_without_body;
    struct slot slot = {
        .digest = one->digest,
        .serial = one->serial,
        .effects = one->effects,
        .request = one->request,
        .state = (uint32_t)one->state,
        .error = (uint32_t)one->error,
        .len = fits ? (uint32_t)one->body.len : 0,
        .is_without_body = !fits,
    };
    size_t len = sizeof(slot) + slot.len;

    if (service->recall_file < 0 || one < service->recalled || one >= service->recalled + LIMIT_RECALLED)
        return;
    memcpy(bytes, &slot, sizeof(slot));
    if (slot.len)
        memcpy(bytes + sizeof(slot), one->body.at, slot.len);
    write_check(bytes, len, bytes);
    (void)!pwrite(service->recall_file, bytes, len, (off_t)(one - service->recalled) * SLOT);
}

static void read_slot(const uint8_t *bytes, size_t len, struct recalled *to)
{
    struct slot slot;
    uint8_t check[8];

    if (len < sizeof(slot))
        return;
    memcpy(&slot, bytes, sizeof(slot));
    if (slot.len > len - sizeof(slot) || slot.state > RECALL_DONE || slot.error >= ERR_COUNT)
        return;
    write_check(bytes, sizeof(slot) + slot.len, check);
    if (memcmp(check, slot.check, sizeof(check)) != 0)
        return;
    buffer_add(&to->body, bytes + sizeof(slot), slot.len);
    to->request = slot.request;
    to->digest = slot.digest;
    to->serial = slot.serial;
    to->effects = slot.effects;
    to->state = (enum recall_state)slot.state;
    to->error = (enum err)slot.error;
    to->is_without_body = slot.is_without_body != 0 || to->body.failed;
}

static enum err read_kept_answers(struct service *service, const char *path, struct fault *fault)
{
    _Alignas(8) uint8_t bytes[SLOT];

    for (uint32_t i = 0; i < LIMIT_RECALLED; i++) {
        ssize_t got = pread(service->recall_file, bytes, SLOT, (off_t)i * SLOT);
        if (got < 0)
            return fault_errno(fault, file_err(errno), errno, "cannot read %s", path);
        read_slot(bytes, (size_t)got, &service->recalled[i]);
    }
    return ERR_OK;
}

enum err recall_file_open(struct service *service, struct fault *fault)
{
    char path[PATH_MAX + 64];
    enum err e;
    int fd, failed;

    snprintf(path, sizeof(path), "%s/%s.answers", service->paths.run, service->name);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot open %s", path);
    service->recall_file = fd;
    failed = posix_fallocate(fd, 0, (off_t)LIMIT_RECALLED * SLOT); /* so that no write finds the disk full */
    e = failed ? fault_errno(fault, file_err(failed), failed, "cannot make room for %s", path)
               : read_kept_answers(service, path, fault);
    if (e != ERR_OK)
        recall_file_close(service);
    return e;
}

void recall_file_close(struct service *service)
{
    if (service->recall_file >= 0)
        close(service->recall_file);
    service->recall_file = -1;
}
