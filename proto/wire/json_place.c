#include "proto/wire/json_place.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH_MOST = 64 };

struct json_level {
    bool is_list, is_key_due;
    uint32_t index;
    struct text key;
};

struct json_placing {
    struct text from;
    uint32_t depth; /* levels above DEPTH_MOST are counted only */
    struct json_level levels[DEPTH_MOST];
};

static struct json_level *level_now(struct json_placing *p)
{
    return p->depth > 0 && p->depth <= DEPTH_MOST ? &p->levels[p->depth - 1] : NULL;
}

static void enter_level(struct json_placing *p, bool is_list)
{
    p->depth++;
    if (level_now(p))
        *level_now(p) = (struct json_level){ .is_list = is_list, .is_key_due = !is_list };
}

/* Returns the place after the closing quote. */
static size_t pass_text(struct json_placing *p, size_t at, size_t end)
{
    struct json_level *level = level_now(p);
    size_t next = at + 1;

    while (next < end && p->from.at[next] != '"')
        next += p->from.at[next] == '\\' ? 2 : 1;
    if (level && level->is_key_due && next < end) {
        level->key = (struct text){ (uint32_t)(next - at - 1), p->from.at + at + 1 };
        level->is_key_due = false;
    }
    return next + 1;
}

static void begin_next(struct json_placing *p)
{
    struct json_level *level = level_now(p);

    if (!level)
        return;
    level->index++;
    level->is_key_due = !level->is_list;
}

static void pass_all(struct json_placing *p, size_t end)
{
    for (size_t at = 0; at < end;) {
        const char character = p->from.at[at];
        if (character == '"') {
            at = pass_text(p, at, end);
            continue;
        }
        if (character == '{' || character == '[')
            enter_level(p, character == '[');
        else if ((character == '}' || character == ']') && p->depth > 0)
            p->depth--;
        else if (character == ',')
            begin_next(p);
        at++;
    }
}

static void write_path(const struct json_placing *p, char path[JSON_PLACE_SIZE])
{
    size_t len = 0;

    path[0] = '\0';
    for (uint32_t i = 0; i < p->depth && i < DEPTH_MOST; i++) {
        const struct json_level *level = &p->levels[i];
        char one[JSON_PLACE_SIZE];
        int more = level->is_list ? snprintf(one, sizeof(one), "[%u]", level->index)
                                  : snprintf(one, sizeof(one), "%s%.*s", len ? "." : "", TEXT_ARG(level->key));
        if (more < 0 || len + (size_t)more >= JSON_PLACE_SIZE)
            return;
        memcpy(path + len, one, (size_t)more + 1);
        len += (size_t)more;
    }
}

struct text json_place(struct text from, size_t end, char path[JSON_PLACE_SIZE])
{
    struct json_placing p = { .from = from };
    size_t start;

    end = end < from.len ? end : from.len;
    start = end;
    while (start > 0 && from.at[start - 1] && strchr("+-.0123456789Ee", from.at[start - 1]))
        start--;
    pass_all(&p, start);
    write_path(&p, path);
    return (struct text){ (uint32_t)(end - start), from.at + start };
}
