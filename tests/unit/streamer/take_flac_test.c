/* A predecessor may leave any part of a take that is to be FLAC. In the end one file is the whole take, and no other
 * file is changed. The worker is the real one. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/streamer/record/take_flac.h"
#include "tests/unit/claim.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, set_up, tear_down)

enum { FRAMES = 150000, RATE = 48000 };

static struct test {
    struct mailbox *mailbox;
    struct errands *errands;
    char folder[64], wav[128], flac[128], part[128], program[PATH_MAX];
    bool is_done, is_cancelled;
    enum take_became became;
    struct fault fault;
    struct wav_take facts;
    uint64_t count, size;
    uint8_t content[16];
} test;

static const struct wav_take facts = {
    .item = { { 1, 2, 3 } }, .rate = RATE, .first = -5, .latency_frames = 77, .is_for_flac = true
};

static void end_errand(struct errand *errand, bool lost)
{
    const struct take_flac *flac = (const struct take_flac *)errand;

    assert_false(lost);
    test.is_done = true;
    test.became = flac->became;
    test.fault = flac->fault;
    test.facts = flac->facts;
    test.count = flac->count;
    test.size = flac->size;
    memcpy(test.content, flac->content, sizeof(test.content));
}

static int set_up(void **state)
{
    ssize_t len = readlink("/proc/self/exe", test.program, sizeof(test.program) - 1);

    (void)state;
    assert_true(len > 0);
    test.program[len] = '\0';
    for (int i = 0; i < 3; i++) /* BUILD/tests/streamer/take_flac_test */
        *strrchr(test.program, '/') = '\0';
    strcat(test.program, "/bin/loophole-worker");
    assert_int_equal(mailbox_new(&test.mailbox, NULL), ERR_OK);
    test.errands = errands_new(test.mailbox, 1);
    strcpy(test.folder, "/tmp/loophole-flac.XXXXXX");
    assert_non_null(mkdtemp(test.folder));
    snprintf(test.wav, sizeof(test.wav), "%s/a.wav", test.folder);
    snprintf(test.flac, sizeof(test.flac), "%s/a.flac", test.folder);
    snprintf(test.part, sizeof(test.part), "%s/a.flac.part", test.folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_true(errands_end(test.errands));
    mailbox_free(test.mailbox);
    unlink(test.wav);
    unlink(test.flac);
    unlink(test.part);
    assert_int_equal(rmdir(test.folder), 0);
    test = (struct test){ 0 };
    return 0;
}

/* Frame n is n · step of 24 bit; frame `over` is above full scale. */
static void make_wav(uint32_t frames, uint32_t step, uint32_t over)
{
    struct wav wav;
    int fd = open(test.wav, O_RDWR | O_CREAT | O_TRUNC, 0600);

    assert_int_equal(wav_begin(&wav, fd, WAV_FLOAT, &facts, NULL), ERR_OK);
    for (uint32_t i = 0; i < frames; i++) {
        float frame[2] = { (float)(i * step % 8388607) / 8388607.0F, i == over ? -1.5F : -0.25F };
        assert_int_equal(wav_write(&wav, i, frame, 1, NULL), ERR_OK);
    }
    assert_int_equal(wav_sync(&wav, NULL), ERR_OK);
    close(fd);
}

static void run_with(struct wav_take known, const char *program)
{
    struct take_flac *flac = take_flac_new(test.wav, end_errand, NULL);

    flac->facts = known;
    strcpy(flac->title, "A take");
    snprintf(flac->program, sizeof(flac->program), "%s", program);
    atomic_store(&flac->is_cancelled, test.is_cancelled);
    test.is_done = false;
    take_flac_start(flac, test.errands);
    while (!test.is_done) {
        mailbox_open(test.mailbox);
        clock_sleep(1000);
    }
}

static void run_encoder(void)
{
    run_with(facts, test.program);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void assert_files(bool wav, bool flac)
{
    assert_int_equal(is_there(test.wav), wav);
    assert_int_equal(is_there(test.flac), flac);
    assert_false(is_there(test.part));
}

static void assert_flac(void)
{
    struct stat st;

    assert_int_equal(test.became, TAKE_IS_FLAC);
    assert_files(false, true);
    assert_int_equal(stat(test.flac, &st), 0);
    assert_int_equal(test.size, st.st_size);
    assert_int_equal(test.count, FRAMES);
}

static void assert_wav(const char *why)
{
    assert_int_equal(test.became, TAKE_STAYS_WAV);
    if (!strstr(test.fault.what, why))
        fail_msg("\"%s\"", test.fault.what);
    assert_true(is_there(test.wav));
}

static void put_file(const char *path, const char *words)
{
    FILE *file = fopen(path, "w");

    fputs(words, file);
    fclose(file);
}

PREPARED_CLAIM(a_whole_wav_becomes_a_flac)
{
    make_wav(FRAMES, 1, UINT32_MAX);
    run_encoder();
    assert_flac();
}

PREPARED_CLAIM(a_half_flac_is_made_again)
{
    make_wav(FRAMES, 1, UINT32_MAX);
    put_file(test.part, "fLaC and then its maker was killed");
    run_encoder();
    assert_flac();
}

static void copy_file(const char *from, const char *to)
{
    char line[300];

    snprintf(line, sizeof(line), "cp %s %s", from, to);
    assert_int_equal(system(line), 0);
}

PREPARED_CLAIM(a_whole_flac_beside_the_wav_is_the_take)
{
    make_wav(FRAMES, 1, UINT32_MAX);
    run_encoder();
    copy_file(test.flac, test.part);
    make_wav(FRAMES, 1, UINT32_MAX);
    assert_int_equal(rename(test.part, test.flac), 0);
    run_encoder();
    assert_flac();
}

PREPARED_CLAIM(another_flac_beside_the_wav_is_left_alone)
{
    make_wav(FRAMES, 3, UINT32_MAX);
    run_encoder();
    make_wav(FRAMES, 1, UINT32_MAX);
    run_encoder();
    assert_wav("another file is at");
    assert_files(true, true);
    put_file(test.flac, "somebody's");
    run_encoder();
    assert_wav("another file is at");
    assert_files(true, true);
}

PREPARED_CLAIM(a_longer_or_a_shorter_flac_is_another)
{
    make_wav(FRAMES, 1, UINT32_MAX);
    run_encoder();
    make_wav(FRAMES + 1, 1, UINT32_MAX);
    run_encoder();
    assert_wav("another file is at");
    make_wav(FRAMES - 1, 1, UINT32_MAX);
    run_encoder();
    assert_wav("another file is at");
}

PREPARED_CLAIM(a_flac_without_its_wav_names_its_take_itself)
{
    struct wav_take known = { .item = facts.item };
    uint8_t content[16];

    make_wav(FRAMES, 1, UINT32_MAX);
    run_encoder();
    memcpy(content, test.content, sizeof(content));
    run_with(known, test.program);
    assert_flac();
    assert_int_equal(test.facts.first, -5);
    assert_int_equal(test.facts.latency_frames, 77);
    assert_memory_equal(test.content, content, sizeof(content));
    known.item.b[0] ^= 1;
    run_with(known, test.program);
    assert_int_equal(test.became, TAKE_IS_LEFT);
    assert_files(false, true);
    put_file(test.flac, "somebody's");
    run_with(known, test.program);
    assert_int_equal(test.became, TAKE_IS_LEFT);
    assert_files(false, true);
}

PREPARED_CLAIM(while_the_disk_is_unknown_a_missing_wav_is_left_alone)
{
    put_file(test.part, "what was made of it");
    run_encoder();
    assert_int_equal(test.became, TAKE_IS_LEFT);
    assert_files(false, false);
}

PREPARED_CLAIM(a_sample_over_full_scale_leaves_the_wav)
{
    make_wav(FRAMES, 1, FRAMES - 1);
    run_encoder();
    assert_wav("frame 149999 is 3.5 dB over full scale");
    assert_files(true, false);
}

PREPARED_CLAIM(a_cancelled_take_stays_a_wav)
{
    make_wav(FRAMES, 1, UINT32_MAX);
    test.is_cancelled = true;
    run_encoder();
    assert_wav("cancelled");
    assert_files(true, false);
}

PREPARED_CLAIM(a_worker_that_dies_is_replaced_once)
{
    char program[160], words[PATH_MAX + 200];

    make_wav(FRAMES, 1, UINT32_MAX);
    snprintf(program, sizeof(program), "%s/worker", test.folder);
    snprintf(words, sizeof(words), "#!/bin/sh\n[ -e %s/died ] && exec %s \"$@\"\ntouch %s/died; kill -KILL $$\n",
             test.folder, test.program, test.folder);
    put_file(program, words);
    chmod(program, 0700);
    run_with(facts, program);
    assert_flac();
    make_wav(FRAMES, 2, UINT32_MAX);
    unlink(test.flac);
    put_file(program, "#!/bin/sh\nkill -KILL $$\n");
    run_with(facts, program);
    assert_wav("SIGKILL");
    assert_files(true, false);
    unlink(program);
    snprintf(words, sizeof(words), "%s/died", test.folder);
    unlink(words);
}
