/* transport.h: where the music is, in steps (a bar is 16, a beat 4), by the frames of the audio clock. RT.
 *
 * A place and the frame at which it is or was reached, and the length of a step, say where every other step lies.
 * A new tempo takes the place of that moment as its beginning: the place never jumps. */
#ifndef LOOPHOLE_AUDIO_RT_TRANSPORT_H
#define LOOPHOLE_AUDIO_RT_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

static const double TRANSPORT_SLOWEST = 20, TRANSPORT_FASTEST = 400; /* BPM */

struct transport {
    int64_t frame;      /* at which … */
    double place;       /* … it stood here, in steps */
    double step_frames; /* a step's length */
    double tempo;       /* BPM */
    double from;        /* the step at which it begins to play: before that it counts in */
    uint32_t running;
    uint32_t spare;
};

double transport_place(const struct transport *transport, int64_t frame);
int64_t transport_frame_of(const struct transport *transport, double place); /* the nearest; while it runs */

/* BPM, brought into its range; at any time. */
void transport_tempo(struct transport *transport, int64_t frame, double tempo, uint32_t rate);
/* As long as a step is, whatever that is in BPM: for following a clock. */
void transport_pace(struct transport *transport, int64_t frame, double step_frames);

void transport_start(struct transport *transport, int64_t frame, uint32_t bars); /* after so many bars of counting in */
void transport_stop(struct transport *transport, int64_t frame);                 /* at the beginning of the step */
void transport_locate(struct transport *transport, int64_t frame, double place);
/* A little forward or back while it runs: what has begun goes on. */
void transport_nudge(struct transport *transport, int64_t frame, double place);
/* The place at that frame; a step that begins there, to the nearest frame, is that step exactly. */
double transport_place_on(const struct transport *transport, int64_t frame);

/* A state from memory that anything may have written to. */
void transport_heal(struct transport *transport, int64_t frame, uint32_t rate);

#endif
