/* reply.h: messages to clients. A message that the network does not take is lost, as UDP may lose any. The loop's
 * thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_REPLY_H
#define LOOPHOLE_FRONTENDS_OSC_REPLY_H

#include "frontends/osc/osc.h"

struct reply {
    void *message; /* of liblo */
    const char *path;
};

struct reply reply_begin(const char *path);                 /* the path stays valid until reply_send */
void reply_add_text(struct reply *reply, struct text text); /* cut at 1,023 bytes */
void reply_add_whole(struct reply *reply, int64_t number);  /* beyond 32 bits as type h */
void reply_add_real(struct reply *reply, double number);    /* as type f */

/* Sends the message and frees it; false: the network takes nothing now. */
bool reply_send(struct reply *reply, const struct osc *osc, const struct sockaddr_in *to);

/* The sentence about a message: /GROUP/message, where GROUP is the first part of `path`, with the sentence and the exit
 * code of the command line. A sentence about a pattern goes to the log. */
void reply_say(const struct osc *osc, const struct sockaddr_in *to, struct text path, struct text sentence,
               enum err code);

/* As reply_say, with the sentence and the hint of the fault. */
void reply_fault(const struct osc *osc, const struct sockaddr_in *to, struct text path, const struct fault *fault);

#endif
