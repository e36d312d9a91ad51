#include "services/worker/bundles/zip_record.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/little.h"

enum {
    LOCAL = 0x04034b50,
    CENTRAL = 0x02014b50,
    END = 0x06054b50,
    END64 = 0x06064b50,
    LOCATOR = 0x07064b50,
    DESCRIPTOR = 0x08074b50,
    CENTRAL_LEN = 46,
    END_LEN = 22,
    END64_LEN = 56,
    LOCATOR_LEN = 20,
    COMMENT_MOST = 65535,
    TAG_64 = 1,
    TAG_NAME = 0x7075,
    MARK_16 = 0xffff,
};
#define MARK_32 0xffffffffU

static uint16_t read_16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint64_t read_64(const uint8_t *at)
{
    return little_u32(at) | (uint64_t)little_u32(at + 4) << 32;
}

/* ---- the end ---- */

static enum err refuse_end(const char *why, struct fault *fault)
{
    return fault_set(fault, ERR_BAD_REQUEST, "%s", why);
}

/* The end record in the tail of the file: the only one whose comment ends with the file. */
static enum err find_last(const uint8_t *tail, size_t len, size_t *at, struct fault *fault)
{
    uint32_t found = 0, others = 0;

    for (size_t i = 0; i + END_LEN <= len; i++)
        if (little_u32(tail + i) == END) {
            const bool is_last = i + END_LEN + read_16(tail + i + 20) == len;
            found += is_last;
            others += !is_last;
            *at = is_last ? i : *at;
        }
    if (found == 1)
        return ERR_OK;
    if (found > 1)
        return refuse_end("the archive has two end records", fault);
    return refuse_end(others ? "the archive has bytes after its end record, or is cut" : "it is no zip, or it is cut",
                      fault);
}

static bool agrees_16(uint16_t given, uint64_t value)
{
    return given == MARK_16 || given == value;
}

static bool agrees_32(uint32_t given, uint64_t value)
{
    return given == MARK_32 || given == value;
}

/* Reads the records of ZIP64 that lie before the end record. `*start` becomes the offset of the first one. */
static enum err read_end64(struct input *input, const uint8_t *end, const uint8_t *locator, uint64_t *start,
                           struct zip_ending *to, struct fault *fault)
{
    uint8_t big[END64_LEN];
    const uint64_t at = read_64(locator + 8);

    if (little_u32(locator + 4) != 0 || little_u32(locator + 16) > 1 || *start < END64_LEN + LOCATOR_LEN ||
        at != *start - LOCATOR_LEN - END64_LEN || !input_fill(input, (int64_t)at, big, sizeof(big)) ||
        little_u32(big) != END64 || read_64(big + 4) != END64_LEN - 12 || read_64(big + 16) != 0)
        return refuse_end("the archive has a damaged end record of ZIP64", fault);
    to->count = read_64(big + 32);
    to->size = read_64(big + 40);
    to->at = read_64(big + 48);
    if (read_64(big + 24) != to->count || !agrees_16(read_16(end + 10), to->count) ||
        !agrees_32(little_u32(end + 12), to->size) || !agrees_32(little_u32(end + 16), to->at))
        return refuse_end("the two end records of the archive differ", fault);
    *start = at;
    return ERR_OK;
}

static enum err read_end(struct input *input, const uint8_t *end, uint64_t at, struct zip_ending *to,
                         struct fault *fault)
{
    uint8_t locator[LOCATOR_LEN];
    uint64_t start = at;
    enum err e = ERR_OK;

    *to = (struct zip_ending){ read_16(end + 10), little_u32(end + 16), little_u32(end + 12) };
    if (little_u32(end + 4) != 0 || (read_16(end + 8) != read_16(end + 10)))
        return refuse_end("the archive has several disks", fault);
    if (at >= LOCATOR_LEN && input_fill(input, (int64_t)(at - LOCATOR_LEN), locator, sizeof(locator)) &&
        little_u32(locator) == LOCATOR)
        e = read_end64(input, end, locator, &start, to, fault);
    else if (to->count == MARK_16 || to->at == MARK_32 || to->size == MARK_32)
        return refuse_end("the archive has no end record of ZIP64", fault);
    if (e == ERR_OK && (to->at > start || to->size != start - to->at))
        return refuse_end("the directory of the archive is not where its end record says", fault);
    return e;
}

enum err zip_record_find_end(struct input *input, struct zip_ending *to, struct fault *fault)
{
    const size_t most = END_LEN + COMMENT_MOST, len = input->size < (int64_t)most ? (size_t)input->size : most;
    uint8_t *tail = alloc_bytes(len);
    size_t at = 0;
    enum err e = input_fill(input, input->size - (int64_t)len, tail, len)
                     ? find_last(tail, len, &at, fault)
                     : fault_set(fault, ERR_IO, "the archive cannot be read");

    if (e == ERR_OK)
        e = read_end(input, tail + at, (uint64_t)input->size - len + at, to, fault);
    free(tail);
    return e;
}

/* ---- extra fields ---- */

/* The 64-bit numbers of a header, and another name that it states. */
struct zip_extra {
    struct bytes big, name;
};

static bool read_extra(struct bytes from, struct zip_extra *to)
{
    *to = (struct zip_extra){ 0 };
    while (from.len) {
        const uint32_t len = from.len >= 4 ? read_16(from.at + 2) : 0;
        const uint16_t tag = from.len >= 4 ? read_16(from.at) : 0;
        struct bytes *field = tag == TAG_64 ? &to->big : tag == TAG_NAME ? &to->name : NULL;
        if (from.len < 4 || len > from.len - 4 || (field && field->at))
            return false;
        if (field)
            *field = (struct bytes){ len, from.at + 4 };
        from = (struct bytes){ from.len - 4 - len, from.at + 4 + len };
    }
    return true;
}

/* Another name in the extra fields must be the same. */
static bool has_that_name(const struct zip_extra *extra, struct text name)
{
    if (!extra->name.at)
        return true;
    return extra->name.len >= 5 &&
           text_equal((struct text){ extra->name.len - 5, (const char *)extra->name.at + 5 }, name);
}

/* Takes the next number if the 32-bit one is the mark. */
static bool take_big(struct bytes *big, uint64_t *number)
{
    if (*number != MARK_32)
        return true;
    if (big->len < 8)
        return false;
    *number = read_64(big->at);
    *big = (struct bytes){ big->len - 8, big->at + 8 };
    return true;
}

/* ---- headers ---- */

bool zip_record_central(struct bytes from, struct zip_central *to)
{
    struct zip_member *member = &to->member;
    struct zip_extra extra;
    uint32_t name, more;

    *to = (struct zip_central){ 0 };
    if (from.len < CENTRAL_LEN || little_u32(from.at) != CENTRAL)
        return false;
    name = read_16(from.at + 28);
    more = read_16(from.at + 30);
    to->len = CENTRAL_LEN + name + more + read_16(from.at + 32);
    if (to->len > from.len)
        return false;
    *member = (struct zip_member){ .name = { name, (const char *)from.at + CENTRAL_LEN },
                                   .flags = read_16(from.at + 8),
                                   .method = read_16(from.at + 10),
                                   .sum = little_u32(from.at + 16),
                                   .packed = little_u32(from.at + 20),
                                   .size = little_u32(from.at + 24),
                                   .at = little_u32(from.at + 42) };
    to->attributes = little_u32(from.at + 38);
    to->is_valid = read_16(from.at + 34) == 0 &&
                   read_extra((struct bytes){ more, from.at + CENTRAL_LEN + name }, &extra) &&
                   has_that_name(&extra, member->name) && take_big(&extra.big, &member->size) &&
                   take_big(&extra.big, &member->packed) && take_big(&extra.big, &member->at) && extra.big.len == 0;
    return true;
}

bool zip_record_local_len(const uint8_t head[ZIP_LOCAL_LEN], uint32_t *len)
{
    *len = (uint32_t)ZIP_LOCAL_LEN + read_16(head + 26) + read_16(head + 28);
    return little_u32(head) == LOCAL;
}

static bool is_same_name(struct text name, struct text given)
{
    bool is_same = name.len == given.len;

    for (uint32_t i = 0; is_same && i < name.len; i++)
        is_same = name.at[i] == (given.at[i] == '\\' ? '/' : given.at[i]);
    return is_same;
}

/* A header may state its sizes twice: other programs write 64-bit ones that nothing needs. */
bool zip_record_local(struct bytes from, struct text name, struct zip_member *to)
{
    const uint32_t len = read_16(from.at + 26);
    const struct text given = { len, (const char *)from.at + ZIP_LOCAL_LEN };
    struct zip_extra extra;

    *to = (struct zip_member){ .flags = read_16(from.at + 6),
                               .method = read_16(from.at + 8),
                               .sum = little_u32(from.at + 14),
                               .packed = little_u32(from.at + 18),
                               .size = little_u32(from.at + 22) };
    if (!is_same_name(name, given) ||
        !read_extra((struct bytes){ from.len - ZIP_LOCAL_LEN - len, from.at + ZIP_LOCAL_LEN + len }, &extra) ||
        !has_that_name(&extra, given))
        return false;
    if (to->size != MARK_32 && to->packed != MARK_32)
        return extra.big.len == 0 ||
               (extra.big.len == 16 && read_64(extra.big.at) == to->size && read_64(extra.big.at + 8) == to->packed);
    return take_big(&extra.big, &to->size) && take_big(&extra.big, &to->packed) && extra.big.len == 0;
}

bool zip_record_is_descriptor(struct bytes from, const struct zip_member *member)
{
    const bool has_mark = from.len == 16 || from.len == 24;
    const uint8_t *at = from.at + (has_mark ? 4 : 0);

    if (from.len != 12 && from.len != 16 && from.len != 20 && from.len != 24)
        return false;
    if ((has_mark && little_u32(from.at) != DESCRIPTOR) || little_u32(at) != member->sum)
        return false;
    if (from.len < 20)
        return little_u32(at + 4) == member->packed && little_u32(at + 8) == member->size;
    return read_64(at + 4) == member->packed && read_64(at + 12) == member->size;
}
