#include "services/worker/analysis/features/model.h"

#include <math.h>
#include <string.h>

enum { HEAD = 8, NAME = 24, ENTRY = NAME + 12 };

__asm__(".section .rodata\n"
        ".balign 16\n"
        "model_weights:\n"
        ".incbin \"model/weights.bin\"\n"
        "model_weights_end:\n"
        ".byte 0\n"
        ".previous\n");

extern const uint8_t model_weights[] __attribute__((visibility("hidden")));
extern const uint8_t model_weights_end[] __attribute__((visibility("hidden")));

struct model model_compiled_in(void)
{
    return (struct model){ model_weights, (size_t)(model_weights_end - model_weights) };
}

static uint32_t read_little_endian(const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof(value));
    return value;
}

static size_t count_entries(const struct model *model)
{
    size_t count;

    if (model->len < HEAD || memcmp(model->at, "LHM1", 4) != 0)
        return 0;
    count = read_little_endian(model->at + 4);
    return count <= (model->len - HEAD) / ENTRY ? count : 0;
}

const float *model_matrix(const struct model *model, const char *name, size_t rows, size_t columns)
{
    size_t count = count_entries(model), first = HEAD + count * ENTRY;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *entry = model->at + HEAD + i * ENTRY;
        size_t from = read_little_endian(entry + NAME + 8);
        if (strncmp((const char *)entry, name, NAME) != 0)
            continue;
        if (read_little_endian(entry + NAME) != rows || read_little_endian(entry + NAME + 4) != columns ||
            from + rows * columns > (model->len - first) / sizeof(float))
            return NULL;
        return (const float *)(const void *)(model->at + first) + from;
    }
    return NULL;
}

void model_layer(const float *in, size_t rows, const float *weights, const float *bias, float *out, size_t columns)
{
    for (size_t k = 0; k < columns; k++)
        out[k] = bias ? bias[k] : 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < columns; k++)
            out[k] += in[i] * weights[i * columns + k];
}

void model_normalise(float *values, size_t count, const float *mean, const float *spread, float limit)
{
    for (size_t i = 0; i < count; i++)
        values[i] = fminf(limit, fmaxf(-limit, (values[i] - mean[i]) / spread[i]));
}

void model_rectify(float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = values[i] > 0 ? values[i] : 0;
}

void model_softmax(float *values, size_t count)
{
    float most = -INFINITY, sum = 0;

    for (size_t i = 0; i < count; i++)
        most = fmaxf(most, values[i]);
    for (size_t i = 0; i < count; i++)
        sum += values[i] = expf(values[i] - most);
    for (size_t i = 0; i < count; i++)
        values[i] /= sum;
}
