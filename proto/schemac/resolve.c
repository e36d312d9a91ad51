#include "proto/schemac/resolve.h"

#include "proto/schemac/report.h"

static struct schema_source *find_source(const struct schema_model *model, struct text name)
{
    struct schema_source *source;

    for (EACH(source, model->sources))
        if (text_equal(source->name, name))
            return source;
    return NULL;
}

static enum err resolve_uses(const struct schema_model *model, struct schema_source *source)
{
    struct used_schema *use;

    for (EACH(use, source->uses)) {
        use->source = find_source(model, use->name);
        if (!use->source)
            return report(use->place, "there is no schema %.*s; give its file to schemac too", TEXT_ARG(use->name));
    }
    return ERR_OK;
}

static enum err refuse_circles(struct schema_source *source)
{
    enum err e = ERR_OK;
    struct used_schema *use;

    source->is_open = true;
    for (EACH(use, source->uses)) {
        if (use->source->is_open)
            return report(use->place, "the schemas use each other in a circle; move what they share to a third");
        e = refuse_circles(use->source);
        if (e != ERR_OK)
            return e;
    }
    source->is_open = false;
    return e;
}

static bool is_type(const struct definition *definition)
{
    return definition->kind == DEFINES_ENUM || definition->kind == DEFINES_RECORD;
}

static struct definition *find_type_in(const struct schema_source *source, struct text name)
{
    struct definition *definition;

    for (EACH(definition, source->definitions))
        if (is_type(definition) && text_equal(definition->name, name))
            return definition;
    return NULL;
}

static struct definition *find_type(const struct schema_source *source, struct text name)
{
    struct definition *found = find_type_in(source, name);
    struct used_schema *use;

    for (EACH(use, source->uses))
        if (!found)
            found = find_type_in(use->source, name);
    return found;
}

static enum err report_unknown(const struct schema_model *model, struct source_place place, struct text name)
{
    struct schema_source *source;

    for (EACH(source, model->sources))
        if (find_type_in(source, name))
            return report(place, "%.*s belongs to another schema; write `use %.*s`", TEXT_ARG(name),
                          TEXT_ARG(source->name));
    return report(place,
                  "there is no type %.*s; declare it, or write a basic one: bool i64 u64 f64 text bytes path "
                  "id usec frames",
                  TEXT_ARG(name));
}

static enum err resolve_members(const struct schema_model *model, struct definition *of)
{
    struct member *member;

    for (EACH(member, of->members)) {
        if (member->type != FIELD_RECORD)
            continue;
        member->definition = find_type(of->source, member->type_name);
        if (!member->definition)
            return report_unknown(model, member->type_place, member->type_name);
        if (member->definition->kind == DEFINES_ENUM)
            member->type = FIELD_CHOICE;
    }
    return ERR_OK;
}

static enum err resolve_answer(const struct schema_model *model, struct definition *ask)
{
    ask->answer = find_type(ask->source, ask->answer_name);
    if (!ask->answer)
        return report_unknown(model, ask->answer_place, ask->answer_name);
    if (ask->answer->kind != DEFINES_RECORD)
        return report(ask->answer_place, "the answer %.*s is an enum; answer with a record that holds it",
                      TEXT_ARG(ask->answer_name));
    return ERR_OK;
}

static enum err resolve_definitions(const struct schema_model *model, struct schema_source *source)
{
    struct definition *definition;
    enum err e = ERR_OK;

    for (EACH(definition, source->definitions)) {
        e = resolve_members(model, definition);
        if (e == ERR_OK && definition->kind == DEFINES_ASK)
            e = resolve_answer(model, definition);
        if (e != ERR_OK)
            return e;
    }
    return e;
}

enum err resolve_model(struct schema_model *model)
{
    struct schema_source *source;
    enum err e = ERR_OK;

    for (EACH(source, model->sources))
        if (e == ERR_OK)
            e = resolve_uses(model, source);
    for (EACH(source, model->sources))
        if (e == ERR_OK)
            e = refuse_circles(source);
    for (EACH(source, model->sources))
        if (e == ERR_OK)
            e = resolve_definitions(model, source);
    return e;
}
