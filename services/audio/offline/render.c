#include "services/audio/offline/render.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file.h"
#include "common/little.h"
#include "proto/transport/pipe.h"
#include "services/audio/jack/engine_open.h"
#include "services/audio/rt/engine.h"

enum { PERIOD = 256, BEGIN = 1000 /* of the server's clock */, TAIL_S = 10, QUIET_S = 1 };
enum { CHANNELS = 2, FRAME_BYTES = CHANNELS * sizeof(float), HEAD_BYTES = 58, FLOATS = 3 /* of a WAV */ };
static const uint64_t FRAMES_MOST = UINT64_C(1) << 27; /* 1 GiB */
static const float SILENT = 3.16e-5F;                  /* -90 dB */

struct rendering {
    const struct render_job *job;
    struct engine *engine;
    struct ring cues;
    int fd;
    uint32_t next;     /* of the hits */
    uint64_t at;       /* frames that are played */
    uint64_t loud_end; /* after the last one that is not silent */
    float left[PERIOD], right[PERIOD], nothing[4][PERIOD];
    struct engine_midi midi_out[ENGINE_MIDI];
    uint8_t bytes[PERIOD * FRAME_BYTES];
};

/* ---- the score ---- */

static void clear_strip(struct score_strip *strip)
{
    strip->mute = strip->solo = strip->apart = strip->pfl = 0;
}

/* The pads, their channel and the effects; nothing else sounds. */
static void leave_pads(struct score *score)
{
    score->serial++;
    score->master = (struct score_strip){ .gain = 1 };
    for (uint32_t i = 0; i < GROUPS; i++)
        clear_strip(&score->groups[i]);
    for (uint32_t i = 0; i < SCORE_PADS; i++)
        score->pads[i].output = 0;
    for (uint32_t i = 0; i < SCORE_ROWS; i++)
        score->now.rows[i].used = 0;
    score->next_bar = -1;
    score->sync = SYNC_NONE;
    score->metronome = score->monitor = score->midi_clock_out = score->preview_chained = 0;
    score->limiter = LIMIT_AT_ONCE;
    score->pads_set = score->pads_replaced = 0;
    score->has_controls = score->control_count = 0;
}

static void publish_pads(struct studio *studio, struct score *score)
{
    struct snapshot view = studio_score(studio);

    memcpy(score, snapshot_newest(&view), sizeof(*score));
    leave_pads(score);
    memcpy(snapshot_draft(&view), score, sizeof(*score));
    snapshot_publish(&view);
}

/* ---- the sounds ---- */

static bool is_loaded(const struct sounds_memory *sounds, uint32_t slot, uint32_t generation)
{
    if (slot == SCORE_NO_SOUND)
        return true;
    return slot < SOUNDS && atomic_load(&sounds->entries[slot].state) == SOUND_READY &&
           atomic_load(&sounds->entries[slot].generation) == generation;
}

static bool has_sounds(const struct sounds_memory *sounds, const struct score_pad *pad)
{
    const uint32_t layers = pad->layer_count < SCORE_LAYERS ? pad->layer_count : SCORE_LAYERS;

    if (pad->wave)
        return true;
    for (uint32_t i = 0; i < layers; i++)
        if (!is_loaded(sounds, pad->layers[i].sound, pad->layers[i].generation))
            return false;
    return layers > 0 || is_loaded(sounds, pad->sound, pad->generation);
}

/* The streamer may release a sound while it is read: so this is checked before and after. */
static enum err check_sounds(const struct studio *studio, const struct score *score, const struct render_job *job,
                             struct fault *fault)
{
    const struct sounds_memory *sounds = studio_sounds(studio);

    for (uint32_t i = 0; i < job->hits.count; i++) {
        const uint64_t pad = job->hits.at[i].pad % SCORE_PADS;
        if (has_sounds(sounds, &score->pads[pad]))
            continue;
        fault_set(fault, ERR_CONFLICT, "the sound of pad %u is not loaded", (unsigned)pad);
        return fault_hint(fault, "`loophole pads` shows why; commit again when it is");
    }
    return ERR_OK;
}

/* ---- the file ---- */

static enum err write_head(const struct rendering *r, uint64_t frames, struct fault *fault)
{
    const uint64_t data = frames * FRAME_BYTES;
    uint8_t head[HEAD_BYTES], *at = head;

    memcpy(at, "RIFF", 4), at = little_put(at + 4, data + HEAD_BYTES - 8, 4);
    memcpy(at, "WAVEfmt ", 8), at = little_put(at + 8, 18, 4);
    at = little_put(little_put(at, FLOATS, 2), CHANNELS, 2);
    at = little_put(little_put(at, r->job->rate, 4), r->job->rate * FRAME_BYTES, 4);
    at = little_put(little_put(little_put(at, FRAME_BYTES, 2), 8 * sizeof(float), 2), 0, 2);
    memcpy(at, "fact", 4), at = little_put(little_put(at + 4, 4, 4), frames, 4);
    memcpy(at, "data", 4), at = little_put(at + 4, data, 4);
    if (lseek(r->fd, 0, SEEK_SET) != 0 || file_write_fd(r->fd, head, sizeof(head)) != ERR_OK)
        return fault_set(fault, ERR_IO, "the file cannot be written");
    return ERR_OK;
}

static enum err write_frames(struct rendering *r, uint32_t frames, struct fault *fault)
{
    for (uint32_t i = 0; i < frames; i++) {
        little_put_f32(r->bytes + i * FRAME_BYTES, r->left[i]);
        little_put_f32(r->bytes + i * FRAME_BYTES + sizeof(float), r->right[i]);
    }
    if (file_write_fd(r->fd, r->bytes, frames * FRAME_BYTES) != ERR_OK)
        return fault_set(fault, ERR_IO, "the file cannot be written");
    return ERR_OK;
}

/* ---- the clock ---- */

/* The frame of the audio clock is that of the file, because the studio is new. */
static void send_cues(struct rendering *r, uint64_t until)
{
    for (; r->next < r->job->hits.count && r->job->hits.at[r->next].frame < until; r->next++) {
        const struct render_hit *hit = &r->job->hits.at[r->next];
        const struct cue cue = { .frame = (int64_t)hit->frame,
                                 .verb = hit->release ? CUE_PAD_RELEASE : CUE_PAD_HIT,
                                 .voice = (uint32_t)hit->pad,
                                 .value = (float)hit->velocity };
        if (ring_write(&r->cues, &cue, 1) != 1)
            return;
    }
}

static void run_period(struct rendering *r, uint32_t frames)
{
    struct engine_period period = { .frames = frames,
                                    .rate = (uint32_t)r->job->rate,
                                    .at = (int64_t)((BEGIN + r->at) * 1000000 / r->job->rate),
                                    .frame = (int64_t)(BEGIN + r->at),
                                    .capture = { r->nothing[0], r->nothing[0] },
                                    .main = { r->nothing[1], r->nothing[1] },
                                    .preview = { r->nothing[2], r->nothing[2] },
                                    .insert = { r->left, r->right },
                                    .midi_out = r->midi_out,
                                    .jack_step = -1 };

    engine_run(r->engine, &period);
    for (uint32_t i = 0; i < frames; i++)
        if (fabsf(r->left[i]) > SILENT || fabsf(r->right[i]) > SILENT)
            r->loud_end = r->at + i + 1;
    r->at += frames;
}

static void fade_out(struct rendering *r, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++) {
        r->left[i] *= (float)(frames - i) / (float)frames;
        r->right[i] *= (float)(frames - i) / (float)frames;
    }
}

static bool has_more(const struct rendering *r)
{
    const uint64_t end = r->job->frames, rate = r->job->rate;

    return r->at < end || (r->at < end + TAIL_S * rate && r->at < r->loud_end + QUIET_S * rate);
}

static enum err play_all(struct rendering *r, struct fault *fault)
{
    const uint64_t most = r->job->frames + TAIL_S * r->job->rate;
    enum err e = write_head(r, 0, fault);

    while (e == ERR_OK && has_more(r)) {
        const uint64_t end = r->at < r->job->frames ? r->job->frames : most;
        const uint32_t frames = end - r->at < PERIOD ? (uint32_t)(end - r->at) : PERIOD;
        send_cues(r, r->at + frames);
        run_period(r, frames);
        if (r->at == most)
            fade_out(r, frames);
        e = write_frames(r, frames, fault);
    }
    return e;
}

enum err render_hits(struct studio *studio, const struct render_job *job, int fd, uint64_t *frames, struct fault *fault)
{
    struct score *score = alloc_zeroed(1, sizeof(*score));
    struct rendering *r = alloc_zeroed(1, sizeof(*r));
    enum err e = ERR_OK;

    *r = (struct rendering){ .job = job, .fd = fd, .cues = studio_cues(studio, CUES_CONTROL) };
    if (job->frames + TAIL_S * job->rate > FRAMES_MOST)
        e = fault_set(fault, ERR_TOO_LARGE, "%llu frames of audio are too many: at most %llu",
                      (unsigned long long)job->frames, (unsigned long long)(FRAMES_MOST - TAIL_S * job->rate));
    publish_pads(studio, score);
    if (e == ERR_OK)
        e = check_sounds(studio, score, job, fault);
    if (e == ERR_OK)
        e = engine_open(studio, 0, &r->engine, fault);
    if (e == ERR_OK)
        e = play_all(r, fault);
    if (e == ERR_OK)
        e = check_sounds(studio, score, job, fault);
    *frames = r->loud_end > job->frames ? r->loud_end : job->frames;
    if (e == ERR_OK)
        e = write_head(r, *frames, fault);
    if (e == ERR_OK && ftruncate(fd, (off_t)(HEAD_BYTES + *frames * FRAME_BYTES)) != 0)
        e = fault_set(fault, ERR_IO, "the file cannot be written");
    engine_close(r->engine);
    free(r);
    free(score);
    return e;
}

/* ---- the process ---- */

enum { SOCKET = 3, NICE = 10 };

bool render_is_asked(int argc, char **argv)
{
    return argc == 2 && strcmp(argv[1], "--render") == 0;
}

static enum err render_job_of(struct pipe *pipe, struct arena *arena, struct fault *fault)
{
    struct render_job *job = arena_alloc(arena, sizeof(*job));
    struct render_done done = { 0 };
    struct paths paths = { .tag = "" };
    struct studio *studio = NULL;
    struct fault why = { 0 };
    int fd = -1;
    enum err e = pipe_receive(pipe, PIPE_WAIT, &render_job_shape, arena, job, &fd, fault);

    if (e != ERR_OK)
        return e;
    (void)snprintf(paths.tag, sizeof(paths.tag), "%.*s", TEXT_ARG(job->tag));
    e = studio_open_offline(&paths, &studio, &why);
    if (e == ERR_OK)
        e = render_hits(studio, job, fd, &done.frames, &why);
    if (e != ERR_OK)
        done.why = text_of(why.what);
    studio_close(studio);
    if (fd >= 0)
        close(fd);
    return pipe_send(pipe, &render_done_shape, &done, -1, fault);
}

int render_run(void)
{
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    struct pipe pipe;
    enum err e;

    (void)setpriority(PRIO_PROCESS, 0, NICE);
    pipe_open(&pipe, SOCKET);
    e = render_job_of(&pipe, &arena, &fault);
    if (e != ERR_OK)
        fprintf(stderr, "loophole-audio: %s\n", fault.what);
    pipe_close(&pipe);
    arena_free(&arena);
    return err_exit_code(e);
}
