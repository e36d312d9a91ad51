/* tune.h: how a sound is to be changed to fit a song: tempo, key and loudness. Any thread. */
#ifndef LOOPHOLE_STREAMER_TUNE_H
#define LOOPHOLE_STREAMER_TUNE_H

/* So many times as fast, for a sound of `bpm` to keep time with `tempo`: half and double time are the same to a grid,
 * so it lies in 2/3 … 4/3. 1 when either is unknown (not within 20 … 400). */
double tune_tempo(double bpm, double tempo);

/* Semitones, -6 … 5, that bring a sound in key `from` to one whose notes are those of `to`: relative keys (Am and C)
 * have the same. 0 when either is no key (common/musical_key.h). */
double tune_shift(const char *from, const char *to);

/* Linear gain that brings `lufs` to `target`, at most 12 dB, and no further than the peak (dBFS) allows. */
double tune_loudness(double lufs, double peak_db, double target);

#endif
