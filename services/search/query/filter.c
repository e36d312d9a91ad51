#include "services/search/query/filter.h"

#include <string.h>

#include "common/naming/field_names.h"

const struct filter filter_table[] = {
    { "name", FILTER_WORDS, TERM_NAME, NULL, UNIT_NONE, "words of its name" },
    { "pack", FILTER_WORDS, TERM_PACK_WORD, NULL, UNIT_NONE, "words of its pack; \"=NAME\" for the whole of it" },
    { "note", FILTER_WORDS, TERM_NOTES, NULL, UNIT_NONE, "words of its notes, or its pitch as a note (A4)" },
    { "path", FILTER_WORDS, TERM_PLACE, NULL, UNIT_NONE, "words of its file and folders" },
    { "label", FILTER_WORDS, TERM_LABEL, NULL, UNIT_NONE, "words of the title, artist, album and comment in its file" },
    { "remote", FILTER_WORDS, TERM_REMOTE, NULL, UNIT_NONE, "words of its remote address" },
    { "tag", FILTER_EXACT, TERM_TAG, NULL, UNIT_NONE, "a tag" },
    { "kind", FILTER_EXACT, TERM_KIND, NULL, UNIT_NONE, "audio, midi, video, analysis" },
    { "origin", FILTER_EXACT, TERM_ORIGIN, NULL, UNIT_NONE, "recorded, imported, generated, external" },
    { "class", FILTER_EXACT, TERM_CLASS, NULL, UNIT_NONE, "its class of sound: kick, snare, pad" },
    { "family", FILTER_EXACT, TERM_FAMILY, NULL, UNIT_NONE, "the family of its class: drums, bass" },
    { "genre", FILTER_CONTAINS, TERM_GENRE, NULL, UNIT_NONE, "words of its genre; \"=NAME\" for the whole of it" },
    { "artist", FILTER_CONTAINS, TERM_ARTIST, NULL, UNIT_NONE, "words of its artist; \"=NAME\" for the whole of it" },
    { "album", FILTER_CONTAINS, TERM_ALBUM, NULL, UNIT_NONE, "words of its album; \"=NAME\" for the whole of it" },
    { "key", FILTER_KEY, TERM_KEY, NULL, UNIT_NONE, "its key: Am; ~Am for compatible keys" },
    { "rating", FILTER_NUMBER, 0, "rating", UNIT_NONE, "a person's rating: 1 to 5; >=4" },
    { "colour", FILTER_EXACT, TERM_COLOUR, NULL, UNIT_NONE, "the colour that a person marked it with: red" },
    { "container", FILTER_EXACT, TERM_CONTAINER, NULL, UNIT_NONE, "wav, aiff, flac, ogg, mp3" },
    { "format", FILTER_EXACT, TERM_FORMAT, NULL, UNIT_NONE, "pcm, float, vorbis" },
    { "bpm", FILTER_NUMBER, 0, "bpm", UNIT_NONE, "beats per minute: 120-130; ~120 for compatible tempos" },
    { "dur", FILTER_NUMBER, 0, "duration_s", UNIT_SECONDS, "length: <1s, 1-2s, >1min" },
    { "lufs", FILTER_NUMBER, 0, "lufs", UNIT_NONE, "loudness: -14..-8" },
    { "channels", FILTER_NUMBER, 0, "channels", UNIT_NONE, "channels" },
    { "bits", FILTER_NUMBER, 0, "bit_depth", UNIT_NONE, "bits of a sample" },
    { "rate", FILTER_NUMBER, 0, "sample_rate", UNIT_HERTZ, "sample rate: 44.1k" },
    { "size", FILTER_NUMBER, 0, "size", UNIT_BYTES, "bytes of its file: >1MB" },
    { "added", FILTER_NUMBER, 0, "added", UNIT_AGE, "its age in the catalogue: <7d" },
    { "modified", FILTER_NUMBER, 0, "modified", UNIT_AGE, "the age of its file: <7d" },
    { "is", FILTER_IS, TERM_IS, NULL, UNIT_NONE, "its state: favourite, missing, loop" },
    { "like", FILTER_LIKE, 0, NULL, UNIT_NONE, "the 100 items most similar to this id" },
    { "used", FILTER_EXACT, TERM_CONTEXT, NULL, UNIT_NONE, "used in the context of this name" },
    { "unused", FILTER_UNUSED, TERM_CONTEXT, NULL, UNIT_NONE, "not used in the context of this name" },
    { "role", FILTER_EXACT, TERM_ROLE, NULL, UNIT_NONE, "used in this role: drums, bass, vocal" },
    { "section", FILTER_EXACT, TERM_SECTION, NULL, UNIT_NONE, "used in this section: intro, chorus" },
    { "track", FILTER_EXACT, TERM_TRACK, NULL, UNIT_NONE, "used on the track of this name" },
    { "after", FILTER_AFTER, 0, NULL, UNIT_NONE, "often used together with this id, or after it" },
    { "with", FILTER_WITH, 0, NULL, UNIT_NONE, "often layered with this id" },
    { "view", FILTER_VIEW, 0, NULL, UNIT_NONE, "project: items that it uses; global: the libraries; combined: all" },
    { "library", FILTER_PLACE, 0, NULL, UNIT_NONE, "words of the name of its library's folder" },
    { "volume", FILTER_PLACE, 0, NULL, UNIT_NONE, "words of the label of its volume" },
    { "under", FILTER_UNDER, 0, NULL, UNIT_NONE, "the absolute path of a folder that contains it" },
    { "for", FILTER_FOR, 0, NULL, UNIT_NONE, "common in this role or section: drums, chorus" },
};
const uint32_t filter_count = sizeof(filter_table) / sizeof(filter_table[0]);

const struct filter filter_attribute = { "", FILTER_NUMBER, 0, NULL, UNIT_NONE, "a number from analysis" };

const char *const filter_states[] = {
    "local",
    "remote",
    "external",
    "offline",
    "missing",
    "favourite",
    "hidden",
    "failed",
    "quarantined",
    "analysed",
    "waiting",
    "loop",
    "oneshot",
    "truncated",
    "unclosed",
    "cut",
    "pending",
    "abandoned",
    "remote_fetching",
    "remote_offline",
    "external_online",
    "external_offline",
    NULL,
};

const char *const filter_views[] = { "project", "global", "combined", NULL };

static const struct spelling {
    const char *other, *state;
} SPELLINGS[] = {
    { "favorite", "favourite" },
    { "analyzed", "analysed" },
    { "done", "analysed" },
    { "online", "local" },
    { "remote-fetching", "remote_fetching" },
    { "remote-offline", "remote_offline" },
    { "external-online", "external_online" },
    { "external-offline", "external_offline" },
    { "loopable", "loop" },
    { "one_shot", "oneshot" },
    { "one-shot", "oneshot" },
};

static bool is_name(struct text word, const char *name)
{
    return text_equal_caseless(word, text_of(name));
}

const struct filter *filter_named(struct text name)
{
    const struct field_name *field = field_names_find(name);

    for (uint32_t i = 0; field && i < filter_count; i++)
        if (strcmp(filter_table[i].name, field->name) == 0)
            return &filter_table[i];
    return NULL;
}

enum term_field filter_values(const struct filter *filter)
{
    return filter->term == TERM_PACK_WORD ? TERM_PACK : filter->term;
}

const char *filter_nearest(struct text name)
{
    uint32_t best = 0, least = UINT32_MAX;

    for (uint32_t i = 0; i < filter_count; i++) {
        uint32_t distance = text_distance(name, text_of(filter_table[i].name));
        if (distance >= least)
            continue;
        least = distance;
        best = i;
    }
    return filter_table[best].name;
}

const char *filter_state(struct text word)
{
    for (size_t i = 0; filter_states[i]; i++)
        if (is_name(word, filter_states[i]))
            return filter_states[i];
    for (size_t i = 0; i < sizeof(SPELLINGS) / sizeof(SPELLINGS[0]); i++)
        if (is_name(word, SPELLINGS[i].other))
            return SPELLINGS[i].state;
    return NULL;
}
