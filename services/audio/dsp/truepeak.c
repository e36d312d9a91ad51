#include "services/audio/dsp/truepeak.h"

enum { PHASES = 4, TAPS = 12, POINTS = PHASES * (TRUEPEAK_MOST + 1) };

/* The coefficients of ITU-R BS.1770-4, Annex 2, by phase. The phases 2 and 3 are the phases 1 and 0 backwards. */
static const float coefficients[PHASES / 2][TAPS] = {
    { 0.0017089843750f, 0.0109863281250f, -0.0196533203125f, 0.0332031250000f, -0.0594482421875f, 0.1373291015625f,
      0.9721679687500f, -0.1022949218750f, 0.0476074218750f, -0.0266113281250f, 0.0148925781250f, -0.0083007812500f },
    { -0.0291748046875f, 0.0292968750000f, -0.0517578125000f, 0.0891113281250f, -0.1665039062500f, 0.4650878906250f,
      0.7797851562500f, -0.2003173828125f, 0.1015625000000f, -0.0582275390625f, 0.0330810546875f, -0.0189208984375f }
};

/* The four points between the frames x[-6] and x[-5], in the order of time. */
static void find_points(const float *x, float point[PHASES])
{
    float sum[PHASES] = { 0 };

    for (int i = 0; i < TAPS; i++) {
        sum[0] += coefficients[0][i] * x[-i];
        sum[1] += coefficients[1][i] * x[-i];
        sum[2] += coefficients[1][TAPS - 1 - i] * x[-i];
        sum[3] += coefficients[0][TAPS - 1 - i] * x[-i];
    }
    for (int i = 0; i < PHASES; i++)
        point[i] = sum[i];
}

/* The highest magnitude of a parabola near its middle point, if that point is higher than both others. */
static float peak_at(const float *middle)
{
    float a = middle[-1], b = middle[0], c = middle[1], bend = 2 * b - a - c;

    if (b < 0) {
        a = -a;
        b = -b;
        c = -c;
        bend = -bend;
    }
    return b >= a && b >= c && bend > 0 ? b + (a - c) * (a - c) / (8 * bend) : b;
}

void truepeak_raise(const float *x, float *peak, uint32_t frames)
{
    float points[POINTS];

    frames = number_least(frames, TRUEPEAK_MOST);
    for (uint32_t i = 0; i <= frames; i++)
        find_points(x + i - 1, points + PHASES * i);
    for (uint32_t i = 0; i < frames; i++) {
        const float *last = points + PHASES * i + PHASES - 1; /* of the frame before */
        for (int k = 0; k < PHASES; k++) {
            float high = peak_at(last + k);
            peak[i] = high > peak[i] ? high : peak[i];
        }
    }
}
