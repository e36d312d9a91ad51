/* polyphase.h: converts stereo between two rates with a small ratio, as nearly all pairs of rates have (44,100 to
 * 48,000 Hz is 160 : 147). It is a windowed sinc: one row of coefficients for each position between two frames,
 * computed once. The signal-to-noise ratio is 120 dB, and the response is flat to 90 % of the band. It is ten times as
 * fast as a converter for any ratio. Kaiser's window and the number of taps: Oppenheim and Schafer, Discrete-Time
 * Signal Processing, 7.6. Any thread; one thread at a time for each struct. */
#ifndef LOOPHOLE_COMMON_SOUND_POLYPHASE_H
#define LOOPHOLE_COMMON_SOUND_POLYPHASE_H

#include <stdbool.h>
#include <stdint.h>

enum { POLYPHASE_UP_MAX = 1024, POLYPHASE_TAPS_MAX = 4096 };

struct polyphase_rows; /* the coefficients of one ratio */
struct polyphase;

/* Computes the rows for a conversion between two rates (Hz); polyphase_rows_free frees them. NULL: the ratio needs more
 * than POLYPHASE_UP_MAX rows or POLYPHASE_TAPS_MAX taps. */
struct polyphase_rows *polyphase_rows_new(uint32_t from, uint32_t to);
void polyphase_rows_free(struct polyphase_rows *rows);                                  /* NULL is allowed */
bool polyphase_rows_fit(const struct polyphase_rows *rows, uint32_t from, uint32_t to); /* they are of this ratio */

/* Begins a conversion, which polyphase_free frees. `rows` must outlive it. */
struct polyphase *polyphase_new(const struct polyphase_rows *rows);
void polyphase_free(struct polyphase *polyphase); /* NULL is allowed */

/* Consumes all `frames` and returns the number of frames written to `to`, at most `room`. `last`: writes the remaining
 * ones too. */
uint32_t polyphase_run(struct polyphase *polyphase, const float *stereo, uint32_t frames, bool last, float *to,
                       uint32_t room);

#endif
