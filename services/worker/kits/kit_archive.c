#include "services/worker/kits/kit_archive.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "services/worker/kits/tar.h"

enum { NAME_MOST = 255 };

struct kit_archive {
    struct input *input;
    struct unpack *unpack;
    struct tar *tar;
    bool is_in_file, has_kit;
    uint64_t left_out;
    char folder[TAR_PATH_SIZE]; /* of the drumkit.xml; "": none */
};

/* ---- the bytes ---- */

static uint64_t limit_bytes(const struct input *input)
{
    const uint64_t mib = 1 << 20, most = KIT_ARCHIVE_MIB * mib, small = KIT_ARCHIVE_SMALL_MIB * mib;
    const uint64_t packed = (uint64_t)input->size;

    if (packed > most / KIT_ARCHIVE_RATIO)
        return most;
    return packed * KIT_ARCHIVE_RATIO > small ? packed * KIT_ARCHIVE_RATIO : small;
}

static void close_tar(struct kit_archive *archive)
{
    tar_close(archive->tar);
    unpack_close(archive->unpack);
    archive->tar = NULL;
    archive->unpack = NULL;
}

static void begin_tar(struct kit_archive *archive)
{
    uint8_t magic[2] = { 0 };
    const bool is_packed = input_fill(archive->input, 0, magic, sizeof(magic)) && magic[0] == 0x1f && magic[1] == 0x8b;

    close_tar(archive);
    archive->unpack = unpack_open(archive->input, is_packed ? UNPACK_GZIP : UNPACK_PLAIN);
    unpack_allow(archive->unpack, limit_bytes(archive->input));
    archive->tar = tar_open(archive->unpack);
}

/* ---- the files ---- */

static struct text cut_folder(struct text path, struct text *name)
{
    const char *slash = memrchr(path.at, '/', path.len);
    const uint32_t len = slash ? (uint32_t)(slash - path.at) : 0;

    *name = slash ? (struct text){ path.len - len - 1, slash + 1 } : path;
    return (struct text){ len, path.at };
}

static bool is_usable(struct text name)
{
    return name.len > 0 && name.len <= NAME_MOST && name.at[0] != '.' && text_is_plain(name);
}

/* Empty: it is no file of the kit. */
static struct text name_kit_file(const struct kit_archive *archive, struct text path)
{
    struct text name;
    const struct text folder = cut_folder(path, &name);

    return text_is(folder, archive->folder) && is_usable(name) ? name : TEXT("");
}

static enum err note_folder(struct kit_archive *archive, struct text path, struct fault *fault)
{
    struct text name;
    const struct text folder = cut_folder(path, &name);

    if (!text_is(name, "drumkit.xml"))
        return ERR_OK;
    if (archive->has_kit)
        return fault_set(fault, ERR_BAD_REQUEST,
                         "it has more than one drumkit.xml: unpack it, and import the folder of one");
    archive->has_kit = true;
    (void)text_copy(archive->folder, sizeof(archive->folder), folder);
    return ERR_OK;
}

static enum err look_through(struct kit_archive *archive, struct fault *fault)
{
    struct text path;
    enum err e;

    begin_tar(archive);
    do {
        e = tar_next(archive->tar, &path, fault);
        if (e == ERR_OK)
            e = note_folder(archive, path, fault);
    } while (e == ERR_OK && path.len);
    if (e == ERR_OK && !archive->has_kit)
        e = fault_set(fault, ERR_BAD_REQUEST, "it has no drumkit.xml");
    return e;
}

enum err kit_archive_open(struct input *input, struct kit_archive **to, struct fault *fault)
{
    enum err e;

    *to = alloc_zeroed(1, sizeof(**to));
    (*to)->input = input;
    e = look_through(*to, fault);
    begin_tar(*to);
    return e;
}

uint64_t kit_archive_left_out(const struct kit_archive *archive)
{
    return archive->left_out;
}

void kit_archive_close(struct kit_archive *archive)
{
    if (archive)
        close_tar(archive);
    free(archive);
}

/* Goes to the next file of the kit; an empty name: there is none. */
static enum err find_file(struct kit_archive *archive, struct text *name, struct fault *fault)
{
    struct text path;
    enum err e;

    do {
        e = tar_next(archive->tar, &path, fault);
        *name = name_kit_file(archive, path);
        archive->left_out += path.len && name->len == 0;
    } while (e == ERR_OK && path.len && name->len == 0);
    return e;
}

enum err kit_archive_read(struct kit_archive *archive, struct text *name, struct text *bytes, bool *is_over,
                          struct fault *fault)
{
    enum err e = ERR_OK;

    *name = *bytes = TEXT("");
    *is_over = false;
    if (archive->is_in_file)
        e = tar_read(archive->tar, bytes, fault);
    if (e != ERR_OK || bytes->len)
        return e;
    e = find_file(archive, name, fault);
    archive->is_in_file = e == ERR_OK && name->len > 0;
    *is_over = e == ERR_OK && name->len == 0;
    return e;
}
