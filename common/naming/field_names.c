#include "common/naming/field_names.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

const struct field_name field_names[] = {
    { "name", "title", "name" },
    { "pack", "", "pack" },
    { "note", "notes", "notes" },
    { "path", "file folder dir", "path" },
    { "label", "comment", NULL },
    { "remote", "url", "remote" },
    { "tag", "tags", "tags" },
    { "kind", "", "kind" },
    { "origin", "source", "origin" },
    { "class", "instrument", "class" },
    { "family", "category", "family" },
    { "genre", "", "genre" },
    { "artist", "", "artist" },
    { "album", "", "album" },
    { "key", "", "key" },
    { "rating", "stars", "rating" },
    { "colour", "color", "colour" },
    { "container", "", "container" },
    { "format", "sample_format codec", "sample_format" },
    { "bpm", "tempo", "bpm" },
    { "dur", "duration duration_s length", "duration_s" },
    { "lufs", "loudness", "lufs" },
    { "channels", "ch", "channels" },
    { "bits", "bit_depth", "bit_depth" },
    { "rate", "sample_rate", "sample_rate" },
    { "size", "", "size" },
    { "added", "added_us", "added_us" },
    { "modified", "mtime", NULL },
    { "is", "state availability", "availability" },
    { "like", "", NULL },
    { "used", "context used_in", "used_in" },
    { "unused", "", NULL },
    { "role", "", NULL },
    { "section", "", NULL },
    { "track", "", NULL },
    { "after", "beside", NULL },
    { "with", "", NULL },
    { "view", "", NULL },
    { "library", "lib", NULL },
    { "volume", "drive disk", "volume" },
    { "under", "inside", NULL },
    { "for", "", NULL },
};
const uint32_t field_names_count = sizeof(field_names) / sizeof(field_names[0]);

static bool is_among(struct text word, const char *names)
{
    for (size_t len; *names; names += len + (names[len] == ' ')) {
        len = strcspn(names, " ");
        if (len == word.len && strncasecmp(names, word.at, len) == 0)
            return true;
    }
    return false;
}

const struct field_name *field_names_find(struct text typed)
{
    for (uint32_t i = 0; i < field_names_count; i++)
        if (is_among(typed, field_names[i].name) || is_among(typed, field_names[i].aliases))
            return &field_names[i];
    return NULL;
}
