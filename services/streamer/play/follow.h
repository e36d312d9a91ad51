/* follow.h: where a sound that follows the tempo is at each moment. Beats are those of the transport, from 0; a moment
 * is a frame of the audio clock; a place is a frame of the file. Pure functions. Any thread. */
#ifndef LOOPHOLE_STREAMER_FOLLOW_H
#define LOOPHOLE_STREAMER_FOLLOW_H

#include "common/rt/state.h"

/* The beats of the audio clock: beat `beat` lies at `frame`. */
struct follow_grid {
    double frame, beat, beat_frames;
};

/* The frames of the loop [from, until); until 0: nothing repeats. */
struct follow_loop {
    double from, until;
};

/* The grid of the running transport; of a stopped one its tempo, with beat 0 at the present. */
struct follow_grid follow_grid(const struct state *state);
double follow_beat(const struct follow_grid *grid, double frame);

/* Frames of the file for a beat. `bpm`: of the file; half and double time fit the grid too, so that the tempo changes
 * by 2/3 to 4/3 (tune.h). A loop that lasts about a whole number of beats lasts exactly that number. 0: a tempo is
 * unknown. */
double follow_beat_frames(double bpm, double tempo, double file_rate, const struct follow_loop *loop);

/* A place before the loop's begin or after its end is moved into the loop. */
double follow_wrap(const struct follow_loop *loop, double place);
/* The way from place `b` to place `a`: in a loop the shorter one. */
double follow_apart(const struct follow_loop *loop, double a, double b);

#endif
