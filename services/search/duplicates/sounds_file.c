#include "services/search/duplicates/sounds_file.h"

#include <math.h>
#include <string.h>

#include "common/file.h"
#include "common/process/limits.h"

#define LARGEST ((size_t)UINT32_MAX)

static const char magic[8] = "LOOPDUP1";

struct sounds_header {
    char magic[8];
    uint32_t count, size; /* sounds; bytes of a struct sound */
    struct id catalogue;
    uint64_t revision;
    struct hash change_hash;
    struct hash hash; /* of what follows: the sounds, then their lists without gaps */
};

static void write_near(struct buffer *to, const struct near_sounds *near)
{
    buffer_add(to, &near->count, sizeof(near->count));
    buffer_add(to, near->at, near->count * sizeof(near->at[0]));
    buffer_add(to, near->alike, near->count * sizeof(near->alike[0]));
    buffer_add(to, near->verdict, near->count * sizeof(near->verdict[0]));
}

enum err sounds_file_write(const struct candidate_sounds *sounds, const struct sounds_file *file, const char *path,
                           struct fault *fault)
{
    struct sounds_header header = {
        .count = sounds->count, .size = sizeof(struct sound), .catalogue = file->catalogue, .revision = file->revision
    };
    struct buffer bytes = { 0 };
    enum err e;

    memcpy(header.magic, magic, sizeof(magic));
    buffer_add(&bytes, &header, sizeof(header));
    buffer_add(&bytes, sounds->each, sounds->count * sizeof(*sounds->each));
    for (uint32_t i = 0; i < sounds->count; i++)
        write_near(&bytes, &sounds->near[i]);
    if (bytes.failed || bytes.len > LARGEST) {
        buffer_free(&bytes);
        return limits_refuse(fault, "writing the duplicates of all items");
    }
    header.change_hash = file->change_hash;
    header.hash = hash_of(bytes.at + sizeof(header), bytes.len - sizeof(header));
    memcpy(bytes.at, &header, sizeof(header));
    e = file_write_soon(path, (struct bytes){ (uint32_t)bytes.len, bytes.at }, 0600, fault);
    buffer_free(&bytes);
    return e;
}

/* ---- reading ---- */

static bool copy_next(struct bytes *from, void *to, size_t len)
{
    if (from->len < len)
        return false;
    memcpy(to, from->at, len);
    from->at += len;
    from->len -= (uint32_t)len;
    return true;
}

static bool read_near(struct bytes *from, struct near_sounds *to)
{
    return copy_next(from, &to->count, sizeof(to->count)) && to->count <= CANDIDATES_NEAR &&
           copy_next(from, to->at, to->count * sizeof(to->at[0])) &&
           copy_next(from, to->alike, to->count * sizeof(to->alike[0])) &&
           copy_next(from, to->verdict, to->count * sizeof(to->verdict[0]));
}

static bool is_sound(const struct candidate_sounds *sounds, uint32_t i)
{
    const struct near_sounds *near = &sounds->near[i];
    bool is_sound = i == 0 || id_compare(sounds->each[i - 1].id, sounds->each[i].id) < 0;

    is_sound = is_sound && isfinite(sounds->each[i].seconds) && isfinite(sounds->each[i].gist.seconds);
    for (uint32_t k = 0; is_sound && k < near->count; k++)
        is_sound = near->at[k] < sounds->count && near->at[k] != i && near->verdict[k] <= VERDICT_UNREAD &&
                   sounds->each[i].is_representative && sounds->each[near->at[k]].is_representative;
    return is_sound;
}

static bool read_sounds(struct bytes from, const struct sounds_header *header, struct candidate_sounds *to)
{
    if (!copy_next(&from, to->each, header->count * sizeof(*to->each)))
        return false;
    for (uint32_t i = 0; i < header->count; i++)
        if (!read_near(&from, &to->near[i]))
            return false;
    for (uint32_t i = 0; i < header->count; i++)
        if (!is_sound(to, i))
            return false;
    candidates_arrange(to);
    return from.len == 0;
}

static enum err refuse_file(struct fault *fault, const char *path)
{
    return fault_set(fault, ERR_INTERNAL, "%s is damaged", path);
}

static enum err parse_sounds(const struct buffer *bytes, const char *path, struct id catalogue,
                             struct candidate_sounds *to, struct sounds_file *file, struct fault *fault)
{
    struct bytes rest = { (uint32_t)bytes->len, bytes->at };
    struct sounds_header header;

    if (!copy_next(&rest, &header, sizeof(header)))
        return refuse_file(fault, path);
    if (memcmp(header.magic, magic, sizeof(magic)) != 0 || header.size != sizeof(struct sound) ||
        !id_equal(header.catalogue, catalogue))
        return fault_set(fault, ERR_VERSION, "%s belongs to another catalogue or version", path);
    struct hash hash = hash_of(rest.at, rest.len);
    if (memcmp(&hash, &header.hash, sizeof(hash)) != 0 || header.count > rest.len / sizeof(struct sound))
        return refuse_file(fault, path);
    if (!limits_leave(header.count * CANDIDATES_BYTES))
        return limits_refuse(fault, "the duplicates of all items");
    candidates_open(to, header.count);
    *file = (struct sounds_file){ header.catalogue, header.revision, header.change_hash };
    return read_sounds(rest, &header, to) ? ERR_OK : refuse_file(fault, path);
}

enum err sounds_file_read(const char *path, struct id catalogue, struct candidate_sounds *to, struct sounds_file *file,
                          struct fault *fault)
{
    struct buffer bytes = { 0 };
    enum err e = file_read_all(path, LARGEST, &bytes, fault);

    *to = (struct candidate_sounds){ 0 };
    if (e == ERR_OK)
        e = parse_sounds(&bytes, path, catalogue, to, file, fault);
    if (e != ERR_OK)
        candidates_close(to);
    buffer_free(&bytes);
    return e;
}
