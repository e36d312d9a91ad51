#include "services/audio/dsp/lookahead.h"

static const float LOOKAHEAD_SECONDS = 0.0015f, LOOKAHEAD_RECOVERY = 0.15f;
static const double LOOKAHEAD_LEAST = 0x1p-24; /* a smaller cut gives gain 1 exactly */
enum { SILENT_BLOCK = 64, MEAN_FRAMES = 8 /* in which the mean gains or loses a cell */ };

/* The values of one run. */
struct look {
    struct lookahead_cell *line;
    float ceiling;
    double stay;          /* fraction of the cut that remains after a frame */
    uint32_t width, mean; /* cells of the highest need, and of the mean in the end */
    bool holds_true_peaks;
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

/* Of the cell so many frames before the frame that comes next. */
static double cut_before(const struct lookahead *ahead, const struct look *look, uint32_t frames)
{
    return (double)number_within(cell_at(look, ahead->position - frames)->cut, 0, 1);
}

static void sum_cuts(struct lookahead *ahead, const struct look *look)
{
    ahead->sum = 0;
    for (uint32_t i = 1; i <= ahead->mean; i++)
        ahead->sum += cut_before(ahead, look, i);
}

/* Another number of cells is reached one by one: all at once, the gain would step. */
static void move_mean(struct lookahead *ahead, const struct look *look)
{
    if (ahead->mean == look->mean || ahead->position % MEAN_FRAMES != 0)
        return;
    if (ahead->mean < look->mean)
        ahead->sum += cut_before(ahead, look, ++ahead->mean);
    else
        ahead->sum -= cut_before(ahead, look, ahead->mean--);
}

/* Recomputes the cells of the span that begins and of the span that ends at `position`. */
static void begin_span(struct lookahead *ahead, const struct look *look)
{
    float reach = 0;

    ahead->high = 0;
    for (uint32_t i = look->width; i-- > 0;) {
        const struct lookahead_cell *before = cell_at(look, ahead->position - look->width + i);
        cell_at(look, ahead->position + i)->reach = reach;
        reach = higher_of(reach, number_within(before->need, 0, 1));
    }
    sum_cuts(ahead, look);
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
    ahead->sum -= cut_before(ahead, look, ahead->mean);
    mean = ahead->sum / ahead->mean;
    return mean > LOOKAHEAD_LEAST ? mean : 0;
}

/* `between`: the highest peak between the samples. */
static void look_frame(struct lookahead *ahead, const struct look *look, float between, float *left, float *right)
{
    struct lookahead_cell *cell = cell_at(look, ahead->position);
    const struct lookahead_cell *leaves = cell_at(look, ahead->position - look->width + 1);
    double cut;

    if (ahead->offset == 0)
        begin_span(ahead, look);
    move_mean(ahead, look);
    cell->x[0] = number_sane(*left);
    cell->x[1] = number_sane(*right);
    cut = next_cut(ahead, look, higher_of(between, higher_of(fabsf(cell->x[0]), fabsf(cell->x[1]))));
    *left = number_within(number_sane(leaves->x[0]) * (float)(1 - cut), -look->ceiling, look->ceiling);
    *right = number_within(number_sane(leaves->x[1]) * (float)(1 - cut), -look->ceiling, look->ceiling);
    ahead->most = higher_of(ahead->most, (float)cut);
    ahead->position++;
    ahead->offset = (uint16_t)(ahead->offset + 1u < look->width ? ahead->offset + 1 : 0);
}

static struct look begin_look(struct lookahead_cell *line, const struct lookahead_params *params)
{
    const uint32_t width = lookahead_delay(params->rate) + 1;

    return (struct look){ .line = line,
                          .ceiling = number_within(params->ceiling, 0.01f, 1),
                          .stay = exp(-1 / (double)(LOOKAHEAD_RECOVERY * number_rate(params->rate))),
                          .width = width,
                          .mean = params->holds_true_peaks ? width - TRUEPEAK_LATE : width,
                          .holds_true_peaks = params->holds_true_peaks };
}

/* The highest peaks between the samples that are found with the next frames. */
static void find_between(const struct lookahead *ahead, const struct look *look, const float *const in[2],
                         float between[TRUEPEAK_MOST], uint32_t frames)
{
    float x[TRUEPEAK_BEFORE + TRUEPEAK_MOST];

    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < TRUEPEAK_BEFORE; i++)
            x[i] = number_sane(cell_at(look, ahead->position + i - TRUEPEAK_BEFORE)->x[side]);
        for (uint32_t i = 0; i < frames; i++)
            x[TRUEPEAK_BEFORE + i] = number_sane(in[side][i]);
        truepeak_raise(x + TRUEPEAK_BEFORE, between, frames);
    }
}

void lookahead_repair(struct lookahead *ahead, uint32_t rate)
{
    uint32_t width = lookahead_delay(rate) + 1;

    ahead->cut = ahead->cut >= 0 && ahead->cut <= 1 ? ahead->cut : 0;
    ahead->sum = ahead->sum >= 0 && ahead->sum <= width ? ahead->sum : 0;
    ahead->high = number_within(ahead->high, 0, 1);
    ahead->most = number_within(ahead->most, 0, 1);
    ahead->offset = ahead->offset < width ? ahead->offset : 0;
    ahead->mean = ahead->mean <= width ? ahead->mean : 0;
}

void lookahead_run(struct lookahead *ahead, struct lookahead_cell *line, const struct lookahead_params *params,
                   float *left, float *right, uint32_t frames)
{
    const struct look look = begin_look(line, params);

    if (ahead->mean == 0) {
        ahead->mean = (uint16_t)look.mean;
        sum_cuts(ahead, &look);
    }
    for (uint32_t done = 0, n; done < frames; done += n) {
        float between[TRUEPEAK_MOST] = { 0 };
        n = number_least(frames - done, TRUEPEAK_MOST);
        if (look.holds_true_peaks)
            find_between(ahead, &look, (const float *const[]){ left + done, right + done }, between, n);
        for (uint32_t i = 0; i < n; i++)
            look_frame(ahead, &look, between[i], &left[done + i], &right[done + i]);
    }
}

/* After two spans of silence, only the recovery depends on earlier input. */
void lookahead_skip(struct lookahead *ahead, struct lookahead_cell *line, uint32_t rate, uint64_t frames)
{
    const struct lookahead_params params = { .ceiling = 1, .rate = rate };
    uint32_t most = 2 * (lookahead_delay(rate) + 1), n;

    for (uint32_t left = frames < most ? (uint32_t)frames : most; left > 0; left -= n) {
        float nothing[2][SILENT_BLOCK] = { { 0 } };
        n = number_least(left, SILENT_BLOCK);
        lookahead_run(ahead, line, &params, nothing[0], nothing[1], n);
    }
}
