/* packet.h: reads the bytes of a UDP packet: one OSC message, or a bundle of messages with time tags. Input is
 * untrusted. Any thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_PACKET_H
#define LOOPHOLE_FRONTENDS_OSC_PACKET_H

#include "common/arena.h"
#include "common/clock.h"
#include "common/err.h"

enum {
    PACKET_BYTES = 8192,
    PACKET_MESSAGES = 64,
    PACKET_ARGUMENTS = 16, /* of a message */
    PACKET_ADDRESS = 255,  /* bytes of an address */
    PACKET_DEPTH = 4,      /* bundles within bundles */
};

enum packet_kind { PACKET_NUMBER, PACKET_TEXT };

/* An integer, real, truth value or infinity is a number; nil is the empty text. Other types are refused. */
struct packet_argument {
    enum packet_kind kind;
    double number; /* may be NaN or infinite */
    struct text text;
};

struct packet_message {
    struct text address;
    usec_t at; /* UTC; 0: at once */
    uint32_t count;
    struct packet_argument *each;
};

struct packet {
    uint32_t count;
    struct packet_message each[PACKET_MESSAGES];
};

/* Reads `bytes`; liblo takes them as writable, but does not change them. Texts and arguments are in the arena, which
 * has no limit: they need at most ten times the bytes. Errors (explained): bad_request, too_large. */
enum err packet_read(uint8_t *bytes, size_t len, struct arena *arena, struct packet *to, struct fault *fault);

/* The argument as text: a whole number without a point. */
struct text packet_text(const struct packet_argument *argument, struct arena *arena);

#endif
