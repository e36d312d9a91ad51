/* take_gaps.h: which frame of a take's file each cell of the capture ring is, where frames are missing. The capture's
 * header names the last gaps (common/rt/capture.h), the file those that it has. Pure. */
#ifndef LOOPHOLE_STREAMER_TAKE_GAPS_H
#define LOOPHOLE_STREAMER_TAKE_GAPS_H

#include "common/rt/capture.h"
#include "services/streamer/record/wav.h"

/* The frame of the file that the cell of `index` is, with the gaps that the file has. */
uint64_t take_gaps_place(const struct wav *wav, uint64_t index);

/* The first gap of the header that the file does not have; several of which the header has forgotten all but the last
 * are one. False: there is none. */
bool take_gaps_next(const struct wav *wav, const struct capture_header *header, uint64_t *at, uint64_t *frames);

#endif
