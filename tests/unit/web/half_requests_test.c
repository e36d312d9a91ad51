/* Which connection ends when too many wait for their requests. */
#include <netinet/in.h>

#include "frontends/web/half_requests.h"
#include "tests/unit/claim.h"

static struct sockaddr_storage make_machine(uint32_t number)
{
    struct sockaddr_storage to = { .ss_family = AF_INET };

    ((struct sockaddr_in *)&to)->sin_addr.s_addr = htonl(0x0a000000 + number);
    return to;
}

static struct lws *number_connection(uintptr_t number)
{
    return (struct lws *)number;
}

static struct lws *add_of(struct half_requests *half, uintptr_t number, uint32_t machine)
{
    struct sockaddr_storage from = make_machine(machine);

    return half_requests_add(half, number_connection(number), &from);
}

CLAIM(a_machine_with_its_share_loses_its_own_oldest)
{
    struct half_requests half = { 0 };

    assert_null(add_of(&half, 1000, 2));
    for (uintptr_t i = 1; i <= HALF_REQUESTS_OF_MACHINE; i++)
        assert_null(add_of(&half, i, 1));
    assert_ptr_equal(number_connection(1), add_of(&half, 500, 1));
    half_requests_remove(&half, number_connection(2)); /* its request has come */
    assert_null(add_of(&half, 501, 1));
    assert_ptr_equal(number_connection(3), add_of(&half, 502, 1));
    assert_int_equal(HALF_REQUESTS_OF_MACHINE + 1, half.count);
}

CLAIM(without_room_the_oldest_of_all_ends)
{
    struct half_requests half = { 0 };

    for (uintptr_t i = 1; i <= HALF_REQUESTS_MOST; i++)
        assert_null(add_of(&half, i, (uint32_t)i));
    assert_ptr_equal(number_connection(1), add_of(&half, 1000, 1000));
    assert_ptr_equal(number_connection(2), add_of(&half, 1001, 1001));
    half_requests_remove(&half, number_connection(5));
    half_requests_remove(&half, number_connection(5));
    assert_null(add_of(&half, 1002, 1002));
    assert_int_equal(HALF_REQUESTS_MOST, half.count);
}
