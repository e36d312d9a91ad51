/* polyphase.h: stereo between two rates of a small ratio, as almost all are (44,100 to 48,000 Hz is 160 : 147): a
 * windowed sinc, one row of coefficients for each place between two frames, computed once. 120 dB of signal to noise,
 * flat to 90 % of the band. Ten times as fast as a converter for any ratio. Kaiser's window and the number of taps:
 * Oppenheim and Schafer, Discrete-Time Signal Processing, 7.6. Any thread, but for the struct itself. */
#ifndef LOOPHOLE_STREAMER_POLYPHASE_H
#define LOOPHOLE_STREAMER_POLYPHASE_H

#include <stdbool.h>
#include <stdint.h>

enum { POLYPHASE_UP_MAX = 1024, POLYPHASE_TAPS_MAX = 4096 };

struct polyphase_rows; /* the coefficients of one ratio */
struct polyphase;

/* NULL: the ratio needs too many rows or taps. */
struct polyphase_rows *polyphase_rows_new(uint32_t from, uint32_t to);
void polyphase_rows_free(struct polyphase_rows *rows); /* NULL is allowed */
bool polyphase_rows_fit(const struct polyphase_rows *rows, uint32_t from, uint32_t to);

/* `rows` outlives it. */
struct polyphase *polyphase_new(const struct polyphase_rows *rows);
void polyphase_free(struct polyphase *polyphase); /* NULL is allowed */

/* Takes all `frames`, gives how many came out, at most `room`; `last`: the rest too. */
uint32_t polyphase_run(struct polyphase *polyphase, const float *stereo, uint32_t frames, bool last, float *to,
                       uint32_t room);

#endif
