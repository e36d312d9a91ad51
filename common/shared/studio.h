/* studio.h: all shared memory of the audio data, by name. The supervisor makes the objects before it starts the audio
 * core and the streamer. They outlive every process and are removed with the engine. Each has one writer:
 *
 *   score        audio's control thread → audio thread     struct score as a snapshot
 *   state        audio thread → all                        struct state on slots
 *   cues.N     producer N → audio thread                 ring of struct cue
 *   notes.N      audio thread → consumer N                 ring of struct note
 *   stream.N     streamer → audio thread                   struct stream_memory and its frames
 *   capture.N    audio thread → streamer                   struct capture_memory and its frames
 *   sounds       streamer → audio thread                   struct sounds_memory
 *   engine       the owning audio thread                   its own survival state, opaque here
 *   streamer     the streamer                              its own survival state, opaque here
 *
 * Any thread, never RT; the returned pointers are for RT. */
#ifndef LOOPHOLE_COMMON_STUDIO_H
#define LOOPHOLE_COMMON_STUDIO_H

#include "common/paths.h"
#include "common/rt/cue.h"
#include "common/rt/score.h"
#include "common/rt/slots.h"
#include "common/rt/snapshot.h"
#include "common/rt/state.h"
#include "common/rt/stream.h"
#include "common/shared/studio_rate.h"

enum { STUDIO_NAME_SIZE = 24 }; /* "capture.0" */

/* Rings of frames last 8 s (streams) or 16 s (captures) at one of three rates: 48,000, 96,000 or 192,000 Hz. The file
 * DATA/audio.rate selects it when they are made. The audio core writes the server's rate there. If its rings are too
 * short for that rate, it ends, and the supervisor makes longer ones. Rings longer than needed are kept. */
enum { STUDIO_VERSION = 12, STUDIO_ENGINE_BYTES = 10 << 20, STUDIO_STREAMER_BYTES = 3 << 20 };

struct studio; /* the mappings */

/* The supervisor: makes missing or damaged objects, and takes over valid ones. Errors: full (no room in /dev/shm; the
 * hint says how much is needed), io, denied. */
enum err studio_make(const struct paths *paths, struct fault *fault);
/* As studio_make, while other processes still map a damaged object; their studio_check reports it. `made` is the name
 * of the last replaced object; "" if none was replaced. */
enum err studio_repair(const struct paths *paths, char made[STUDIO_NAME_SIZE], struct fault *fault);
enum err studio_remove(const struct paths *paths);

/* The audio core: records the server's rate for the next rings. Returns true if those will be longer than the current
 * ones. Returns false if not, if the rate was recorded before, or if it cannot be written (io, full, denied). */
bool studio_outgrown(const struct studio *studio, const struct paths *paths, uint32_t rate, struct fault *fault);

/* Any process: maps all objects and touches every page. A later truncation does not end the process (guard.h): it
 * continues with private zeroed memory. Errors: offline (no audio in this engine), version, io. */
enum err studio_open(const struct paths *paths, struct studio **studio, struct fault *fault);

/* A studio of this process alone, in which sound is computed off line: its rings and states are new. It begins with
 * the score that was published last in the engine's studio, and reads the sounds of that studio without writing them:
 * they may change meanwhile. Errors: as studio_open; busy (the score is being changed). */
enum err studio_open_offline(const struct paths *paths, struct studio **studio, struct fault *fault);

/* Checks all objects while others write them; called about once a second. Errors, with the object's name: io: it is
 * damaged or replaced; the process ends, and the supervisor makes a new object (studio_repair). offline: it was
 * removed; a process that maps it continues, but the next process that starts makes all others start again. */
enum err studio_check(const struct studio *studio, struct fault *fault);
void studio_close(struct studio *studio); /* NULL is allowed */

/* Each call returns a fresh private view of the same memory. */
struct snapshot studio_score(const struct studio *studio);
struct slots studio_state(const struct studio *studio);
struct ring studio_cues(const struct studio *studio, uint32_t producer);
struct ring studio_notes(const struct studio *studio, uint32_t consumer);
struct stream_memory *studio_stream(const struct studio *studio, uint32_t index, struct ring *ring);
struct capture_memory *studio_capture(const struct studio *studio, uint32_t index, struct ring *ring);
struct sounds_memory *studio_sounds(const struct studio *studio);
void *studio_engine(const struct studio *studio);   /* STUDIO_ENGINE_BYTES, zeroed when made, aligned to 64 */
void *studio_streamer(const struct studio *studio); /* STUDIO_STREAMER_BYTES, zeroed when made, aligned to 64 */

#endif
