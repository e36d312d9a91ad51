/* tune.h: the changes of tempo, key and loudness that fit a sound to a song. Pure functions. Any thread. */
#ifndef LOOPHOLE_STREAMER_TUNE_H
#define LOOPHOLE_STREAMER_TUNE_H

/* The speed factor that makes a sound of `bpm` fit `tempo`. Half and double time fit the grid too, so it lies in 2/3 …
 * 4/3. 1 if either tempo is unknown (not within 20 … 400). */
double tune_tempo(double bpm, double tempo);

/* The semitones, -6 … 5, that bring a sound from key `from` to the notes of key `to`; relative keys (Am and C) have the
 * same notes. 0 if either is not a key (common/musical_key.h). */
double tune_shift(const char *from, const char *to);

/* The linear gain that brings `lufs` to `target`: at most 12 dB, and at most what the peak (dBFS) allows. */
double tune_loudness(double lufs, double peak_db, double target);

#endif
