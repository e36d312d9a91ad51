#include "services/indexer/sessions/session_role.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *role, *words; /* beginnings of words, separated by blanks */
} ROLES[] = {
    { "drums", "drum kick bd snare sd hat hh clap perc tom cymbal crash ride shaker beat break conga bongo" },
    { "bass", "bass sub 303" },
    { "vocal", "voc vox voice choir sing rap backing" },
    { "guitar", "guit gtr" },
    { "keys", "key piano rhodes organ epiano clav" },
    { "pad", "pad atmo drone ambi" },
    { "strings", "string violin cello viola" },
    { "brass", "brass trumpet sax horn" },
    { "synth", "synth lead arp pluck acid" },
    { "fx", "fx sfx riser impact sweep noise" },
};

static bool begins_word(struct text track, const char *word, size_t len)
{
    for (uint32_t i = 0; i + len <= track.len; i++) {
        bool is_start = i == 0 || !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", track.at[i - 1]);
        if (is_start && strncasecmp(track.at + i, word, len) == 0)
            return true;
    }
    return false;
}

struct text session_role(struct text track)
{
    for (size_t i = 0; i < sizeof(ROLES) / sizeof(ROLES[0]); i++) {
        size_t len;
        for (const char *word = ROLES[i].words; *word; word += len + (word[len] == ' ')) {
            len = strcspn(word, " ");
            if (begins_word(track, word, len))
                return text_of(ROLES[i].role);
        }
    }
    return TEXT("");
}
