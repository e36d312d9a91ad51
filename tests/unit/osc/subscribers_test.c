#include <errno.h>
#include <fcntl.h> /* errqueue.h needs struct timespec */
#include <linux/errqueue.h>
#include <string.h>

#include "frontends/osc/subscribers.h"
#include "tests/unit/claim.h"

/* Fills a message of the error queue as the kernel does. */
static bool is_refusal(uint8_t origin, uint32_t number)
{
    struct sock_extended_err error = { .ee_errno = number, .ee_origin = origin };
    _Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(error))] = { 0 };
    struct msghdr message = { .msg_control = control, .msg_controllen = sizeof(control) };
    struct cmsghdr *at = CMSG_FIRSTHDR(&message);

    at->cmsg_level = IPPROTO_IP;
    at->cmsg_type = IP_RECVERR;
    at->cmsg_len = CMSG_LEN(sizeof(error));
    memcpy(CMSG_DATA(at), &error, sizeof(error));
    return subscribers_is_refusal(&message);
}

CLAIM(a_port_without_a_program_ends_a_subscriber)
{
    assert_true(is_refusal(SO_EE_ORIGIN_ICMP, ECONNREFUSED));
}

CLAIM(other_errors_leave_the_subscriber)
{
    struct msghdr empty = { 0 };

    assert_false(is_refusal(SO_EE_ORIGIN_ICMP, EHOSTUNREACH));
    assert_false(is_refusal(SO_EE_ORIGIN_ICMP, ENETUNREACH));
    assert_false(is_refusal(SO_EE_ORIGIN_LOCAL, EMSGSIZE));
    assert_false(is_refusal(SO_EE_ORIGIN_LOCAL, ECONNREFUSED));
    assert_false(subscribers_is_refusal(&empty));
}
