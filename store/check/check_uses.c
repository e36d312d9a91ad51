#include "store/check/check_uses.h"

void check_context(struct check *c, const struct seen *row)
{
    const struct context *context = row->record;

    if (!check_key_is(row, context->id))
        check_report(c, row, "the record has another id");
}

/* The item of a use may no longer exist: the row is kept as history. */
void check_use(struct check *c, const struct seen *row)
{
    const struct use *use = row->record;
    struct id context = key_id_at(row->key, 0);
    struct key due = key_use(context, use->media, use->role, use->section, use->track), key = key_id(context);
    struct key used_in = key_used_in(use->media, context);

    if (!bytes_equal(row->key, key_bytes(&due)))
        check_report(c, row, "the record is of another use");
    if (!check_is_there(c, DB_CONTEXT, key_bytes(&key)))
        check_report(c, row, "its context does not exist");
    if (!check_is_there(c, DB_USED_IN, key_bytes(&used_in)))
        check_report(c, row, "no row leads from its item to it");
}

void check_used_in(struct check *c, const struct seen *row)
{
    struct key start = key_used_in(key_id_at(row->key, 16), key_id_at(row->key, 0));
    struct walk walk;
    bool found;

    if (row->key.len != 32 || walk_begin(c->txn, DB_USE, key_bytes(&start), key_bytes(&start), &walk) != ERR_OK) {
        check_report(c, row, "it is malformed");
        return;
    }
    found = walk_next(&walk);
    walk_end(&walk);
    if (!found)
        check_report(c, row, "the context does not use the item");
}

void check_session(struct check *c, const struct seen *row)
{
    const struct session *session = row->record;
    struct key context = key_id(session->id);

    if (!check_key_is(row, session->id))
        check_report(c, row, "the record has another id");
    if (!check_is_there(c, DB_CONTEXT, key_bytes(&context)))
        check_report(c, row, "its context does not exist");
}
