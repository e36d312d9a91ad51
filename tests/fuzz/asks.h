/* asks.h: a real service in this process, which gets its asks from an input instead of its socket. One thread. */
#ifndef LOOPHOLE_TESTS_FUZZ_ASKS_H
#define LOOPHOLE_TESTS_FUZZ_ASKS_H

#include "proto/service/service.h"
#include "tests/fuzz/fuzz.h"

/* Starts the service in fuzz_home. Its loop never runs. */
struct service *fuzz_service(const struct schema *schema);

/* Handles one ask up to its answer, which is released at once. The answer must be a frame of the ask's shape, or a
 * fault that explains itself and is not `internal`. If `answer` is given, a zeroed struct of the ask's answer, it is
 * filled from `arena`. Returns `busy` also if the answer was postponed. */
enum err fuzz_ask(struct service *service, const struct ask *ask, struct id request, struct bytes body,
                  struct arena *arena, void *answer);

/* The next ask of the input: its name (two bytes: fuzz_hash of "put_media", or any), its request id (one byte: a small
 * number, so that some are repeated), the length of its body (two bytes), its body. Sixteen bytes of the body of which
 * the first fifteen are 255 are replaced by a known id; the last byte selects it. False at the end of the input. */
bool fuzz_next_ask(struct service *service, struct fuzz_input *input, const struct id_list *known);

/* Runs every timer of the service once. */
void fuzz_timers(struct service *service);

/* Every ask of the service to another one fails, because no other service runs. */
void fuzz_offline(struct service *service);

/* Handles everything that the service watches and that is readable now. */
void fuzz_watches(struct service *service);

#endif
