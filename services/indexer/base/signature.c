#include "services/indexer/base/signature.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/sound_head.h"

static enum kind kind_of(const char head[SOUND_HEAD])
{
    const enum sound_head found = sound_head_of(head);

    return found == SOUND_HEAD_AUDIO ? KIND_AUDIO : found == SOUND_HEAD_MIDI ? KIND_MIDI : KIND_OTHER;
}

enum kind signature_kind(int folder, const char *name, bool *unsure)
{
    int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    char head[SOUND_HEAD] = { 0 };
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
