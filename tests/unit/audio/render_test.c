/* Hits of pads off line, with the score and the sounds of a studio in which an engine plays. */
#include <sys/mman.h>
#include <unistd.h>

#include "services/audio/offline/render.h"
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { LENGTH = 2000, HEAD = 58 };

struct offline {
    struct studio *studio;
    struct render_hit hits[4];
    struct render_job job;
    float frames[STAGE_RATE][2];
    uint64_t count;
    struct fault fault;
};

static void give_pads(struct stage *stage)
{
    float x[LENGTH];

    for (uint32_t i = 0; i < LENGTH; i++)
        x[i] = stage_count(1000 + i);
    stage_sound(stage, 0, x, LENGTH);
    stage->score.master.gain = 0.25F;
    stage->score.groups[GROUP_PADS].gain = 0.5F;
    for (uint32_t i = 0; i < 2; i++)
        stage->score.pads[i] = (struct score_pad){
            .sound = i, .generation = 1, .gain = 1, .ratio = 1, .note = 255, .channel = 255, .curve = 1, .output = 2
        };
    stage_score(stage);
}

static enum err render_offline(struct stage *stage, struct offline *to)
{
    int fd = memfd_create("render", MFD_CLOEXEC);
    enum err e;

    to->job.rate = STAGE_RATE;
    to->job.frames = 12000;
    to->job.hits.at = to->hits;
    assert_int_equal(studio_open_offline(&stage->home->paths, &to->studio, NULL), ERR_OK);
    e = render_hits(to->studio, &to->job, fd, &to->count, &to->fault);
    if (e == ERR_OK)
        assert_int_equal(pread(fd, to->frames, to->count * 8, HEAD), to->count * 8);
    studio_close(to->studio);
    close(fd);
    return e;
}

STAGE_CLAIM(hits_sound_at_their_frames_with_the_channel_of_pads_and_without_the_master)
{
    struct stage *stage = *state;
    struct offline *offline = calloc(1, sizeof(*offline));

    give_pads(stage);
    stage_run(stage, 5000); /* the engine of the studio plays on */
    offline->job.hits.count = 2;
    offline->hits[0] = (struct render_hit){ .frame = 777, .pad = 0, .velocity = 1 };
    offline->hits[1] = (struct render_hit){ .frame = 11500, .pad = 0, .velocity = 0.5 };
    assert_int_equal(render_offline(stage, offline), ERR_OK);
    assert_int_equal(offline->count, 11500 + LENGTH); /* the end of the last one is in the file */
    for (uint32_t i = 0; i < LENGTH; i++) {
        stage_near(offline->frames[777 + i][0], 0.5 * (double)stage_count(1000 + i), 1e-9);
        stage_near(offline->frames[11500 + i][1], 0.25 * (double)stage_count(1000 + i), 1e-9);
    }
    for (uint32_t i = 0; i < 777; i++)
        stage_near(offline->frames[i][0], 0, 1e-9);
    stage_run(stage, 10000);
    assert_true(stage_is_silent(stage, 0, 10000)); /* nothing of it sounds */
    free(offline);
}

STAGE_CLAIM(a_pad_whose_sound_is_not_loaded_is_refused)
{
    struct stage *stage = *state;
    struct offline *offline = calloc(1, sizeof(*offline));

    give_pads(stage);
    offline->job.hits.count = 1;
    offline->hits[0] = (struct render_hit){ .frame = 0, .pad = 1, .velocity = 1 };
    assert_int_equal(render_offline(stage, offline), ERR_CONFLICT);
    assert_string_equal(offline->fault.what, "the sound of pad 1 is not loaded");
    offline->hits[0].pad = 0;
    assert_int_equal(render_offline(stage, offline), ERR_OK);
    studio_sounds(stage->studio)->entries[0].generation = 2;
    assert_int_equal(render_offline(stage, offline), ERR_CONFLICT);
    free(offline);
}
