#include "frontends/osc/reply.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "common/process/log.h"
#include "frontends/osc/door.h"

struct reply reply_begin(const char *path)
{
    return (struct reply){ .message = lo_message_new(), .path = path };
}

void reply_add_text(struct reply *reply, struct text text)
{
    char zero_terminated[1024];

    (void)text_copy(zero_terminated, sizeof(zero_terminated), text);
    lo_message_add_string(reply->message, zero_terminated);
}

void reply_add_whole(struct reply *reply, int64_t number)
{
    if (number >= INT32_MIN && number <= INT32_MAX)
        lo_message_add_int32(reply->message, (int32_t)number);
    else
        lo_message_add_int64(reply->message, number);
}

void reply_add_real(struct reply *reply, double number)
{
    lo_message_add_float(reply->message, (float)number);
}

/* A first call may only report that an earlier packet to another client was lost; the second one sends. */
static bool send_bytes(int fd, const uint8_t *bytes, size_t size, const struct sockaddr_in *to)
{
    ssize_t sent = -1;

    for (int i = 0; i < 2 && sent < 0; i++)
        sent = sendto(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)to, sizeof(*to));
    return sent == (ssize_t)size;
}

bool reply_send(struct reply *reply, const struct osc *osc, const struct sockaddr_in *to)
{
    uint8_t bytes[PACKET_BYTES];
    size_t size = lo_message_length(reply->message, reply->path);
    bool is_sent = false;

    if (osc->socket >= 0 && size <= sizeof(bytes) && lo_message_serialise(reply->message, reply->path, bytes, &size))
        is_sent = send_bytes(osc->socket, bytes, size, to);
    lo_message_free(reply->message);
    reply->message = NULL;
    return is_sent;
}

static struct text group_of(struct text path)
{
    uint32_t len = 1;

    while (len < path.len && path.at[len] != '/')
        len++;
    return (struct text){ path.len ? len : 0, path.at };
}

void reply_say(const struct osc *osc, const struct sockaddr_in *to, struct text path, struct text sentence,
               enum err code)
{
    const struct text group = group_of(path);
    char address[PACKET_ADDRESS + 16], ip[INET_ADDRSTRLEN] = "";
    struct reply reply;

    (void)snprintf(address, sizeof(address), "%.*s/message", TEXT_ARG(group));
    reply = reply_begin(address);
    reply_add_text(&reply, sentence);
    reply_add_whole(&reply, code == ERR_OK ? 0 : err_exit_code(code));
    (void)reply_send(&reply, osc, to);
    if (text_is(group, "/pattern") || text_is(group, "/project"))
        log_info("%.*s (%s:%u)", TEXT_ARG(sentence), inet_ntop(AF_INET, &to->sin_addr, ip, sizeof(ip)),
                 ntohs(to->sin_port));
}

void reply_fault(const struct osc *osc, const struct sockaddr_in *to, struct text path, const struct fault *fault)
{
    char sentence[sizeof(fault->what) + sizeof(fault->hint) + 2];

    (void)snprintf(sentence, sizeof(sentence), "%s%s%s", fault->what, fault->hint[0] ? ": " : "", fault->hint);
    reply_say(osc, to, path, text_of(sentence), fault->code);
}
