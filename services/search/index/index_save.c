#include "services/search/index/index_save.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file.h"
#include "common/process/limits.h"
#include "services/search/index/index_keep.h"
#include "services/search/index/index_layout.h"
#include "services/search/index/index_load.h"

struct index_save {
    struct index *index;
    uint64_t writes; /* of the index at the start */
    int fd;
    char path[PATH_MAX], temporary[PATH_MAX + 8];
    struct hash_stream *hash;
    struct buffer postings;
    struct layout layout;
    uint32_t part; /* being written */
    size_t at;     /* offset in the part, including padding */
};

/* ---- the layout ---- */

static uint64_t padded_size(uint64_t bytes)
{
    return (bytes + LAYOUT_HEADER - 1) / LAYOUT_HEADER * LAYOUT_HEADER;
}

static void lay_out_part(struct index_save *save, uint32_t number)
{
    struct layout_part *part = &save->layout.part[number];
    const struct column *column = index_layout_column(save->index, number);

    part->offset = save->layout.bytes;
    part->width = column ? column->width : 1;
    part->count = column ? column->count : save->postings.len;
    if (number >= LAYOUT_FIXED)
        memcpy(part->name, save->index->numbers[number - LAYOUT_FIXED].name, sizeof(part->name));
    save->layout.bytes += padded_size(part->count * part->width);
}

static enum err lay_out_sections(struct index_save *save)
{
    struct index *index = save->index;

    for (uint32_t i = 0; i < terms_count(&index->terms); i++)
        posting_write(terms_posting(&index->terms, i), &save->postings);
    if (save->postings.failed)
        return ERR_FULL;
    save->layout = (struct layout){ .magic = LAYOUT_MAGIC,
                                    .version = LAYOUT_VERSION,
                                    .parts = LAYOUT_FIXED + index->number_count,
                                    .catalogue = index->catalogue,
                                    .revision = index->revision,
                                    .change_hash = index->change_hash,
                                    .bytes = LAYOUT_HEADER };
    for (uint32_t i = 0; i < save->layout.parts; i++)
        lay_out_part(save, i);
    return ERR_OK;
}

/* ---- beginning and ending ---- */

static enum err open_temporary(struct index_save *save, const char *path, struct fault *fault)
{
    snprintf(save->path, sizeof(save->path), "%s", path);
    snprintf(save->temporary, sizeof(save->temporary), "%s.new", path);
    save->fd = open(save->temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
    if (save->fd < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot write %s", save->temporary);
    if (lseek(save->fd, LAYOUT_HEADER, SEEK_SET) != LAYOUT_HEADER)
        return fault_errno(fault, ERR_IO, errno, "cannot write %s", save->temporary);
    return ERR_OK;
}

enum err index_save_begin(struct index *index, const char *path, struct index_save **to, struct fault *fault)
{
    struct index_save *save = alloc_bytes(sizeof(*save));
    enum err e;

    *to = save;
    *save = (struct index_save){ .index = index, .fd = -1, .hash = hash_new() };
    e = save->hash ? index_compact(index) : ERR_FULL;
    save->writes = index->writes;
    terms_sort(&index->terms);
    if (e == ERR_OK)
        e = lay_out_sections(save);
    if (e != ERR_OK)
        limits_refuse(fault, "writing the index");
    else
        e = open_temporary(save, path, fault);
    if (e == ERR_OK)
        return ERR_OK;
    index_save_end(save);
    *to = NULL;
    return e;
}

void index_save_end(struct index_save *save)
{
    if (!save)
        return;
    if (save->fd >= 0) {
        close(save->fd);
        unlink(save->temporary);
    }
    hash_free(save->hash);
    buffer_free(&save->postings);
    free(save);
}

/* ---- writing ---- */

static enum err write_bytes(struct index_save *save, const void *bytes, size_t len)
{
    hash_add(save->hash, bytes, len);
    save->at += len;
    return file_write_fd(save->fd, bytes, len);
}

/* Writes at most `most` bytes of the current part or of its padding. */
static enum err write_piece(struct index_save *save, size_t most, size_t *written)
{
    static const uint8_t zeros[LAYOUT_HEADER];
    const struct layout_part *part = &save->layout.part[save->part];
    const struct column *column = index_layout_column(save->index, save->part);
    const uint8_t *bytes = column ? column->at : save->postings.at;
    size_t len = part->count * part->width, end = padded_size(len);

    if (save->at < len) {
        *written = len - save->at < most ? len - save->at : most;
        return write_bytes(save, bytes + save->at, *written);
    }
    *written = end - save->at;
    enum err e = write_bytes(save, zeros, *written);
    save->part++;
    save->at = 0;
    return e;
}

static enum err write_header(struct index_save *save)
{
    uint8_t header[LAYOUT_HEADER] = { 0 };

    save->layout.body = hash_so_far(save->hash);
    memcpy(header, &save->layout, sizeof(save->layout));
    save->layout.head = hash_of(header, sizeof(header));
    memcpy(header, &save->layout, sizeof(save->layout));
    if (lseek(save->fd, 0, SEEK_SET) != 0)
        return ERR_IO;
    return file_write_fd(save->fd, header, sizeof(header));
}

static enum err finish_save(struct index_save *save, struct fault *fault)
{
    enum err e = write_header(save);

    if (e != ERR_OK)
        return fault_set(fault, e, "cannot write %s", save->temporary);
    if (rename(save->temporary, save->path) != 0)
        return fault_errno(fault, file_err(errno), errno, "cannot rename %s", save->temporary);
    close(save->fd);
    save->fd = -1;
    return ERR_OK;
}

enum err index_save_step(struct index_save *save, size_t bytes, bool *done, struct fault *fault)
{
    *done = false;
    if (save->writes != save->index->writes)
        return fault_set(fault, ERR_CONFLICT, "the index changed while it was written");
    while (bytes > 0 && save->part < save->layout.parts) {
        size_t written = 0;
        enum err e = write_piece(save, bytes, &written);
        if (e != ERR_OK)
            return fault_set(fault, e, "cannot write %s", save->temporary);
        bytes -= written < bytes ? written : bytes;
    }
    if (save->part < save->layout.parts)
        return ERR_OK;
    *done = true;
    return finish_save(save, fault);
}
