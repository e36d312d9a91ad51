/* transport.h: the place of the music in steps (4 a beat, 16 a bar) by the frames of the audio clock. RT.
 *
 * One place, its frame, and the length of a step give the frame of every other step. A new tempo takes the current
 * place as its anchor, so the place never jumps. */
#ifndef LOOPHOLE_AUDIO_RT_TRANSPORT_H
#define LOOPHOLE_AUDIO_RT_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

static const double TRANSPORT_SLOWEST = 20, TRANSPORT_FASTEST = 400; /* BPM */

struct transport {
    int64_t frame;      /* frame of `place` */
    double place;       /* steps */
    double step_frames; /* length of a step */
    double tempo;       /* BPM */
    double from;        /* the step at which it begins to play, after the count-in */
    uint32_t running;
    uint32_t rolls; /* number of starts, stops and locates */
};

/* The place at `frame`, in steps; below `from` during the count-in. */
double transport_place(const struct transport *transport, int64_t frame);
int64_t transport_frame_of(const struct transport *transport, double place); /* nearest frame; only while it runs */

/* Sets the tempo in BPM, limited to its range; works at any time. */
void transport_tempo(struct transport *transport, int64_t frame, double tempo, uint32_t rate);

/* Sets the length of a step without limits, to follow a clock. */
void transport_pace(struct transport *transport, int64_t frame, double step_frames);

void transport_start(struct transport *transport, int64_t frame, uint32_t bars); /* after `bars` of count-in */
void transport_stop(struct transport *transport, int64_t frame);                 /* stops at the start of the step */
void transport_locate(struct transport *transport, int64_t frame, double place); /* to a place in steps, from 0 */

/* Corrects the place a little while it runs; sounding notes continue. */
void transport_nudge(struct transport *transport, int64_t frame, double place);

/* The place at `frame`. A step that begins there, to the nearest frame, gives its whole number. */
double transport_place_on(const struct transport *transport, int64_t frame);

/* The place at `frame` for a note (NOTE_STEP). The last half step of a count-in counts for the step that begins; before
 * that, and while the transport is stopped, there is none. */
int64_t transport_note_place(const struct transport *transport, int64_t frame);

/* The frame of the next of `lines` lines in a bar, if it is nearer to `frame` than the line before; 0: it is not, or
 * the transport is stopped. Every second step is late by half of the swing. */
int64_t transport_near_line(const struct transport *transport, int64_t frame, uint32_t lines, double swing);

/* Repairs a state of any bytes. */
void transport_repair(struct transport *transport, int64_t frame, uint32_t rate);

#endif
