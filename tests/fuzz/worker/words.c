/* Any bytes as the text of a tag, in any encoding, for any attribute: facts within the schema's limits. */
#include "proto/wire/codec.h"
#include "services/worker/tags/labels.h"
#include "services/worker/tags/vorbis.h"
#include "tests/fuzz/fuzz.h"

static const char *const attributes[] = { "key", "genre", "bpm", "year", "track", "title", "artist" };

enum { ATTRIBUTES = sizeof(attributes) / sizeof(*attributes) };

static void facts_encode(const struct labels *labels)
{
    struct fault fault = { 0 };
    struct buffer to = { 0 };

    for (uint32_t i = 0; i < labels->list.count; i++)
        holds(codec_encode(&fact_shape, &labels->list.at[i], &to, &fault) == ERR_OK);
    buffer_free(&to);
}

/* The comments arrive in pieces. */
static void take_comments(struct bytes words, size_t piece, struct labels *labels)
{
    struct vorbis vorbis;

    vorbis_begin(&vorbis, labels);
    for (size_t at = 0; at < words.len; at += piece)
        vorbis_take(&vorbis, words.at + at, words.len - at < piece ? words.len - at : piece);
    vorbis_end(&vorbis);
}

/* The first two bytes select the attribute; the highest numbers select Vorbis comments. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = { bytes, len };
    unsigned number = fuzz_number(&input);
    struct arena arena = { 0 };
    struct labels labels;

    labels_begin(&labels, &arena);
    struct bytes words = fuzz_rest(&input);
    if (number >> 15)
        take_comments(words, number % 256 + 1, &labels);
    else
        labels_words(&labels, attributes[number / CHARSET_COUNT % ATTRIBUTES], words.at, words.len,
                     number % CHARSET_COUNT);
    facts_encode(&labels);
    arena_free(&arena);
    return 0;
}
