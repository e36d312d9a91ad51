#include "services/indexer/base/signature.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD = 12 };

/* Letters at the beginning, and at 4 or 8. The worker finds out the exact format. */
static const struct {
    char first[5], at4[5], at8[5];
    enum kind kind;
} signatures[] = {
    { "RIFF", "", "WAVE", KIND_AUDIO }, { "RIFX", "", "WAVE", KIND_AUDIO }, { "RF64", "", "WAVE", KIND_AUDIO },
    { "BW64", "", "WAVE", KIND_AUDIO }, { "FORM", "", "AIFF", KIND_AUDIO }, { "FORM", "", "AIFC", KIND_AUDIO },
    { "fLaC", "", "", KIND_AUDIO },     { "OggS", "", "", KIND_AUDIO },     { "caff", "", "", KIND_AUDIO },
    { ".snd", "", "", KIND_AUDIO },     { "ID3", "", "", KIND_AUDIO },      { "", "ftyp", "M4A ", KIND_AUDIO },
    { "MThd", "", "", KIND_MIDI },      { "RIFF", "", "RMID", KIND_MIDI },
};

static enum kind kind_of(const char head[HEAD])
{
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++)
        if (memcmp(head, signatures[i].first, strlen(signatures[i].first)) == 0 &&
            memcmp(head + 4, signatures[i].at4, strlen(signatures[i].at4)) == 0 &&
            memcmp(head + 8, signatures[i].at8, strlen(signatures[i].at8)) == 0)
            return signatures[i].kind;
    return KIND_OTHER;
}

enum kind signature_kind(int folder, const char *name, bool *unsure)
{
    int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    char head[HEAD] = { 0 };
    struct stat st;

    if (fd < 0) {
        *unsure = errno != ENOENT && errno != ELOOP && errno != ENXIO;
        return KIND_OTHER;
    }
    bool is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    *unsure = is_file && pread(fd, head, sizeof(head), 0) < 0;
    close(fd);
    return is_file ? kind_of(head) : KIND_OTHER;
}
