/* studio.h: all shared memory of the sound plane, by name. The supervisor makes the objects before it starts the audio
 * core and the streamer; they outlive every process and are removed with the engine. Each has one writer:
 *
 *   score        audio's control thread → audio thread     struct score as a snapshot
 *   state        audio thread → all                        struct state on slots
 *   orders.N     producer N → audio thread                 ring of struct order
 *   notes.N      audio thread → consumer N                 ring of struct note
 *   stream.N     streamer → audio thread                   struct stream_memory and its frames
 *   capture.N    audio thread → streamer                   struct capture_memory and its frames
 *   sounds       streamer → audio thread                   struct sounds_memory
 *   engine       the owning audio thread                   its own survival state, opaque here
 *   streamer     the streamer                          its own survival state, opaque here
 *
 * Any thread, never RT: the pointers it gives are for RT. */
#ifndef LOOPHOLE_COMMON_STUDIO_H
#define LOOPHOLE_COMMON_STUDIO_H

#include "common/paths.h"
#include "common/rt/order.h"
#include "common/rt/score.h"
#include "common/rt/slots.h"
#include "common/rt/snapshot.h"
#include "common/rt/state.h"
#include "common/rt/stream.h"
#include "common/shared/studio_rate.h"

enum { STUDIO_NAME_SIZE = 24 }; /* "capture.0" */

/* Rings of frames hold their 8 s (streams) and 16 s (captures) at one of three rates: 48,000, 96,000 or 192,000 Hz.
 * The file DATA/audio.rate says which one when they are made: the audio core writes the server's rate there, and ends
 * if its rings are too short for it, so that the supervisor makes longer ones. Longer ones than needed are kept. */
enum { STUDIO_VERSION = 4, STUDIO_ENGINE_BYTES = 8 << 20, STUDIO_STREAMER_BYTES = 1 << 20 };

struct studio; /* the mappings */

/* The supervisor: makes what is missing or damaged, takes over what is whole. Errors: full (no room in /dev/shm; the
 * hint says how much is needed), io, denied. */
enum err studio_make(const struct paths *paths, struct fault *fault);
/* The same while other processes still map a damaged object. `made` is the name of the object that was replaced, of the
 * last one if there were several, "" if none. Those processes notice it by studio_check. */
enum err studio_mend(const struct paths *paths, char made[STUDIO_NAME_SIZE], struct fault *fault);
enum err studio_remove(const struct paths *paths);

/* The audio core: notes the server's rate for the next making. True: the rings will be longer then than they are now.
 * False: they will not, or the rate was noted before, or cannot be (io, full, denied). */
bool studio_outgrown(const struct studio *studio, const struct paths *paths, uint32_t rate, struct fault *fault);

/* Anybody: maps all of them; every page is touched. An object that is cut short later does not end the process
 * (guard.h): it goes on with zeroes of its own. Errors: offline (no audio in this engine), version, io. */
enum err studio_open(const struct paths *paths, struct studio **studio, struct fault *fault);

/* Checks all objects while others write them; called once a second or so. Errors, with the object's name: io: it is
 * damaged or replaced: the process starts again, and the supervisor makes a new object (studio_mend). offline: it is
 * removed; a process that maps it goes on with it, and the next one that starts makes all others start again. */
enum err studio_check(const struct studio *studio, struct fault *fault);
void studio_close(struct studio *studio); /* NULL is allowed */

/* Views; each call gives a fresh private view of the one memory. */
struct snapshot studio_score(const struct studio *studio);
struct slots studio_state(const struct studio *studio);
struct ring studio_orders(const struct studio *studio, uint32_t producer);
struct ring studio_notes(const struct studio *studio, uint32_t consumer);
struct stream_memory *studio_stream(const struct studio *studio, uint32_t index, struct ring *ring);
struct capture_memory *studio_capture(const struct studio *studio, uint32_t index, struct ring *ring);
struct sounds_memory *studio_sounds(const struct studio *studio);
void *studio_engine(const struct studio *studio);   /* STUDIO_ENGINE_BYTES, zeroed when made, aligned to 64 */
void *studio_streamer(const struct studio *studio); /* STUDIO_STREAMER_BYTES, zeroed when made, aligned to 64 */

#endif
