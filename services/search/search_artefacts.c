#include "services/search/search_artefacts.h"

#include <string.h>

#include "proto/wire/codec.h"
#include "schema_artefact.h"
#include "services/search/search_begin.h"
#include "services/search/search_get.h"

enum { TOGETHER_BYTES = 4 << 20 }; /* of the artefacts of one answer, beyond the first */

/* ---- of many items ---- */

static enum err answer_one(struct search *search, struct txn *txn, struct call *call, struct id id, struct text type,
                           struct artefact_of *to)
{
    struct artefact_found found = { 0 };
    enum err e = search_read_artefact(search, txn, call, id, type, &found);

    *to = (struct artefact_of){ .id = id, .has_artefact = e == ERR_OK, .artefact = found.artefact };
    if (e == ERR_OK)
        return e;
    to->refused = arena_utf8(call_arena(call), bytes_of(call_fault(call)->what, strlen(call_fault(call)->what)), 255);
    return e == ERR_FULL ? e : ERR_OK;
}

/* An answer has an entry for the first item at least, so a client that asks for the rest makes progress. */
static enum err read_many(struct search *search, struct txn *txn, struct call *call,
                          const struct search_get_artefacts *ask, struct artefacts_found *to)
{
    size_t bytes = 0;

    for (uint32_t i = 0; i < ask->ids.count && bytes < TOGETHER_BYTES; i++) {
        struct artefact_of *one = &to->each.at[to->each.count];
        enum err e = answer_one(search, txn, call, ask->ids.at[i], ask->type, one);

        if (e == ERR_FULL && to->each.count == 0)
            return e;
        if (e == ERR_FULL || (to->each.count > 0 && bytes + one->artefact.data.len > TOGETHER_BYTES))
            break;
        bytes += one->artefact.data.len;
        to->each.count++;
    }
    to->left = ask->ids.count - to->each.count;
    return ERR_OK;
}

enum err search_get_artefacts(struct search *search, struct call *call, const struct search_get_artefacts *ask,
                              struct artefacts_found *answer)
{
    struct txn *txn;
    enum err e;

    answer->each.at = arena_array(call_arena(call), ask->ids.count, sizeof(*answer->each.at));
    if (!answer->each.at)
        return refuse_full(call);
    e = search_read(search, &txn, call_fault(call));
    if (e != ERR_OK)
        return e;
    e = read_many(search, txn, call, ask, answer);
    txn_end(txn);
    if (e == ERR_OK)
        *call_fault(call) = (struct fault){ 0 };
    return e;
}

/* ---- peaks of a range ---- */

/* The coarsest level that has a bin for each bin of the answer; else the finest. */
static const struct artefact_level *choose_level(const struct artefact_waveform *wave, double frames_a_bin,
                                                 double *level_frames)
{
    uint32_t level = 0;

    *level_frames = (double)wave->frames_a_bin;
    while (level + 1 < wave->levels.count && *level_frames * 2 <= frames_a_bin) {
        *level_frames *= 2;
        level++;
    }
    return &wave->levels.at[level];
}

struct peak {
    int8_t low, high;
    uint8_t rms;
};

/* Of the bins [first, end) of a level, of which there is at least one. */
static struct peak join_bins(const struct artefact_level *level, uint32_t first, uint32_t end)
{
    struct peak peak = { INT8_MAX, INT8_MIN, 0 };
    uint32_t squares = 0;

    for (uint32_t i = first; i < end; i++) {
        int8_t low = (int8_t)level->low.at[i], high = (int8_t)level->high.at[i];

        peak.low = low < peak.low ? low : peak.low;
        peak.high = high > peak.high ? high : peak.high;
        squares = level->rms.at[i] > squares ? level->rms.at[i] : squares;
    }
    peak.rms = (uint8_t)squares;
    return peak;
}

struct peak_range {
    const struct artefact_level *level;
    double first, step; /* in bins of the level */
    uint32_t bins;      /* of the level */
};

static enum err fill_peaks(struct call *call, const struct peak_range *range, uint32_t count, struct peaks_found *to)
{
    uint8_t *at = arena_array(call_arena(call), count, 3);

    if (!at)
        return refuse_full(call);
    to->low = bytes_of(at, count);
    to->high = bytes_of(at + count, count);
    to->rms = bytes_of(at + 2 * (size_t)count, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t first = (uint32_t)(range->first + i * range->step);
        uint32_t end = (uint32_t)(range->first + (i + 1) * range->step);
        struct peak peak;

        first = first < range->bins ? first : range->bins - 1;
        end = end > range->bins ? range->bins : end > first ? end : first + 1;
        peak = join_bins(range->level, first, end);
        at[i] = (uint8_t)peak.low;
        at[count + i] = (uint8_t)peak.high;
        at[2 * (size_t)count + i] = peak.rms;
    }
    return ERR_OK;
}

static uint32_t bins_of(const struct artefact_level *level)
{
    uint32_t bins = level->low.len < level->high.len ? level->low.len : level->high.len;

    return bins < level->rms.len ? bins : level->rms.len;
}

static enum err cut_waveform(struct call *call, const struct artefact_waveform *wave, const struct search_peaks *ask,
                             struct peaks_found *to)
{
    uint64_t left = ask->from < wave->frames ? wave->frames - ask->from : 0;
    uint64_t frames = ask->frames && ask->frames < left ? ask->frames : left;
    struct peak_range range = { 0 };
    double level_frames;

    to->frames = wave->frames;
    to->from = ask->from;
    to->exact = true;
    if (frames == 0 || wave->levels.count == 0)
        return ERR_OK;
    to->frames_a_bin = (double)frames / (double)ask->bins;
    range.level = choose_level(wave, to->frames_a_bin, &level_frames);
    range.bins = bins_of(range.level);
    if (range.bins == 0)
        return ERR_OK;
    to->exact = level_frames <= to->frames_a_bin;
    range.first = (double)ask->from / level_frames;
    range.step = to->frames_a_bin / level_frames;
    return fill_peaks(call, &range, (uint32_t)ask->bins, to);
}

enum err search_peaks(struct search *search, struct call *call, const struct search_peaks *ask, struct peaks_found *to)
{
    struct artefact_found found = { 0 };
    struct artefact_waveform wave = { 0 };
    struct txn *txn;
    enum err e = search_read(search, &txn, call_fault(call));

    if (e != ERR_OK)
        return e;
    e = search_read_artefact(search, txn, call, ask->id, TEXT("waveform"), &found);
    txn_end(txn);
    if (e == ERR_OK && codec_decode(&artefact_waveform_shape, found.artefact.data, call_arena(call), &wave,
                                    call_fault(call)) != ERR_OK)
        return refuse(call, ERR_IO, "the waveform of the item is damaged");
    return e == ERR_OK ? cut_waveform(call, &wave, ask, to) : e;
}
