#include "frontends/cli/bundle/bundle_zip.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/deflate.h"
#include "common/file.h"
#include "common/little.h"

enum {
    LOCAL = 0x04034b50,
    CENTRAL = 0x02014b50,
    END = 0x06054b50,
    END64 = 0x06064b50,
    LOCATOR = 0x07064b50,
    PLAIN_VERSION = 20,
    BIG_VERSION = 45,
    MADE_BY_UNIX = 3 << 8,
    IS_UTF8 = 1 << 11,
    FIRST_DATE = 1 << 5 | 1, /* 1980-01-01, the earliest */
    MODE = 0100644,
    BIG_TAG = 1,
    BLOCK = 1 << 16,
};
#define MOST_32 0xffffffffULL
#define MOST_16 0xffffULL

struct zip_entry {
    const char *path;
    uint64_t size, at;
    uint32_t sum;
};

static void add_number(struct buffer *record, uint64_t number, int bytes)
{
    uint8_t at[sizeof(number)];

    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(number >> 8 * i);
    buffer_add(record, at, (size_t)bytes);
}

static enum err append_bytes(struct bundle_zip *zip, const void *bytes, size_t len, struct fault *fault)
{
    const enum err e = file_write_fd(zip->fd, bytes, len);

    zip->at += len;
    return e == ERR_OK ? ERR_OK : fault_set(fault, e, "cannot write the archive: %s", err_name(e));
}

static uint64_t cut_at(uint64_t number, uint64_t most)
{
    return number < most ? number : most;
}

/* What the two headers of a file share, from its flags to the length of its name. */
static void add_common(struct buffer *record, const struct zip_entry *entry)
{
    const bool is_big = entry->size >= MOST_32;

    add_number(record, IS_UTF8, 2);
    add_number(record, 0, 2); /* stored */
    add_number(record, 0, 2);
    add_number(record, FIRST_DATE, 2);
    add_number(record, entry->sum, 4);
    add_number(record, is_big ? MOST_32 : entry->size, 4);
    add_number(record, is_big ? MOST_32 : entry->size, 4);
    add_number(record, strlen(entry->path), 2);
}

static enum err write_local(struct bundle_zip *zip, const struct zip_entry *entry, struct fault *fault)
{
    const bool is_big = entry->size >= MOST_32;
    struct buffer head = { 0 };
    enum err e;

    add_number(&head, LOCAL, 4);
    add_number(&head, is_big ? BIG_VERSION : PLAIN_VERSION, 2);
    add_common(&head, entry);
    add_number(&head, is_big ? 20 : 0, 2);
    buffer_add(&head, entry->path, strlen(entry->path));
    if (is_big) {
        add_number(&head, BIG_TAG, 2);
        add_number(&head, 16, 2);
        add_number(&head, entry->size, 8);
        add_number(&head, entry->size, 8);
    }
    e = append_bytes(zip, head.at, head.len, fault);
    buffer_free(&head);
    return e;
}

static void add_central(struct bundle_zip *zip, const struct zip_entry *entry)
{
    struct buffer *record = &zip->directory;
    const bool is_big = entry->size >= MOST_32, is_far = entry->at >= MOST_32;
    const unsigned more = (is_big ? 16U : 0U) + (is_far ? 8U : 0U);

    add_number(record, CENTRAL, 4);
    add_number(record, MADE_BY_UNIX | BIG_VERSION, 2);
    add_number(record, more ? BIG_VERSION : PLAIN_VERSION, 2);
    add_common(record, entry);
    add_number(record, more ? more + 4 : 0, 2);
    add_number(record, 0, 6); /* comment, disk, kind */
    add_number(record, (uint64_t)MODE << 16, 4);
    add_number(record, cut_at(entry->at, MOST_32), 4);
    buffer_add(record, entry->path, strlen(entry->path));
    if (more) {
        add_number(record, BIG_TAG, 2);
        add_number(record, more, 2);
    }
    for (int i = 0; i < 2 && is_big; i++)
        add_number(record, entry->size, 8);
    if (is_far)
        add_number(record, entry->at, 8);
    zip->count++;
}

/* ---- data ---- */

/* Reads the file from its start. Gives each block to the archive if `zip` is not NULL; otherwise only sums it up. */
static enum err read_file(struct bundle_zip *zip, int from, struct zip_entry *entry, struct fault *fault)
{
    char block[BLOCK];
    off_t at = 0;
    ssize_t got;

    entry->sum = 0;
    while ((got = pread(from, block, sizeof(block), at)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return file_refuse(fault, "read", entry->path);
        entry->sum = deflate_sum(entry->sum, bytes_of(block, (size_t)got));
        at += got;
        if (bundle_cancel_check(fault) != ERR_OK)
            return fault->code;
        const enum err e = zip ? append_bytes(zip, block, (size_t)got, fault) : ERR_OK;
        if (e != ERR_OK)
            return e;
        if (zip)
            bundle_progress_add(zip->progress, (uint64_t)got);
    }
    entry->size = (uint64_t)at;
    return ERR_OK;
}

enum err bundle_zip_add(struct bundle_zip *zip, const char *path, int from, struct fault *fault)
{
    struct zip_entry entry = { .path = path, .at = zip->at }, again = { .path = path };
    enum err e = read_file(NULL, from, &entry, fault);

    if (e == ERR_OK)
        e = write_local(zip, &entry, fault);
    if (e == ERR_OK)
        e = read_file(zip, from, &again, fault);
    if (e == ERR_OK && (again.sum != entry.sum || again.size != entry.size))
        e = fault_set(fault, ERR_CONFLICT, "%.150s changed while it was read", path);
    if (e == ERR_OK)
        add_central(zip, &entry);
    return e;
}

/* ---- the end ---- */

static void add_end64(struct bundle_zip *zip, struct buffer *record, uint64_t len)
{
    add_number(record, END64, 4);
    add_number(record, 44, 8);
    add_number(record, MADE_BY_UNIX | BIG_VERSION, 2);
    add_number(record, BIG_VERSION, 2);
    add_number(record, 0, 8); /* disks */
    add_number(record, zip->count, 8);
    add_number(record, zip->count, 8);
    add_number(record, len, 8);
    add_number(record, zip->at, 8);
    add_number(record, LOCATOR, 4);
    add_number(record, 0, 4);
    add_number(record, zip->at + len, 8);
    add_number(record, 1, 4);
}

enum err bundle_zip_end(struct bundle_zip *zip, struct fault *fault)
{
    struct buffer *record = &zip->directory;
    const uint64_t len = record->len;
    enum err e;

    if (zip->count >= MOST_16 || len >= MOST_32 || zip->at >= MOST_32)
        add_end64(zip, record, len);
    add_number(record, END, 4);
    add_number(record, 0, 4); /* disks */
    add_number(record, cut_at(zip->count, MOST_16), 2);
    add_number(record, cut_at(zip->count, MOST_16), 2);
    add_number(record, cut_at(len, MOST_32), 4);
    add_number(record, cut_at(zip->at, MOST_32), 4);
    add_number(record, 0, 2);
    e = append_bytes(zip, record->at, record->len, fault);
    return e == ERR_OK && fsync(zip->fd) != 0 ? file_refuse(fault, "write", "the archive") : e;
}

void bundle_zip_free(struct bundle_zip *zip)
{
    buffer_free(&zip->directory);
}
