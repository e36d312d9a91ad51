#include "common/sound_head.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* Letters at the beginning, and at 4 or 8. The worker finds out the exact format. */
struct head_letters {
    char first[5], at4[5], at8[5];
    enum sound_head head;
};

static const struct head_letters known[] = {
    { "RIFF", "", "WAVE", SOUND_HEAD_AUDIO }, { "RIFX", "", "WAVE", SOUND_HEAD_AUDIO },
    { "RF64", "", "WAVE", SOUND_HEAD_AUDIO }, { "BW64", "", "WAVE", SOUND_HEAD_AUDIO },
    { "FORM", "", "AIFF", SOUND_HEAD_AUDIO }, { "FORM", "", "AIFC", SOUND_HEAD_AUDIO },
    { "fLaC", "", "", SOUND_HEAD_AUDIO },     { "OggS", "", "", SOUND_HEAD_AUDIO },
    { "caff", "", "", SOUND_HEAD_AUDIO },     { ".snd", "", "", SOUND_HEAD_AUDIO },
    { "ID3", "", "", SOUND_HEAD_AUDIO },      { "", "ftyp", "M4A ", SOUND_HEAD_AUDIO },
    { "MThd", "", "", SOUND_HEAD_MIDI },      { "RIFF", "", "RMID", SOUND_HEAD_MIDI },
};

/* Of files whose name says what they are: too short, or of videos too. */
static const struct head_letters named[] = {
    { "", "ftyp", "", SOUND_HEAD_AUDIO },     { "RIFF", "", "AVI ", SOUND_HEAD_AUDIO },
    { "wvpk", "", "", SOUND_HEAD_AUDIO },     { "MAC ", "", "", SOUND_HEAD_AUDIO },
    { "\xff\xfb", "", "", SOUND_HEAD_AUDIO }, { "\xff\xf3", "", "", SOUND_HEAD_AUDIO },
    { "\xff\xfa", "", "", SOUND_HEAD_AUDIO }, { "\x1a\x45\xdf\xa3", "", "", SOUND_HEAD_AUDIO },
};

static enum sound_head find_head(const struct head_letters *all, size_t count, const char head[SOUND_HEAD])
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(head, all[i].first, strlen(all[i].first)) == 0 &&
            memcmp(head + 4, all[i].at4, strlen(all[i].at4)) == 0 &&
            memcmp(head + 8, all[i].at8, strlen(all[i].at8)) == 0)
            return all[i].head;
    return SOUND_HEAD_NONE;
}

enum sound_head sound_head_of(const char head[SOUND_HEAD])
{
    return find_head(known, sizeof(known) / sizeof(*known), head);
}

bool sound_head_is_known(int fd)
{
    char head[SOUND_HEAD] = { 0 };

    if (pread(fd, head, sizeof(head), 0) <= 0)
        return false;
    return sound_head_of(head) || find_head(named, sizeof(named) / sizeof(*named), head);
}
