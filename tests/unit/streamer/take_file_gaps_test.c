/* Frames that the audio core has lost are silence of their length in a take's file, or are skipped; all others are in
 * their place. */
#include "tests/unit/claim.h"
#include "tests/unit/streamer/captured.h"

static uint64_t sounded, lost; /* by the core: frames of the take, each with its own number, lost ones included */

/* `count` frames without a cell, before the next one. */
static void lose_frames(uint64_t count)
{
    struct capture_header header = capture_header_get(capture.memory);
    uint64_t at = ring_written(&capture.writer);

    lost += count;
    header.lost = lost;
    if (header.gaps == 0 || header.gap[(header.gaps - 1) % CAPTURE_GAPS].at != at)
        header.gaps++;
    header.gap[(header.gaps - 1) % CAPTURE_GAPS] = (struct capture_gap){ .at = at, .total = lost };
    capture_header_put(capture.memory, 0, 2, &header);
    sounded += count;
}

static void sound_frames(uint32_t count)
{
    play_frames(sounded, count);
    sounded += count;
}

/* Each frame of the file is silence within the places in its header, and its own number elsewhere. */
static void check_places(uint64_t count, uint64_t lacks, bool is_filled)
{
    int fd = open(capture.path, O_RDWR);
    struct wav wav;
    struct fault fault;
    float frame[2];
    uint64_t skipped = 0, place = 0, sum = 0;

    assert_int_equal(wav_resume(&wav, fd, &fault), ERR_OK);
    assert_int_equal(wav.frames, count);
    assert_int_equal(wav.gaps.lost, lacks);
    for (uint64_t i = 0; i < count; i++) {
        const struct wav_gap *gap = &wav.gaps.each[place];
        bool is_silent;
        if (place < wav.gaps.count && gap->at == i && !is_filled)
            skipped += wav.gaps.each[place++].frames;
        else if (place < wav.gaps.count && gap->at + gap->frames == i && is_filled)
            gap = &wav.gaps.each[++place];
        is_silent = is_filled && place < wav.gaps.count && i >= gap->at;
        assert_int_equal(pread(fd, frame, 8, (off_t)(WAV_HEADER + i * 8)), 8);
        assert_true(frame[0] * 16777216.0F == (is_silent ? 0 : (float)(i + skipped)));
    }
    for (uint64_t i = 0; i < wav.gaps.count && i < WAV_GAPS; i++)
        sum += wav.gaps.each[i].frames;
    if (wav.gaps.count <= WAV_GAPS)
        assert_int_equal(sum, lacks);
    close(fd);
}

static void record_with_gaps(bool is_filled, uint64_t most)
{
    sounded = lost = 0;
    fills = is_filled;
    start_take(TAKE_NEW, most);
    begin_capture();
    sound_frames(1000);
    lose_frames(300);
    lose_frames(50); /* the same place */
    sound_frames(700);
    if (most == 0)
        await_taken(BEGIN + 1700);
    lose_frames(20);
}

PREPARED_CLAIM(missing_frames_are_silence_of_their_length_or_are_skipped)
{
    for (int is_filled = 0; is_filled < 2; is_filled++) {
        record_with_gaps(is_filled, 0);
        sound_frames(500);
        lose_frames(40); /* the last frames of all */
        end_capture();
        await_done();
        check_places(is_filled ? sounded : sounded - lost, 410, is_filled);
        assert_true(capture.size > WAV_HEADER + (is_filled ? sounded : sounded - lost) * 8); /* markers */
        assert_int_equal(tear_down(NULL), 0);
        assert_int_equal(set_up(NULL), 0);
    }
}

PREPARED_CLAIM(a_successor_has_the_places_of_its_predecessor_and_goes_on)
{
    for (int is_filled = 0; is_filled < 2; is_filled++) {
        record_with_gaps(is_filled, 0);
        die_now();
        lose_frames(60); /* the loss grows while no streamer runs */
        sound_frames(900);
        start_take(TAKE_RESUME, 0);
        await_taken(BEGIN + 2600);
        die_now();
        start_take(TAKE_RESUME, 0);
        sound_frames(10);
        end_capture();
        await_done();
        check_places(is_filled ? sounded : sounded - lost, 430, is_filled);
        assert_int_equal(tear_down(NULL), 0);
        assert_int_equal(set_up(NULL), 0);
    }
}

/* The header of the capture keeps only the last places, and the file only the first: every sound is still in its
 * place. */
PREPARED_CLAIM(more_gaps_than_are_listed_displace_no_sound)
{
    sounded = lost = 0;
    fills = true;
    start_take(TAKE_NEW, 0);
    begin_capture();
    sound_frames(1);
    await_taken(BEGIN + 1);
    for (int i = 0; i < 3 * CAPTURE_GAPS; i++) { /* while the streamer sleeps, or not */
        lose_frames(2);
        sound_frames(3);
    }
    await_taken(ring_written(&capture.writer));
    for (int i = 0; i < WAV_GAPS; i++) {
        lose_frames(1);
        sound_frames(1);
        await_taken(ring_written(&capture.writer));
    }
    lose_frames(7);
    sound_frames(1);
    end_capture();
    await_done();
    int fd = open(capture.path, O_RDWR);
    struct wav wav;
    float frame[2];
    assert_int_equal(wav_resume(&wav, fd, NULL), ERR_OK);
    assert_int_equal(wav.frames, sounded);
    assert_int_equal(wav.gaps.lost, lost);
    assert_true(wav.gaps.count > WAV_GAPS);
    for (uint64_t i = sounded - 2 * WAV_GAPS - 7; i < sounded; i++) {
        assert_int_equal(pread(fd, frame, 8, (off_t)(WAV_HEADER + i * 8)), 8);
        assert_true(frame[0] * 16777216.0F == (float)i || !(frame[0] > 0));
    }
    assert_true(frame[0] * 16777216.0F == (float)(sounded - 1));
    close(fd);
}

PREPARED_CLAIM(a_take_of_so_many_frames_has_them_where_some_are_missing)
{
    record_with_gaps(true, 1200); /* ends within the silence */
    await_done();
    check_places(1200, 200, true);
}

/* The shared memory may be damaged. */
PREPARED_CLAIM(a_header_with_an_impossible_rate_leaves_that_of_the_take)
{
    const uint32_t rates[] = { 0, 1, UINT32_MAX };

    for (int i = 0; i < 3; i++) {
        start_take(TAKE_NEW, 0);
        play_frames(1000000, BEGIN);
        put_header(rates[i]);
        play_frames(0, 1000);
        await_taken(BEGIN + 1000);
        lost = 0;
        lose_frames(50);
        play_frames(1050, 200);
        end_capture();
        await_done();
        assert_int_equal(capture.error, ERR_OK);
        int fd = open(capture.path, O_RDWR);
        struct wav wav;
        assert_int_equal(wav_resume(&wav, fd, NULL), ERR_OK);
        assert_int_equal(wav.take.rate, RATE);
        assert_int_equal(wav.gaps.lost, 50);
        close(fd);
        assert_int_equal(tear_down(NULL), 0);
        assert_int_equal(set_up(NULL), 0);
    }
}

/* Unsynced data is cut off, together with its missing frames. */
PREPARED_CLAIM(a_take_that_was_cut_lists_no_gap_after_its_end)
{
    struct wav wav;

    record_with_gaps(true, 0);
    sound_frames(100);
    await_taken(BEGIN + 1800);
    die_now();
    int fd = open(capture.path, O_RDWR);
    assert_int_equal(wav_resume(&wav, fd, NULL), ERR_OK);
    assert_int_equal(wav.gaps.lost, 370);
    assert_int_equal(wav_cut(&wav, 2055, NULL), ERR_OK);
    assert_int_equal(wav.gaps.lost, 355);
    assert_int_equal(wav_cut(&wav, 1100, NULL), ERR_OK);
    assert_int_equal(wav.gaps.lost, 100);
    assert_int_equal(wav_cut(&wav, 900, NULL), ERR_OK);
    assert_int_equal(wav.gaps.lost, 0);
    assert_int_equal(wav_sync(&wav, NULL), ERR_OK);
    close(fd);
    check_places(900, 0, true);
}
