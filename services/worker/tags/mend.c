#include "services/worker/tags/mend.h"

#include <ctype.h>
#include <string.h>

#include "services/worker/tags/chunk.h"
#include "services/worker/tags/endian.h"
#include "services/worker/tags/id3.h"

enum { FACT_LEAST = 4, DS64_DATA = 8, SSND_HEAD = 8, W64_HEAD = 24, CAF_BEGIN = 8, CAF_HEAD = 12, CAF_COUNTER = 4 };
enum { CHUNKS_MOST = 4096, ADDED_LOOK = 4096, ADDED_LEAST = 8 };
enum { TINY = 64 << 10, TINY_PART = 8 }; /* a sound below this size that is less than that part of the file's sound */

static const int64_t STREAM_SIZE = 0x7FFFF000; /* a program that cannot seek back writes this much, or more */

static const uint64_t UNKNOWN = 1ull << 62;

static void skip_tag(struct input *input)
{
    static const char *const begins[] = { "RIFF", "RIFX", "RF64", "BW64", "FORM", "OggS", "riff", "caff", ".snd" };
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

static bool is_readable_name(const uint8_t name[4])
{
    for (int i = 0; i < 4; i++)
        if (!isalnum(name[i]) && name[i] != ' ' && name[i] != '_')
            return false;
    return true;
}

/* True if only whole chunks with readable names follow, up to the end: the sound before them is empty. */
static bool has_only_chunks(struct chunk_walk walk)
{
    struct chunk chunk;

    while (walk.next < walk.end) {
        if (!chunk_next(&walk, &chunk) || chunk.announced != chunk.size)
            return false;
        if (!is_readable_name((const uint8_t *)chunk.id))
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

static void call_unclosed(struct input *input)
{
    input->guess = "its recorder did not close it: the length is that of the file";
}

/* ---- WAV ---- */

/* Tags of any kind, chunks that a cut file has only the begin of, and filler: what programs add after a sound. The byte
 * that makes a size even may be missing. */
static bool is_added(struct input *input, int64_t at)
{
    uint8_t some[ADDED_LOOK];
    const size_t got = input_read(input, at, some, sizeof(some));

    for (size_t i = 0; i < 2 && i + 4 <= got; i++)
        if (is_readable_name(some + i))
            return true;
    for (size_t i = 0; i < got; i++)
        if (some[i])
            return false;
    return true;
}

/* True if the size of the sound is no truth: a recorder has written it in advance, or for its first buffer, and sound
 * follows the announced one. Its RIFF size covers the whole file, or not even the announced sound, or the sound is tiny
 * for such a file. */
static bool is_size_untrue(const struct chunk_walk *walk, const struct chunk *data)
{
    const int64_t rest = walk->end - data->at - data->announced;
    uint8_t head[8];

    if (data->announced <= 0 || rest < ADDED_LEAST || walk->data64 >= 0 ||
        !input_fill(walk->input, 0, head, sizeof(head)) || is_added(walk->input, data->at + data->announced))
        return false;
    const int64_t riff = 8 + (int64_t)(walk->big ? endian_be32(head + 4) : endian_le32(head + 4));
    const bool is_stated = riff < STREAM_SIZE;
    return (is_stated && (riff >= walk->end - 1 || riff < data->at + data->announced)) ||
           (data->announced < TINY && rest / TINY_PART > data->announced);
}

static void close_data(const struct chunk_walk *walk, const struct chunk *data, int64_t ds64)
{
    uint64_t there = (uint64_t)(walk->end - data->at);
    const bool is_empty = data->announced == 0 && there > 0 && !has_only_chunks(*walk);

    if (!is_empty && !is_size_untrue(walk, data))
        return;
    if (walk->data64 == 0 && ds64 > 0)
        patch_number(walk->input, ds64 + DS64_DATA, there, 8, false);
    else
        patch_number(walk->input, data->at - 4, there < UINT32_MAX ? there : UINT32_MAX - 1, 4, walk->big);
    call_unclosed(walk->input);
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

/* ---- AIFF ---- */

/* The size of the sound with its head of 8 bytes: that of the frames that COMM announces, or else up to the end. */
static int64_t find_aiff_size(const struct chunk_walk *walk, const struct chunk *sound, const uint8_t comm[8])
{
    const int64_t there = walk->end - sound->at, frame = endian_be16(comm) * ((endian_be16(comm + 6) + 7) / 8);
    const int64_t announced = SSND_HEAD + endian_be32(comm + 2) * frame;

    return announced > SSND_HEAD && announced < there ? announced : there;
}

static void mend_aiff(struct input *input)
{
    struct chunk_walk walk;
    struct chunk chunk;
    uint8_t comm[8] = { 0 };

    if (!chunk_open(&walk, input) || (memcmp(walk.form, "AIFF", 4) != 0 && memcmp(walk.form, "AIFC", 4) != 0))
        return;
    while (chunk_next(&walk, &chunk)) {
        if (chunk_is(&chunk, "COMM"))
            (void)chunk_read(input, &chunk, comm, sizeof(comm));
        if (!chunk_is(&chunk, "SSND"))
            continue;
        if ((chunk.announced == 0 || chunk.announced == SSND_HEAD) && walk.end - chunk.at > SSND_HEAD &&
            !has_only_chunks(walk)) {
            patch_number(input, chunk.at - 4, (uint64_t)find_aiff_size(&walk, &chunk, comm), 4, true);
            call_unclosed(input);
        }
        return;
    }
}

/* ---- W64, CAF and AU: a number has the size of the sound ---- */

struct sized_sound {
    int64_t number;   /* offset of the number */
    unsigned len;     /* its bytes */
    bool big;         /* its first byte is the highest */
    bool is_empty;    /* whole chunks follow a size of no sound */
    int64_t more;     /* what the number counts besides the sound */
    int64_t at;       /* offset of the sound */
    uint64_t unknown; /* this number, and all above, announce no size */
    bool has_no_more; /* nothing but sound may follow in such a file */
};

static uint64_t bytes_number(const uint8_t bytes[8], unsigned len, bool big)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < len; i++)
        number = number << 8 | bytes[big ? i : len - 1 - i];
    return number;
}

static void mend_sized(struct input *input, const struct sized_sound *sound)
{
    const int64_t there = input->size - sound->at;
    uint8_t bytes[8];

    if (there <= 0 || !input_fill(input, sound->number, bytes, sound->len))
        return;
    uint64_t number = bytes_number(bytes, sound->len, sound->big), whole = (uint64_t)(there + sound->more);
    bool is_open =
        number <= (uint64_t)sound->more || (sound->has_no_more && number < TINY && whole / (TINY_PART + 1) > number &&
                                            !is_added(input, sound->at + (int64_t)number));
    if ((is_open && sound->is_empty) || (!is_open && number <= whole))
        return;
    if (is_open) {
        call_unclosed(input);
    } else if (number < sound->unknown) {
        input->announced = (int64_t)number - sound->more;
        input->there = there;
    }
    patch_number(input, sound->number, whole, sound->len, sound->big);
}

/* A chunk of W64: 16 bytes of name, its size with this head, then data up to a multiple of 8 bytes. */
static void mend_w64(struct input *input)
{
    static const uint8_t rest[] = { 0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A };
    uint8_t head[W64_HEAD], next[W64_HEAD];
    uint64_t size;

    for (int64_t at = W64_HEAD + 16, i = 0; i < CHUNKS_MOST; i++, at += (int64_t)((size + 7) & ~7ull)) {
        if (!input_fill(input, at, head, sizeof(head)))
            return;
        size = bytes_number(head + 16, 8, false);
        if (memcmp(head, "data", 4) == 0) {
            bool is_chunk =
                input_fill(input, at + W64_HEAD, next, sizeof(next)) && !memcmp(next + 4, rest, sizeof(rest));
            mend_sized(input,
                       &(struct sized_sound){ at + 16, 8, false, is_chunk, W64_HEAD, at + W64_HEAD, UNKNOWN, false });
            return;
        }
        if (size < W64_HEAD || size > (uint64_t)input->size)
            return;
    }
}

/* A chunk of CAF: 4 letters, then its size. The sound begins with a counter of 4 bytes. */
static bool next_caf(struct input *input, int64_t *at, uint8_t head[CAF_HEAD])
{
    if (!input_fill(input, *at, head, CAF_HEAD))
        return false;
    uint64_t size = bytes_number(head + 4, 8, true);
    if (size > (uint64_t)(input->size - *at - CAF_HEAD))
        return false;
    *at += CAF_HEAD + (int64_t)size;
    return true;
}

static bool has_only_caf(struct input *input, int64_t at)
{
    uint8_t head[CAF_HEAD];

    for (int i = 0; i < CHUNKS_MOST && at < input->size; i++)
        if (!next_caf(input, &at, head))
            return false;
    return true;
}

static void mend_caf(struct input *input)
{
    uint8_t head[CAF_HEAD];
    int64_t at = CAF_BEGIN;

    for (int i = 0; i < CHUNKS_MOST && input_fill(input, at, head, sizeof(head)); i++) {
        const int64_t number = at + 4, sound = at + CAF_HEAD + CAF_COUNTER;
        if (memcmp(head, "data", 4) == 0) {
            uint64_t size = bytes_number(head + 4, 8, true);
            bool is_empty = size <= CAF_COUNTER && has_only_caf(input, at + CAF_HEAD + (int64_t)size);
            mend_sized(input, &(struct sized_sound){ number, 8, true, is_empty, CAF_COUNTER, sound, UNKNOWN, false });
            return;
        }
        if (!next_caf(input, &at, head))
            return;
    }
}

static void mend_au(struct input *input)
{
    uint8_t head[12];
    bool big;

    if (!input_fill(input, 0, head, sizeof(head)))
        return;
    big = head[0] == '.';
    mend_sized(input,
               &(struct sized_sound){ 8, 4, big, false, 0, (int64_t)bytes_number(head + 4, 4, big), UINT32_MAX, true });
}

static const struct {
    char letters[5];
    void (*mend)(struct input *input);
} forms[] = { { "RIFF", mend_wave }, { "RIFX", mend_wave }, { "RF64", mend_wave },
              { "BW64", mend_wave }, { "FORM", mend_aiff }, { "riff", mend_w64 },
              { "caff", mend_caf },  { ".snd", mend_au },   { "dns.", mend_au } };

void mend_input(struct input *input)
{
    char head[4];

    skip_tag(input);
    for (size_t i = 0; input_fill(input, 0, head, sizeof(head)) && i < sizeof(forms) / sizeof(*forms); i++)
        if (memcmp(head, forms[i].letters, sizeof(head)) == 0) {
            forms[i].mend(input);
            return;
        }
}
