/* index_layout.h: the index's file, CACHE/search.index. After a header with catalogue, revision, size and hashes come
 * the columns, aligned to pages and as in memory, so that they can be mapped. The file is a cache: a damaged one is
 * dropped and made again from the store. So it is renamed into place without a sync. Numbers have the machine's byte
 * order, because the file stays on it. One thread. */
#ifndef LOOPHOLE_SEARCH_INDEX_LAYOUT_H
#define LOOPHOLE_SEARCH_INDEX_LAYOUT_H

#include "common/hash.h"
#include "services/search/index/index.h"

#define LAYOUT_MAGIC "loophole index\n"

enum { LAYOUT_VERSION = 19, LAYOUT_HEADER = 16 << 10, LAYOUT_FIXED = 13 };

enum layout_section {
    SECTION_IDS,
    SECTION_ID_TABLE,
    SECTION_ROWS,
    SECTION_LISTS,
    SECTION_TEXTS,
    SECTION_VECTORS,
    SECTION_USED,
    SECTION_TERMS,
    SECTION_TERM_TEXTS,
    SECTION_TERM_TABLE,
    SECTION_TERM_ORDER,
    SECTION_POSTINGS,
    SECTION_NEAR,
    SECTION_NUMBERS /* one section for each column of numbers */
};

struct layout_part {
    uint64_t offset; /* a multiple of LAYOUT_HEADER */
    uint64_t count;
    uint64_t width;
    char name[INDEX_NUMBER_NAME]; /* of numbers */
};

struct layout {
    char magic[16];
    uint32_t version;
    uint32_t parts;
    struct id catalogue;
    uint64_t revision;
    struct hash change_hash;
    uint64_t bytes;   /* of the whole file */
    struct hash body; /* of everything after the header */
    struct hash head; /* of the header, with zeros in this field */
    struct layout_part part[LAYOUT_FIXED + INDEX_NUMBERS];
};
_Static_assert(sizeof(struct layout) <= LAYOUT_HEADER, "the header holds it");

#endif
