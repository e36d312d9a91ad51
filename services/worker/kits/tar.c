#include "services/worker/kits/tar.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

enum {
    BLOCK = 512,
    EXTENDED_MOST = 16384,        /* bytes of the header that extends another one */
    EXTENSIONS = 2 * TAR_ENTRIES, /* such headers */
    SHOWN = 100,                  /* bytes of a name in an error */
    DECIMAL = 10,
    OCTAL = 8,
};

/* A field of a header. */
enum { NAME_AT = 0, NAME_LEN = 100, SIZE_AT = 124, SIZE_LEN = 12, SUM_AT = 148, SUM_LEN = 8, KIND_AT = 156 };
enum { MAGIC_AT = 257, PREFIX_AT = 345, PREFIX_LEN = 155 };

struct tar {
    struct unpack *unpack;
    struct text piece;    /* bytes that are not used yet */
    uint64_t left, after; /* of the file: bytes of it, then bytes that fill its last block */
    uint32_t entries, extensions;
    uint8_t head[BLOCK];
    char extended[EXTENDED_MOST], given[TAR_PATH_SIZE], path[TAR_PATH_SIZE];
    bool has_path, has_size; /* of the next file, from an extended header: `given` and … */
    uint64_t size;
};

struct tar *tar_open(struct unpack *unpack)
{
    struct tar *tar = alloc_zeroed(1, sizeof(*tar));

    tar->unpack = unpack;
    return tar;
}

void tar_close(struct tar *tar)
{
    free(tar);
}

/* ---- errors ---- */

static enum err refuse_damage(struct fault *fault)
{
    return fault_set(fault, ERR_BAD_REQUEST, "the archive is damaged, or no tar");
}

static enum err refuse_cut(struct fault *fault)
{
    return fault_set(fault, ERR_BAD_REQUEST, "the archive is cut");
}

static enum err refuse_path(const char *path, const char *why, struct fault *fault)
{
    char shown[SHOWN];
    struct text name = { text_repair(shown, sizeof(shown), text_of(path)), shown };

    if (!text_is_plain(name))
        name = TEXT("?");
    return fault_set(fault, ERR_BAD_REQUEST, "%.*s in the archive %s", TEXT_ARG(name), why);
}

/* ---- bytes ---- */

static enum err take_bytes(struct tar *tar, uint64_t most, struct text *to, struct fault *fault)
{
    enum err e = tar->piece.len ? ERR_OK : unpack_next(tar->unpack, &tar->piece, fault);
    uint32_t len;

    if (e == ERR_OK && tar->piece.len == 0)
        e = refuse_cut(fault);
    if (e != ERR_OK)
        return e;
    len = most < tar->piece.len ? (uint32_t)most : tar->piece.len;
    *to = (struct text){ len, tar->piece.at };
    tar->piece = (struct text){ tar->piece.len - len, tar->piece.at + len };
    return ERR_OK;
}

static enum err fill_bytes(struct tar *tar, void *to, size_t len, struct fault *fault)
{
    struct text got;

    for (size_t done = 0; done < len; done += got.len) {
        const enum err e = take_bytes(tar, len - done, &got, fault);
        if (e != ERR_OK)
            return e;
        memcpy((char *)to + done, got.at, got.len);
    }
    return ERR_OK;
}

static enum err skip_bytes(struct tar *tar, uint64_t len, struct fault *fault)
{
    struct text got;

    for (; len; len -= got.len) {
        const enum err e = take_bytes(tar, len, &got, fault);
        if (e != ERR_OK)
            return e;
    }
    return ERR_OK;
}

static uint64_t fill_block(uint64_t size)
{
    return (BLOCK - size % BLOCK) % BLOCK;
}

/* ---- numbers ---- */

static bool read_digits(struct text text, unsigned base, uint64_t *to)
{
    *to = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        const unsigned digit = (unsigned)(unsigned char)text.at[i] - '0';
        if (digit >= base || *to > INT64_MAX / DECIMAL - DECIMAL)
            return false;
        *to = *to * base + digit;
    }
    return text.len > 0;
}

/* Octal digits with blanks around them; GNU: a number of bytes after a byte 0x80. */
static bool read_field(const uint8_t *at, uint32_t len, uint64_t *to)
{
    struct text text = { len, (const char *)at };

    if (*at == 0x80) {
        *to = 0;
        for (uint32_t i = 1; i < len; i++) {
            if (*to >> 48)
                return false;
            *to = *to << 8 | at[i];
        }
        return true;
    }
    while (text.len && *text.at == ' ')
        text = (struct text){ text.len - 1, text.at + 1 };
    while (text.len && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == 0))
        text.len--;
    return read_digits(text, OCTAL, to);
}

/* The sum of all bytes, with blanks in its own place. */
static bool is_header(const uint8_t *head)
{
    uint64_t sum = 0, given;

    for (uint32_t i = 0; i < BLOCK; i++)
        sum += i - SUM_AT < SUM_LEN ? ' ' : head[i];
    return read_field(head + SUM_AT, SUM_LEN, &given) && given == sum;
}

static bool is_zero(const uint8_t *head)
{
    return head[0] == 0 && memcmp(head, head + 1, BLOCK - 1) == 0;
}

/* ---- extended headers ---- */

static enum err set_path(struct tar *tar, struct text path, struct fault *fault)
{
    if (memchr(path.at, 0, path.len))
        return refuse_damage(fault);
    if (!text_copy(tar->given, sizeof(tar->given), path))
        return fault_set(fault, ERR_TOO_LARGE, "a path in the archive has more than %d bytes", TAR_PATH_SIZE - 1);
    tar->has_path = true;
    return ERR_OK;
}

/* "KEY=VALUE", of POSIX. */
static enum err use_record(struct tar *tar, struct text record, struct fault *fault)
{
    const struct text key = text_cut(&record, '=');

    if (text_starts(key, TEXT("GNU.sparse.")))
        return fault_set(fault, ERR_BAD_REQUEST, "the archive has a sparse file");
    if (text_is(key, "path"))
        return set_path(tar, record, fault);
    if (text_is(key, "size")) {
        tar->has_size = true;
        return read_digits(record, DECIMAL, &tar->size) ? ERR_OK : refuse_damage(fault);
    }
    return ERR_OK;
}

/* Records: their length in bytes, a blank, the record, a new line. */
static enum err use_records(struct tar *tar, struct text all, struct fault *fault)
{
    enum err e = ERR_OK;

    while (e == ERR_OK && all.len && *all.at) {
        struct text rest = all;
        uint64_t len;
        if (!read_digits(text_cut(&rest, ' '), DECIMAL, &len) || len > all.len || len <= all.len - rest.len ||
            all.at[len - 1] != '\n')
            return refuse_damage(fault);
        e = use_record(tar, (struct text){ (uint32_t)len - (all.len - rest.len) - 1, rest.at }, fault);
        all = (struct text){ all.len - (uint32_t)len, all.at + len };
    }
    return e;
}

/* GNU's long name ends with a zero byte. */
static enum err read_extended(struct tar *tar, uint64_t size, struct fault *fault)
{
    struct text all = { (uint32_t)size, tar->extended };
    enum err e;

    if (size > EXTENDED_MOST)
        return fault_set(fault, ERR_TOO_LARGE, "a header in the archive has more than %d bytes", EXTENDED_MOST);
    e = fill_bytes(tar, tar->extended, size, fault);
    if (e == ERR_OK)
        e = skip_bytes(tar, fill_block(size), fault);
    if (e != ERR_OK)
        return e;
    if (tar->head[KIND_AT] == 'x')
        return use_records(tar, all, fault);
    while (all.len && all.at[all.len - 1] == 0)
        all.len--;
    return set_path(tar, all, fault);
}

/* ---- files ---- */

static struct text field_text(const uint8_t *at, size_t most)
{
    return (struct text){ (uint32_t)strnlen((const char *)at, most), (const char *)at };
}

/* The path as the archive has it: `given`. */
static void read_path(struct tar *tar)
{
    const struct text name = field_text(tar->head + NAME_AT, NAME_LEN);
    const struct text prefix = field_text(tar->head + PREFIX_AT, PREFIX_LEN);
    const bool has_prefix = memcmp(tar->head + MAGIC_AT, "ustar", sizeof("ustar")) == 0 && prefix.len > 0;
    char *to = tar->given;

    if (tar->has_path)
        return;
    if (has_prefix) {
        memcpy(to, prefix.at, prefix.len);
        to += prefix.len;
        *to++ = '/';
    }
    memcpy(to, name.at, name.len);
    to[name.len] = 0;
}

/* Sets `path`: `given` without "." and "". */
static enum err clean_path(struct tar *tar, struct fault *fault)
{
    struct text rest = text_of(tar->given), part;
    uint32_t len = 0;

    if (rest.len && *rest.at == '/')
        return refuse_path(tar->given, "has an absolute path", fault);
    while (rest.len) {
        part = text_cut(&rest, '/');
        if (text_is(part, ".."))
            return refuse_path(tar->given, "leads out of it", fault);
        if (part.len == 0 || text_is(part, "."))
            continue;
        if (len)
            tar->path[len++] = '/';
        memcpy(tar->path + len, part.at, part.len);
        len += part.len;
    }
    tar->path[len] = 0;
    return ERR_OK;
}

/* An entry that is neither a file nor a folder is refused: what would it be on the disk? */
static enum err check_kind(struct tar *tar, bool *is_file, struct fault *fault)
{
    const uint8_t kind = tar->head[KIND_AT];
    const size_t len = strlen(tar->given);
    const enum err e = clean_path(tar, fault);

    if (e != ERR_OK)
        return e;
    if (kind == '1' || kind == '2')
        return refuse_path(tar->given, "is a link", fault);
    if (kind != 0 && kind != '0' && kind != '7' && kind != '5')
        return refuse_path(tar->given, "is no regular file", fault);
    *is_file = kind != '5' && (len == 0 || tar->given[len - 1] != '/');
    return *is_file && !*tar->path ? refuse_damage(fault) : ERR_OK;
}

/* Of a folder, a size says how much may lie in it. */
static void set_size(struct tar *tar, uint64_t size)
{
    if (tar->head[KIND_AT] == '5')
        size = 0;
    else if (tar->has_size)
        size = tar->size;
    tar->left = size;
    tar->after = fill_block(size);
    tar->has_path = tar->has_size = false;
}

/* Headers about the next file, about all files, or about a link, which is refused. */
static enum err read_extension(struct tar *tar, uint64_t size, struct fault *fault)
{
    const uint8_t kind = tar->head[KIND_AT];

    if (++tar->extensions > EXTENSIONS)
        return fault_set(fault, ERR_TOO_LARGE, "the archive has more than %d extended headers", EXTENSIONS);
    return kind == 'x' || kind == 'L' ? read_extended(tar, size, fault)
                                      : skip_bytes(tar, size + fill_block(size), fault);
}

/* One header, and its content if that extends the next one. */
static enum err read_entry(struct tar *tar, bool *is_file, struct fault *fault)
{
    const uint8_t kind = tar->head[KIND_AT];
    uint64_t size;
    enum err e;

    if (!is_header(tar->head) || !read_field(tar->head + SIZE_AT, SIZE_LEN, &size))
        return refuse_damage(fault);
    if (kind == 'x' || kind == 'g' || kind == 'L' || kind == 'K')
        return read_extension(tar, size, fault);
    if (++tar->entries > TAR_ENTRIES)
        return fault_set(fault, ERR_TOO_LARGE, "the archive has more than %d files", TAR_ENTRIES);
    read_path(tar);
    e = check_kind(tar, is_file, fault);
    set_size(tar, size);
    return e;
}

/* After the last entry come blocks of zeroes; compressed data is read to its end, for its sum. */
static enum err end_tar(struct tar *tar, struct fault *fault)
{
    enum err e;

    do
        e = unpack_next(tar->unpack, &tar->piece, fault);
    while (e == ERR_OK && tar->piece.len);
    return e;
}

enum err tar_next(struct tar *tar, struct text *path, struct fault *fault)
{
    bool is_file = false;
    enum err e = ERR_OK;

    *path = TEXT("");
    while (e == ERR_OK && !is_file) {
        e = skip_bytes(tar, tar->left + tar->after, fault);
        tar->left = tar->after = 0;
        if (e == ERR_OK)
            e = fill_bytes(tar, tar->head, BLOCK, fault);
        if (e == ERR_OK && is_zero(tar->head))
            return end_tar(tar, fault);
        if (e == ERR_OK)
            e = read_entry(tar, &is_file, fault);
    }
    if (e == ERR_OK)
        *path = text_of(tar->path);
    return e;
}

enum err tar_read(struct tar *tar, struct text *bytes, struct fault *fault)
{
    enum err e;

    *bytes = TEXT("");
    if (tar->left == 0)
        return ERR_OK;
    e = take_bytes(tar, tar->left, bytes, fault);
    tar->left -= bytes->len;
    return e;
}
