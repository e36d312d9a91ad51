#include "frontends/web/drop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file.h"
#include "frontends/web/inner.h"
#include "schema_indexer.h"

struct drop {
    int fd;
    char path[PATH_MAX];
    uint64_t len, received;
    uint64_t ask; /* number of the inner ask */
    bool is_bad;  /* refused: the rest of the body is dropped */
};

static bool write_folder(const struct web *web, char *to, size_t size)
{
    return (size_t)snprintf(to, size, "%s/web-drop", web->paths->cache) < size;
}

void drop_clean(const struct web *web)
{
    char path[PATH_MAX];
    DIR *folder = write_folder(web, path, sizeof(path)) ? opendir(path) : NULL;
    struct dirent *entry;

    while (folder && (entry = readdir(folder)))
        if (entry->d_name[0] != '.')
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
}

enum err drop_folder(const struct web *web, char *to, size_t size, struct fault *fault)
{
    if (!write_folder(web, to, size))
        return fault_set(fault, ERR_IO, "the path of the cache is too long");
    return file_make_dirs(to, 0700, fault);
}

/* The extension chooses the decoder when the content does not; anything but letters and digits is left out. */
static void read_extension(const struct visit *visit, char to[TEXT_EXTENSION_SIZE])
{
    char name[512];

    to[0] = '\0';
    if (visit_argument(visit, "name", name, sizeof(name)))
        text_extension(bytes_of(name, strlen(name)), to);
    for (const char *at = to; *at; at++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789", *at))
            to[0] = '\0';
}

static enum err open_drop(struct visit *visit, struct fault *fault)
{
    struct drop *drop = visit->drop;
    char folder[PATH_MAX - 64], extension[TEXT_EXTENSION_SIZE], id[ID_TEXT_SIZE];
    enum err e = drop_folder(visit->web, folder, sizeof(folder), fault);

    if (e != ERR_OK)
        return e;
    read_extension(visit, extension);
    (void)snprintf(drop->path, sizeof(drop->path), "%s/%s%s%s", folder, id_write(id_new(), id), extension[0] ? "." : "",
                   extension);
    drop->fd = open(drop->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return drop->fd >= 0 ? ERR_OK : fault_errno(fault, file_err(errno), errno, "cannot make a temporary file");
}

static enum err check_length(struct visit *visit, struct fault *fault)
{
    char text[24], after;
    unsigned long long len;
    int got = lws_hdr_copy(visit->wsi, text, sizeof(text), WSI_TOKEN_HTTP_CONTENT_LENGTH);

    if (got <= 0 || sscanf(text, "%19llu%c", &len, &after) != 1)
        return fault_set(fault, ERR_BAD_REQUEST, "the request has no length");
    visit->drop->len = len;
    if (len == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the file is empty");
    if (len > WEB_DROP_BYTES)
        return fault_set(fault, ERR_TOO_LARGE, "the file has over %d MiB", WEB_DROP_BYTES >> 20);
    if (visit->web->drops > WEB_DROPS)
        return fault_set(fault, ERR_BUSY, "%d files are being received: try again", WEB_DROPS);
    return ERR_OK;
}

bool drop_begin(struct visit *visit)
{
    struct fault fault = { 0 };
    enum err e;

    visit->drop = alloc_zeroed(1, sizeof(*visit->drop));
    visit->drop->fd = -1;
    visit->web->drops++;
    e = check_length(visit, &fault);
    if (e == ERR_OK)
        e = open_drop(visit, &fault);
    visit->drop->is_bad = e != ERR_OK;
    return e == ERR_OK || visit_fail(visit, &fault);
}

bool drop_receive(struct visit *visit, const void *bytes, size_t len)
{
    struct drop *drop = visit->drop;
    struct fault fault = { 0 };
    enum err e = ERR_OK;

    if (!drop || drop->is_bad)
        return true;
    drop->received += len;
    if (drop->received > drop->len)
        e = fault_set(&fault, ERR_TOO_LARGE, "more bytes arrived than were announced");
    else
        e = file_write_fd(drop->fd, bytes, len);
    if (e == ERR_OK)
        return true;
    if (!fault.what[0])
        fault_errno(&fault, e, errno, "the file cannot be kept");
    drop->is_bad = true;
    return visit_fail(visit, &fault);
}

static void sound_analysed(void *state, struct bytes body, const struct fault *refused)
{
    struct visit *visit = state;

    visit->drop->ask = 0;
    (void)unlink(visit->drop->path);
    if (!(refused ? visit_fail(visit, refused) : visit_send(visit, "application/msgpack", body)))
        lws_set_timeout(visit->wsi, PENDING_TIMEOUT_HTTP_CONTENT, LWS_TO_KILL_ASYNC);
}

bool drop_complete(struct visit *visit)
{
    struct drop *drop = visit->drop;
    struct indexer_analyse ask = { 0 };
    struct fault fault = { 0 };

    if (!drop || drop->is_bad)
        return true;
    close(drop->fd);
    drop->fd = -1;
    ask.path = bytes_of(drop->path, strlen(drop->path));
    drop->ask = inner_send(visit->web, "indexer.analyse", &ask, &indexer_analyse_shape, sound_analysed, visit, &fault);
    return drop->ask ? true : visit_fail(visit, &fault);
}

void drop_end(struct visit *visit)
{
    struct drop *drop = visit->drop;

    if (!drop)
        return;
    inner_drop(visit->web, drop->ask);
    if (drop->fd >= 0)
        close(drop->fd);
    if (drop->path[0])
        (void)unlink(drop->path);
    visit->web->drops--;
    free(drop);
    visit->drop = NULL;
}
