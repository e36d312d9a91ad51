#include "services/streamer/play/stretch.h"

#include <math.h>
#include <pthread.h>
#include <rubberband/rubberband-c.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/rt/ring.h"

enum { BLOCK = 1024 }; /* frames that Rubber Band gets at once */

static const uint32_t frame_bytes = 2 * sizeof(float);
static _Atomic uint32_t working;

/* Two rings connect the loop and the thread; `lock` guards only the flags and the sleep of the thread. */
struct stretch {
    struct ring in, out;     /* the loop's views */
    struct ring taken, made; /* those of the thread */
    void *memory[2];
    uint32_t rate;
    double tempo, semitones;
    enum stretch_grade grade;
    pthread_mutex_t lock;
    pthread_cond_t call;
    bool is_left; /* under the lock: the loop does not need it any more */
    bool is_last; /* under the lock: no input follows */
    _Atomic bool is_done;

    /* the thread's own */
    RubberBandState state;
    uint32_t late; /* frames of its delay, still to be discarded */
    float stereo[2 * BLOCK];
    float plane[2][BLOCK];
};

/* ---- the thread: Rubber Band ---- */

static void process_frames(struct stretch *stretch, uint32_t frames, bool last)
{
    const float *const planes[2] = { stretch->plane[0], stretch->plane[1] };

    rubberband_process(stretch->state, planes, frames, last);
}

/* Feeds silence before the beginning, so that the beginning is complete. The same number of frames is discarded
 * later. */
static void pad_start(struct stretch *stretch)
{
    uint32_t left = rubberband_get_preferred_start_pad(stretch->state);

    memset(stretch->plane, 0, sizeof(stretch->plane));
    stretch->late = rubberband_get_start_delay(stretch->state);
    while (left > 0) {
        uint32_t frames = left < BLOCK ? left : BLOCK;
        process_frames(stretch, frames, false);
        left -= frames;
    }
}

static void make_state(struct stretch *stretch)
{
    static const RubberBandOptions of_grade[] = {
        [STRETCH_QUICK] = RubberBandOptionEngineFiner | RubberBandOptionWindowShort,
        [STRETCH_FINE] = RubberBandOptionEngineFiner,
        [STRETCH_DRUMS] = RubberBandOptionEngineFaster | RubberBandOptionWindowShort | RubberBandOptionTransientsCrisp |
                          RubberBandOptionDetectorPercussive | RubberBandOptionPhaseIndependent,
    };
    const RubberBandOptions options = RubberBandOptionProcessRealTime | RubberBandOptionPitchHighConsistency |
                                      RubberBandOptionChannelsTogether | of_grade[stretch->grade];

    stretch->state =
        alloc_check(rubberband_new(stretch->rate, 2, options, 1 / stretch->tempo, exp2(stretch->semitones / 12)));
    rubberband_set_max_process_size(stretch->state, BLOCK);
    pad_start(stretch);
}

static uint32_t count_available(const struct stretch *stretch)
{
    int count = rubberband_available(stretch->state);

    return count > 0 ? (uint32_t)count : 0;
}

static uint32_t retrieve_frames(struct stretch *stretch, uint32_t most)
{
    float *const planes[2] = { stretch->plane[0], stretch->plane[1] };
    uint32_t count = count_available(stretch);

    count = count < most ? count : most;
    return rubberband_retrieve(stretch->state, planes, count < BLOCK ? count : BLOCK);
}

/* Moves finished frames to the ring while it has room. */
static void put_output(struct stretch *stretch)
{
    uint32_t got, room;

    while (stretch->late > 0 && (got = retrieve_frames(stretch, stretch->late)) > 0)
        stretch->late -= got;
    while (stretch->late == 0 && (room = ring_space(&stretch->made)) > 0 &&
           (got = retrieve_frames(stretch, room)) > 0) {
        for (uint32_t i = 0; i < got; i++) {
            stretch->stereo[2 * i] = stretch->plane[0][i];
            stretch->stereo[2 * i + 1] = stretch->plane[1][i];
        }
        ring_write(&stretch->made, stretch->stereo, got);
    }
}

/* `is_last`: all input lies in the ring. */
static void do_block(struct stretch *stretch, bool is_last)
{
    uint32_t frames = ring_read(&stretch->taken, stretch->stereo, BLOCK);

    for (uint32_t i = 0; i < frames; i++) {
        stretch->plane[0][i] = stretch->stereo[2 * i];
        stretch->plane[1][i] = stretch->stereo[2 * i + 1];
    }
    is_last = is_last && ring_ready(&stretch->taken) == 0;
    process_frames(stretch, frames, is_last);
    put_output(stretch);
}

/* ---- the thread: its life ---- */

enum work { WORK_BLOCK, WORK_OUTPUT, WORK_END };

/* True if the thread can go on: the ring of output has room, and there is something to put there. */
static bool has_work(struct stretch *stretch, bool *ended_input)
{
    if (ring_space(&stretch->made) == 0)
        return false;
    return count_available(stretch) > stretch->late || ring_ready(&stretch->taken) > 0 ||
           (stretch->is_last && !*ended_input);
}

static enum work await_work(struct stretch *stretch, bool ended_input, bool *is_last)
{
    enum work work;

    pthread_mutex_lock(&stretch->lock);
    while (!stretch->is_left && !has_work(stretch, &ended_input))
        pthread_cond_wait(&stretch->call, &stretch->lock);
    *is_last = stretch->is_last;
    work = stretch->is_left ? WORK_END : count_available(stretch) > stretch->late ? WORK_OUTPUT : WORK_BLOCK;
    pthread_mutex_unlock(&stretch->lock);
    return work;
}

static void free_all(struct stretch *stretch)
{
    if (stretch->state)
        rubberband_delete(stretch->state);
    pthread_cond_destroy(&stretch->call);
    pthread_mutex_destroy(&stretch->lock);
    free(stretch->memory[0]);
    free(stretch->memory[1]);
    free(stretch);
    working--;
}

static void *run_stretch(void *state)
{
    struct stretch *stretch = state;
    bool is_last, ended_input = false;
    enum work work;

    make_state(stretch);
    while ((work = await_work(stretch, ended_input, &is_last)) != WORK_END) {
        if (work == WORK_BLOCK) {
            do_block(stretch, is_last);
            ended_input = is_last && ring_ready(&stretch->taken) == 0;
        }
        put_output(stretch);
        if (ended_input && count_available(stretch) == 0)
            stretch->is_done = true;
    }
    free_all(stretch);
    return NULL;
}

/* ---- the loop's side ---- */

static void make_ring(void **memory, struct ring *loop, struct ring *thread)
{
    *memory = alloc_aligned(64, ring_size(frame_bytes, STRETCH_FRAMES_MAX));
    ring_make(*memory, frame_bytes, STRETCH_FRAMES_MAX);
    ring_open(loop, *memory, frame_bytes, STRETCH_FRAMES_MAX);
    ring_open(thread, *memory, frame_bytes, STRETCH_FRAMES_MAX);
}

enum err stretch_new(uint32_t rate, double tempo, double semitones, enum stretch_grade grade, struct stretch **stretch,
                     struct fault *fault)
{
    pthread_t thread;

    *stretch = NULL;
    if (!(tempo >= 0.25 && tempo <= 4) || !(fabs(semitones) <= 24))
        return fault_set(fault, ERR_BAD_REQUEST,
                         "tempo ratio %g or shift %g is out of range: 0.25 to 4, -24 to 24 semitones", tempo,
                         semitones);
    struct stretch *made = alloc_zeroed(1, sizeof(*made));
    made->rate = rate;
    made->tempo = tempo;
    made->semitones = semitones;
    made->grade = grade;
    make_ring(&made->memory[0], &made->in, &made->taken);
    make_ring(&made->memory[1], &made->out, &made->made);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->call, NULL);
    working++;
    if (pthread_create(&thread, NULL, run_stretch, made) != 0) {
        free_all(made);
        return fault_set(fault, ERR_FULL, "cannot start a thread to stretch the sound");
    }
    pthread_detach(thread);
    *stretch = made;
    return ERR_OK;
}

static void call_thread(struct stretch *stretch, bool last, bool leave)
{
    pthread_mutex_lock(&stretch->lock);
    stretch->is_last = stretch->is_last || last;
    stretch->is_left = stretch->is_left || leave;
    pthread_cond_signal(&stretch->call);
    pthread_mutex_unlock(&stretch->lock);
}

void stretch_free(struct stretch *stretch)
{
    if (stretch)
        call_thread(stretch, false, true);
}

uint32_t stretch_room(const struct stretch *stretch)
{
    return ring_space(&stretch->in);
}

void stretch_feed(struct stretch *stretch, const float *stereo, uint32_t frames, bool last)
{
    ring_write(&stretch->in, stereo, frames);
    call_thread(stretch, last, false);
}

uint32_t stretch_take(struct stretch *stretch, float *to, uint32_t most)
{
    uint32_t taken = ring_read(&stretch->out, to, most);

    if (taken > 0)
        call_thread(stretch, false, false);
    return taken;
}

bool stretch_is_done(const struct stretch *stretch)
{
    return stretch->is_done && ring_ready(&stretch->out) == 0;
}

uint32_t stretch_count(void)
{
    return working;
}
