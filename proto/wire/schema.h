/* schema.h: the tables that schemac generates from schemas/NAME.schema. One walker (codec.h) encodes and decodes all
 * messages by these tables; no generated code does. All tables are constant. Any thread. */
#ifndef LOOPHOLE_PROTO_SCHEMA_H
#define LOOPHOLE_PROTO_SCHEMA_H

#include "common/err.h"
#include "common/id.h"

enum field_type {
    FIELD_BOOL,   /* bool */
    FIELD_INT,    /* int64_t; i64, usec, frames */
    FIELD_UINT,   /* uint64_t; u64 */
    FIELD_REAL,   /* double; f64; NaN and infinities are refused on input */
    FIELD_TEXT,   /* struct text, UTF-8 */
    FIELD_BYTES,  /* struct bytes; bytes(n), path */
    FIELD_ID,     /* struct id; 16 bytes of bin on the wire, 26 characters in JSON */
    FIELD_CHOICE, /* struct choice; its word on the wire */
    FIELD_RECORD, /* the record's struct, in place */
};

enum field_flag {
    FIELD_OPTIONAL = 1, /* the struct has a bool has_NAME; absent or nil on the wire means no value */
    FIELD_LIST = 2,     /* struct list of the type */
    FIELD_PATH = 4,     /* FIELD_BYTES that is a path: JSON shows it as text, and as NAME_b64 if it is not UTF-8 */
    /* Forms of a field in JSON. A record with one is only printed: no message contains it. */
    FIELD_KEYS = 8, /* a record: its keys are keys of the surrounding object; each record of a list: WORD, WORD_NAME */
    FIELD_OBJECT = 16,   /* a list of records of a text and a value: an object */
    FIELD_ROWS = 32,     /* a list of records: each is a list of its values */
    FIELD_JSON = 64,     /* a text that is JSON itself, printed unchanged */
    FIELD_LOCAL = 128,   /* of a remote ask: refused to a browser on another machine, if it is given and not empty */
    FIELD_CHANGES = 256, /* of an ask that reads: refused to a read-only client, if it is given and not empty */
    FIELD_FORMS = FIELD_KEYS | FIELD_OBJECT | FIELD_ROWS | FIELD_JSON,
};

/* A word of an enum. A word that this build does not know has value 0 and its text, and is written back. */
struct choice {
    int32_t value;    /* 0: unknown, else the enum constant */
    struct text word; /* set by decoding; encoded if value is 0 */
};

/* Any list: `count` consecutive elements of the field's type. Generated structs name the element type (struct
 * media_list { uint32_t count; struct media *at; }) with this layout. */
struct list {
    uint32_t count;
    void *at;
};
struct text_list {
    uint32_t count;
    struct text *at;
};
struct bytes_list {
    uint32_t count;
    struct bytes *at;
};
struct id_list {
    uint32_t count;
    struct id *at;
};
struct int_list {
    uint32_t count;
    int64_t *at;
};
struct uint_list {
    uint32_t count;
    uint64_t *at;
};
struct real_list {
    uint32_t count;
    double *at;
};
struct bool_list {
    uint32_t count;
    bool *at;
};
struct choice_list {
    uint32_t count;
    struct choice *at;
};

struct choice_table {
    const char *name;
    const char *doc;
    uint32_t count;           /* words[0] is "" for an unknown word */
    const char *const *words; /* by value */
    bool open;                /* other words are valid in an ask, and kept */
};

struct shape;

struct field {
    const char *name;
    uint32_t name_len;
    const char *doc;
    const char *example; /* as in the schema, or "" */
    enum field_type type;
    uint32_t flags;
    uint32_t offset;     /* of the value in the struct */
    uint32_t has_offset; /* of has_NAME, when FIELD_OPTIONAL */
    const struct shape *record;
    const struct choice_table *choices;
    int64_t min, max;          /* FIELD_INT, FIELD_UINT; for a FIELD_UINT, max INT64_MAX means UINT64_MAX */
    double real_min, real_max; /* FIELD_REAL */
    uint32_t max_len;          /* bytes of a text or bytes */
    uint32_t max_count;        /* elements of a list */
};

/* A record or a message. */
struct shape {
    const char *name; /* "media", "persist.put_media" */
    const char *doc;
    uint32_t size; /* sizeof its struct; 1 without fields */
    uint32_t field_count;
    const struct field *fields;
};

struct call; /* proto/service/service.h */

struct ask {
    const char *name;      /* "put_media" */
    const char *full_name; /* "persist.put_media" */
    const char *doc;
    bool mutates;    /* has a request id that makes repetition harmless */
    bool once;       /* a copy gets the first answer, while the service lives */
    bool remote;     /* clients on other machines may send it; a front-end refuses them all other asks */
    bool reads;      /* with remote: it changes nothing, so a read-only client may send it */
    uint32_t errors; /* bits 1 << enum err: the errors it may return besides ERRORS_OF_ALL */
    const struct shape *request;
    const struct shape *answer;
    enum err (*dispatch)(const void *handlers, void *state, struct call *call, const void *request, void *answer);
};

struct event {
    const char *name;      /* "changed" */
    const char *full_name; /* "persist.changed": the topic frame */
    const char *doc;
    bool remote; /* clients on other machines receive it, and no other event */
    const struct shape *body;
};

struct schema {
    const char *service;
    const char *doc;
    uint32_t version;
    uint32_t ask_count;
    const struct ask *asks;
    uint32_t event_count;
    const struct event *events;
    const char *text; /* the schema's source, the answer to `describe` */
};

/* Every schema of this build, with a final NULL; generated. */
extern const struct schema *const schema_all[];

/* Find by name; NULL if there is none. Names are "service" and "service.name". Every service also has the asks of
 * service.schema ("persist.ping"), which schema_ask finds under any service's name. */
const struct schema *schema_named(struct text service);
const struct ask *schema_ask(struct text full_name);
const struct ask *schema_own_ask(const struct schema *schema, struct text name); /* only one of this schema */
const struct event *schema_event(struct text full_name);
const struct field *schema_field(const struct shape *shape, struct text name);

/* Return the constant of a word, 0 if unknown; and the word of a constant, "" for 0 or out of range. */
int32_t choice_value(const struct choice_table *table, struct text word);
/* The word, also one that this program does not know. */
struct text choice_text(const struct choice_table *table, struct choice choice);
const char *choice_word(const struct choice_table *table, int32_t value);
bool choice_equal(struct choice a, struct choice b); /* compares the words if both constants are 0 */

#endif
