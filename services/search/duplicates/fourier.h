/* fourier.h: the discrete Fourier transform of 16,384 complex numbers; real and imaginary parts are separate arrays.
 * The table is constant once made: any thread. */
#ifndef LOOPHOLE_SEARCH_FOURIER_H
#define LOOPHOLE_SEARCH_FOURIER_H

enum { FOURIER_BITS = 14, FOURIER_SIZE = 1 << FOURIER_BITS };

struct fourier {
    float cosine[FOURIER_SIZE], sine[FOURIER_SIZE]; /* of 2 π k ÷ FOURIER_SIZE */
};

struct fourier_signal {
    float re[FOURIER_SIZE], im[FOURIER_SIZE];
};

void fourier_init(struct fourier *fourier);

/* to[k] = Σ from[i] exp(-2 π j i k ÷ size), unscaled. `signal` becomes its spectrum; `spare` is overwritten. For the
 * inverse, exchange re and im before and after. */
void fourier_transform(const struct fourier *fourier, struct fourier_signal *signal, struct fourier_signal *spare);

#endif
