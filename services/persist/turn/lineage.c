#include "services/persist/turn/lineage.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/process/log.h"
#include "store/catalogue.h"
#include "store/open/migrate.h"

enum { PATH_ROOM = PATH_MAX + 32 };

/* The content of the file. */
struct lineage_file {
    uint8_t catalogue[16], revision[8], hash[16];
    uint8_t digest[16]; /* of the members above */
};
enum { KEPT_BYTES = sizeof(struct lineage_file), DIGEST_AT = offsetof(struct lineage_file, digest) };

static const char *lineage_path(const struct persist *p, char to[PATH_ROOM])
{
    (void)snprintf(to, PATH_ROOM, "%s/store/lineage", p->paths->data);
    return to;
}

/* ---- the file ---- */

static void read_kept(struct persist *p)
{
    char path[PATH_ROOM];
    struct lineage_file kept;
    struct hash digest;
    int fd = open(lineage_path(p, path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool is_whole = fd >= 0 && pread(fd, &kept, KEPT_BYTES, 0) == KEPT_BYTES;

    if (fd >= 0)
        close(fd);
    p->lineage = p->lineage_next = (struct lineage){ 0 };
    if (!is_whole)
        return;
    digest = hash_of(&kept, DIGEST_AT);
    if (memcmp(digest.b, kept.digest, sizeof(kept.digest)) != 0)
        return;
    p->lineage.has_row = true;
    memcpy(p->lineage.catalogue.b, kept.catalogue, sizeof(kept.catalogue));
    memcpy(&p->lineage.revision, kept.revision, sizeof(kept.revision));
    memcpy(p->lineage.hash.b, kept.hash, sizeof(kept.hash));
}

/* If the file cannot be written, a replaced store is only not noticed later. */
void lineage_save(struct persist *p)
{
    char path[PATH_ROOM];
    struct lineage_file kept;
    struct hash digest;
    int fd;

    if (!p->lineage_next.has_row)
        return;
    p->lineage = p->lineage_next;
    p->lineage_next = (struct lineage){ 0 };
    memcpy(kept.catalogue, p->lineage.catalogue.b, sizeof(kept.catalogue));
    memcpy(kept.revision, &p->lineage.revision, sizeof(kept.revision));
    memcpy(kept.hash, p->lineage.hash.b, sizeof(kept.hash));
    digest = hash_of(&kept, DIGEST_AT);
    memcpy(kept.digest, digest.b, sizeof(kept.digest));
    fd = open(lineage_path(p, path), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0)
        return;
    (void)!write(fd, &kept, KEPT_BYTES);
    close(fd);
}

/* ---- comparing ---- */

bool lineage_is_another(const struct persist *p, struct txn *txn)
{
    const struct lineage *last = &p->lineage;
    uint64_t tail, head;
    struct id catalogue;
    struct hash hash;

    if (!last->has_row || catalogue_id(txn, &catalogue) != ERR_OK || !id_equal(catalogue, last->catalogue) ||
        catalogue_head(txn, &tail, &head) != ERR_OK)
        return false; /* the other id is enough */
    if (head < last->revision)
        return true;
    hash = catalogue_change_hash(txn, last->revision);
    return tail <= last->revision && memcmp(hash.b, last->hash.b, sizeof(hash.b)) != 0;
}

enum err lineage_draw(struct txn *txn)
{
    struct id id;

    log_warn("the store's history changed: its file was replaced by an older or another one. The "
             "catalogue gets another id, and every reader reads all items again");
    return migrate_draw_id(txn, &id);
}

static void note_state(struct persist *p, struct txn *txn)
{
    struct lineage now = { .has_row = true };
    uint64_t tail;

    p->lineage_next = (struct lineage){ 0 };
    if (catalogue_id(txn, &now.catalogue) != ERR_OK || catalogue_head(txn, &tail, &now.revision) != ERR_OK ||
        now.revision == 0)
        return;
    if (p->lineage.has_row && now.revision == p->lineage.revision && id_equal(now.catalogue, p->lineage.catalogue))
        return;
    now.hash = catalogue_change_hash(txn, now.revision);
    p->lineage_next = now;
}

void lineage_remember(struct persist *p)
{
    note_state(p, p->w.txn);
}

/* ---- opening ---- */

static enum err draw_and_commit(struct persist *p, struct fault *fault)
{
    struct txn *txn;
    enum err e = store_write(p->store, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = lineage_draw(txn);
    if (e == ERR_OK) {
        note_state(p, txn);
        e = txn_commit(txn, fault);
        if (e == ERR_OK)
            lineage_save(p);
        return e;
    }
    txn_end(txn);
    return fault_set(fault, e, "cannot give the catalogue another id");
}

enum err lineage_renew(struct persist *p, struct fault *fault)
{
    return p->store ? draw_and_commit(p, fault) : fault_set(fault, ERR_IO, "%s", p->alarm);
}

enum err lineage_open(struct persist *p, struct fault *fault)
{
    struct txn *txn;
    enum err e = store_read(p->store, &txn, fault);
    bool is_another = false;

    if (e != ERR_OK)
        return e;
    read_kept(p);
    is_another = lineage_is_another(p, txn);
    txn_end(txn);
    return is_another ? draw_and_commit(p, fault) : ERR_OK;
}
