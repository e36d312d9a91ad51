#include "services/worker/tags/flac.h"

#include <string.h>

#include "services/worker/tags/end_tags.h"
#include "services/worker/tags/endian.h"
#include "services/worker/tags/id3.h"
#include "services/worker/tags/vorbis.h"

enum { BLOCKS_MAX = 1024, BLOCK_HEAD = 4, LAST_BLOCK = 0x80 };
enum block_type { BLOCK_STREAMINFO = 0, BLOCK_COMMENTS = 4 };

struct flac_block {
    unsigned type;
    bool last;
    int64_t at; /* offset of its data */
    int64_t size;
};

/* The offset of the first block; -1: not a FLAC file. */
static int64_t first_block(struct input *input)
{
    uint8_t magic[4];
    int64_t at = id3_skip(input, 0);

    if (!input_fill(input, at, magic, sizeof(magic)) || memcmp(magic, "fLaC", 4) != 0)
        return -1;
    return at + 4;
}

static bool read_block(struct input *input, int64_t at, struct flac_block *block)
{
    uint8_t head[BLOCK_HEAD];

    if (!input_fill(input, at, head, sizeof(head)))
        return false;
    *block = (struct flac_block){ head[0] & ~LAST_BLOCK & 0xFF, head[0] & LAST_BLOCK, at + BLOCK_HEAD,
                                  endian_be24(head + 1) };
    return true;
}

void flac_streaminfo(const uint8_t info[FLAC_STREAMINFO_SIZE], struct payload *payload)
{
    payload->rate = endian_be24(info + 10) >> 4;
    payload->channels = (info[12] >> 1 & 7) + 1u;
}

bool flac_payload(struct input *input, struct payload *payload)
{
    uint8_t info[FLAC_STREAMINFO_SIZE];
    struct flac_block block = { .last = false };
    int64_t at = first_block(input);

    *payload = (struct payload){ .codec = "flac", .announced = -1 };
    if (at < 0)
        return false;
    for (int i = 0; i < BLOCKS_MAX && !block.last && read_block(input, at, &block); i++) {
        if (block.type == BLOCK_STREAMINFO && input_fill(input, block.at, info, sizeof(info)))
            flac_streaminfo(info, payload);
        at = block.at + block.size;
    }
    payload->at = at;
    payload->size = end_tags_start(input) - at;
    return payload->size > 0;
}

void flac_facts(struct input *input, struct labels *labels)
{
    struct flac_block block = { .last = false };
    int64_t at = first_block(input);

    if (at < 0)
        return;
    for (int i = 0; i < BLOCKS_MAX && !block.last && read_block(input, at, &block); i++) {
        if (block.type == BLOCK_COMMENTS)
            vorbis_file_facts(input, block.at, block.size, labels);
        at = block.at + block.size;
    }
    id3_facts(input, 0, input->size, labels);
}
