/* model.h: what the schemas say, as parsed. All of it lives in the arena of struct schema_model; texts point into the
 * files' contents. One thread. */
#ifndef LOOPHOLE_SCHEMAC_MODEL_H
#define LOOPHOLE_SCHEMAC_MODEL_H

#include "common/arena.h"
#include "proto/wire/schema.h"

/* A place in a schema; both count from 1, columns in characters. */
struct source_place {
    const char *path;
    uint32_t line, column;
};

struct definition;

/* A field. Its bounds are those of struct field: a u64 whose max is INT64_MAX has no upper one. */
struct member {
    struct member *next;
    struct source_place place, type_place, example_place;
    struct text name, doc, example; /* the example as written, with its quotes */
    struct text type_name;          /* "text", "usec", "media" */
    enum field_type type;
    uint32_t flags;        /* enum field_flag */
    bool has_min, has_max; /* a range is written */
    int64_t min, max;
    double real_min, real_max;
    uint32_t max_len, max_count;
    struct definition *definition; /* of a FIELD_RECORD or FIELD_CHOICE */
};

struct schema_word {
    struct schema_word *next;
    struct source_place place;
    struct text text;
};

enum definition_kind { DEFINES_ENUM, DEFINES_RECORD, DEFINES_ASK, DEFINES_EVENT, DEFINES_KINDS };

struct definition {
    struct definition *next;
    struct schema_source *source;
    enum definition_kind kind;
    struct source_place place; /* of the name */
    struct text name, doc;
    struct schema_word *words; /* of an enum */
    bool is_open_enum;
    struct member *members; /* of the others */
    bool mutates, once;     /* of an ask, as are the following */
    uint32_t errors;        /* that it declares: bits 1 << enum err */
    struct source_place answer_place;
    struct text answer_name;
    struct definition *answer;
    bool is_open;    /* a walk over records is inside it: met again, it contains itself */
    bool is_written; /* the header has its struct */
};

struct use {
    struct use *next;
    struct source_place place;
    struct text name;
    struct schema_source *source;
};

/* One file. */
struct schema_source {
    struct schema_source *next;
    const char *path;
    struct text text;
    struct text name;    /* "persist" of "schemas/persist.schema" */
    struct text service; /* empty: the file has only enums and records */
    struct text doc;
    struct source_place service_place;
    uint32_t version;
    struct use *uses;
    struct definition *definitions;
    bool is_open;                        /* a walk over uses is inside it */
    const struct schema_source *told_by; /* the last service whose text holds this one's */
};

struct schema_model {
    struct arena arena;
    struct schema_source *sources; /* sorted by name */
};

/* The next of the same kind, beginning with `from` itself; NULL when there is none. */
struct definition *model_next_of(struct definition *from, enum definition_kind kind);
bool model_has(const struct schema_source *source, enum definition_kind kind);

/* Heads of for loops: over a list, and over the definitions of one kind in a source. */
#define EACH(item, first)                                                                                              \
    (item) = (first);                                                                                                  \
    (item);                                                                                                            \
    (item) = (item)->next
#define EACH_OF_KIND(item, source, kind)                                                                               \
    (item) = model_next_of((source)->definitions, kind);                                                               \
    (item);                                                                                                            \
    (item) = model_next_of((item)->next, kind)

#endif
