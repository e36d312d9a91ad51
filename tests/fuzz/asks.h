/* asks.h: a real service in this process, whose asks come from an input instead of its socket. One thread. */
#ifndef LOOPHOLE_TESTS_FUZZ_ASKS_H
#define LOOPHOLE_TESTS_FUZZ_ASKS_H

#include "proto/service/service.h"
#include "tests/fuzz/fuzz.h"

/* Starts it in fuzz_home. Its loop never runs. */
struct service *fuzz_service(const struct schema *schema);

/* Handles one ask up to its answer, which is released at once, and holds the answer to be a frame of the ask's shape,
 * or a fault that explains itself and is not `internal`. With `answer`, a zeroed struct of the ask's answer, fills it
 * from `arena`. `busy` too when the answer was put off. */
enum err fuzz_ask(struct service *service, const struct ask *ask, struct id request, struct bytes body,
                  struct arena *arena, void *answer);

/* The next ask of the input: which (two bytes: fuzz_hash of "put_media", or any), its request id (one byte: a small
 * number, so that some come again), its body's length (two bytes), its body. Sixteen bytes of the body of which the
 * first fifteen are 255 stand for the known id that the last one counts out. False at the input's end. */
bool fuzz_next_ask(struct service *service, struct fuzz_input *input, const struct id_list *known);

/* What is due by time: every timer of the service, once. */
void fuzz_timers(struct service *service);

/* Every ask of the service to another one fails: nobody is there. */
void fuzz_offline(struct service *service);

/* Whatever the service watches and is readable now. */
void fuzz_watches(struct service *service);

#endif
