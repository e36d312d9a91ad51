#include "services/composer/reading.h"

#include "proto/wire/codec_copy.h"
#include "services/composer/server/door.h"
#include "store/open/store_open.h"

enum err reading_server(const struct composer *c, struct fault *fault)
{
    if (c->server[0])
        return door_check(c->server, fault);
    fault_set(fault, ERR_OFFLINE, "no server is set");
    return fault_hint(fault, "set it in loophole.conf: [composer] server = host=… dbname=composer user=studio_…");
}

enum err reading_begin(struct composer *c, struct txn **txn, struct fault *fault)
{
    enum err e = c->store ? ERR_OK : store_open(service_paths(c->service), STORE_READER, &c->store, fault);

    return e == ERR_OK ? store_read(c->store, txn, fault) : e;
}

enum err reading_state(struct composer *c, struct arena *arena, struct exchange_state *to, struct fault *fault)
{
    struct exchange_state state;
    struct txn *txn;
    enum err e = reading_begin(c, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = community_state(txn, arena, &state);
    if (e == ERR_OK)
        e = codec_copy(&exchange_state_shape, &state, arena, to);
    txn_end(txn);
    return e == ERR_OK ? e : fault_set(fault, e, "the state of the exchange cannot be read");
}
