#include "frontends/web/file_reading.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/closing.h"

/* One read. The visit may end before it; then the read closes the file. */
struct chunk_read {
    struct errand errand;
    struct visit *visit; /* NULL: it has ended */
    int fd;
    int owned; /* to be closed with this; -1: the visit's */
    uint64_t at;
    size_t want;
    ssize_t got;
    uint8_t bytes[LWS_PRE + WEB_CHUNK];
};

struct file_reading {
    int fd;
    uint64_t at, end;
    struct chunk_read *read; /* under way, or read and not sent */
    bool is_read;
};

static void run_read(struct errand *errand)
{
    struct chunk_read *read = (struct chunk_read *)errand;

    read->got = pread(read->fd, read->bytes + LWS_PRE, read->want, (off_t)read->at);
}

static void drop_read(struct errand *errand)
{
    struct chunk_read *read = (struct chunk_read *)errand;

    closing_start(read->owned);
    free(read);
}

/* A file that became shorter, or whose disk hangs, ends the connection: its length was announced. */
static void read_done(struct errand *errand, bool lost)
{
    struct chunk_read *read = (struct chunk_read *)errand;
    struct visit *visit = read->visit;

    if (!visit)
        return;
    struct file_reading *file = visit->file;
    if (lost || read->got <= 0) {
        read->owned = file->fd;
        file->fd = -1;
        file->read = NULL;
        lws_set_timeout(visit->wsi, PENDING_TIMEOUT_HTTP_CONTENT, LWS_TO_KILL_ASYNC);
        return;
    }
    uint8_t *copy = alloc_bytes(LWS_PRE + (size_t)read->got);
    memcpy(copy + LWS_PRE, read->bytes + LWS_PRE, (size_t)read->got);
    free(visit->owned.at);
    visit->owned = (struct buffer){ .at = copy, .len = (size_t)read->got };
    file->read = NULL;
    file->is_read = true;
    lws_callback_on_writable(visit->wsi);
}

static void start_read(struct visit *visit)
{
    struct file_reading *file = visit->file;
    struct chunk_read *read = alloc_zeroed(1, sizeof(*read));

    read->errand.run = run_read;
    read->errand.done = read_done;
    read->errand.drop = drop_read;
    read->errand.patience = (usec_t)WEB_READ_MS * 1000;
    read->visit = visit;
    read->fd = file->fd;
    read->owned = -1;
    read->at = file->at;
    read->want = file->end - file->at < WEB_CHUNK ? (size_t)(file->end - file->at) : WEB_CHUNK;
    file->read = read;
    errand_start(visit->web->errands, &read->errand);
}

static void find_range(const struct visit *visit, uint64_t size, uint64_t *first, uint64_t *end)
{
    *first = 0;
    *end = size;
    if (!visit->has_range)
        return;
    *first = visit->is_suffix ? (visit->range_first < size ? size - visit->range_first : 0) : visit->range_first;
    if (!visit->is_suffix && visit->range_last < size)
        *end = visit->range_last + 1;
}

bool file_reading_begin(struct visit *visit, int fd, uint64_t size, const char *type)
{
    struct file_reading *file = alloc_zeroed(1, sizeof(*file));
    char text[96];

    visit->file = file;
    file->fd = fd;
    find_range(visit, size, &file->at, &file->end);
    if (visit->has_range && (file->at >= size || file->at >= file->end)) {
        (void)snprintf(text, sizeof(text), "bytes */%" PRIu64, size);
        file_reading_end(visit);
        return visit_head(visit, HTTP_STATUS_REQ_RANGE_NOT_SATISFIABLE, "text/plain", 0, "content-range:", text);
    }
    if (!visit->has_range)
        return visit_head(visit, HTTP_STATUS_OK, type, size, "accept-ranges:", visit->is_made ? "none" : "bytes");
    (void)snprintf(text, sizeof(text), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, file->at, file->end - 1, size);
    return visit_head(visit, HTTP_STATUS_PARTIAL_CONTENT, type, file->end - file->at, "content-range:", text);
}

bool file_reading_write(struct visit *visit)
{
    struct file_reading *file = visit->file;
    bool is_last;

    if (file->at == file->end)
        return !lws_http_transaction_completed(visit->wsi);
    if (!file->is_read) {
        if (!file->read)
            start_read(visit);
        return true;
    }
    file->is_read = false;
    file->at += visit->owned.len;
    visit->silence.moved += visit->owned.len;
    is_last = file->at == file->end;
    if (lws_write(visit->wsi, visit->owned.at + LWS_PRE, visit->owned.len,
                  is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
        return false;
    if (is_last)
        return !lws_http_transaction_completed(visit->wsi);
    start_read(visit);
    return true;
}

void file_reading_end(struct visit *visit)
{
    struct file_reading *file = visit->file;

    if (!file)
        return;
    if (file->read) {
        file->read->visit = NULL;
        file->read->owned = file->fd;
        errand_stop(&file->read->errand);
    } else {
        closing_start(file->fd);
    }
    free(file);
    visit->file = NULL;
}
