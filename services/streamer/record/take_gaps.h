/* take_gaps.h: which frame of a take's file belongs to a cell of the capture ring, if frames are missing. The capture's
 * header names the latest gaps (common/rt/capture.h), and the file the gaps that it has. Pure functions. */
#ifndef LOOPHOLE_STREAMER_TAKE_GAPS_H
#define LOOPHOLE_STREAMER_TAKE_GAPS_H

#include "common/rt/capture.h"
#include "services/streamer/record/wav.h"

/* The file's frame for the cell `index`, with the gaps in the file. */
uint64_t take_gaps_place(const struct wav *wav, uint64_t index);

/* Finds the first gap of the header that the file does not have. If the header has forgotten older gaps, they are
 * joined to one. False: none. */
bool take_gaps_next(const struct wav *wav, const struct capture_header *header, uint64_t *at, uint64_t *frames);

#endif
