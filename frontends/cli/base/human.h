/* human.h: lengths, sizes, times and places of the transport in the form for people. */
#ifndef LOOPHOLE_FRONTENDS_CLI_HUMAN_H
#define LOOPHOLE_FRONTENDS_CLI_HUMAN_H

#include "frontends/cli/base/cli.h"

struct transport_state;

void human_duration(struct buffer *to, double seconds);
void human_bytes(struct buffer *to, uint64_t bytes);
void human_time(struct buffer *to, usec_t at);                         /* local, to the second */
void human_place(struct buffer *to, const struct transport_state *at); /* "bar 12.3.2": bar, beat, 16th */

#endif
