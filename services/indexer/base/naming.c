#include "services/indexer/base/naming.h"

#include <fnmatch.h>
#include <string.h>

/* The prefix of the engine's own temporary files beside sounds. No library contains such a file. */
#define OWN_FILES ".loophole-"

static const struct {
    const char *extension;
    enum kind kind;
} kinds[] = {
    /* formats that libsndfile reads, and MP3 and Opus; at the end those that ffmpeg decodes */
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
    { "mxf", KIND_VIDEO },   { "flv", KIND_VIDEO },  { "m4a", KIND_AUDIO },  { "m4b", KIND_AUDIO },
    { "aac", KIND_AUDIO },   { "wma", KIND_AUDIO },  { "3gp", KIND_VIDEO },
};

enum kind naming_kind(struct bytes name)
{
    char extension[TEXT_EXTENSION_SIZE];

    text_extension(name, extension);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].extension, extension) == 0)
            return kinds[i].kind;
    return KIND_OTHER;
}

bool naming_is_bare(struct bytes name)
{
    char extension[TEXT_EXTENSION_SIZE];

    text_extension(name, extension);
    return strspn(extension, "0123456789") == strlen(extension) || strchr(extension, ' ');
}

struct bytes naming_real(struct bytes name)
{
    static const char *const endings[] = { ".nextcloud", ".owncloud" };

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        uint32_t len = (uint32_t)strlen(endings[i]);
        if (name.len > len && memcmp(name.at + name.len - len, endings[i], len) == 0)
            return bytes_of(name.at, name.len - len);
    }
    return name;
}

static bool matches_glob(struct text glob, const char *name, const char *below)
{
    char pattern[256];

    if (glob.len == 0 || !text_copy(pattern, sizeof(pattern), glob))
        return false;
    if (strchr(pattern, '/'))
        return fnmatch(pattern, below, FNM_PATHNAME) == 0;
    return fnmatch(pattern, name, 0) == 0;
}

bool naming_may_lead(const struct naming_rules *rules, struct bytes real)
{
    for (uint32_t i = 0; i < rules->leads.count; i++)
        if (bytes_equal(rules->leads.at[i], real) || bytes_path_contains(rules->leads.at[i], real))
            return true;
    return false;
}

bool naming_passed_over(const struct naming_rules *rules, const char *below)
{
    const char *slash = strrchr(below, '/');
    const char *name = slash ? slash + 1 : below;

    if (name[0] == '.' && (!rules->hidden_files || strncmp(name, OWN_FILES, strlen(OWN_FILES)) == 0))
        return true;
    for (uint32_t i = 0; i < rules->ignore.count; i++)
        if (matches_glob(rules->ignore.at[i], name, below))
            return true;
    return false;
}

struct text naming_pack(struct arena *arena, const char *library, const char *below)
{
    const char *slash = strchr(below, '/');

    if (slash)
        return arena_utf8(arena, bytes_of(below, (size_t)(slash - below)), 255);
    slash = strrchr(library, '/');
    const char *name = slash && slash[1] ? slash + 1 : library;
    return arena_utf8(arena, bytes_of(name, strlen(name)), 255);
}
