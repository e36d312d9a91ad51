#include "services/search/index/index_load.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "services/search/index/index_keep.h"

struct column *index_layout_column(struct index *index, uint32_t part)
{
    struct column *const columns[LAYOUT_FIXED] = {
        [SECTION_IDS] = &index->ids.column,
        [SECTION_ID_TABLE] = &index->ids.table.column,
        [SECTION_ROWS] = &index->rows,
        [SECTION_LISTS] = &index->lists,
        [SECTION_TEXTS] = &index->texts,
        [SECTION_VECTORS] = &index->vectors,
        [SECTION_USED] = &index->used,
        [SECTION_TERMS] = &index->terms.terms,
        [SECTION_TERM_TEXTS] = &index->terms.texts,
        [SECTION_TERM_TABLE] = &index->terms.table.column,
        [SECTION_TERM_ORDER] = &index->terms.sorted,
        [SECTION_NEAR] = &index->near.made,
    };

    return part < LAYOUT_FIXED ? columns[part] : &index->numbers[part - LAYOUT_FIXED].column;
}

static enum err refuse_file(struct fault *fault, const char *why)
{
    return fault_set(fault, ERR_INTERNAL, "the index's file is damaged: %s", why);
}

/* ---- the header ---- */

static bool part_is_sound(const struct layout *layout, uint32_t number)
{
    const struct layout_part *part = &layout->part[number];
    uint64_t room = layout->bytes - part->offset;

    if (part->offset < LAYOUT_HEADER || part->offset % LAYOUT_HEADER || part->offset > layout->bytes || !part->width)
        return false;
    if (!memchr(part->name, 0, sizeof(part->name)))
        return false;
    if (number >= LAYOUT_FIXED && part->width != sizeof(float) && part->width != sizeof(double))
        return false;
    return part->count <= room / part->width;
}

static enum err check_header(struct layout *layout, uint8_t *header, size_t size, struct fault *fault)
{
    memcpy(layout, header, sizeof(*layout));
    if (memcmp(layout->magic, LAYOUT_MAGIC, sizeof(layout->magic)) != 0)
        return refuse_file(fault, "it does not begin as an index does");
    if (layout->version != LAYOUT_VERSION)
        return fault_set(fault, ERR_VERSION, "the index's file is of version %u", layout->version);
    memset(header + offsetof(struct layout, head), 0, sizeof(layout->head));
    struct hash hash = hash_of(header, LAYOUT_HEADER);
    if (memcmp(&hash, &layout->head, sizeof(hash)) != 0)
        return refuse_file(fault, "its header");
    if (layout->bytes != size || layout->parts < LAYOUT_FIXED || layout->parts > LAYOUT_FIXED + INDEX_NUMBERS)
        return refuse_file(fault, "its size");
    for (uint32_t i = 0; i < layout->parts; i++)
        if (!part_is_sound(layout, i))
            return refuse_file(fault, "its parts");
    return ERR_OK;
}

/* ---- the columns ---- */

static enum err open_numbers(struct index *index, const struct layout *layout)
{
    for (uint32_t i = LAYOUT_FIXED; i < layout->parts; i++) {
        const struct layout_part *part = &layout->part[i];
        if (index_add_numbers(index, text_of(part->name), part->width == sizeof(double)) != ERR_OK)
            return ERR_FULL;
    }
    return ERR_OK;
}

static enum err map_columns(struct index *index, const struct layout *layout, int fd)
{
    for (uint32_t i = 0; i < layout->parts; i++) {
        const struct layout_part *part = &layout->part[i];
        struct column *column = index_layout_column(index, i);

        if (!column)
            continue;
        if (column->width != part->width)
            return ERR_INTERNAL;
        enum err e = column_map(column, fd, (off_t)part->offset, part->count);
        if (e != ERR_OK)
            return e;
    }
    return ERR_OK;
}

static enum err read_postings(struct index *index, const uint8_t *file, const struct layout_part *part)
{
    const uint8_t *at = file + part->offset, *end = at + part->count;

    for (uint32_t i = 0; i < terms_count(&index->terms); i++)
        if (!posting_read(terms_posting(&index->terms, i), &at, end, index_rows(index)))
            return ERR_INTERNAL;
    return ERR_OK;
}

/* Checks every reference in the file, as if its hash were unknown. */
static enum err adopt_file(struct index *index, const struct layout *layout, const uint8_t *file, int fd)
{
    enum err e = open_numbers(index, layout);

    if (e == ERR_OK)
        e = map_columns(index, layout, fd);
    if (e == ERR_OK)
        e = terms_adopt(&index->terms);
    if (e == ERR_OK)
        e = index_adopt(index);
    if (e == ERR_OK)
        e = read_postings(index, file, &layout->part[SECTION_POSTINGS]);
    if (e == ERR_OK)
        e = index_adopt_near(index);
    return e;
}

/* The hash of the body takes as long as the rest, so a thread computes it meanwhile. */
struct hashing {
    const uint8_t *body;
    size_t len;
    struct hash hash;
};

static void *hash_body(void *state)
{
    struct hashing *hashing = state;

    hashing->hash = hash_of(hashing->body, hashing->len);
    return NULL;
}

static enum err adopt_mapped(struct index *index, const struct layout *layout, const uint8_t *file, int fd,
                             struct fault *fault)
{
    struct hashing hashing = { file + LAYOUT_HEADER, layout->bytes - LAYOUT_HEADER, { { 0 } } };
    pthread_t beside;
    bool is_beside = pthread_create(&beside, NULL, hash_body, &hashing) == 0;
    enum err e = adopt_file(index, layout, file, fd);

    if (is_beside)
        pthread_join(beside, NULL);
    else
        hash_body(&hashing);
    if (memcmp(&hashing.hash, &layout->body, sizeof(hashing.hash)) != 0)
        return refuse_file(fault, "its content");
    if (e != ERR_OK)
        return e == ERR_INTERNAL ? refuse_file(fault, "its rows")
                                 : fault_set(fault, e, "the index's file cannot be mapped");
    index->catalogue = layout->catalogue;
    index->revision = index->touched_from = layout->revision;
    index->change_hash = layout->change_hash;
    return ERR_OK;
}

/* ---- the file ---- */

static enum err load_file(struct index *index, int fd, size_t size, struct fault *fault)
{
    uint8_t header[LAYOUT_HEADER], *file;
    struct layout layout;
    enum err e;

    if (pread(fd, header, sizeof(header), 0) != sizeof(header))
        return refuse_file(fault, "it is too short");
    e = check_header(&layout, header, size, fault);
    if (e != ERR_OK)
        return e;
    file = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (file == MAP_FAILED)
        return fault_errno(fault, ERR_FULL, errno, "cannot map the index's file");
    e = adopt_mapped(index, &layout, file, fd, fault);
    munmap(file, size);
    return e;
}

enum err index_file_load(struct index *index, const char *path, struct fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    struct stat stat;
    enum err e;

    if (fd < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot open %s", path);
    if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode))
        e = refuse_file(fault, "it is not a regular file");
    else
        e = load_file(index, fd, (size_t)stat.st_size, fault);
    close(fd);
    return e;
}
