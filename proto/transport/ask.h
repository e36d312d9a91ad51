/* ask.h: the client side: one call sends an ask and waits for its answer. For front-ends and tests; services use
 * service_ask (service.h). For several asks at a time: requester.h. One thread for each struct asker. */
#ifndef LOOPHOLE_PROTO_ASK_H
#define LOOPHOLE_PROTO_ASK_H

#include "common/paths.h"
#include "proto/wire/frame.h"

struct asker;

/* Returns a new asker, which asker_free frees. Sockets are opened at the first ask to a service. NULL and a fault if no
 * descriptors are left. */
struct asker *asker_new(const struct paths *paths, struct fault *fault);
void asker_free(struct asker *asker);

/* Sends `request` (a struct of the request shape; NULL: empty) to `name` ("persist.put_media") and fills `answer` (a
 * struct of the answer shape, or NULL). The memory of `answer` is valid until the asker's next ask. `request_id` (NULL:
 * a new one) makes a mutation repeatable. The ask is sent again under the same id until an answer comes or the budget
 * ends, and at once when the service is back. So the service may die meanwhile (requester.h). Errors: the service's
 * own; offline at once if the engine is not running; when the budget ends, timeout, or offline if the service is not
 * running. */
enum err ask(struct asker *asker, const char *name, const void *request, uint32_t budget_ms,
             const struct id *request_id, void *answer, struct fault *fault);

/* Later calls of `ask` and `ask_raw` send for a client's ask with this digest (frame_digest); 0: for none. */
void asker_for(struct asker *asker, uint64_t digest);

/* Later asks have this name of the client, of at most FRAME_CLIENT bytes, which outlives the asker. */
void asker_name(struct asker *asker, const char *client);

/* As `ask`, with MessagePack bodies. */
enum err ask_raw(struct asker *asker, const char *name, struct bytes body, uint32_t budget_ms,
                 const struct id *request_id, struct bytes *answer, struct fault *fault);

/* Events: ask_subscribe subscribes to all topics that begin with `prefix` ("persist." or ""). ask_next_event waits for
 * an event, whose body is valid until the next call. Errors: timeout (none came). */
enum err ask_subscribe(struct asker *asker, const char *prefix, struct fault *fault);
enum err ask_next_event(struct asker *asker, int timeout_ms, struct text *topic, struct event_frame *event,
                        struct fault *fault);

#endif
