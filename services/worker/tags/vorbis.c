#include "services/worker/tags/vorbis.h"

#include <string.h>
#include <strings.h>

#include "services/worker/tags/endian.h"

enum { COMMENTS_MAX = 4096, BLOCK = 4096, LENGTH = 4, FIRST_COMMENT = 2 };

static const struct {
    const char *name;
    const char *attribute;
} names[] = {
    { "TITLE", "title" },
    { "ARTIST", "artist" },
    { "ALBUM", "album" },
    { "GENRE", "genre" },
    { "COMMENT", "comment" },
    { "DATE", "year" },
    { "YEAR", "year" },
    { "BPM", "bpm" },
    { "TEMPO", "bpm" },
    { "KEY", "key" },
    { "INITIALKEY", "key" },
    { "TRACKNUMBER", "track" },
    { "COMPOSER", "composer" },
    { "ALBUMARTIST", "album_artist" },
    { "DESCRIPTION", "description" },
    { "COPYRIGHT", "copyright" },
    { "LICENSE", "license" },
    { "ORGANIZATION", "publisher" },
    { "PERFORMER", "performer" },
    { "ENCODER", "software" },
    { "ENCODED-BY", "encoded_by" },
};

static void say_comment(const uint8_t *at, size_t len, struct labels *labels)
{
    const uint8_t *equals = memchr(at, '=', len);

    for (size_t i = 0; equals && i < sizeof(names) / sizeof(*names); i++)
        if (strlen(names[i].name) == (size_t)(equals - at) &&
            strncasecmp(names[i].name, (const char *)at, (size_t)(equals - at)) == 0)
            labels_words(labels, names[i].attribute, equals + 1, len - (size_t)(equals + 1 - at), CHARSET_UTF8);
}

void vorbis_begin(struct vorbis *vorbis, struct labels *labels)
{
    *vorbis = (struct vorbis){ .labels = labels };
    labels_begin_tag(labels);
}

/* Run 0 is the name of the vendor. Then the number of comments follows, in place of the length of a run. */
static void end_run(struct vorbis *vorbis)
{
    if (vorbis->is_inside && vorbis->read >= FIRST_COMMENT)
        say_comment(vorbis->kept, vorbis->len, vorbis->labels);
    vorbis->read++;
    vorbis->is_inside = false;
    vorbis->len = 0;
}

static void take_length(struct vorbis *vorbis)
{
    vorbis->left = vorbis->read == FIRST_COMMENT - 1 ? 0 : endian_le32(vorbis->kept);
    vorbis->is_inside = true;
    vorbis->len = 0;
    if (vorbis->left == 0)
        end_run(vorbis);
}

void vorbis_take(struct vorbis *vorbis, const uint8_t *bytes, size_t len)
{
    while (len > 0 && vorbis->read < FIRST_COMMENT + COMMENTS_MAX) {
        size_t wanted = vorbis->is_inside ? vorbis->left : LENGTH - vorbis->len, part = len < wanted ? len : wanted;
        size_t room = sizeof(vorbis->kept) - vorbis->len, kept = part < room ? part : room;

        memcpy(vorbis->kept + vorbis->len, bytes, kept);
        vorbis->len += kept;
        bytes += part;
        len -= part;
        if (!vorbis->is_inside && vorbis->len == LENGTH)
            take_length(vorbis);
        else if (vorbis->is_inside && (vorbis->left -= (uint32_t)part) == 0)
            end_run(vorbis);
    }
}

void vorbis_end(struct vorbis *vorbis)
{
    if (vorbis->is_inside)
        end_run(vorbis);
}

void vorbis_file_facts(struct input *input, int64_t at, int64_t size, struct labels *labels)
{
    struct vorbis vorbis;
    uint8_t bytes[BLOCK];
    size_t got;

    vorbis_begin(&vorbis, labels);
    for (; size > 0; at += (int64_t)got, size -= (int64_t)got) {
        got = input_read(input, at, bytes, size < BLOCK ? (size_t)size : BLOCK);
        if (got == 0)
            break;
        vorbis_take(&vorbis, bytes, got);
    }
    vorbis_end(&vorbis);
}
