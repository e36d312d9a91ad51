/* sample.h: a record with a field of every type, all with bounds, for the tests of codec and json. */
#ifndef LOOPHOLE_TESTS_UNIT_PROTO_SAMPLE_H
#define LOOPHOLE_TESTS_UNIT_PROTO_SAMPLE_H

#include <float.h>

#include "proto/wire/schema.h"

/* MessagePack written by hand; a byte is octal if the next received could be a hexadecimal digit. */
#define WIRE(literal) bytes_of(literal, sizeof(literal) - 1)

enum colour { COLOUR_OTHER = 0, COLOUR_RED, COLOUR_BLUE };
static const char *const colour_words[] = { "", "red", "blue" };
static const struct choice_table colour_table = { "colour", "", 3, colour_words, false };

struct inner {
    int64_t number;        /* 0 to 9 */
    struct text name;      /* 4 bytes */
    struct text_list tags; /* 2 of 4 bytes */
};
struct inner_list {
    uint32_t count;
    struct inner *at;
};

struct sample {
    bool yes;
    int64_t whole; /* -100 to 100 */
    int64_t any_whole;
    uint64_t count; /* 0 to 1000 */
    uint64_t any_count;
    double part; /* 0 to 1 */
    double any_real;
    struct text text;  /* 8 bytes */
    struct bytes blob; /* 4 bytes */
    struct bytes path; /* 16 bytes */
    struct id id;
    struct choice colour;
    struct inner inner;
    bool has_maybe;
    int64_t maybe; /* 0 to 9 */
    bool has_extra;
    struct inner extra;
    struct text_list tags;      /* 3 of 4 bytes */
    struct inner_list inners;   /* 3 */
    struct choice_list colours; /* 3 */
    struct int_list ints;
    struct uint_list uints;
    struct real_list reals;
    struct bool_list bools;
    struct bytes_list blobs;
    struct id_list ids;
};

#define FIELD(holder, part, ...)                                                                                       \
    { .name = #part,                                                                                                   \
      .name_len = sizeof(#part) - 1,                                                                                   \
      .doc = "",                                                                                                       \
      .example = "",                                                                                                   \
      .offset = offsetof(struct holder, part),                                                                         \
      __VA_ARGS__ }
#define OPTIONAL(holder, part) .flags = FIELD_OPTIONAL, .has_offset = offsetof(struct holder, has_##part)
#define ANY                    .min = INT64_MIN, .max = INT64_MAX
#define LIST(most)             .flags = FIELD_LIST, .max_count = (most)

static const struct field inner_fields[] = {
    FIELD(inner, number, .type = FIELD_INT, .min = 0, .max = 9),
    FIELD(inner, name, .type = FIELD_TEXT, .max_len = 4),
    FIELD(inner, tags, .type = FIELD_TEXT, .max_len = 4, LIST(2)),
};
static const struct shape inner_shape = { "inner", "", sizeof(struct inner), 3, inner_fields };

static const struct field sample_fields[] = {
    FIELD(sample, yes, .type = FIELD_BOOL),
    FIELD(sample, whole, .type = FIELD_INT, .min = -100, .max = 100),
    FIELD(sample, any_whole, .type = FIELD_INT, ANY),
    FIELD(sample, count, .type = FIELD_UINT, .min = 0, .max = 1000),
    FIELD(sample, any_count, .type = FIELD_UINT, .min = 0, .max = INT64_MAX),
    FIELD(sample, part, .type = FIELD_REAL, .real_min = 0, .real_max = 1),
    FIELD(sample, any_real, .type = FIELD_REAL, .real_min = -DBL_MAX, .real_max = DBL_MAX),
    FIELD(sample, text, .type = FIELD_TEXT, .max_len = 8),
    FIELD(sample, blob, .type = FIELD_BYTES, .max_len = 4),
    FIELD(sample, path, .type = FIELD_BYTES, .flags = FIELD_PATH, .max_len = 16),
    FIELD(sample, id, .type = FIELD_ID),
    FIELD(sample, colour, .type = FIELD_CHOICE, .choices = &colour_table),
    FIELD(sample, inner, .type = FIELD_RECORD, .record = &inner_shape),
    FIELD(sample, maybe, .type = FIELD_INT, .min = 0, .max = 9, OPTIONAL(sample, maybe)),
    FIELD(sample, extra, .type = FIELD_RECORD, .record = &inner_shape, OPTIONAL(sample, extra)),
    FIELD(sample, tags, .type = FIELD_TEXT, .max_len = 4, LIST(3)),
    FIELD(sample, inners, .type = FIELD_RECORD, .record = &inner_shape, LIST(3)),
    FIELD(sample, colours, .type = FIELD_CHOICE, .choices = &colour_table, LIST(3)),
    FIELD(sample, ints, .type = FIELD_INT, ANY, LIST(4)),
    FIELD(sample, uints, .type = FIELD_UINT, .max = INT64_MAX, LIST(4)),
    FIELD(sample, reals, .type = FIELD_REAL, .real_min = -DBL_MAX, .real_max = DBL_MAX, LIST(4)),
    FIELD(sample, bools, .type = FIELD_BOOL, LIST(4)),
    FIELD(sample, blobs, .type = FIELD_BYTES, .max_len = 4, LIST(4)),
    FIELD(sample, ids, .type = FIELD_ID, LIST(4)),
};
static const struct shape sample_shape = { "sample", "", sizeof(struct sample),
                                           sizeof(sample_fields) / sizeof(sample_fields[0]), sample_fields };

/* A sample with every field filled, at or near its bounds. */
static inline struct sample sample_full(void)
{
    static struct text tags[] = { { 4, "warm" }, { 0, "" }, { 3, "dry" } };
    static struct inner inners[] = { { 9, { 2, "in" }, { 2, tags } }, { 0 } };
    static struct choice colours[] = { { COLOUR_RED, { 0 } }, { 0, { 5, "green" } } };
    static int64_t ints[] = { INT64_MIN, -1, 0, INT64_MAX };
    static uint64_t uints[] = { 0, 127, 128, UINT64_MAX };
    static double reals[] = { -DBL_MAX, -0.5, 0.1, DBL_MAX };
    static bool bools[] = { true, false };
    static struct bytes blobs[] = { { 2, (const uint8_t *)"\xff\x00" }, { 0 } };
    static struct id ids[] = { { { 1, 2, 3 } }, { { 0xff } } };

    return (struct sample){
        .yes = true,
        .whole = -100,
        .any_whole = INT64_MIN,
        .count = 1000,
        .any_count = UINT64_MAX,
        .part = 1,
        .any_real = 0.1,
        .text = { 8, "caf\xc3\xa9 \"1" },
        .blob = { 4, (const uint8_t *)"\x00\x01\xfe\xff" },
        .path = { 6, (const uint8_t *)"/a/\xff/b" },
        .id = { { 0x01, 0x8f, [15] = 0x77 } },
        .colour = { COLOUR_BLUE, { 0 } },
        .inner = { 5, { 4, "deep" }, { 2, tags } },
        .has_maybe = true,
        .maybe = 9,
        .has_extra = true,
        .extra = { 1, { 1, "x" }, { 0 } },
        .tags = { 3, tags },
        .inners = { 2, inners },
        .colours = { 2, colours },
        .ints = { 4, ints },
        .uints = { 4, uints },
        .reals = { 4, reals },
        .bools = { 2, bools },
        .blobs = { 2, blobs },
        .ids = { 2, ids },
    };
}

#endif
