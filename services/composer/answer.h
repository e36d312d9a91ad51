/* answer.h: compares an answer of the server with what this studio knows and sent, because the server is untrusted.
 * Thread: that of the service's loop. */
#ifndef LOOPHOLE_COMPOSER_ANSWER_H
#define LOOPHOLE_COMPOSER_ANSWER_H

#include "services/composer/state.h"

enum verdict {
    ANSWER_KEEP,
    ANSWER_OTHER_SERVER, /* it was restored, or is another one */
    ANSWER_RENEW,        /* it does not hold what this studio offered: all is offered again */
    ANSWER_AGAIN,        /* it does not know the inbox's position: all lessons are read again */
    ANSWER_FORGOTTEN,    /* another engine of this studio made `forget` */
    ANSWER_INVALID,
};

/* Sets the fault of an invalid answer. */
enum verdict answer_judge(const struct from_server *answer, const struct exchange_state *state,
                          const struct sent_offers *sent, struct fault *fault);

/* What persist keeps of a good answer. Strings are those of the answer. */
struct persist_composer answer_changes(const struct from_server *answer, const struct exchange_state *state,
                                       const struct sent_offers *sent);

#endif
