/* model.h: the learned weights: named matrices of floats, compiled in from model/weights.bin (model/train.py). Any
 * thread. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_MODEL_H
#define LOOPHOLE_WORKER_ANALYSIS_MODEL_H

#include <stddef.h>
#include <stdint.h>

/* Little-endian: "LHM1", u32 count; then for each matrix: char name[24], u32 rows, u32 columns, u32 index of its first
 * float; then the floats, row after row. */
struct model {
    const uint8_t *at;
    size_t len;
};

/* The model that is compiled in; static. */
struct model model_compiled_in(void);

/* The matrix with this name and shape, a pointer into the model; NULL if there is none. */
const float *model_matrix(const struct model *model, const char *name, size_t rows, size_t columns);

/* `out` = `in` × weights (`rows` × `columns`) + bias; a NULL bias counts as zero. */
void model_layer(const float *in, size_t rows, const float *weights, const float *bias, float *out, size_t columns);

/* Sets each value to (value - mean) ÷ spread, limited to ±limit. */
void model_normalise(float *values, size_t count, const float *mean, const float *spread, float limit);

void model_rectify(float *values, size_t count); /* negative values become 0 */
void model_softmax(float *values, size_t count); /* values become probabilities */

#endif
