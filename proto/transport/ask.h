/* ask.h: the client side: one call asks a service and waits for its answer. For front-ends and tests; a service
 * asks another with service_ask (service.h). The door of ZeroMQ is proto/transport/sockets.c. One thread for each
 * struct asker. */
#ifndef LOOPHOLE_PROTO_ASK_H
#define LOOPHOLE_PROTO_ASK_H

#include "common/paths.h"
#include "proto/wire/codec.h"

struct asker;

/* Opens nothing yet; sockets are made when a service is first asked. NULL and a fault when descriptors are out. */
struct asker *asker_new(const struct paths *paths, struct fault *fault);
void asker_free(struct asker *asker);

/* Asks `name` ("persist.put_media") with `request` (a struct of its request shape, or NULL for an empty one) and
 * fills `answer` (a struct of its answer shape, or NULL), whose memory lasts until the asker's next ask.
 * `request_id` (or NULL: one is drawn) makes a mutation repeatable. Until the budget is used up the same request
 * is sent again under the same id while no answer comes, and at once when the service is back, so that it may die
 * and return under the ask (courier.h). Errors: what the service answered; offline at once when the engine is
 * not running; timeout when the budget is used up, or offline when the service is not running by then. */
enum err ask(struct asker *asker, const char *name, const void *request, uint32_t budget_ms,
             const struct id *request_id, void *answer, struct fault *fault);

/* What `ask` and `ask_raw` send from now on is for a client's ask with this digest (frame_digest); 0: it is not. */
void asker_for(struct asker *asker, uint64_t digest);

/* The same with bodies as MessagePack. */
enum err ask_raw(struct asker *asker, const char *name, struct bytes body, uint32_t budget_ms,
                 const struct id *request_id, struct bytes *answer, struct fault *fault);

/* Many asks under way: send gives no answer, take waits for the next one of any of them, in any order; its body
 * lasts until the next take. An ask that ran out of time comes as an answer too: timeout or offline. Errors of take:
 * timeout when none came. */
enum err ask_send(struct asker *asker, const char *name, struct bytes body, uint32_t budget_ms, struct id request_id,
                  struct fault *fault);
enum err ask_take(struct asker *asker, int timeout_ms, struct answer_frame *answer, struct fault *fault);

/* Events: subscribes to topics that begin with `prefix` ("persist." or "") of all services that publish; next
 * waits for one. The body lasts until the next call. timeout when none came. */
enum err ask_subscribe(struct asker *asker, const char *prefix, struct fault *fault);
enum err ask_next_event(struct asker *asker, int timeout_ms, struct text *topic, struct event_frame *event,
                        struct fault *fault);

#endif
