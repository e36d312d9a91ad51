#include <stdlib.h>

#include "services/streamer/record/take_peaks.h"
#include "tests/unit/claim.h"

static struct take_peaks peaks;

static int set_up(void **state)
{
    (void)state;
    peaks = (struct take_peaks){ 0 };
    take_peaks_open(&peaks);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    take_peaks_close(&peaks);
    return 0;
}

static void add_silence(uint64_t at, uint32_t count)
{
    float *silence = calloc(2 * (size_t)count, sizeof(float));

    take_peaks_add(&peaks, at, silence, count);
    free(silence);
}

static void add_frame(uint64_t at, float left, float right)
{
    take_peaks_add(&peaks, at, (float[]){ left, right }, 1);
}

CLAIM_WITH(both_sides_are_in_the_bin_of_their_frame, set_up, tear_down)
{
    struct take_peaks now;

    assert_int_equal(0, take_peaks_read(&peaks, &now));
    add_silence(0, 1024);
    add_frame(1024, 0.5F, -0.25F);
    add_frame(1025, 2.0F, -3.0F);
    add_frame(2048, -0.5F, 0.25F);
    assert_int_equal(3, take_peaks_read(&peaks, &now));
    assert_int_equal(1024, now.frames_a_bin);
    assert_int_equal(0, now.from);
    assert_int_equal(0, now.high[0]);
    assert_int_equal(127, now.high[1]);
    assert_int_equal(-127, now.low[1]);
    assert_int_equal(32, now.high[2]);
    assert_int_equal(-64, now.low[2]);
}

CLAIM_WITH(a_take_of_any_length_has_as_many_bins_and_loses_no_peak, set_up, tear_down)
{
    const uint64_t day = 24ULL * 3600 * 192000;
    struct take_peaks now;
    uint32_t bins;

    add_silence(0, 1);
    add_frame(7 * 1024, 1, -0.5F);
    add_frame(511 * 1024, 0.5F, 0);
    assert_int_equal(512, take_peaks_read(&peaks, &now));
    add_frame(512 * 1024, 0, -1);
    assert_int_equal(257, take_peaks_read(&peaks, &now));
    assert_int_equal(127, now.high[3]);
    assert_int_equal(64, now.high[255]);
    assert_int_equal(-127, now.low[256]);
    add_frame(day, 0.25F, 0);
    bins = take_peaks_read(&peaks, &now);
    assert_in_range(bins, TAKE_PEAKS / 2, TAKE_PEAKS);
    assert_int_equal(127, now.high[0]);
    assert_int_equal(-127, now.low[0]);
    assert_int_equal(32, now.high[bins - 1]);
}

CLAIM_WITH(a_successor_reports_its_first_known_frame, set_up, tear_down)
{
    struct take_peaks now;

    add_frame(1000000, 1, 0);
    add_frame(1000001, 0, 1);
    (void)take_peaks_read(&peaks, &now);
    assert_int_equal(1000000, now.from);
    assert_int_equal(1000002, now.frames);
}
