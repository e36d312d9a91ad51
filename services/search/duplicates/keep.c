#include "services/search/duplicates/keep.h"

#include <string.h>

/* Coders and resamplers change the ends of a copy by this much. */
#define LENGTHS_OFF_SECONDS 0.005F

/* ---- names that say "a copy" ---- */

static const char *const ASIDES[] = {
    "backup", "backups", "bak",     "copy",      "copies",    "duplicate", "duplicates", "converted",
    "conv",   "old",     "archive", "upsampled", "resampled", "trash",     "tmp",        "temp",
};

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static bool is_aside(const uint8_t *at, size_t len)
{
    for (size_t i = 0; i < sizeof(ASIDES) / sizeof(*ASIDES); i++)
        if (strlen(ASIDES[i]) == len && strncasecmp(ASIDES[i], (const char *)at, len) == 0)
            return true;
    return false;
}

/* True for a name with a number in parentheses at its end: "kick (1).wav". */
static bool is_numbered(const uint8_t *at, const uint8_t *end)
{
    while (at < end && *at != '(')
        at++;
    const uint8_t *digit = at < end ? at + 1 : end;
    while (digit < end && *digit >= '0' && *digit <= '9')
        digit++;
    return at < end && digit > at + 1 && digit < end && *digit == ')' && (digit + 1 == end || digit[1] == '.');
}

static bool says_copy(const uint8_t *at, const uint8_t *end)
{
    if (is_numbered(at, end))
        return true;
    while (at < end) {
        const uint8_t *word = at;
        while (at < end && is_letter(*at))
            at++;
        if (is_aside(word, (size_t)(at - word)))
            return true;
        at += at < end;
    }
    return false;
}

/* Counts the names in the path with a word like "backup", "copy" or "converted". */
static uint32_t count_asides(struct bytes path)
{
    const uint8_t *at = path.at, *end = path.at + path.len;
    uint32_t count = 0;

    while (at < end) {
        const uint8_t *slash = memchr(at, '/', (size_t)(end - at));
        const uint8_t *stop = slash ? slash : end;
        count += says_copy(at, stop);
        at = stop + (stop < end);
    }
    return count;
}

/* ---- one copy ---- */

static bool is_lossless(struct text format)
{
    static const char *const LOSSY[] = { "vorbis", "opus", "mpeg", "adpcm", "gsm", "ulaw", "alaw", "dpcm" };

    for (size_t i = 0; i < sizeof(LOSSY) / sizeof(*LOSSY); i++)
        if (text_is(format, LOSSY[i]))
            return false;
    return true;
}

static enum copy_state copy_state_of(const struct media *media, bool is_offline)
{
    if (media->availability.value == ITEM_STATE_MISSING)
        return COPY_STATE_MISSING;
    return is_offline || media->availability.value == ITEM_STATE_REMOTE_OFFLINE ||
                   media->availability.value == ITEM_STATE_REMOTE_FETCHING ||
                   media->availability.value == ITEM_STATE_EXTERNAL_OFFLINE
               ? COPY_STATE_OFFLINE
               : COPY_STATE_HERE;
}

static uint32_t at_most(uint64_t value, uint32_t most)
{
    return value < most ? (uint32_t)value : most;
}

static uint64_t eight_bytes(const uint8_t *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof(value));
    return value;
}

struct keep_copy keep_read(const struct media *media, struct bytes path, bool is_offline)
{
    return (struct keep_copy){
        .size = media->size,
        .mtime = media->mtime,
        .folder = eight_bytes(media->folder.b + sizeof(media->folder.b) - 8),
        .content = media->content.len >= 8 ? eight_bytes(media->content.at) : 0,
        .seconds = media->sample_rate ? (float)((double)media->frames / (double)media->sample_rate) : 0,
        .rate = at_most(media->sample_rate, UINT32_MAX),
        .channels = (uint16_t)at_most(media->channels, UINT16_MAX),
        .path_len = (uint16_t)at_most(path.len ? path.len : media->file.len, UINT16_MAX),
        .depth = (uint8_t)at_most(media->bit_depth, UINT8_MAX),
        .asides = (uint8_t)at_most(count_asides(path.len ? path : media->file), UINT8_MAX),
        .state = (uint8_t)copy_state_of(media, is_offline),
        .is_lossless = is_lossless(media->sample_format),
        .is_favourite = media->favourite,
    };
}

/* ---- the choice ---- */

/* Copies as long as the longest of their group count as complete. */
struct group {
    float longest;
};

static int64_t by_state(const struct keep_copy *a, const struct keep_copy *b, const struct group *group)
{
    (void)group;
    return (a->state == COPY_STATE_HERE) - (b->state == COPY_STATE_HERE);
}

/* Of unavailable copies, one whose volume may return is better than a missing one. */
static int64_t by_hope(const struct keep_copy *a, const struct keep_copy *b, const struct group *group)
{
    static const int HOPE[] = { [COPY_STATE_OFFLINE] = 2, [COPY_STATE_MISSING] = 1, [COPY_STATE_HERE] = 2 };

    (void)group;
    return HOPE[a->state] - HOPE[b->state];
}

static int64_t by_coding(const struct keep_copy *a, const struct keep_copy *b, const struct group *group)
{
    (void)group;
    return a->is_lossless - b->is_lossless;
}

static int64_t by_rate(const struct keep_copy *a, const struct keep_copy *b, const struct group *group)
{
    (void)group;
    return (int64_t)at_most(a->rate, KEEP_RATE) - (int64_t)at_most(b->rate, KEEP_RATE);
}

static int64_t by_channels(const struct keep_copy *a, const struct keep_copy *b, const struct group *group)
{
    (void)group;
    return a->channels - b->channels;
}

static int64_t by_length(const struct keep_copy *a, const struct keep_copy *b, const struct group *group)
{
    float least = group->longest - LENGTHS_OFF_SECONDS;

    return (a->seconds >= least) - (b->seconds >= least);
}

static int64_t by_depth(const struct keep_copy *a, const struct keep_copy *b, const struct group *group)
{
    (void)group;
    return (int64_t)at_most(a->depth, KEEP_BITS) - (int64_t)at_most(b->depth, KEEP_BITS);
}

static int64_t by_favour(const struct keep_copy *a, const struct keep_copy *b, const struct group *group)
{
    (void)group;
    return a->is_favourite - b->is_favourite;
}

static int64_t by_folder(const struct keep_copy *a, const struct keep_copy *b, const struct group *group)
{
    (void)group;
    return b->asides - a->asides;
}

static int64_t by_age(const struct keep_copy *a, const struct keep_copy *b, const struct group *group)
{
    (void)group;
    return (a->mtime < b->mtime) - (a->mtime > b->mtime);
}

static int64_t by_fineness(const struct keep_copy *a, const struct keep_copy *b, const struct group *group)
{
    (void)group;
    return a->rate != b->rate ? (int64_t)a->rate - (int64_t)b->rate : a->depth - b->depth;
}

static int64_t by_path(const struct keep_copy *a, const struct keep_copy *b, const struct group *group)
{
    (void)group;
    return b->path_len - a->path_len;
}

static const struct rule {
    int64_t (*by)(const struct keep_copy *a, const struct keep_copy *b, const struct group *group);
    enum keep_reason reason;
} RULES[] = {
    { by_state, KEEP_REASON_ONLY_ONE_HERE },   { by_hope, KEEP_REASON_OTHER },
    { by_coding, KEEP_REASON_LOSSLESS },       { by_rate, KEEP_REASON_SAMPLE_RATE },
    { by_channels, KEEP_REASON_CHANNELS },     { by_length, KEEP_REASON_LENGTH },
    { by_depth, KEEP_REASON_BIT_DEPTH },       { by_favour, KEEP_REASON_FAVOURITE },
    { by_folder, KEEP_REASON_FOLDER },         { by_age, KEEP_REASON_AGE },
    { by_fineness, KEEP_REASON_FINER_FORMAT }, { by_path, KEEP_REASON_SHORTER_PATH },
};

/* Positive: `a` is better. */
static int64_t compare_copies(const struct keep_copy *a, const struct keep_copy *b, const struct group *group,
                              int32_t *reason)
{
    for (size_t i = 0; i < sizeof(RULES) / sizeof(*RULES); i++) {
        int64_t order = RULES[i].by(a, b, group);
        *reason = (int32_t)RULES[i].reason;
        if (order != 0)
            return order;
    }
    *reason = KEEP_REASON_KNOWN_FIRST;
    return 0;
}

/* Considers the available copies, or all if none is available. */
static struct group look_over(const struct keep_copy *copies, const uint32_t *members, uint32_t count,
                              struct keep_verdict *verdict)
{
    struct group here = { 0 }, all = { 0 };

    for (uint32_t i = 0; i < count; i++) {
        const struct keep_copy *copy = &copies[members[i]];
        bool is_here = copy->state == COPY_STATE_HERE;
        all.longest = copy->seconds > all.longest ? copy->seconds : all.longest;
        here.longest = is_here && copy->seconds > here.longest ? copy->seconds : here.longest;
        verdict->here += is_here;
        verdict->free += is_here ? copy->size : 0;
    }
    return verdict->here ? here : all;
}

struct keep_verdict keep_choose(const struct keep_copy *copies, const uint32_t *members, uint32_t count)
{
    struct keep_verdict verdict = { 0 };
    struct group group = look_over(copies, members, count, &verdict);
    int32_t reason;
    uint32_t second = UINT32_MAX;

    for (uint32_t i = 1; i < count; i++) {
        if (compare_copies(&copies[members[i]], &copies[members[verdict.keep]], &group, &reason) > 0) {
            second = verdict.keep;
            verdict.keep = i;
        } else if (second == UINT32_MAX ||
                   compare_copies(&copies[members[i]], &copies[members[second]], &group, &reason) > 0)
            second = i;
    }
    if (second != UINT32_MAX)
        compare_copies(&copies[members[verdict.keep]], &copies[members[second]], &group, &verdict.reason);
    if (verdict.here)
        verdict.free -= copies[members[verdict.keep]].size;
    return verdict;
}
