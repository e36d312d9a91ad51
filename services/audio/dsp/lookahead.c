#include "services/audio/dsp/lookahead.h"

static const float LOOKAHEAD_SECONDS = 0.0015f, LOOKAHEAD_RECOVERY = 0.15f;
static const double LOOKAHEAD_LEAST = 0x1p-24; /* a smaller cut gives gain 1 exactly */
enum { SILENT_BLOCK = 64 };

/* The values of one run. */
struct look {
    struct lookahead_cell *line;
    float ceiling;
    double stay; /* fraction of the cut that remains after a frame */
    uint32_t width;
};

uint32_t lookahead_delay(uint32_t rate)
{
    return number_frames(LOOKAHEAD_SECONDS, rate);
}

static struct lookahead_cell *cell_at(const struct look *look, uint32_t position)
{
    return &look->line[position & (LOOKAHEAD_LINE - 1)];
}

static float higher_of(float a, float b)
{
    return a > b ? a : b;
}

/* Recomputes the cells of the span that begins and of the span that ends at `position`. */
static void begin_span(struct lookahead *ahead, const struct look *look)
{
    float reach = 0;

    ahead->sum = 0;
    ahead->high = 0;
    for (uint32_t i = look->width; i-- > 0;) {
        const struct lookahead_cell *before = cell_at(look, ahead->position - look->width + i);
        cell_at(look, ahead->position + i)->reach = reach;
        reach = higher_of(reach, number_within(before->need, 0, 1));
        ahead->sum += (double)number_within(before->cut, 0, 1);
    }
}

/* Returns 1 - the gain of the frame that leaves. */
static double next_cut(struct lookahead *ahead, const struct look *look, float peak)
{
    struct lookahead_cell *cell = cell_at(look, ahead->position);
    float need = peak > look->ceiling ? (float)(1 - (double)look->ceiling / (double)peak) : 0, high;
    double mean;

    ahead->high = higher_of(ahead->high, need);
    high = higher_of(ahead->high, number_within(cell->reach, 0, 1));
    ahead->cut *= look->stay;
    if (ahead->cut < (double)high)
        ahead->cut = (double)high;
    if (ahead->cut < LOOKAHEAD_LEAST)
        ahead->cut = 0;
    cell->need = need;
    cell->cut = (float)ahead->cut;
    ahead->sum += (double)cell->cut;
    ahead->sum -= (double)number_within(cell_at(look, ahead->position - look->width)->cut, 0, 1);
    mean = ahead->sum / look->width;
    return mean > LOOKAHEAD_LEAST ? mean : 0;
}

static void look_frame(struct lookahead *ahead, const struct look *look, float *left, float *right)
{
    struct lookahead_cell *cell = cell_at(look, ahead->position);
    const struct lookahead_cell *leaves = cell_at(look, ahead->position - look->width + 1);
    double cut;

    if (ahead->offset == 0)
        begin_span(ahead, look);
    cell->x[0] = number_sane(*left);
    cell->x[1] = number_sane(*right);
    cut = next_cut(ahead, look, higher_of(fabsf(cell->x[0]), fabsf(cell->x[1])));
    *left = number_within(number_sane(leaves->x[0]) * (float)(1 - cut), -look->ceiling, look->ceiling);
    *right = number_within(number_sane(leaves->x[1]) * (float)(1 - cut), -look->ceiling, look->ceiling);
    ahead->most = higher_of(ahead->most, (float)cut);
    ahead->position++;
    ahead->offset = ahead->offset + 1 < look->width ? ahead->offset + 1 : 0;
}

static struct look begin_look(struct lookahead_cell *line, float ceiling, uint32_t rate)
{
    return (struct look){ .line = line,
                          .ceiling = number_within(ceiling, 0.01f, 1),
                          .stay = exp(-1 / (double)(LOOKAHEAD_RECOVERY * number_rate(rate))),
                          .width = lookahead_delay(rate) + 1 };
}

void lookahead_repair(struct lookahead *ahead, uint32_t rate)
{
    uint32_t width = lookahead_delay(rate) + 1;

    ahead->cut = ahead->cut >= 0 && ahead->cut <= 1 ? ahead->cut : 0;
    ahead->sum = ahead->sum >= 0 && ahead->sum <= width ? ahead->sum : 0;
    ahead->high = number_within(ahead->high, 0, 1);
    ahead->most = number_within(ahead->most, 0, 1);
    ahead->offset = ahead->offset < width ? ahead->offset : 0;
}

void lookahead_run(struct lookahead *ahead, struct lookahead_cell *line, float ceiling, uint32_t rate, float *left,
                   float *right, uint32_t frames)
{
    const struct look look = begin_look(line, ceiling, rate);

    for (uint32_t i = 0; i < frames; i++)
        look_frame(ahead, &look, &left[i], &right[i]);
}

/* After two spans of silence, only the recovery depends on earlier input. */
void lookahead_skip(struct lookahead *ahead, struct lookahead_cell *line, uint32_t rate, uint64_t frames)
{
    uint32_t most = 2 * (lookahead_delay(rate) + 1), n;

    for (uint32_t left = frames < most ? (uint32_t)frames : most; left > 0; left -= n) {
        float nothing[2][SILENT_BLOCK] = { { 0 } };
        n = number_least(left, SILENT_BLOCK);
        lookahead_run(ahead, line, 1, rate, nothing[0], nothing[1], n);
    }
}
