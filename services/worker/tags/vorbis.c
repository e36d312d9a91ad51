#include "services/worker/tags/vorbis.h"

#include <string.h>
#include <strings.h>

#include "services/worker/tags/endian.h"

enum { COMMENTS_MAX = 4096, READ_MAX = 4 << 20 };

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

/* Takes the next run of bytes, which its length precedes; false at the end. */
static bool take_run(const uint8_t **at, size_t *len, const uint8_t **run, size_t *run_len)
{
    if (*len < 4)
        return false;
    uint32_t announced = endian_le32(*at);
    *run = *at + 4;
    *run_len = announced <= *len - 4 ? announced : *len - 4;
    *at = *run + *run_len;
    *len -= 4 + *run_len;
    return true;
}

void vorbis_facts(const uint8_t *bytes, size_t len, struct labels *labels)
{
    const uint8_t *run;
    size_t run_len;

    if (!take_run(&bytes, &len, &run, &run_len) || len < 4)
        return;
    bytes += 4;
    len -= 4;
    for (int i = 0; i < COMMENTS_MAX && take_run(&bytes, &len, &run, &run_len); i++)
        say_comment(run, run_len, labels);
}

void vorbis_file_facts(struct input *input, int64_t at, int64_t size, struct labels *labels)
{
    size_t room = size < READ_MAX ? (size_t)size : READ_MAX;
    uint8_t *bytes = arena_alloc(labels->arena, room);

    vorbis_facts(bytes, input_read(input, at, bytes, room), labels);
}
