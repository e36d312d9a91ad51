/* Any bytes as a packet: refused with an explanation, or messages within their bounds. Each message is refused, or
 * makes an ask that can be encoded. */
#include <stdlib.h>

#include "frontends/osc/packet.h"
#include "frontends/osc/request.h"
#include "proto/wire/codec.h"
#include "tests/fuzz/fuzz.h"

static void make_request(const struct packet_message *message, struct arena *arena)
{
    struct osc_request request = { 0 };
    struct buffer bytes = { 0 };
    struct fault fault = { 0 };
    enum err e = request_make(message, arena, &request, &fault);

    holds(e == ERR_OK || (fault.code == e && fault.what[0]));
    if (e == ERR_OK && request.body) {
        (void)request_set_frame(&request, arena, 1234567);
        holds(codec_encode(request.ask->request, request.body, &bytes, &fault) == ERR_OK);
    }
    buffer_free(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct packet packet;
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    uint8_t *own = malloc(len ? len : 1); /* its end is the end of the packet */
    enum err e;

    if (len)
        memcpy(own, bytes, len);
    e = packet_read(own, len, &arena, &packet, &fault);
    holds(e == ERR_OK || (fault.code == e && fault.what[0]));
    holds(packet.count <= PACKET_MESSAGES);
    for (uint32_t i = 0; e == ERR_OK && i < packet.count; i++) {
        holds(packet.each[i].count <= PACKET_ARGUMENTS && text_is_utf8(packet.each[i].address));
        make_request(&packet.each[i], &arena);
    }
    arena_free(&arena);
    free(own);
    return 0;
}
