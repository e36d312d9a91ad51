#include "proto/schemac/check.h"
#include "proto/schemac/report.h"

static bool is_word(const struct member *member)
{
    return member && member->type == FIELD_TEXT && !(member->flags & (FIELD_LIST | FIELD_OPTIONAL));
}

static bool is_pair(const struct member *first)
{
    return is_word(first) && first->next && !first->next->next;
}

static bool check_fit(const struct member *member)
{
    bool is_list = member->flags & FIELD_LIST, is_record = member->type == FIELD_RECORD;
    const struct member *first = is_record ? member->definition->members : NULL;

    switch (member->flags & FIELD_FORMS) {
    case FIELD_KEYS:
        return is_record && (!is_list || is_word(first));
    case FIELD_OBJECT:
        return is_record && is_list && is_pair(first);
    case FIELD_ROWS:
        return is_record && is_list;
    case FIELD_JSON:
        return is_word(member);
    default:
        return true;
    }
}

enum err check_forms(const struct definition *definition, bool is_message)
{
    struct member *member;
    enum err e = ERR_OK;

    for (EACH(member, definition->members)) {
        if (!check_fit(member))
            return report(member->type_place,
                          "the form does not fit the type: keys is for a record or a list of records "
                          "that begin with a text, object for a list of records of a text and a "
                          "value, rows for a list of records, json for a text");
        if (is_message && member->flags & FIELD_FORMS)
            return report(member->type_place, "a message has this field, and forms are only printed; leave it out");
        if (is_message && member->type == FIELD_RECORD)
            e = check_forms(member->definition, true);
        if (e != ERR_OK)
            return e;
    }
    return is_message && definition->answer ? check_forms(definition->answer, true) : e;
}
