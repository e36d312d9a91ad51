#include "proto/schemac/check.h"

#include <string.h>

#include "proto/schemac/report.h"
#include "proto/wire/codec.h"
#include "proto/wire/value.h"

static enum err check_word_doubles(const struct definition *definition)
{
    struct schema_word *word, *before;

    for (EACH(word, definition->words))
        for (before = definition->words; before != word; before = before->next)
            if (text_equal(word->text, before->text))
                return report(word->place, "the word %.*s is here twice; remove one", TEXT_ARG(word->text));
    return ERR_OK;
}

static enum err check_words(const struct definition *definition)
{
    struct schema_word *word;

    if (!definition->words)
        return report(definition->place, "an enum without words; write them below, indented");
    for (EACH(word, definition->words))
        if (text_is(word->text, "other"))
            return report(word->place, "the word other is reserved for unknown words; choose another");
    return check_word_doubles(definition);
}

static enum err check_member_count(const struct definition *definition)
{
    struct member *member;
    int count = 0;

    for (EACH(member, definition->members))
        if (++count > VALUE_FIELDS_MAX)
            return report(member->place, "over %d fields; put some into a record of their own", VALUE_FIELDS_MAX);
    return ERR_OK;
}

static enum err check_member_doubles(const struct definition *definition)
{
    struct member *member, *before;

    for (EACH(member, definition->members))
        for (before = definition->members; before != member; before = before->next)
            if (text_equal(member->name, before->name))
                return report(member->place, "the field %.*s is here twice; rename one", TEXT_ARG(member->name));
    return ERR_OK;
}

static enum err check_examples(const struct definition *definition)
{
    struct member *member;
    enum err e = ERR_OK;

    for (EACH(member, definition->members))
        if (e == ERR_OK)
            e = check_example(member);
    return e;
}

/* The list of a frame is level 1, the map of a message level 2; each nested list or record is one level deeper. */
static enum err check_depth(struct definition *definition, int level)
{
    enum err e = ERR_OK;
    struct member *member;

    definition->is_open = true;
    for (EACH(member, definition->members)) {
        int depth = level + ((member->flags & FIELD_LIST) != 0) + (member->type == FIELD_RECORD);

        if (member->type == FIELD_RECORD && member->definition->is_open)
            return report(member->type_place, "the record %.*s holds itself; hold its id instead",
                          TEXT_ARG(member->type_name));
        if (depth > CODEC_DEPTH)
            return report(member->place, "lists and records nest deeper than %d; make them flatter", CODEC_DEPTH);
        if (member->type == FIELD_RECORD)
            e = check_depth(member->definition, depth);
        if (e != ERR_OK)
            return e;
    }
    definition->is_open = false;
    return e;
}

static bool is_message(const struct definition *definition)
{
    return definition->kind == DEFINES_ASK || definition->kind == DEFINES_EVENT;
}

static enum err check_message_doubles(const struct definition *definition)
{
    const struct definition *before;

    if (!is_message(definition))
        return ERR_OK;
    for (before = definition->source->definitions; before != definition; before = before->next)
        if (is_message(before) && text_equal(before->name, definition->name))
            return report(definition->place, "the service has an ask or event %.*s already; rename one",
                          TEXT_ARG(definition->name));
    return ERR_OK;
}

/* A field that some clients may not give must have a value that means none. */
static enum err check_rights(const struct definition *definition)
{
    struct member *member;

    for (EACH(member, definition->members)) {
        bool may_be_none = member->flags & (FIELD_OPTIONAL | FIELD_LIST) || member->type == FIELD_TEXT ||
                           member->type == FIELD_BYTES || member->type == FIELD_BOOL;

        if (!(member->flags & (FIELD_LOCAL | FIELD_CHANGES)))
            continue;
        if (!may_be_none)
            return report(member->type_place, "another machine cannot leave this field out; make it %.*s?:%s",
                          TEXT_ARG(member->type_name), member->flags & FIELD_LOCAL ? "local" : "changes");
        if (member->flags & FIELD_CHANGES && !definition->reads)
            return report(member->type_place, "a field marked changes belongs to an ask marked reads; remove :changes");
        if (is_message(definition) && !definition->remote)
            return report(member->type_place, "the field is local, but its message is not a remote ask; remove :local");
    }
    return ERR_OK;
}

static enum err check_definition(struct definition *definition)
{
    enum err e = check_message_doubles(definition);

    if (e != ERR_OK)
        return e;
    if (definition->kind == DEFINES_ENUM)
        return check_words(definition);
    if (definition->reads && (definition->mutates || definition->once))
        return report(definition->place, "an ask that mutates or is done once changes something; remove reads");
    e = check_member_count(definition);
    if (e == ERR_OK)
        e = check_member_doubles(definition);
    if (e == ERR_OK)
        e = check_rights(definition);
    if (e == ERR_OK)
        e = check_depth(definition, 2);
    return e == ERR_OK ? check_examples(definition) : e;
}

/* A browser on another machine names no path, and learns none from events. */
static enum err check_paths(const struct definition *definition, bool is_event)
{
    struct member *member;
    enum err e = ERR_OK;

    for (EACH(member, definition->members)) {
        if (member->flags & FIELD_PATH && is_event)
            return report(member->type_place, "a remote event has this path; unmark the event");
        if (member->flags & FIELD_PATH && !(member->flags & FIELD_LOCAL))
            return report(member->type_place, "a remote ask has this path; mark it %.*s:local, or unmark the ask",
                          TEXT_ARG(member->type_name));
        if (member->type == FIELD_RECORD && e == ERR_OK)
            e = check_paths(member->definition, is_event);
    }
    return e;
}

/* A file's name becomes part of names in C. */
static enum err check_file_names(const struct schema_model *model)
{
    struct schema_source *source;

    for (EACH(source, model->sources))
        for (uint32_t i = 0; i < source->name.len; i++)
            if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", source->name.at[i]))
                return report((struct source_place){ source->path, 1, 1 },
                              "the file's name is no name; make it of a to z, 0 to 9 and _");
    return ERR_OK;
}

static enum err check_source_doubles(const struct schema_model *model)
{
    struct schema_source *source;

    for (EACH(source, model->sources))
        if (source->next && text_equal(source->name, source->next->name))
            return report((struct source_place){ source->next->path, 1, 1 },
                          "a second schema %.*s; give each file once", TEXT_ARG(source->name));
    return ERR_OK;
}

enum err check_model(struct schema_model *model)
{
    enum err e = check_file_names(model);
    struct definition *definition;
    struct schema_source *source;

    if (e == ERR_OK)
        e = check_source_doubles(model);
    for (EACH(source, model->sources))
        for (EACH(definition, source->definitions))
            if (e == ERR_OK)
                e = check_definition(definition);
    for (EACH(source, model->sources)) /* first, because a walk over records ends only if no record contains itself */
        for (EACH(definition, source->definitions))
            if (e == ERR_OK)
                e = check_forms(definition, is_message(definition));
    for (EACH(source, model->sources))
        for (EACH(definition, source->definitions))
            if (e == ERR_OK && definition->remote)
                e = check_paths(definition, definition->kind == DEFINES_EVENT);
    return e == ERR_OK ? check_names(model) : e;
}
