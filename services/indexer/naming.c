#include "services/indexer/naming.h"

#include <fnmatch.h>
#include <string.h>

static const struct {
    const char *extension;
    enum kind kind;
} kinds[] = {
    /* what libsndfile reads, with MP3 and Opus */
    { "wav", KIND_AUDIO },   { "wave", KIND_AUDIO }, { "aif", KIND_AUDIO },  { "aiff", KIND_AUDIO },
    { "aifc", KIND_AUDIO },  { "flac", KIND_AUDIO }, { "ogg", KIND_AUDIO },  { "oga", KIND_AUDIO },
    { "opus", KIND_AUDIO },  { "mp3", KIND_AUDIO },  { "mp2", KIND_AUDIO },  { "mp1", KIND_AUDIO },
    { "w64", KIND_AUDIO },   { "rf64", KIND_AUDIO }, { "bwf", KIND_AUDIO },  { "caf", KIND_AUDIO },
    { "au", KIND_AUDIO },    { "snd", KIND_AUDIO },  { "voc", KIND_AUDIO },  { "iff", KIND_AUDIO },
    { "8svx", KIND_AUDIO },  { "svx", KIND_AUDIO },  { "paf", KIND_AUDIO },  { "sf", KIND_AUDIO },
    { "ircam", KIND_AUDIO }, { "sph", KIND_AUDIO },  { "nist", KIND_AUDIO }, { "pvf", KIND_AUDIO },
    { "xi", KIND_AUDIO },    { "sds", KIND_AUDIO },  { "avr", KIND_AUDIO },  { "sd2", KIND_AUDIO },
    { "wve", KIND_AUDIO },   { "htk", KIND_AUDIO },  { "mat4", KIND_AUDIO }, { "mat5", KIND_AUDIO },
    { "mpc2k", KIND_AUDIO }, { "mid", KIND_MIDI },   { "midi", KIND_MIDI },  { "smf", KIND_MIDI },
    { "kar", KIND_MIDI },    { "rmi", KIND_MIDI },   { "mp4", KIND_VIDEO },  { "m4v", KIND_VIDEO },
    { "mov", KIND_VIDEO },   { "mkv", KIND_VIDEO },  { "webm", KIND_VIDEO }, { "avi", KIND_VIDEO },
    { "mpg", KIND_VIDEO },   { "mpeg", KIND_VIDEO }, { "ogv", KIND_VIDEO },  { "wmv", KIND_VIDEO },
    { "mxf", KIND_VIDEO },
};

const char *naming_extension(struct bytes name, char to[EXTENSION_SIZE])
{
    const char *at = (const char *)name.at;
    const char *dot = name.len ? memrchr(at, '.', name.len) : NULL;
    size_t len = dot ? (size_t)(at + name.len - dot) - 1 : 0;

    if (dot == at || len >= EXTENSION_SIZE)
        len = 0;
    for (size_t i = 0; i < len; i++)
        to[i] = dot[1 + i] >= 'A' && dot[1 + i] <= 'Z' ? (char)(dot[1 + i] + 'a' - 'A') : dot[1 + i];
    to[len] = 0;
    return to;
}

enum kind naming_kind(struct bytes name)
{
    char extension[EXTENSION_SIZE];

    naming_extension(name, extension);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].extension, extension) == 0)
            return kinds[i].kind;
    return KIND_OTHER;
}

static bool matches(struct text glob, const char *name, const char *below)
{
    char pattern[256];

    if (glob.len == 0 || !text_copy(pattern, sizeof(pattern), glob))
        return false;
    if (strchr(pattern, '/'))
        return fnmatch(pattern, below, FNM_PATHNAME) == 0;
    return fnmatch(pattern, name, 0) == 0;
}

bool naming_passed_over(const struct naming_rules *rules, const char *below)
{
    const char *slash = strrchr(below, '/');
    const char *name = slash ? slash + 1 : below;

    if (name[0] == '.' && !rules->hidden_files)
        return true;
    for (uint32_t i = 0; i < rules->ignore.count; i++)
        if (matches(rules->ignore.at[i], name, below))
            return true;
    return false;
}

struct text naming_pack(struct arena *arena, const char *library, const char *below)
{
    const char *slash = strchr(below, '/');

    if (slash)
        return naming_utf8(arena, bytes_of(below, (size_t)(slash - below)), 255);
    slash = strrchr(library, '/');
    const char *name = slash && slash[1] ? slash + 1 : library;
    return naming_utf8(arena, bytes_of(name, strlen(name)), 255);
}

/* Bytes of the well-formed character at `at`; 0 when there is none. */
static uint32_t character(const uint8_t *at, uint32_t left)
{
    for (uint32_t len = 1; len <= 4 && len <= left; len++)
        if (text_is_utf8((struct text){ len, (const char *)at }))
            return len;
    return 0;
}

struct text naming_utf8(struct arena *arena, struct bytes from, uint32_t max)
{
    char *to = arena_alloc(arena, max + 1U);
    uint32_t len = 0;

    for (uint32_t i = 0; to && i < from.len;) {
        uint32_t good = character(from.at + i, from.len - i);
        const char *add = good ? (const char *)from.at + i : "\xef\xbf\xbd";
        uint32_t size = good ? good : 3;
        if (len + size > max)
            break;
        memcpy(to + len, add, size);
        len += size;
        i += good ? good : 1;
    }
    return (struct text){ to ? len : 0, to };
}
