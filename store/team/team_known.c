#include "store/team/team_known.h"

#include <stdlib.h>
#include <string.h>

enum { DIGITS = 19 /* of a time */, MEMBER_MOST = 32 };

static bool read_own(struct text digits, usec_t *to)
{
    uint64_t number = 0;

    if (!digits.len || digits.len > DIGITS)
        return false;
    for (uint32_t i = 0; i < digits.len; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(digits.at[i] - '0');
    }
    *to = (usec_t)number;
    return number <= INT64_MAX;
}

bool team_known_read(struct text line, struct team_known *to)
{
    to->count = 0;
    while (line.len) {
        struct text own = text_cut(&line, ',');
        const struct text member = text_cut(&own, ' ');
        usec_t number;
        if (!member.len || member.len > MEMBER_MOST || !text_is_plain(member) || !read_own(own, &number))
            return false;
        team_known_add(to, member, number);
    }
    return true;
}

struct text team_known_write(struct arena *arena, const struct team_known *known)
{
    struct buffer line = { 0 };

    for (uint32_t i = 0; i < known->count; i++)
        buffer_printf(&line, "%s%.*s %lld", i ? "," : "", TEXT_ARG(known->at[i].member), (long long)known->at[i].own);
    return arena_take(arena, &line);
}

usec_t team_known_of(const struct team_known *known, struct text member)
{
    for (uint32_t i = 0; i < known->count; i++)
        if (text_equal(known->at[i].member, member))
            return known->at[i].own;
    return 0;
}

static uint32_t find_place_of(const struct team_known *known, struct text member)
{
    uint32_t least = 0;

    for (uint32_t i = 0; i < known->count; i++) {
        if (text_equal(known->at[i].member, member))
            return i;
        least = known->at[i].own < known->at[least].own ? i : least;
    }
    return known->count < TEAM_KNOWN ? known->count : least;
}

void team_known_add(struct team_known *known, struct text member, usec_t own)
{
    const uint32_t place = find_place_of(known, member);
    const bool is_new = place == known->count;

    if (!is_new && known->at[place].own >= own)
        return;
    known->at[place] = (struct team_known_one){ member, own };
    known->count += is_new;
}

void team_known_merge(struct team_known *known, const struct team_known *with)
{
    for (uint32_t i = 0; i < with->count; i++)
        team_known_add(known, with->at[i].member, with->at[i].own);
}

void team_known_bound(struct team_known *known, const struct team_row *row)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < known->count; i++) {
        const struct team_said *said = team_of_member(row, known->at[i].member);
        if (!said)
            continue;
        known->at[count] = known->at[i];
        known->at[count].own = said->own < known->at[i].own ? said->own : known->at[i].own;
        count++;
    }
    known->count = count;
}

bool team_known_split(struct text value, struct team_known *known, struct text *rest)
{
    *rest = value;
    if (!value.len || !memchr(value.at, '\n', value.len))
        return false;
    return team_known_read(text_cut(rest, '\n'), known);
}

/* ---- the newest statement ---- */

struct known_candidate {
    const struct team_said *said; /* NULL: left out */
    struct team_known known;
};

static bool is_known(const struct known_candidate *each, uint32_t count, uint32_t which)
{
    const struct team_said *said = each[which].said;

    for (uint32_t i = 0; i < count; i++)
        if (i != which && each[i].said && team_known_of(&each[i].known, said->member) >= said->own)
            return true;
    return false;
}

static bool is_later(const struct team_said *a, const struct team_said *b)
{
    return a->at != b->at ? a->at > b->at : text_compare(a->member, b->member) > 0;
}

static const struct team_said *find_latest(const struct known_candidate *each, uint32_t count, bool of_unknown)
{
    const struct team_said *latest = NULL;

    for (uint32_t i = 0; i < count; i++)
        if (each[i].said && (!latest || is_later(each[i].said, latest)) && !(of_unknown && is_known(each, count, i)))
            latest = each[i].said;
    return latest;
}

const struct team_said *team_newest(struct arena *arena, const struct team_row *row, const bool *passed)
{
    struct known_candidate *each = arena_array(arena, row->each.count, sizeof(*each));
    const struct team_said *newest;
    struct text rest;

    for (uint32_t i = 0; each && i < row->each.count; i++)
        if (!(passed && passed[i]) && team_known_split(row->each.at[i].value, &each[i].known, &rest))
            each[i].said = &row->each.at[i];
    if (!each)
        return NULL;
    newest = find_latest(each, row->each.count, true);
    return newest ? newest : find_latest(each, row->each.count, false);
}
