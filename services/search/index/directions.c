#include "services/search/index/directions.h"

#include <math.h>
#include <stdlib.h>

enum { DIRECTIONS = 5, SAMPLE = 4096 /* rows whose values give the spread */ };

static const struct measurement {
    const char *name, *field, *column;
    bool is_octaves;
} measurements[DIRECTIONS] = {
    { "bright", "centroid_hz", "centroid_hz", true },
    { "length", "dur", "duration_s", true },
    { "loud", "lufs", "lufs", false },
    { "high", "pitch_hz", "pitch_hz", true },
    { "punchy", "punch_db", "punch_db", false },
};

/* The value of a row on the scale of the measurement; not finite: it has none. */
static double read_value(const struct measurement *of, const struct numbers *numbers, uint32_t row)
{
    const double number = index_number(numbers, row);

    return of->is_octaves ? log2(number) : number;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Of rows at even distances. */
static double find_spread(const struct index *index, const struct measurement *of, const struct numbers *numbers)
{
    const uint32_t rows = index_rows(index), step = rows / SAMPLE + 1;
    double values[SAMPLE];
    uint32_t count = 0;

    for (uint32_t row = 0; row < rows; row += step) {
        values[count] = read_value(of, numbers, row);
        count += isfinite(values[count]) ? 1 : 0;
    }
    qsort(values, count, sizeof(*values), by_value);
    return count ? values[(count - 1) * 9 / 10] - values[count / 10] : 0;
}

/* The mean of the examples that have the value. False: none has it. */
static bool find_mean(const struct index *index, const struct measurement *of, const struct numbers *numbers,
                      const struct id_list *like, double *mean)
{
    double sum = 0;
    uint32_t count = 0, row;

    for (uint32_t i = 0; numbers && i < like->count; i++) {
        double value = index_find(index, like->at[i], &row) ? read_value(of, numbers, row) : NAN;
        if (!isfinite(value))
            continue;
        sum += value;
        count++;
    }
    *mean = count ? sum / count : 0;
    return count > 0;
}

static void remove_others(const struct measurement *of, const struct numbers *numbers, double bound, bool is_more,
                          struct bitmap *rows)
{
    uint32_t count, *each = bitmap_array(rows, &count);

    for (uint32_t i = 0; i < count; i++) {
        const double value = read_value(of, numbers, each[i]);
        if (!(is_more ? value > bound : value < bound))
            bitmap_remove(rows, each[i]);
    }
    free(each);
}

enum err directions_limit(const struct index *index, const struct id_list *like, const struct more_of *more,
                          struct bitmap *rows, struct fault *fault)
{
    const double shares[DIRECTIONS] = {
        more->has_bright ? more->bright : 0, more->has_length ? more->length : 0, more->has_loud ? more->loud : 0,
        more->has_high ? more->high : 0,     more->has_punchy ? more->punchy : 0,
    };

    for (int i = 0; i < DIRECTIONS; i++) {
        const struct measurement *of = &measurements[i];
        const struct numbers *numbers = index_numbers(index, text_of(of->column));
        double mean;
        if (fpclassify(shares[i]) == FP_ZERO)
            continue;
        if (!find_mean(index, of, numbers, like, &mean)) {
            fault_set(fault, ERR_NOT_FOUND, "no example has a value of %s, which \"%s\" needs", of->field, of->name);
            return fault_hint(fault,
                              "give an item of the library that was analysed; `loophole show ID` prints its values");
        }
        remove_others(of, numbers, mean + shares[i] * find_spread(index, of, numbers), shares[i] > 0, rows);
    }
    return ERR_OK;
}

bool directions_list(const struct index *index, const struct id_list *like, struct arena *arena,
                     struct direction_list *to)
{
    to->at = arena_array(arena, DIRECTIONS, sizeof(*to->at));
    for (int i = 0; to->at && i < DIRECTIONS; i++) {
        const struct measurement *of = &measurements[i];
        const struct numbers *numbers = index_numbers(index, text_of(of->column));
        double mean;
        if (!find_mean(index, of, numbers, like, &mean))
            continue;
        to->at[to->count++] = (struct direction){ .name = text_of(of->name),
                                                  .field = text_of(of->field),
                                                  .octaves = of->is_octaves,
                                                  .value = of->is_octaves ? exp2(mean) : mean,
                                                  .spread = find_spread(index, of, numbers) };
    }
    return to->at != NULL;
}
