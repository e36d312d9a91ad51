#include "store/check/check_parts.h"
#include "store/community.h"

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
