#include "frontends/osc/packet.h"

#include <math.h>
#include <string.h>

#include "frontends/osc/door.h"

enum { BUNDLE_HEAD = 16, EPOCH_1970 = 2208988800U };

static const double WHOLE_MOST = 9007199254740992.0; /* 2 to the 53rd: larger numbers are not exact */

/* ---- messages ---- */

static bool is_address(const uint8_t *bytes, size_t len)
{
    const size_t size = strnlen((const char *)bytes, len);

    if (size == len || size > PACKET_ADDRESS || bytes[0] != '/')
        return false;
    for (size_t i = 0; i < size; i++)
        if (bytes[i] <= ' ' || bytes[i] > '~')
            return false;
    return true;
}

static struct packet_argument make_number(double number)
{
    return (struct packet_argument){ .kind = PACKET_NUMBER, .number = number };
}

static struct packet_argument make_text(struct arena *arena, struct bytes bytes)
{
    return (struct packet_argument){ .kind = PACKET_TEXT, .text = arena_utf8(arena, bytes, PACKET_BYTES) };
}

/* liblo's arguments are aligned to 4 bytes only. */
static double read_wide(lo_type type, const void *at)
{
    int64_t whole;
    double real;

    memcpy(&whole, at, sizeof(whole));
    memcpy(&real, at, sizeof(real));
    return type == LO_INT64 ? (double)whole : real;
}

static double read_narrow(lo_type type, const void *at)
{
    int32_t whole;
    float real;

    memcpy(&whole, at, sizeof(whole));
    memcpy(&real, at, sizeof(real));
    return type == LO_INT32 ? whole : (double)real;
}

static bool read_argument(lo_type type, const void *at, struct arena *arena, struct packet_argument *to)
{
    switch (type) {
    case LO_INT32:
    case LO_FLOAT:
        *to = make_number(read_narrow(type, at));
        return true;
    case LO_INT64:
    case LO_DOUBLE:
        *to = make_number(read_wide(type, at));
        return true;
    case LO_TRUE:
    case LO_FALSE:
        *to = make_number(type == LO_TRUE);
        return true;
    case LO_INFINITUM:
        *to = make_number(INFINITY);
        return true;
    case LO_STRING:
    case LO_SYMBOL:
        *to = make_text(arena, bytes_of(at, strlen(at)));
        return true;
    case LO_NIL:
        *to = make_text(arena, (struct bytes){ 0 });
        return true;
    default:
        return false;
    }
}

static enum err copy_arguments(lo_message read, struct arena *arena, struct packet_message *to, struct fault *fault)
{
    const char *types = lo_message_get_types(read);
    lo_arg **args = lo_message_get_argv(read);
    const int count = lo_message_get_argc(read);

    if (count > PACKET_ARGUMENTS)
        return fault_set(fault, ERR_TOO_LARGE, "a message has %d arguments: expected at most %d", count,
                         PACKET_ARGUMENTS);
    to->each = arena_array(arena, PACKET_ARGUMENTS, sizeof(*to->each));
    for (int i = 0; i < count; i++)
        if (!read_argument((lo_type)types[i], args[i], arena, &to->each[to->count++]))
            return fault_set(fault, ERR_BAD_REQUEST, "argument %d has the type %c: expected a number or a text", i + 1,
                             types[i] > ' ' && types[i] <= '~' ? types[i] : '?');
    return ERR_OK;
}

/* Old programs leave out the type tags. Zeros may follow the address. */
static bool has_no_types(const uint8_t *bytes, size_t len)
{
    for (size_t at = strlen((const char *)bytes); at < len; at++)
        if (bytes[at] != 0)
            return false;
    return true;
}

static enum err read_message(uint8_t *bytes, size_t len, usec_t at, struct arena *arena, struct packet *to,
                             struct fault *fault)
{
    struct packet_message *message = &to->each[to->count];
    lo_message read;
    int result = 0;
    enum err e;

    if (to->count == PACKET_MESSAGES)
        return fault_set(fault, ERR_TOO_LARGE,
                         "the packet has more than %d messages: send the others in another packet", PACKET_MESSAGES);
    if (len % 4 != 0 || !is_address(bytes, len))
        return fault_set(
            fault, ERR_BAD_REQUEST,
            "the packet is not an OSC message: expected an address that begins with /, in a multiple of 4 bytes");
    *message = (struct packet_message){ .address = arena_text(arena, text_of((const char *)bytes)), .at = at };
    if (has_no_types(bytes, len)) {
        to->count++;
        return ERR_OK;
    }
    read = lo_message_deserialise(bytes, len, &result);
    if (!read)
        return fault_set(fault, ERR_BAD_REQUEST,
                         "the packet is not an OSC message: its types do not fit its arguments, or it has no types");
    e = copy_arguments(read, arena, message, fault);
    lo_message_free(read);
    to->count += e == ERR_OK;
    return e;
}

/* ---- bundles ---- */

static uint32_t read_big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

#define HALF (UINT64_C(1) << 31) /* of a unit after the shift: rounds */

/* A tag counts seconds since 1900 and their 32-bit fraction. 1 means at once; so does 0, which some programs send. */
static usec_t read_tag(const uint8_t *at)
{
    const uint32_t seconds = read_big_endian(at), fraction = read_big_endian(at + 4);

    if (seconds == 0 && fraction <= 1)
        return 0;
    return ((usec_t)seconds - EPOCH_1970) * 1000000 + (usec_t)(((uint64_t)fraction * 1000000 + HALF) >> 32);
}

static enum err read_part(uint8_t *bytes, size_t len, usec_t at, uint32_t depth, struct arena *arena, struct packet *to,
                          struct fault *fault);

static enum err read_bundle(uint8_t *bytes, size_t len, usec_t after, uint32_t depth, struct arena *arena,
                            struct packet *to, struct fault *fault)
{
    const usec_t tag = read_tag(bytes + 8), at = tag > after ? tag : after;
    enum err e = ERR_OK;

    if (depth == PACKET_DEPTH)
        return fault_set(fault, ERR_TOO_LARGE, "bundles are nested deeper than %d", PACKET_DEPTH);
    for (size_t i = BUNDLE_HEAD; i < len && e == ERR_OK;) {
        const size_t rest = len - i;
        const uint32_t size = rest < 4 ? 0 : read_big_endian(bytes + i);

        if (size == 0 || size % 4 != 0 || size > rest - 4)
            return fault_set(
                fault, ERR_BAD_REQUEST,
                "the packet is not an OSC bundle: the size of a part is not a multiple of 4, or exceeds the packet");
        e = read_part(bytes + i + 4, size, at, depth + 1, arena, to, fault);
        i += 4 + size;
    }
    return e;
}

static enum err read_part(uint8_t *bytes, size_t len, usec_t at, uint32_t depth, struct arena *arena, struct packet *to,
                          struct fault *fault)
{
    if (len >= BUNDLE_HEAD && memcmp(bytes, "#bundle", 8) == 0)
        return read_bundle(bytes, len, at, depth, arena, to, fault);
    return read_message(bytes, len, at, arena, to, fault);
}

enum err packet_read(uint8_t *bytes, size_t len, struct arena *arena, struct packet *to, struct fault *fault)
{
    to->count = 0;
    if (len > PACKET_BYTES)
        return fault_set(fault, ERR_TOO_LARGE, "the packet is longer than %d bytes", PACKET_BYTES);
    return read_part(bytes, len, 0, 0, arena, to, fault);
}

struct text packet_text(const struct packet_argument *argument, struct arena *arena)
{
    const double number = argument->number;

    if (argument->kind == PACKET_TEXT)
        return argument->text;
    if (trunc(number) >= number && trunc(number) <= number && fabs(number) < WHOLE_MOST)
        return arena_printf(arena, "%lld", (long long)number);
    return arena_printf(arena, "%.9g", number);
}
