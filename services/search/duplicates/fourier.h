/* fourier.h: the discrete Fourier transform of up to 16,384 complex numbers, a power of 2; real and imaginary parts are
 * separate arrays. The table is constant once made: any thread. */
#ifndef LOOPHOLE_SEARCH_FOURIER_H
#define LOOPHOLE_SEARCH_FOURIER_H

#include <stdbool.h>
#include <stdint.h>

enum { FOURIER_LEAST = 64, FOURIER_SIZE = 1 << 14 };

struct fourier {
    float cosine[FOURIER_SIZE], sine[FOURIER_SIZE]; /* of 2 π k ÷ FOURIER_SIZE */
};

struct fourier_signal {
    float re[FOURIER_SIZE], im[FOURIER_SIZE];
};

void fourier_init(struct fourier *fourier); /* makes the table, before the first transform */

/* to[k] = Σ from[i] exp(-2 π j i k ÷ size), unscaled, for a power of 2 from FOURIER_LEAST to FOURIER_SIZE. The first
 * `size` numbers of `signal` become their spectrum; those of `spare` are overwritten. For the inverse, exchange re and
 * im before and after. */
void fourier_transform(const struct fourier *fourier, uint32_t size, struct fourier_signal *signal,
                       struct fourier_signal *spare);

#endif
