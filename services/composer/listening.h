/* listening.h: the listener for news of the server (link/news.h) of the service. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_LISTENING_H
#define LOOPHOLE_COMPOSER_LISTENING_H

#include "services/composer/state.h"

/* The server has answered an exchange: begins to listen, if nothing listens and the last listener was not lost just
 * now. News make an exchange due; a lost listener too, with a growing pause. */
void listening_begin(struct composer *composer);
void listening_end(struct composer *composer);

#endif
