#include "services/worker/tags/flac.h"

#include <string.h>

#include "services/worker/tags/end_tags.h"
#include "services/worker/tags/endian.h"
#include "services/worker/tags/id3.h"
#include "services/worker/tags/vorbis.h"

enum { BLOCKS_MAX = 1024, BLOCK_HEAD = 4, LAST_BLOCK = 0x80 };
enum block_type { BLOCK_STREAMINFO = 0, BLOCK_COMMENTS = 4 };

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

/* `from` becomes the offset after the blocks. */
static bool walk_blocks(struct input *input, bool (*seen)(void *, struct input *, const struct flac_block *),
                        void *state, int64_t *from)
{
    struct flac_block block = { .last = false };

    *from = first_block(input);
    if (*from < 0)
        return false;
    for (int i = 0; i < BLOCKS_MAX && !block.last && read_block(input, *from, &block); i++) {
        *from = block.at + block.size;
        if (!seen(state, input, &block))
            break;
    }
    return true;
}

bool flac_each(struct input *input, bool (*seen)(void *state, struct input *input, const struct flac_block *block),
               void *state)
{
    int64_t after;

    return walk_blocks(input, seen, state, &after);
}

static bool take_streaminfo(void *state, struct input *input, const struct flac_block *block)
{
    uint8_t info[FLAC_STREAMINFO_SIZE];

    if (block->type == BLOCK_STREAMINFO && input_fill(input, block->at, info, sizeof(info)))
        flac_streaminfo(info, state);
    return true;
}

bool flac_payload(struct input *input, struct payload *payload)
{
    *payload = (struct payload){ .codec = "flac", .announced = -1 };
    if (!walk_blocks(input, take_streaminfo, payload, &payload->at))
        return false;
    payload->size = end_tags_start(input) - payload->at;
    return payload->size > 0;
}

static bool take_comments(void *state, struct input *input, const struct flac_block *block)
{
    if (block->type == BLOCK_COMMENTS)
        vorbis_file_facts(input, block->at, block->size, state);
    return true;
}

void flac_facts(struct input *input, struct labels *labels)
{
    if (flac_each(input, take_comments, labels))
        id3_facts(input, 0, input->size, labels);
}
