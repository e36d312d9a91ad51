#include "services/project/loop/loop_actions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NS_DIGITS = 9, WORDS_MOST = 5, NUMBER_MOST = 40 };

static const int64_t second = 1000000000, seconds_most = 1000000;

static const struct {
    const char *word;
    uint32_t words; /* of the line; a pad's may have a key too */
} verbs[] = {
    [LOOP_VERB_UNKNOWN] = { "", 0 },  [LOOP_VERB_PLAY] = { "play", 3 },       [LOOP_VERB_PAUSE] = { "pause", 2 },
    [LOOP_VERB_STOP] = { "stop", 2 }, [LOOP_VERB_SEEK] = { "seek", 3 },       [LOOP_VERB_VOLUME] = { "volume", 3 },
    [LOOP_VERB_HIT] = { "hit", 4 },   [LOOP_VERB_RELEASE] = { "release", 3 },
};
enum { VERBS = sizeof(verbs) / sizeof(*verbs) };

/* ---- reading ---- */

static uint32_t split_words(struct text line, struct text *words)
{
    uint32_t count = 0, from = 0;

    for (uint32_t i = 0; i <= line.len; i++) {
        if (i < line.len && line.at[i] != ' ')
            continue;
        if (count == WORDS_MOST)
            return 0;
        words[count++] = (struct text){ i - from, line.at + from };
        from = i + 1;
    }
    return count;
}

static bool read_whole(struct text word, int64_t most, int64_t *to)
{
    *to = 0;
    for (uint32_t i = 0; i < word.len; i++) {
        if (word.at[i] < '0' || word.at[i] > '9' || *to > most)
            return false;
        *to = *to * 10 + (word.at[i] - '0');
    }
    return word.len > 0 && *to <= most;
}

/* Seconds with up to nine decimals. */
static bool read_time(struct text word, int64_t *to)
{
    const char *dot = memchr(word.at, '.', word.len);
    struct text whole = { dot ? (uint32_t)(dot - word.at) : word.len, word.at };
    struct text rest = dot ? (struct text){ word.len - whole.len - 1, dot + 1 } : (struct text){ 0 };
    int64_t seconds, ns = 0;

    if (!read_whole(whole, seconds_most, &seconds) || rest.len > NS_DIGITS ||
        (dot && !read_whole(rest, second - 1, &ns)))
        return false;
    for (uint32_t i = rest.len; dot && i < NS_DIGITS; i++)
        ns *= 10;
    *to = seconds * second + ns;
    return true;
}

static bool read_value(struct text word, double *to)
{
    char room[NUMBER_MOST];
    char *end;

    if (word.len == 0 || word.len >= sizeof(room))
        return false;
    for (uint32_t i = 0; i < word.len; i++)
        if (!word.at[i] || !strchr("0123456789.eE+-", word.at[i]))
            return false;
    snprintf(room, sizeof(room), "%.*s", TEXT_ARG(word));
    *to = strtod(room, &end);
    return !*end && isfinite(*to);
}

/* ITEM@FRAME */
static bool read_place(struct text word, struct loop_action *to)
{
    const char *at = memchr(word.at, '@', word.len);
    const uint32_t len = at ? (uint32_t)(at - word.at) : 0;

    return at && id_read((struct text){ len, word.at }, &to->item) &&
           read_whole((struct text){ word.len - len - 1, at + 1 }, INT64_C(1) << 40, &to->frame);
}

static bool read_values(const struct text *words, struct loop_action *to)
{
    switch (to->verb) {
    case LOOP_VERB_PLAY:
        return read_place(words[2], to);
    case LOOP_VERB_SEEK:
        return read_whole(words[2], INT64_C(1) << 40, &to->frame);
    case LOOP_VERB_VOLUME:
        return read_value(words[2], &to->value);
    case LOOP_VERB_HIT:
        return read_whole(words[2], 127, &to->pad) && read_value(words[3], &to->value) &&
               (!to->has_key || read_whole(words[4], 127, &to->key));
    case LOOP_VERB_RELEASE:
        return read_whole(words[2], 127, &to->pad) && (!to->has_key || read_whole(words[3], 127, &to->key));
    case LOOP_VERB_PAUSE:
    case LOOP_VERB_STOP:
        return true;
    case LOOP_VERB_UNKNOWN:
        break;
    }
    return false;
}

static bool is_of_pad(enum loop_verb verb)
{
    return verb == LOOP_VERB_HIT || verb == LOOP_VERB_RELEASE;
}

static struct loop_action read_line(struct text line)
{
    struct text words[WORDS_MOST];
    struct loop_action action = { .line = line };
    const uint32_t count = split_words(line, words);

    for (int i = 1; count > 1 && i < VERBS; i++) {
        const bool has_key = is_of_pad((enum loop_verb)i) && count == verbs[i].words + 1;
        if (!text_is(words[1], verbs[i].word) || (count != verbs[i].words && !has_key))
            continue;
        action.verb = (enum loop_verb)i;
        action.has_key = has_key;
    }
    if (action.verb == LOOP_VERB_UNKNOWN || !read_time(words[0], &action.at) || !read_values(words, &action))
        return (struct loop_action){ .line = line };
    return action;
}

static uint32_t count_lines(struct text text)
{
    uint32_t count = 1;

    for (uint32_t i = 0; i < text.len; i++)
        count += text.at[i] == '\n';
    return count;
}

struct loop_action_list loop_actions_read(struct text text, struct arena *arena)
{
    struct loop_action_list to = { 0, arena_array(arena, count_lines(text), sizeof(*to.at)) };
    uint32_t from = 0;

    for (uint32_t i = 0; text.len > 0 && i <= text.len; i++) {
        if (i < text.len && text.at[i] != '\n')
            continue;
        to.at[to.count++] = read_line((struct text){ i - from, text.at + from });
        from = i + 1;
    }
    return to;
}

/* ---- writing ---- */

static void add_time(int64_t ns, struct buffer *to)
{
    char room[NUMBER_MOST];
    int len = snprintf(room, sizeof(room), "%lld.%09lld", (long long)(ns / second), (long long)(ns % second));

    while (room[len - 1] == '0')
        len--;
    if (room[len - 1] == '.')
        len--;
    buffer_add(to, room, (size_t)len);
}

/* The shortest number that reads back exactly. */
static void add_value(double value, struct buffer *to)
{
    char room[NUMBER_MOST];

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(room, sizeof(room), " %.*g", digits, value);
        if (!(fabs(strtod(room, NULL) - value) > 0))
            break;
    }
    buffer_add_text(to, room);
}

static void add_whole(const char *before, int64_t whole, struct buffer *to)
{
    char room[NUMBER_MOST];

    snprintf(room, sizeof(room), "%s%lld", before, (long long)whole);
    buffer_add_text(to, room);
}

void loop_action_format(const struct loop_action *action, struct buffer *to)
{
    char id[ID_TEXT_SIZE];

    if (action->line.len || action->verb == LOOP_VERB_UNKNOWN) {
        buffer_add(to, action->line.at, action->line.len);
        return;
    }
    add_time(action->at, to);
    buffer_add_text(to, " ");
    buffer_add_text(to, verbs[action->verb].word);
    if (action->verb == LOOP_VERB_PLAY) {
        buffer_add_text(to, " ");
        buffer_add_text(to, id_write(action->item, id));
    }
    if (action->verb == LOOP_VERB_PLAY || action->verb == LOOP_VERB_SEEK)
        add_whole(action->verb == LOOP_VERB_PLAY ? "@" : " ", action->frame, to);
    if (is_of_pad(action->verb))
        add_whole(" ", action->pad, to);
    if (action->verb == LOOP_VERB_VOLUME || action->verb == LOOP_VERB_HIT)
        add_value(action->value, to);
    if (is_of_pad(action->verb) && action->has_key)
        add_whole(" ", action->key, to);
}

struct text loop_actions_write(const struct loop_action_list *actions, struct arena *arena)
{
    struct buffer buffer = { 0 };

    for (uint32_t i = 0; i < actions->count; i++) {
        if (i)
            buffer_add_text(&buffer, "\n");
        loop_action_format(&actions->at[i], &buffer);
    }
    return arena_take(arena, &buffer);
}
