/* bessel.h: the modified Bessel function of order 0, used for Kaiser's window. Any thread. */
#ifndef LOOPHOLE_COMMON_SOUND_BESSEL_H
#define LOOPHOLE_COMMON_SOUND_BESSEL_H

/* Sums the power series; x is in 0..100. */
static inline double bessel_0(double x)
{
    double sum = 1, term = 1;

    for (int k = 1; term > sum * 1e-17; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

#endif
