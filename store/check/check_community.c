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

void check_team(struct check *c, const struct seen *row)
{
    const struct team_row *record = row->record;
    struct key due = { 0 };

    if (row->db == DB_TEAM_OUT) {
        if (!check_is_there(c, DB_TEAM, row->key))
            check_report(c, row, "the team has no such row");
        return;
    }
    if (record->each.count)
        due = team_key(record->each.at[0].content, record->each.at[0].field);
    if (!bytes_equal(row->key, key_bytes(&due)))
        check_report(c, row, "the record is about something else");
}
