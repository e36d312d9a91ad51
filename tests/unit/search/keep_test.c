/* Which copy of a sound is the one to keep, and why. */
#include <string.h>

#include "services/search/duplicates/keep.h"
#include "tests/unit/claim.h"

/* A local copy: 16 bit, 44.1 kHz, stereo, one second. */
static struct keep_copy ordinary_copy(void)
{
    return (struct keep_copy){ .size = 1000,
                               .mtime = 1000,
                               .seconds = 1,
                               .rate = 44100,
                               .channels = 2,
                               .path_len = 20,
                               .depth = 16,
                               .state = COPY_STATE_HERE,
                               .is_lossless = true };
}

static const uint32_t MEMBERS[] = { 0, 1, 2, 3 };

static void expect_verdict(const struct keep_copy *copies, uint32_t count, uint32_t keep, enum keep_reason reason)
{
    struct keep_verdict verdict = keep_choose(copies, MEMBERS, count);

    assert_int_equal(verdict.keep, keep);
    assert_int_equal(verdict.reason, (int32_t)reason);
}

CLAIM(a_copy_that_is_away_is_never_kept_while_another_is_here)
{
    struct keep_copy copies[3] = { ordinary_copy(), ordinary_copy(), ordinary_copy() };

    copies[0].mtime = 1;
    copies[0].is_favourite = true;
    copies[2].is_lossless = false;
    for (uint8_t away = 0; away <= COPY_STATE_MISSING; away++)
        if (away != COPY_STATE_HERE) {
            copies[0].state = copies[1].state = away;
            expect_verdict(copies, 3, 2, KEEP_REASON_ONLY_ONE_HERE);
            assert_int_equal(keep_choose(copies, MEMBERS, 3).free, 0);
        }
}

CLAIM(a_copy_of_better_quality_comes_before_an_older_one)
{
    struct keep_copy copies[2] = { ordinary_copy(), ordinary_copy() };

    copies[0].mtime = 1;
    copies[0].is_lossless = false;
    expect_verdict(copies, 2, 1, KEEP_REASON_LOSSLESS);
    copies[0] = ordinary_copy();
    copies[0].mtime = 1;
    copies[0].rate = 22050;
    expect_verdict(copies, 2, 1, KEEP_REASON_SAMPLE_RATE);
    copies[0].rate = 44100;
    copies[0].seconds = 0.9F;
    expect_verdict(copies, 2, 1, KEEP_REASON_LENGTH);
    copies[0].seconds = 1;
    copies[0].depth = 8;
    expect_verdict(copies, 2, 1, KEEP_REASON_BIT_DEPTH);
}

CLAIM(an_upsampled_copy_is_not_kept_for_its_figures)
{
    struct keep_copy copies[2] = { ordinary_copy(), ordinary_copy() };

    copies[1].mtime = 2000;
    copies[1].rate = 48000;
    copies[1].depth = 24;
    copies[1].seconds = 1.0001F;
    expect_verdict(copies, 2, 0, KEEP_REASON_AGE);
    copies[1].mtime = 1000;
    expect_verdict(copies, 2, 1, KEEP_REASON_FINER_FORMAT);
}

CLAIM(among_equals_the_original_is_kept)
{
    struct keep_copy copies[3] = { ordinary_copy(), ordinary_copy(), ordinary_copy() };

    expect_verdict(copies, 3, 0, KEEP_REASON_KNOWN_FIRST);
    copies[2].path_len = 10;
    expect_verdict(copies, 3, 2, KEEP_REASON_SHORTER_PATH);
    copies[1].mtime = 999;
    expect_verdict(copies, 3, 1, KEEP_REASON_AGE);
    copies[1].asides = 1;
    copies[2].asides = 1;
    expect_verdict(copies, 3, 0, KEEP_REASON_FOLDER);
    copies[2].is_favourite = true;
    expect_verdict(copies, 3, 2, KEEP_REASON_FAVOURITE);
}

CLAIM(the_readable_copies_but_the_one_to_keep_can_be_freed)
{
    struct keep_copy copies[4] = { ordinary_copy(), ordinary_copy(), ordinary_copy(), ordinary_copy() };

    copies[0].size = 7;
    copies[1].size = 50;
    copies[2].size = 600;
    copies[3].state = COPY_STATE_OFFLINE;
    struct keep_verdict verdict = keep_choose(copies, MEMBERS, 4);
    assert_int_equal(verdict.keep, 0);
    assert_int_equal(verdict.here, 3);
    assert_int_equal(verdict.free, 650);
}

CLAIM(names_that_say_a_copy_are_known)
{
    static const struct {
        const char *path;
        uint32_t asides;
    } PATHS[] = {
        { "/music/kit/kick.wav", 0 },
        { "/music/old backup 2019/kick.wav", 1 },
        { "/music/Backup/kick.wav", 1 },
        { "/music/kit/copy of kick.flac", 1 },
        { "/music/kit/kick (1).wav", 1 },
        { "/music/kit (live)/kick(2)x.wav", 0 },
        { "/music/converted/k_copy.wav", 2 },
        { "/music/goldcopyist/folded.wav", 0 },
        { "/music/kit_old/kick-BAK.wav", 2 },
        { "/music/broken maybe/x (12", 0 },
        { "kick.wav", 0 },
        { "", 0 },
    };

    struct media media = { 0 };

    for (size_t i = 0; i < sizeof(PATHS) / sizeof(*PATHS); i++) {
        struct bytes path = bytes_of(PATHS[i].path, strlen(PATHS[i].path));

        assert_int_equal(keep_read(&media, path, false).asides, PATHS[i].asides);
    }
}
