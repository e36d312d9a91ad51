#include "frontends/web/zip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file.h"
#include "frontends/web/inner.h"
#include "frontends/web/making.h"
#include "frontends/web/zip_file.h"
#include "proto/wire/codec.h"
#include "schema_search.h"
#include "store/door/item_door.h"

enum { ANSWER_MOST = 8 << 20 };

/* The items are looked up one after the other; then a thread makes the archive. */
struct archive {
    struct made_file making;
    struct visit *visit; /* while the items are looked up */
    uint64_t ask;        /* number of the inner ask; 0: none */
    uint32_t count, at;  /* items; the next one to look up */
    struct id ids[WEB_ZIP_ITEMS];
    struct door *doors[WEB_ZIP_ITEMS]; /* NULL: it is missing */
    struct zip_file zip;
    struct buffer missing; /* the text of missing.txt */
    uint32_t written;
};

/* ---- in a thread ---- */

static void note_missing(struct archive *archive, uint32_t i, const char *why)
{
    char id[ID_TEXT_SIZE];

    buffer_printf(&archive->missing, "%s: %s\r\n", id_write(archive->ids[i], id), why);
}

/* With the reason of the first item. */
static enum err refuse_all(struct archive *archive, struct fault *fault)
{
    const char *first = buffer_c(&archive->missing);

    return fault_set(fault, ERR_NOT_FOUND, "no file can be read; items asked for: %u; %.*s", archive->count,
                     (int)strcspn(first, "\r\n"), first);
}

static enum err append_bytes(void *state, const void *bytes, size_t len, struct fault *fault)
{
    return making_write(state, bytes, len, fault);
}

static enum err replace_bytes(void *state, uint64_t at, const void *bytes, size_t len, struct fault *fault)
{
    const struct made_file *making = state;

    return pwrite(making->to, bytes, len, (off_t)at) == (ssize_t)len
               ? ERR_OK
               : fault_errno(fault, ERR_IO, errno, "the file cannot be kept");
}

static enum err copy_file(struct archive *archive, int fd, struct fault *fault)
{
    uint8_t *chunk = alloc_bytes(WEB_CHUNK);
    enum err e = ERR_OK;
    ssize_t got;

    while (e == ERR_OK && (got = read(fd, chunk, WEB_CHUNK)) != 0)
        e = got < 0 ? fault_errno(fault, file_err(errno), errno, "a file cannot be read")
                    : zip_write_entry(&archive->zip, chunk, (size_t)got, fault);
    free(chunk);
    return e;
}

static enum err archive_file(struct archive *archive, uint32_t i, struct fault *fault)
{
    const char *path = door_path(archive->doors[i]);
    struct fault why = { 0 };
    struct stat st;
    int fd = door_open(archive->doors[i], &st, &why);
    enum err e;

    if (fd < 0) {
        note_missing(archive, i, why.what);
        return ERR_OK;
    }
    e = zip_open_entry(&archive->zip, bytes_of(path, strlen(path)), fault);
    if (e == ERR_OK)
        e = copy_file(archive, fd, fault);
    if (e == ERR_OK)
        e = zip_close_entry(&archive->zip, fault);
    close(fd);
    archive->written++;
    return e;
}

static enum err add_missing(struct archive *archive, struct fault *fault)
{
    static const char name[] = "missing.txt";
    enum err e;

    if (archive->missing.len == 0)
        return ERR_OK;
    e = zip_open_entry(&archive->zip, bytes_of(name, sizeof(name) - 1), fault);
    if (e == ERR_OK)
        e = zip_write_entry(&archive->zip, archive->missing.at, archive->missing.len, fault);
    return e == ERR_OK ? zip_close_entry(&archive->zip, fault) : e;
}

static enum err make_archive(struct made_file *making, struct fault *fault)
{
    struct archive *archive = (struct archive *)making;
    enum err e = ERR_OK;

    archive->zip.sink = (struct zip_sink){ append_bytes, replace_bytes, making };
    for (uint32_t i = 0; i < archive->count && e == ERR_OK; i++)
        if (archive->doors[i])
            e = archive_file(archive, i, fault);
    if (e == ERR_OK && archive->written == 0)
        e = refuse_all(archive, fault);
    if (e == ERR_OK)
        e = add_missing(archive, fault);
    return e == ERR_OK ? zip_end(&archive->zip, fault) : e;
}

/* ---- the gateway's thread ---- */

static void drop_archive(struct made_file *making)
{
    struct archive *archive = (struct archive *)making;

    for (uint32_t i = 0; i < archive->count; i++)
        door_free(archive->doors[i]);
    zip_free(&archive->zip);
    buffer_free(&archive->missing);
    free(archive);
}

static void begin_making(struct archive *archive)
{
    struct visit *visit = archive->visit;

    visit->archive = NULL;
    if (!making_begin(visit, &archive->making))
        visit_kill(visit);
}

static void note_found(struct archive *archive, const struct item *item)
{
    struct fault why = { 0 };

    archive->doors[archive->at] = item_door(item, false, &why);
    if (!archive->doors[archive->at])
        note_missing(archive, archive->at, why.what);
}

static void look_up_next(struct archive *archive);

static void item_found(void *state, struct bytes body, const struct fault *refused)
{
    struct archive *archive = state;
    struct arena arena = { .limit = ANSWER_MOST };
    struct media_found found = { 0 };
    struct fault fault = { 0 };

    archive->ask = 0;
    if (refused && refused->code != ERR_NOT_FOUND) {
        visit_fail_late(archive->visit, refused);
        return;
    }
    if (refused)
        note_missing(archive, archive->at, refused->what);
    else if (codec_decode(&media_found_shape, body, &arena, &found, &fault) != ERR_OK)
        note_missing(archive, archive->at, fault.what);
    else
        note_found(archive, &found.item);
    arena_free(&arena);
    archive->at++;
    look_up_next(archive);
}

static void look_up_next(struct archive *archive)
{
    struct search_get ask = { .has_id = true, .has_leads = true, .leads = true };
    struct fault fault = { 0 };

    if (archive->at == archive->count) {
        begin_making(archive);
        return;
    }
    ask.id = archive->ids[archive->at];
    archive->ask = inner_send(archive->visit->web, "search.get", &ask, &search_get_shape, item_found, archive, &fault);
    if (archive->ask == 0)
        visit_fail_late(archive->visit, &fault);
}

static bool read_ids(struct archive *archive, const char *text)
{
    while (*text && archive->count < WEB_ZIP_ITEMS) {
        size_t len = strcspn(text, ",");

        if (!id_read((struct text){ (uint32_t)len, text }, &archive->ids[archive->count]))
            return false;
        archive->count++;
        text += len + (text[len] == ',');
    }
    return archive->count > 0 && !*text;
}

bool zip_begin(struct visit *visit)
{
    char text[WEB_HEADERS];
    struct archive *archive = alloc_zeroed(1, sizeof(*archive));

    archive->making.make = make_archive;
    archive->making.drop = drop_archive;
    archive->making.type = "application/zip";
    archive->visit = visit;
    if (!visit_argument(visit, "ids", text, sizeof(text)) || !read_ids(archive, text)) {
        drop_archive(&archive->making);
        return visit_say(visit, HTTP_STATUS_BAD_REQUEST, "Give ids of items: /zip?ids=ID,ID, at most 100.\n");
    }
    visit->attachment = "attachment; filename=\"loophole.zip\"";
    visit->archive = archive;
    look_up_next(archive);
    return true;
}

void zip_drop(struct visit *visit)
{
    if (!visit->archive)
        return;
    inner_drop(visit->web, visit->archive->ask);
    drop_archive(&visit->archive->making);
    visit->archive = NULL;
}
