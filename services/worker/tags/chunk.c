#include "services/worker/tags/chunk.h"

#include <string.h>

#include "services/worker/tags/endian.h"

enum { CHUNKS_MAX = 4096, HEAD_SIZE = 8 };
/* Programs that cannot seek back to their header write the largest size of their field. */
#define STREAM_SIZE 0x7FFFF000u

static const struct {
    char letters[5];
    bool big;
} outermost[] = { { "RIFF", false }, { "RF64", false }, { "BW64", false }, { "RIFX", true }, { "FORM", true } };

bool chunk_open(struct chunk_walk *walk, struct input *input)
{
    uint8_t head[12];

    if (!input_fill(input, 0, head, sizeof(head)))
        return false;
    for (size_t i = 0; i < sizeof(outermost) / sizeof(*outermost); i++)
        if (memcmp(head, outermost[i].letters, 4) == 0) {
            *walk = (struct chunk_walk){ .input = input,
                                         .big = outermost[i].big,
                                         .next = sizeof(head),
                                         .end = input->size,
                                         .data64 = -1,
                                         .left = CHUNKS_MAX };
            memcpy(walk->form, head + 8, 4);
            return true;
        }
    return false;
}

bool chunk_inside(struct chunk_walk *walk, const struct chunk_walk *outer, const struct chunk *chunk)
{
    *walk = *outer;
    walk->next = chunk->at + 4;
    walk->end = chunk->at + chunk->size;
    walk->left = CHUNKS_MAX;
    return chunk->size >= 4 && input_fill(outer->input, chunk->at, walk->form, 4);
}

static void keep_ds64(struct chunk_walk *walk, const struct chunk *chunk)
{
    uint8_t sizes[16];

    if (chunk_is(chunk, "ds64") && chunk_read(walk->input, chunk, sizes, sizeof(sizes)) == sizeof(sizes)) {
        uint64_t size = endian_le64(sizes + 8);
        walk->data64 = size <= INT64_MAX / 2 ? (int64_t)size : -1;
    }
}

static void set_size(const struct chunk_walk *walk, struct chunk *chunk, uint32_t size)
{
    int64_t there = walk->end - chunk->at;

    chunk->announced = size;
    if (size == UINT32_MAX)
        chunk->announced = chunk_is(chunk, "data") ? walk->data64 : -1;
    if (size >= STREAM_SIZE && size < UINT32_MAX && chunk->announced > there)
        chunk->announced = -1;
    chunk->size = chunk->announced < 0 || chunk->announced > there ? there : chunk->announced;
}

bool chunk_next(struct chunk_walk *walk, struct chunk *chunk)
{
    uint8_t head[HEAD_SIZE];

    if (walk->left == 0 || walk->next > walk->end - HEAD_SIZE || !input_fill(walk->input, walk->next, head, HEAD_SIZE))
        return false;
    walk->left--;
    memcpy(chunk->id, head, 4);
    chunk->id[4] = 0;
    chunk->at = walk->next + HEAD_SIZE;
    set_size(walk, chunk, walk->big ? endian_be32(head + 4) : endian_le32(head + 4));
    walk->next = chunk->at + chunk->size + (chunk->size & 1);
    keep_ds64(walk, chunk);
    return true;
}

bool chunk_is(const struct chunk *chunk, const char *id)
{
    return memcmp(chunk->id, id, 4) == 0;
}

size_t chunk_read(struct input *input, const struct chunk *chunk, void *to, size_t room)
{
    size_t want = chunk->size < (int64_t)room ? (size_t)chunk->size : room;

    memset(to, 0, room);
    return input_read(input, chunk->at, to, want);
}
