#include "frontends/cli/bundle/bundle_intake.h"

#include <string.h>
#include <unistd.h>

#include "common/file_write.h"
#include "frontends/cli/bundle/bundle_manifest.h"
#include "store/pattern/pattern_file.h"

enum { KEPT_MOST = 256 << 20 /* bytes of all files that are kept */, FILES_MOST = 1 << 17 };

static bool is_main(struct text path)
{
    return text_is(path, BUNDLE_MANIFEST) || text_is(path, BUNDLE_PROJECT);
}

struct id bundle_intake_key(struct text path)
{
    return id_of_bytes(path.at, path.len);
}

const struct bundle_file *bundle_intake_find(const struct bundle_intake *intake, struct text path)
{
    const struct id key = bundle_intake_key(path);

    if (!id_table_has(&intake->places, key))
        return NULL;
    return &intake->files[*id_table_number((struct id_table *)(uintptr_t)&intake->places, key) - 1];
}

static struct bundle_file *add_file(struct bundle_intake *intake, struct text path)
{
    intake->files = arena_grow(intake->arena, intake->files, intake->count, &intake->room, sizeof(*intake->files));
    intake->files[intake->count] = (struct bundle_file){ .path = path };
    *id_table_number(&intake->places, bundle_intake_key(path)) = intake->count + 1;
    return &intake->files[intake->count++];
}

void bundle_intake_note(struct bundle_intake *intake, struct text path, uint64_t size)
{
    add_file(intake, arena_text(intake->arena, path))->size = size;
    bundle_progress_add(intake->progress, size);
}

enum err bundle_intake_begin(struct bundle_intake *intake, struct text path, struct fault *fault)
{
    struct bundle_file *file;
    struct text checked;
    enum err e = bundle_path_read(path, intake->arena, &checked, fault);

    if (e == ERR_OK && intake->count == FILES_MOST)
        e = fault_set(fault, ERR_TOO_LARGE, "the bundle has more than %d files", FILES_MOST);
    else if (e == ERR_OK && bundle_intake_find(intake, checked))
        e = fault_set(fault, ERR_BAD_REQUEST, "the bundle has two files %.120s", checked.at);
    intake->skips = e == ERR_OK && intake->wanted && !id_table_has(intake->wanted, bundle_intake_key(checked));
    if (e != ERR_OK || intake->skips)
        return e;
    file = add_file(intake, checked);
    file->is_kept = is_main(checked) || text_ends(checked, TEXT(".json"));
    bundle_digest_begin(&intake->digest);
    buffer_reset(&intake->content);
    intake->content.limit = is_main(checked) ? BUNDLE_MANIFEST_BYTES : PATTERN_FILE_BYTES;
    intake->fd = intake->to ? new_folder_make(intake->to, checked.at, fault) : -1;
    return intake->to && intake->fd < 0 ? fault->code : ERR_OK;
}

enum err bundle_intake_add(struct bundle_intake *intake, struct bytes bytes, struct fault *fault)
{
    struct bundle_file *file = intake->skips ? NULL : &intake->files[intake->count - 1];
    enum err e;

    if (!file)
        return ERR_OK;
    bundle_progress_add(intake->progress, bytes.len);
    if (bundle_cancel_check(fault) != ERR_OK)
        return fault->code;
    file->size += bytes.len;
    intake->bytes += bytes.len;
    bundle_digest_add(&intake->digest, bytes.at, bytes.len);
    if (file->is_kept)
        buffer_add(&intake->content, bytes.at, bytes.len);
    if (intake->content.failed && is_main(file->path))
        return fault_set(fault, ERR_TOO_LARGE, "%.120s is larger than %zu KiB", file->path.at,
                         intake->content.limit >> 10);
    file->is_kept = file->is_kept && !intake->content.failed;
    e = intake->fd >= 0 ? file_write_fd(intake->fd, bytes.at, bytes.len) : ERR_OK;
    return e == ERR_OK ? ERR_OK : fault_set(fault, e, "cannot write %.120s: %s", file->path.at, err_name(e));
}

enum err bundle_intake_end(struct bundle_intake *intake, struct fault *fault)
{
    struct bundle_file *file = intake->skips ? NULL : &intake->files[intake->count - 1];
    const int fd = intake->fd;

    if (!file)
        return ERR_OK;
    bundle_digest_end(&intake->digest, file->digest);
    intake->kept += file->is_kept ? intake->content.len : 0;
    if (intake->kept > KEPT_MOST)
        return fault_set(fault, ERR_TOO_LARGE, "the JSON of the bundle has more than %d MiB", KEPT_MOST >> 20);
    if (file->is_kept)
        file->content =
            arena_text(intake->arena, (struct text){ (uint32_t)intake->content.len, (const char *)intake->content.at });
    intake->fd = -1;
    return fd >= 0 ? new_folder_close(fd, file->path.at, fault) : ERR_OK;
}

void bundle_intake_free(struct bundle_intake *intake)
{
    if (intake->fd >= 0)
        close(intake->fd);
    intake->fd = -1;
    bundle_digest_drop(&intake->digest);
    buffer_free(&intake->content);
    id_table_free(&intake->places);
}
