/* streams.h: 32 voices that play what the streamer writes into rings. RT.
 *
 * A voice is started with a generation; it waits until the ring's header names that generation and holds enough, and
 * begins. A generation that begins at the file's own first frame begins as it is: a fade would take a drum's attack.
 * One that begins elsewhere fades in over 5 ms. When the header names another generation (a seek), what is left of the
 * old one fades out over 5 ms while the new one begins: its cells before `begin` are dropped. The same when a start
 * names another one. The last 5 ms of what is ready are held back until more comes or the end is known: should nothing
 * come, they are what fades out. Then the voice is dry, and fades in again on the very next frame when there are 10 ms.
 * A voice that is being stopped slowly fades out in the same way, and then ends.
 * The streamer writes `begin`, `source` and `end` first, then `generation` (release), and only then new cells. */
#ifndef LOOPHOLE_AUDIO_RT_STREAMS_H
#define LOOPHOLE_AUDIO_RT_STREAMS_H

#include <stdbool.h>

#include "common/rt/order.h"
#include "common/rt/state.h"
#include "services/audio/dsp/fade.h"

enum streams_state { STREAM_SILENT, STREAM_WAITS, STREAM_PLAYS, STREAM_STOPS };

/* A generation that sounded for d ms fades out in d ms, at most 5. So of those that are left in turn each must be left
 * before half of its predecessor's time is over, and periods of .3 ms or more leave no time for a fifth. */
enum { STREAMS_OLD = 4 };

/* What fades out of an earlier generation of a voice. */
struct streams_old {
    uint64_t index; /* of its next cell */
    uint64_t end;   /* index after its last cell */
    struct fade fade;
    float left, right;
    uint32_t group;
    uint32_t spare;
};

struct streams_voice {
    uint32_t state; /* enum streams_state */
    uint32_t generation;
    uint32_t tag;
    uint32_t group;
    uint64_t begin; /* index of the generation's first cell */
    uint64_t index; /* of the next cell to sound */
    struct streams_old old[STREAMS_OLD];
    struct fade fade;
    struct ramp left, right; /* gain and pan */
    uint32_t stop_in;        /* frames until a slow stop is over; 0: none */
    uint32_t dry;
    uint32_t told; /* its start is reported */
};

struct streams {
    struct streams_voice voice[STREAMS];
    uint64_t underruns;
};

struct engine;

/* ---- streams_orders.c ---- */
bool streams_start(struct engine *engine, const struct order *order, uint32_t producer);
bool streams_stop(struct engine *engine, const struct order *order, uint32_t producer);
bool streams_gain(struct engine *engine, const struct order *order, uint32_t producer);
void streams_silence(struct engine *engine, uint32_t frames); /* all of them, in so many frames */

/* ---- streams.c ---- */
void streams_end(struct engine *engine, uint32_t number); /* silent, and reported */
/* What sounds fades out over the old cells before `until`, beside what comes. */
void streams_retire(struct engine *engine, struct streams_voice *voice, uint64_t until);
/* Earlier generations are silent in so many frames. */
void streams_cut_old(struct streams_voice *voice, uint32_t frames);

void streams_follow(struct engine *engine); /* at the beginning of a period: generations, what is ready */
void streams_skip(struct engine *engine, uint32_t frames); /* that were not audible */
void streams_render(struct engine *engine, uint32_t frames);
void streams_release(struct engine *engine); /* after the flip */
void streams_state(const struct engine *engine, struct state *state);

#endif
