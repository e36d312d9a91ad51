/* value.h: a value of several machine words that shows whether it is torn, and the error report of a test of shared
 * memory. */
#ifndef LOOPHOLE_TESTS_RT_VALUE_H
#define LOOPHOLE_TESTS_RT_VALUE_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef VALUE_WORDS
#define VALUE_WORDS 14
#endif

/* `number` identifies the value; the words follow from it, and the check from all. */
struct value {
    uint64_t number;
    uint64_t words[VALUE_WORDS];
    uint64_t check;
};

static inline uint64_t value_mix(uint64_t x)
{
    x = (x ^ x >> 31) * 0x9E3779B97F4A7C15U;
    return x ^ x >> 29;
}

static inline uint64_t value_sum(const struct value *value)
{
    uint64_t sum = value->number;

    for (int i = 0; i < VALUE_WORDS; i++)
        sum = value_mix(sum + value->words[i]);
    return sum;
}

static inline void value_fill(struct value *value, uint64_t number)
{
    value->number = number;
    for (uint64_t i = 0; i < VALUE_WORDS; i++)
        value->words[i] = value_mix(number + i);
    value->check = value_sum(value);
}

/* The first value is all zeroes. */
static inline bool value_is_whole(const struct value *value)
{
    if (value->number == 0 && value->check == 0)
        return value->words[0] == 0 && value->words[VALUE_WORDS - 1] == 0;
    return value->check == value_sum(value) && value->words[0] == value_mix(value->number);
}

/* Reports the first error of any process, once; the run then fails. */
__attribute__((format(printf, 2, 3))) static inline void value_broken(_Atomic uint32_t *broken, const char *format, ...)
{
    va_list args;

    if (atomic_exchange(broken, 1))
        return;
    va_start(args, format);
    printf("# ");
    vprintf(format, args);
    puts("");
    fflush(stdout);
    va_end(args);
}

#endif
