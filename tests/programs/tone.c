/* tone: plays the streamer's part in the shared memory of an engine whose streamer is idle.
 *
 *   tone stream VOICE KIND     fills the ring of this and all voices above it until SIGTERM. KIND is "sine" (a 32nd of
 *                              full scale and 441 Hz at 44.1 kHz, or as many frames in a turn) or "count" (n / 2^24).
 *                              From voice 0 on, it also takes the captured frames, and discards them
 *   tone sound SLOT            puts a short sound there: one frame of full scale, then 99 of half of it
 *
 * Prints "ready" when it sounds, or will. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/shared/studio.h"

enum { CHUNK = 4096, TURN = 100, SOUND_FRAMES = 100 };

static volatile sig_atomic_t ends;

static void on_signal(int number)
{
    (void)number;
    ends = 1;
}

static void die_of(const char *what)
{
    fprintf(stderr, "tone: %s\n", what);
    exit(1);
}

static float sample_at(bool counts, uint64_t frame)
{
    if (counts)
        return (float)(frame & 0xFFFFFF) / 16777216.0F;
    return 0.25F * (float)sin(2 * M_PI * (double)(frame % TURN) / TURN);
}

static void fill_ring(struct ring *ring, uint64_t begin, bool counts)
{
    uint64_t from = ring_written(ring) - begin;
    float frames[CHUNK][2];

    while (ring_space(ring) >= CHUNK) {
        for (uint32_t i = 0; i < CHUNK; i++)
            frames[i][0] = frames[i][1] = sample_at(counts, from + i);
        from += ring_write(ring, frames, CHUNK);
    }
}

struct voice {
    struct ring ring;
    uint64_t begin;
};

static void start_voice(struct studio *studio, uint32_t number, struct voice *voice, bool counts)
{
    struct stream_memory *memory = studio_stream(studio, number, &voice->ring);
    struct ring cues = studio_cues(studio, CUES_STREAMER);
    struct cue cue = {
        .frame = CUE_NOW, .verb = CUE_STREAM_START, .voice = number, .group = GROUP_STREAMS, .value = 1
    };

    voice->begin = ring_written(&voice->ring);
    cue.generation = atomic_load(&memory->generation) + 1;
    atomic_store(&memory->begin, voice->begin);
    atomic_store(&memory->generation, cue.generation);
    fill_ring(&voice->ring, voice->begin, counts);
    if (ring_write(&cues, &cue, 1) != 1)
        die_of("no room for a cue");
}

static void begin_capture(struct studio *studio, struct ring *ring)
{
    struct ring cues = studio_cues(studio, CUES_STREAMER);
    struct cue cue = { .frame = CUE_NOW, .verb = CUE_CAPTURE_START, .generation = 1 };

    (void)studio_capture(studio, 0, ring);
    if (ring_write(&cues, &cue, 1) != 1)
        die_of("no room for a cue");
}

static void start_stream(struct studio *studio, uint32_t first, bool counts)
{
    static struct voice voices[STREAMS];
    struct ring captured;

    if (first == 0)
        begin_capture(studio, &captured);
    for (uint32_t i = first; i < STREAMS; i++)
        start_voice(studio, i, &voices[i], counts);
    puts("ready");
    fflush(stdout);
    while (!ends) {
        for (uint32_t i = first; i < STREAMS; i++)
            fill_ring(&voices[i].ring, voices[i].begin, counts);
        if (first == 0)
            ring_release(&captured, ring_written(&captured));
        clock_sleep(100000);
    }
}

static void start_sound(struct studio *studio, uint32_t slot)
{
    struct sounds_memory *sounds = studio_sounds(studio);
    struct sound_entry *entry = &sounds->entries[slot];
    size_t offset = sizeof(sounds->samples) / sizeof(float) - (SOUNDS - slot) * (size_t)SOUND_FRAMES;

    for (uint32_t i = 0; i < SOUND_FRAMES; i++)
        sounds->samples[offset + i] = i == 0 ? 1.0F : 0.5F;
    atomic_store(&entry->offset, offset);
    atomic_store(&entry->frames, SOUND_FRAMES);
    atomic_store(&entry->channels, 1);
    atomic_store(&entry->rate, 48000);
    atomic_store(&entry->generation, 1);
    atomic_store(&entry->state, SOUND_READY);
    puts("ready");
}

int main(int argc, char **argv)
{
    struct paths paths;
    struct studio *studio = NULL;
    struct fault fault;
    uint32_t number = argc > 2 ? (uint32_t)atoi(argv[2]) : UINT32_MAX;

    if (number >= (argc == 4 ? (uint32_t)STREAMS : (uint32_t)SOUNDS))
        die_of("stream VOICE sine|count; or sound SLOT");
    signal(SIGTERM, on_signal);
    if (paths_find(&paths, &fault) != ERR_OK || studio_open(&paths, &studio, &fault) != ERR_OK)
        die_of(fault.what);
    if (argc == 4)
        start_stream(studio, number, strcmp(argv[3], "count") == 0);
    else
        start_sound(studio, number);
    studio_close(studio);
    return 0;
}
