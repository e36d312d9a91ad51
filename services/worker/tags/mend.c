#include "services/worker/tags/mend.h"

#include <ctype.h>
#include <string.h>

#include "services/worker/tags/chunk.h"
#include "services/worker/tags/id3.h"

enum { FACT_LEAST = 4, DS64_DATA = 8 };

static void skip_tag(struct input *input)
{
    static const char *const begins[] = { "RIFF", "RIFX", "RF64", "BW64", "FORM", "OggS" };
    int64_t end = id3_skip(input, 0);
    char head[4];

    if (end <= 0 || !input_fill(input, end, head, sizeof(head)))
        return;
    for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
        if (memcmp(head, begins[i], sizeof(head)) == 0) {
            input->base = end;
            input->size -= end;
            return;
        }
}

/* True if only whole chunks with readable names follow, up to the end: the sound before them is empty. */
static bool has_only_chunks(struct chunk_walk walk)
{
    struct chunk chunk;

    while (walk.next < walk.end) {
        if (!chunk_next(&walk, &chunk) || chunk.announced != chunk.size)
            return false;
        for (int i = 0; i < 4; i++)
            if (!isalnum((unsigned char)chunk.id[i]) && chunk.id[i] != ' ' && chunk.id[i] != '_')
                return false;
    }
    return true;
}

static void patch_number(struct input *input, int64_t at, uint64_t number, unsigned len, bool big)
{
    uint8_t bytes[8];

    for (unsigned i = 0; i < len; i++)
        bytes[big ? len - 1 - i : i] = (uint8_t)(number >> 8 * i);
    input_patch(input, at, bytes, len);
}

static void close_data(const struct chunk_walk *walk, const struct chunk *data, int64_t ds64)
{
    uint64_t there = (uint64_t)(walk->end - data->at);

    if (data->announced != 0 || there == 0 || has_only_chunks(*walk))
        return;
    if (walk->data64 == 0 && ds64 > 0)
        patch_number(walk->input, ds64 + DS64_DATA, there, 8, false);
    else
        patch_number(walk->input, data->at - 4, there < UINT32_MAX ? there : UINT32_MAX - 1, 4, walk->big);
    walk->input->guess = "its recorder did not close it: the length is that of the file";
}

static void mend_wave(struct input *input)
{
    struct chunk_walk walk;
    struct chunk chunk;
    int64_t ds64 = 0;
    char head[4];

    if (!input_fill(input, 0, head, sizeof(head)) || !chunk_open(&walk, input) || memcmp(walk.form, "WAVE", 4) != 0)
        return;
    if (memcmp(head, "BW64", sizeof(head)) == 0)
        input_patch(input, 0, "RF64", 4);
    while (chunk_next(&walk, &chunk)) {
        if (chunk_is(&chunk, "ds64"))
            ds64 = chunk.at;
        if (chunk_is(&chunk, "fact") && chunk.size < FACT_LEAST)
            input_patch(input, chunk.at - 8, "JUNK", 4);
        if (!chunk_is(&chunk, "data"))
            continue;
        close_data(&walk, &chunk, ds64);
        return;
    }
}

void mend_input(struct input *input)
{
    skip_tag(input);
    mend_wave(input);
}
