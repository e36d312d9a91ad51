#include "store/pattern/pattern_migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/wire/json_tree.h"

enum { NEWEST = 1, TEXT_SIZE = 64, MOVED = 8 };

/* ---- times ---- */

/* Reads "+01:00", "-0130", "Z" or "". */
static bool read_zone(const char *from, int *seconds)
{
    int hours = 0, minutes = 0;
    char end;

    *seconds = 0;
    if (strcmp(from, "") == 0 || strcmp(from, "Z") == 0)
        return true;
    if (*from != '+' && *from != '-')
        return false;
    if (sscanf(from + 1, "%2d:%2d%c", &hours, &minutes, &end) != 2 &&
        sscanf(from + 1, "%2d%2d%c", &hours, &minutes, &end) != 2)
        return false;
    *seconds = (hours * 3600 + minutes * 60) * (*from == '-' ? -1 : 1);
    return true;
}

/* Reads "2025-01-07T18:24:00.5Z", "…+01:00" or without a zone. False: it is no such time. */
static bool read_time(struct text from, double *seconds)
{
    char typed[TEXT_SIZE];
    struct tm tm = { 0 };
    double fraction = 0;
    int zone = 0, used = 0;
    char *end = typed;

    if (!text_copy(typed, sizeof(typed), from) ||
        sscanf(typed, "%4d-%2d-%2d%*1[T ]%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
               &tm.tm_sec, &used) != 6 ||
        used == 0)
        return false;
    end = typed + used;
    if (*end == '.')
        fraction = strtod(end, &end);
    if (!read_zone(end, &zone))
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *seconds = (double)(timegm(&tm) - zone) + fraction;
    return true;
}

/* ---- trees ---- */

static void add_member(struct json_node *object, const char *key, struct json_node value)
{
    value.key = text_of(key);
    object->at[object->count++] = value;
}

static struct json_node new_object(struct arena *arena, uint32_t room)
{
    return (struct json_node){ .kind = JSON_IS_OBJECT, .at = arena_array(arena, room, sizeof(struct json_node)) };
}

static bool is_one_of(struct text key, const char *const *names)
{
    for (; *names; names++)
        if (text_is(key, *names))
            return true;
    return false;
}

/* Adds the named members of `from`, or its other ones, except those that `to` has. No two members of `from` have one
 * name, so only the former members of `to` are searched: a few, whatever the file contains. */
static void add_members(struct json_node *to, const struct json_node *from, const char *const *names, bool wanted)
{
    const struct json_node was = *to;

    for (uint32_t i = 0; from && from->kind == JSON_IS_OBJECT && i < from->count; i++)
        if (is_one_of(from->at[i].key, names) == wanted && !json_tree_member(&was, from->at[i].key))
            to->at[to->count++] = from->at[i];
}

static uint32_t count_of(const struct json_node *object)
{
    return object && object->kind == JSON_IS_OBJECT ? object->count : 0;
}

static void convert_tree(struct json_node *root, struct arena *arena)
{
    static const char *const timing[] = { "bpm", "swing", NULL };
    static const char *const names[] = { "name", "genre", "tags", NULL };
    static const char *const taken[] = { "bpm",    "swing",          "name",       "genre",          "tags", "metadata",
                                         "tracks", "global_effects", "created_at", "schema_version", NULL };
    const struct json_node *metadata = json_tree_member(root, TEXT("metadata"));
    const struct json_node *tracks = json_tree_member(root, TEXT("tracks"));
    const struct json_node *effects = json_tree_member(root, TEXT("global_effects"));
    const struct json_node *created = json_tree_member(root, TEXT("created_at"));
    struct json_node to = new_object(arena, root->count + MOVED);
    struct json_node sequencer = new_object(arena, MOVED), about = new_object(arena, count_of(metadata) + MOVED);

    add_members(&to, root, taken, false);
    add_members(&sequencer, root, timing, true);
    add_members(&sequencer, metadata, timing, true);
    add_members(&about, root, names, true);
    add_members(&about, metadata, timing, false);
    if (tracks)
        add_member(&sequencer, "tracks", *tracks);
    add_member(&to, "schema_version", (struct json_node){ .kind = JSON_IS_TEXT, .text = TEXT("1.0") });
    if (created && !json_tree_member(&to, TEXT("timestamp")))
        add_member(&to, "timestamp", *created);
    add_member(&to, "metadata", about);
    add_member(&to, "sequencer", sequencer);
    if (effects)
        add_member(&to, "modules", *effects);
    *root = to;
}

/* ---- versions ---- */

/* The part before the dot of "1.0", 1 or 1.0; -1: it is no version. */
static int64_t major_of(const struct json_node *version)
{
    char digits[TEXT_SIZE], *end;
    long long major;

    if (version->kind == JSON_IS_INT)
        return version->number;
    if (version->kind == JSON_IS_REAL)
        return version->real >= 0 && version->real < 1e9 ? (int64_t)version->real : -1;
    if (version->kind != JSON_IS_TEXT || !text_copy(digits, sizeof(digits), version->text))
        return -1;
    major = strtoll(digits, &end, 10);
    return end == digits || (*end != '.' && *end != '\0') ? -1 : major;
}

static enum err check_version(const struct json_node *version, struct fault *fault)
{
    const bool there =
        version && version->kind != JSON_IS_NULL && !(version->kind == JSON_IS_TEXT && version->text.len == 0);
    const int64_t major = there ? major_of(version) : NEWEST;

    if (major >= 0 && major <= NEWEST)
        return ERR_OK;
    if (major < 0)
        fault_set(fault, ERR_BAD_REQUEST, "the version of the schema is not a number: expected 1.0");
    else
        fault_set(fault, ERR_VERSION, "schema %lld is newer than %d, the newest that this program reads",
                  (long long)major, NEWEST);
    if (fault)
        fault_field(fault, "schema_version");
    return major < 0 ? ERR_BAD_REQUEST : ERR_VERSION;
}

static bool is_old(const struct json_node *root)
{
    return !json_tree_member(root, TEXT("sequencer")) &&
           (json_tree_member(root, TEXT("tracks")) || json_tree_member(root, TEXT("global_effects")));
}

enum err pattern_migrate(struct json_node *root, struct arena *arena, struct fault *fault)
{
    enum err e = check_version(json_tree_member(root, TEXT("schema_version")), fault);
    struct json_node *stamp;
    double seconds;

    if (e != ERR_OK)
        return e;
    if (is_old(root))
        convert_tree(root, arena);
    stamp = json_tree_member(root, TEXT("timestamp"));
    if (stamp && stamp->kind == JSON_IS_TEXT && read_time(stamp->text, &seconds)) {
        stamp->kind = JSON_IS_REAL;
        stamp->real = seconds;
    }
    return ERR_OK;
}
