/* preview_chain.h: previews that pass through another JACK client. */
#ifndef LOOPHOLE_STREAMER_PREVIEW_CHAIN_H
#define LOOPHOLE_STREAMER_PREVIEW_CHAIN_H

#include "services/streamer/play/preview_state.h"

/* Subscribes to chains that break. Their preview stops, because without a filter or a fader it might be much louder. */
void preview_chain_open(struct preview *preview);

/* Asks for the chain of `wish` ("": none). Then preview_play begins, or the ticket gets the error. */
void preview_chain_set(struct preview *preview);
void preview_chain_undo(struct preview *preview);

#endif
