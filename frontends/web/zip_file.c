#include "frontends/web/zip_file.h"

#include <stdio.h>
#include <string.h>

enum {
    ENTRY_HEAD = 30,
    DIRECTORY_HEAD = 46,
    END_SIZE = 22,
    CRC_AT = 14,         /* in the head of an entry; the two sizes follow */
    VERSION = 10,        /* 1.0: stored files */
    NAME_IS_UTF8 = 2048, /* general purpose bit 11 */
    DAY = 1 << 5 | 1,    /* 1 January 1980: the archive has no dates */
};

/* ---- entries ---- */

static void put_zip_number(struct buffer *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        uint8_t byte = (uint8_t)(value >> 8 * i);
        buffer_add(to, &byte, 1);
    }
}

/* The members that both heads have, from the version on. */
static void put_common(struct buffer *to, const struct zip_file *zip, uint64_t size)
{
    put_zip_number(to, VERSION, 2);
    put_zip_number(to, NAME_IS_UTF8, 2);
    put_zip_number(to, 0, 2); /* stored */
    put_zip_number(to, 0, 2);
    put_zip_number(to, DAY, 2);
    put_zip_number(to, zip->crc, 4);
    put_zip_number(to, size, 4);
    put_zip_number(to, size, 4);
    put_zip_number(to, strlen(zip->name), 2);
    put_zip_number(to, 0, 2); /* no extra fields */
}

static enum err append_bytes(struct zip_file *zip, const void *bytes, size_t len, struct fault *fault)
{
    enum err e = ERR_OK;

    if (zip->at + len + zip->directory.len + ENTRY_HEAD + DIRECTORY_HEAD + END_SIZE + (2 * SAFE_NAME_SIZE) > UINT32_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "the archive has over 4 GiB");
    e = zip->sink.append(zip->sink.state, bytes, len, fault);
    zip->at += e == ERR_OK ? len : 0;
    return e;
}

static enum err append_buffer(struct zip_file *zip, struct buffer *from, struct fault *fault)
{
    enum err e = append_bytes(zip, from->at, from->len, fault);

    buffer_free(from);
    return e;
}

enum err zip_open_entry(struct zip_file *zip, struct bytes path, struct fault *fault)
{
    struct buffer head = { 0 };

    if (zip->count == UINT16_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "the archive has over %d files", UINT16_MAX);
    safe_names_choose(&zip->names, path, zip->name);
    zip->entry = zip->at;
    zip->crc = 0;
    buffer_add(&head, "PK\3\4", 4);
    put_common(&head, zip, 0);
    buffer_add_text(&head, zip->name);
    return append_buffer(zip, &head, fault);
}

/* CRC-32 of ISO 3309, four bits at a time. */
static uint32_t crc_add(uint32_t crc, const uint8_t *at, size_t len)
{
    static const uint32_t nibbles[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };

    crc = ~crc;
    for (size_t i = 0; i < len; i++) {
        crc = crc >> 4 ^ nibbles[(crc ^ at[i]) & 15];
        crc = crc >> 4 ^ nibbles[(crc ^ at[i] >> 4) & 15];
    }
    return ~crc;
}

enum err zip_write_entry(struct zip_file *zip, const void *bytes, size_t len, struct fault *fault)
{
    zip->crc = crc_add(zip->crc, bytes, len);
    return append_bytes(zip, bytes, len, fault);
}

enum err zip_close_entry(struct zip_file *zip, struct fault *fault)
{
    uint64_t size = zip->at - zip->entry - ENTRY_HEAD - strlen(zip->name);
    struct buffer numbers = { 0 };

    buffer_add(&zip->directory, "PK\1\2", 4);
    put_zip_number(&zip->directory, VERSION, 2);
    put_common(&zip->directory, zip, size);
    put_zip_number(&zip->directory, 0, 10); /* no comment, one disk, no attributes */
    put_zip_number(&zip->directory, zip->entry, 4);
    buffer_add_text(&zip->directory, zip->name);
    zip->count++;
    put_zip_number(&numbers, zip->crc, 4);
    put_zip_number(&numbers, size, 4);
    put_zip_number(&numbers, size, 4);
    enum err e = zip->sink.replace(zip->sink.state, zip->entry + CRC_AT, numbers.at, numbers.len, fault);
    buffer_free(&numbers);
    return e;
}

enum err zip_end(struct zip_file *zip, struct fault *fault)
{
    uint64_t at = zip->at, size = zip->directory.len;
    struct buffer end = { 0 };
    enum err e = append_buffer(zip, &zip->directory, fault);

    if (e != ERR_OK)
        return e;
    buffer_add(&end, "PK\5\6", 4);
    put_zip_number(&end, 0, 4); /* one disk */
    put_zip_number(&end, zip->count, 2);
    put_zip_number(&end, zip->count, 2);
    put_zip_number(&end, size, 4);
    put_zip_number(&end, at, 4);
    put_zip_number(&end, 0, 2); /* no comment */
    return append_buffer(zip, &end, fault);
}

void zip_free(struct zip_file *zip)
{
    safe_names_free(&zip->names);
    buffer_free(&zip->directory);
}
