#include "store/check/check_community.h"

#include "store/community.h"
#include "store/team/team.h"

void check_shared(struct check *c, const struct seen *row)
{
    struct key due = community_subject(row->record);

    if (!bytes_equal(row->key, key_bytes(&due)))
        check_report(c, row, "the record is about something else");
}

void check_outbox(struct check *c, const struct seen *row)
{
    const struct offer *offer = row->record;

    if (row->key.len != 8 || key_number_at(row->key, 0) != offer->id)
        check_report(c, row, "the record has another number");
}

void check_lesson(struct check *c, const struct seen *row)
{
    struct key due = community_lesson_key(row->record);

    if (!bytes_equal(row->key, key_bytes(&due)))
        check_report(c, row, "the record is about something else");
}

/* A kit may have a row although nothing is said about it. */
static struct key key_of_team_row(const struct team_row *row)
{
    struct arena arena = { 0 };
    struct key key = { 0 };

    if (row->each.count)
        return team_key(row->each.at[0].content, row->each.at[0].field);
    if (row->has_kit)
        (void)team_kit_field(&arena, row->kit, &key);
    arena_free(&arena);
    return key;
}

void check_team(struct check *c, const struct seen *row)
{
    const struct team_row *record = row->record;
    struct key due;

    if (row->db == DB_TEAM_OUT) {
        if (!check_is_there(c, DB_TEAM, row->key))
            check_report(c, row, "the team has no such row");
        return;
    }
    due = key_of_team_row(record);
    if (!bytes_equal(row->key, key_bytes(&due)))
        check_report(c, row, "the record is about something else");
}
