/* WAV files as recorders and taggers leave them: what readers see of them. */
#include "services/worker/tags/mend.h"
#include "services/worker/tags/wave.h"
#include "tests/unit/worker/made.h"

#define FMT   "fmt \x10\0\0\0\1\0\1\0\x44\xac\0\0\x88\x58\1\0\2\0\x10\0"
#define SOUND "\1\2\3\4\5\6\7\x88\x99\xaa"

/* Checks the bytes of sound that a reader finds. */
static void expect_sound(const char *file, size_t len, int64_t bytes, bool is_guessed)
{
    struct made made = made_open(file, len);
    struct payload payload;

    mend_input(&made.input);
    assert_true(wave_payload(&made.input, &payload));
    assert_int_equal(payload.size, bytes);
    assert_int_equal(payload.announced, bytes);
    assert_int_equal(made.input.guess != NULL, is_guessed);
    made_close(&made);
}
#define EXPECT_SOUND(file, bytes, is_guessed) expect_sound(file, sizeof(file) - 1, bytes, is_guessed)

static void a_file_that_was_not_closed_has_the_sound_until_its_end(void **state)
{
    (void)state;
    EXPECT_SOUND("RIFF\0\0\0\0WAVE" FMT "data\0\0\0\0" SOUND, 10, true);
    EXPECT_SOUND("RIFF\xff\xff\xff\xffWAVE" FMT "data\0\0\0\0" SOUND, 10, true);
    EXPECT_SOUND("RF64\xff\xff\xff\xffWAVE"
                 "ds64\x1c\0\0\0"
                 "\0\0\0\0\0\0\0\0"
                 "\0\0\0\0\0\0\0\0"
                 "\0\0\0\0\0\0\0\0"
                 "\0\0\0\0" FMT "data\xff\xff\xff\xff" SOUND,
                 10, true);
}

static void a_file_without_sound_stays_empty(void **state)
{
    (void)state;
    EXPECT_SOUND("RIFF\x24\0\0\0WAVE" FMT "data\0\0\0\0", 0, false);
    EXPECT_SOUND("RIFF\x32\0\0\0WAVE" FMT "data\0\0\0\0LIST\6\0\0\0INFOab", 0, false);
}

static void a_tag_before_the_head_takes_nothing_from_the_end(void **state)
{
    (void)state;
    EXPECT_SOUND("ID3\3\0\0\0\0\0\x0c"
                 "TXXX\0\0\0\2\0\0ab"
                 "RIFF\x2e\0\0\0WAVE" FMT "data\x0a\0\0\0" SOUND,
                 10, false);
}

static void bw64_is_read_as_rf64_and_a_short_fact_as_filler(void **state)
{
    char head[4];
    struct made made = made_open("BW64\xff\xff\xff\xffWAVE" FMT "fact\0\0\0\0"
                                 "data\x0a\0\0\0" SOUND,
                                 62);

    (void)state;
    mend_input(&made.input);
    assert_true(input_fill(&made.input, 0, head, 4));
    assert_memory_equal(head, "RF64", 4);
    assert_true(input_fill(&made.input, 36, head, 4));
    assert_memory_equal(head, "JUNK", 4);
    made_close(&made);
}

/* At each length, and with each byte changed: no read outside the file. */
static void a_damaged_file_is_mended_safely(void **state)
{
    uint8_t file[] = "BW64\xff\xff\xff\xffWAVE" FMT "fact\0\0\0\0"
                     "data\0\0\0\0" SOUND;

    (void)state;
    for (size_t i = 0; i < sizeof(file); i++) {
        struct payload payload;
        file[i] ^= 0xFF;
        struct made made = made_open(file, sizeof(file) - i % 7);
        mend_input(&made.input);
        (void)wave_payload(&made.input, &payload);
        assert_true(payload.size >= 0 && payload.at + payload.size <= made.input.size);
        made_close(&made);
        file[i] ^= 0xFF;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_was_not_closed_has_the_sound_until_its_end),
        cmocka_unit_test(a_file_without_sound_stays_empty),
        cmocka_unit_test(a_tag_before_the_head_takes_nothing_from_the_end),
        cmocka_unit_test(bw64_is_read_as_rf64_and_a_short_fact_as_filler),
        cmocka_unit_test(a_damaged_file_is_mended_safely),
    };

    return cmocka_run_group_tests_name("worker/mend", tests, NULL, NULL);
}
