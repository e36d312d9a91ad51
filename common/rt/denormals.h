/* denormals.h: makes this thread treat denormal numbers as 0 from now on. They are too small to hear and slow to
 * compute, and a filter with silence at its input keeps producing them. Any thread; RT. */
#ifndef LOOPHOLE_COMMON_RT_DENORMALS_H
#define LOOPHOLE_COMMON_RT_DENORMALS_H

#include <stdint.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

static inline void no_denormals(void)
{
#if defined(__SSE__)
    _mm_setcsr(_mm_getcsr() | 0x8040); /* FTZ, DAZ */
#elif defined(__aarch64__)
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(control | UINT64_C(1) << 24));
#endif
}

#endif
