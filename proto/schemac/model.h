/* model.h: the parsed schemas. The arena of struct schema_model owns them; texts point into the contents of the files.
 * One thread. */
#ifndef LOOPHOLE_SCHEMAC_MODEL_H
#define LOOPHOLE_SCHEMAC_MODEL_H

#include "common/arena.h"
#include "proto/wire/schema.h"

/* A place in a schema. Lines and columns count from 1, columns in characters. */
struct source_place {
    const char *path;
    uint32_t line, column;
};

/* A field. Its bounds are those of struct field: a u64 whose max is INT64_MAX has no upper bound. */
struct member {
    struct member *next;
    struct source_place place, type_place, example_place;
    struct text name, doc, example; /* the example as written, with its quotes */
    struct text type_name;          /* "text", "usec", "media" */
    enum field_type type;
    uint32_t flags;        /* enum field_flag */
    bool has_min, has_max; /* the range is written in the schema */
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
    struct member *members; /* of a record, ask or event */
    bool remote;            /* of an ask or event */
    bool reads;             /* of a remote ask: it changes nothing */
    bool mutates, once;     /* of an ask, like the next four members */
    uint32_t errors;        /* declared errors: bits 1 << enum err */
    struct source_place answer_place;
    struct text answer_name;
    struct definition *answer;
    bool is_open;    /* a walk is inside this record; meeting it again means that the record contains itself */
    bool is_written; /* the header already has its struct */
};

struct used_schema {
    struct used_schema *next;
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
    struct used_schema *uses;
    struct definition *definitions;
    bool is_open;                             /* a walk over uses is inside it */
    const struct schema_source *described_by; /* the last service whose text includes this one's */
};

struct schema_model {
    struct arena arena;
    struct schema_source *sources; /* sorted by name */
};

/* Returns the next definition of that kind, from `from` on; NULL if there is none. */
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
