/* The embedding of a rhythm, and files in gzip. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/deflate.h"
#include "store/pattern/gzip.h"
#include "store/pattern/pattern_file.h"
#include "store/pattern/rhythm.h"
#include "tests/unit/claim.h"

static struct rhythm rhythm_text(const char *text)
{
    struct arena arena = { 0 };
    struct pattern_file file;
    struct rhythm rhythm;
    struct fault fault = { 0 };

    assert_int_equal(pattern_file_read(text_of(text), &arena, &file, &fault), ERR_OK);
    rhythm_of(&file.pattern, &rhythm);
    arena_free(&arena);
    return rhythm;
}

#define ROW(name, steps) "{\"sequencer\":{\"tracks\":{\"" name "\":{\"pattern\":\"" steps "\"}}}}"
#define BEAT             "X...X...X...X..."

CLAIM(the_same_rhythm_is_near_whatever_its_length_and_accents)
{
    const struct rhythm four = rhythm_text(ROW("kick", BEAT)), twice = rhythm_text(ROW("kick", BEAT BEAT));
    const struct rhythm soft = rhythm_text(ROW("kick", "x...x...x...x..."));
    const struct rhythm off = rhythm_text(ROW("kick", "..X...X...X...X.")), hat = rhythm_text(ROW("hat", BEAT));

    assert_true(rhythm_distance(&four, &four) < 1e-9 && rhythm_distance(&four, &twice) < 1e-6);
    assert_true(rhythm_distance(&four, &soft) < 0.5);
    assert_true(rhythm_distance(&four, &off) > 1 && rhythm_distance(&four, &hat) > 1);
}

CLAIM(an_empty_pattern_has_no_rhythm)
{
    const struct rhythm none = rhythm_text(ROW("kick", "................")),
                        no_rows = rhythm_text("{\"sequencer\":{}}");

    for (int i = 0; i < RHYTHM_SIZE; i++)
        assert_true(none.at[i] == 0 && no_rows.at[i] == 0);
}

CLAIM(a_swinging_step_lies_between_two)
{
    const char *straight = "{\"sequencer\":{\"swing\":0,\"tracks\":{\"hat\":{\"pattern\":\".x.x.x.x.x.x.x.x\"}}}}";
    const char *swinging = "{\"sequencer\":{\"swing\":0.6,\"tracks\":{\"hat\":{\"pattern\":\".x.x.x.x.x.x.x.x\"}}}}";
    const struct rhythm one = rhythm_text(straight), other = rhythm_text(swinging);

    assert_true(rhythm_distance(&one, &other) > 0.1 && rhythm_distance(&one, &other) < 1);
}

/* Reads the bytes from a file. */
static enum err unpack_bytes(struct bytes bytes, size_t limit, struct buffer *to, struct fault *fault)
{
    char path[] = "/tmp/loophole-gzip.XXXXXX";
    int fd = mkstemp(path);
    enum err e;

    assert_true(fd >= 0 && write(fd, bytes.at, bytes.len) == (ssize_t)bytes.len);
    close(fd);
    e = gzip_read_file(path, limit, to, fault);
    unlink(path);
    return e;
}

CLAIM(a_file_in_gzip_is_read_again_and_a_damaged_one_refused)
{
    uint8_t from[50000];
    struct buffer packed = { 0 }, back = { 0 };
    struct fault fault = { 0 };

    for (size_t i = 0; i < sizeof(from); i++)
        from[i] = (uint8_t)(i * i >> 5);
    deflate_pack(bytes_of(from, sizeof(from)), DEFLATE_GZIP, &packed);
    assert_true(packed.len > 0 && packed.len < sizeof(from));
    assert_true(gzip_is(buffer_bytes(&packed)) && !gzip_is(bytes_of(from, sizeof(from))));
    assert_int_equal(unpack_bytes(buffer_bytes(&packed), sizeof(from), &back, &fault), ERR_OK);
    assert_true(back.len == sizeof(from) && memcmp(back.at, from, sizeof(from)) == 0);
    buffer_reset(&back);
    assert_int_equal(unpack_bytes(buffer_bytes(&packed), sizeof(from) - 1, &back, &fault), ERR_TOO_LARGE);
    for (size_t cut = 2; cut < packed.len; cut += packed.len / 50 + 1) {
        buffer_reset(&back);
        assert_int_equal(unpack_bytes(bytes_of(packed.at, cut), sizeof(from), &back, &fault), ERR_BAD_REQUEST);
    }
    packed.at[packed.len / 2] ^= 0x55;
    buffer_reset(&back);
    assert_int_not_equal(unpack_bytes(buffer_bytes(&packed), sizeof(from), &back, &fault), ERR_OK);
    buffer_free(&packed);
    buffer_free(&back);
}
