#include "services/worker/bundles/zip_unpack.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/deflate.h"
#include "services/worker/bundles/zip_record.h"

enum { BLOCK = 1 << 16 };

struct zip_reading {
    const struct zip *zip;
    uint32_t next;
    const struct zip_member *member; /* the present file; NULL: none */
    struct unpacker *unpacker;
    uint64_t at, given; /* in its data; bytes that were given out */
    uint32_t sum;
    struct bytes rest; /* of `packed`, to be unpacked */
    uint8_t packed[BLOCK], plain[BLOCK];
};

struct zip_reading *zip_begin(const struct zip *zip)
{
    struct zip_reading *reading = alloc_zeroed(1, sizeof(*reading));

    reading->zip = zip;
    return reading;
}

void zip_end(struct zip_reading *reading)
{
    if (reading)
        deflate_close(reading->unpacker);
    free(reading);
}

static enum err refuse_data(const struct zip_reading *reading, struct fault *fault)
{
    char shown[120];

    text_show(shown, sizeof(shown), reading->member->name, "");
    return fault_set(fault, ERR_BAD_REQUEST, "%s in the archive is damaged: its size or its checksum is wrong", shown);
}

/* Reads the next packed bytes; none are left at the end of the data. */
static bool fill_packed(struct zip_reading *reading)
{
    const struct zip_member *member = reading->member;
    const uint64_t left = member->packed - reading->at;
    const uint32_t len = left < BLOCK ? (uint32_t)left : BLOCK;

    reading->rest = (struct bytes){ len, reading->packed };
    if (!input_fill(reading->zip->input, (int64_t)(member->data + reading->at), reading->packed, len))
        return false;
    reading->at += len;
    return true;
}

static bool unpack_some(struct zip_reading *reading, struct bytes *to)
{
    uint32_t len = 0;

    *to = (struct bytes){ 0 };
    while (to->len == 0) {
        const bool is_over = reading->unpacker && deflate_is_over(reading->unpacker);
        const bool is_read = reading->rest.len == 0 && reading->at == reading->member->packed;
        if (is_read && (is_over || !reading->unpacker))
            return true;
        if (is_over || (reading->rest.len == 0 && !is_read && !fill_packed(reading)))
            return false;
        if (!reading->unpacker) {
            *to = reading->rest;
            reading->rest.len = 0;
            return true;
        }
        if (deflate_unpack(reading->unpacker, &reading->rest, reading->plain, BLOCK, &len) != ERR_OK)
            return false;
        if (is_read && len == 0 && !deflate_is_over(reading->unpacker))
            return false;
        *to = (struct bytes){ len, reading->plain };
    }
    return true;
}

/* An empty piece: the file is complete. */
static enum err read_piece(struct zip_reading *reading, struct bytes *to, struct fault *fault)
{
    const struct zip_member *member = reading->member;

    if (!unpack_some(reading, to) || to->len > member->size - reading->given)
        return refuse_data(reading, fault);
    reading->given += to->len;
    reading->sum = deflate_sum(reading->sum, *to);
    if (to->len == 0 && (reading->given != member->size || reading->sum != member->sum ||
                         reading->at != member->packed || reading->rest.len))
        return refuse_data(reading, fault);
    return ERR_OK;
}

static void begin_member(struct zip_reading *reading)
{
    const struct zip *zip = reading->zip;

    while (reading->next < zip->count && !zip->members[reading->next].is_listed)
        reading->next++;
    reading->member = reading->next < zip->count ? &zip->members[reading->next++] : NULL;
    deflate_close(reading->unpacker);
    reading->unpacker = reading->member && reading->member->method == ZIP_DEFLATED ? deflate_open(DEFLATE_RAW) : NULL;
    reading->at = reading->given = 0;
    reading->sum = 0;
    reading->rest = (struct bytes){ 0 };
}

enum err zip_read(struct zip_reading *reading, struct text *name, struct text *bytes, bool *is_over,
                  struct fault *fault)
{
    struct bytes piece = { 0 };
    enum err e = reading->member ? read_piece(reading, &piece, fault) : ERR_OK;

    *name = (struct text){ 0 };
    *bytes = (struct text){ piece.len, (const char *)piece.at };
    *is_over = false;
    if (e != ERR_OK || piece.len)
        return e;
    begin_member(reading);
    *is_over = reading->member == NULL;
    if (reading->member)
        *name = reading->member->name;
    return ERR_OK;
}
