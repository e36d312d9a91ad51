#include "services/search/near/near_file.h"

#include <math.h>
#include <string.h>

enum { ALIGNED = 64 };

static uint64_t aligned_size(uint64_t bytes)
{
    return (bytes + ALIGNED - 1) / ALIGNED * ALIGNED;
}

/* ---- the parts ---- */

/* The counts determine the offsets. */
static void lay_out_file(struct near_file *file)
{
    uint64_t places = file->places;

    file->across_at = aligned_size(sizeof(*file));
    file->center_at = file->across_at + (uint64_t)file->clusters * NEAR_WIDTH;
    file->first_at = file->center_at + (uint64_t)file->clusters * NEAR_WIDTH;
    file->row_at = aligned_size(file->first_at + ((uint64_t)file->clusters + 1) * sizeof(uint32_t));
    file->place_at = aligned_size(file->row_at + places * sizeof(uint32_t));
    file->row_clusters_at = aligned_size(file->place_at + (uint64_t)file->rows * sizeof(uint32_t));
    file->fine_at = aligned_size(file->row_clusters_at + (uint64_t)file->rows * sizeof(uint16_t));
    file->coarse_at = file->fine_at + places * NEAR_WIDTH;
    file->bytes = file->coarse_at + places / NEAR_BLOCK * NEAR_BLOCK_BYTES;
}

struct near_parts near_file_parts(struct near_file *file)
{
    uint8_t *at = (uint8_t *)file;

    return (struct near_parts){
        .file = file,
        .across = (int8_t *)(at + file->across_at),
        .centers = (int8_t *)(at + file->center_at),
        .firsts = (uint32_t *)(void *)(at + file->first_at),
        .rows = (uint32_t *)(void *)(at + file->row_at),
        .places = (uint32_t *)(void *)(at + file->place_at),
        .row_clusters = (uint16_t *)(void *)(at + file->row_clusters_at),
        .fine = (int8_t *)(at + file->fine_at),
        .coarse = at + file->coarse_at,
    };
}

enum err near_file_make(struct column *column, uint32_t clusters, uint32_t places, uint32_t rows)
{
    struct near_file file = { .rows = rows, .clusters = clusters, .places = places };
    struct near_parts parts;

    lay_out_file(&file);
    if (column_add(column, file.bytes) != ERR_OK)
        return ERR_FULL;
    memcpy(column->at, &file, sizeof(file));
    parts = near_file_parts((struct near_file *)(void *)column->at);
    memset(parts.rows, 0xff, places * sizeof(*parts.rows));
    memset(parts.places, 0xff, rows * sizeof(*parts.places));
    return ERR_OK;
}

/* ---- checks of a mapped file ---- */

/* Numbers of an embedding are at most 1e6, and weights at most 100: so no limit of a query is infinite. */
static bool numbers_are_sound(const struct near_file *file)
{
    for (uint32_t i = 0; i < NEAR_WIDTH; i++)
        if (!(fabsf(file->low[i]) <= 1e9f))
            return false;
    for (uint32_t i = 0; i < NEAR_BLOCKS; i++)
        if (!(file->step[i] > 0 && file->step[i] <= 1e6f))
            return false;
    for (uint32_t i = 0; i < NEAR_KINDS * NEAR_DEPTHS; i++) {
        const struct near_plan *plan = &file->plans[0][0] + i;
        if (!(plan->probes >= 1 && plan->probes <= 1e9f && plan->reach >= 0 && plan->reach <= NEAR_MOST_REACH &&
              plan->coarse >= 0 && plan->coarse <= 1e9f && plan->fine >= 0 && plan->fine <= 1e9f))
            return false;
    }
    return true;
}

static bool layout_is_sound(const struct column *column, uint32_t rows)
{
    const struct near_file *file = (const struct near_file *)(const void *)column->at;
    struct near_file again;

    if (column->count < sizeof(*file))
        return false;
    again = *file;
    lay_out_file(&again);
    return file->rows <= rows && file->clusters > 0 && file->clusters % NEAR_ROW == 0 &&
           file->places % NEAR_BLOCK == 0 && file->items > 0 && file->items <= file->places &&
           file->bytes == column->count && memcmp(&again, file, sizeof(again)) == 0;
}

/* A row without a place must have a valid cluster too, because a query reads it first. */
static bool row_is_sound(const struct near_parts *parts, uint32_t row)
{
    uint32_t cluster = parts->row_clusters[row], place = parts->places[row];

    if (cluster >= parts->file->clusters)
        return false;
    return place == NEAR_NO_PLACE || (place < parts->file->places && parts->rows[place] == row &&
                                      parts->firsts[cluster] <= place && place < parts->firsts[cluster + 1]);
}

static bool places_are_sound(const struct near_parts *parts)
{
    const struct near_file *file = parts->file;

    for (uint32_t i = 0; i < file->clusters; i++)
        if (parts->firsts[i] % NEAR_BLOCK || parts->firsts[i] > parts->firsts[i + 1])
            return false;
    if (parts->firsts[0] != 0 || parts->firsts[file->clusters] != file->places)
        return false;
    for (uint32_t i = 0; i < file->places; i++)
        if (parts->rows[i] != NEAR_NO_ROW && (parts->rows[i] >= file->rows || parts->places[parts->rows[i]] != i))
            return false;
    for (uint32_t i = 0; i < file->rows; i++)
        if (!row_is_sound(parts, i))
            return false;
    return true;
}

bool near_file_is_sound(const struct column *column, uint32_t rows)
{
    struct near_parts parts;

    if (!layout_is_sound(column, rows))
        return false;
    parts = near_file_parts((struct near_file *)(void *)column->at);
    return numbers_are_sound(parts.file) && places_are_sound(&parts);
}

/* ---- codes ---- */

uint32_t near_file_block_of(uint32_t dimension)
{
    uint32_t block = 0;

    while (dimension / 4 >= near_block_ends[block])
        block++;
    return block;
}

void near_file_code(const struct near_file *file, const float *vector, int8_t to[NEAR_WIDTH])
{
    for (uint32_t block = 0, i = 0; block < NEAR_BLOCKS; block++) {
        float per_step = 1 / file->step[block];
        for (; i < near_block_ends[block] * 4u; i++) {
            float code = (vector[i] - file->low[i]) * per_step + 0.5f;
            code = code > 0 ? code : 0; /* also replaces NaN */
            code = code < UINT8_MAX ? code : UINT8_MAX;
            to[i] = (int8_t)((int32_t)code - 128);
        }
    }
}

void near_file_aim(const struct near_file *file, const float *target, const float *weights, struct near_aim *to)
{
    near_file_code(file, target, to->codes);
    for (uint32_t i = 0; i < NEAR_GROUPS; i++) {
        float step = file->step[near_file_block_of(i * 4)];
        to->weights[i] = weights[i * 4] * (step * step);
    }
}

float near_file_unit(const struct near_aim *aim)
{
    float sum = 0;

    for (uint32_t i = 0; i < NEAR_GROUPS; i++)
        sum += aim->weights[i];
    return sqrtf(sum);
}
