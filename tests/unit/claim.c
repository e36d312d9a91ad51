#include "tests/unit/claim.h"

#include <signal.h>
#include <stdlib.h>

enum { MOST = 100 };

static struct CMUnitTest claims[MOST];
static size_t count;
static CMFixtureFunction set_up_all, tear_down_all;

void claim_list(struct CMUnitTest claim)
{
    if (count == MOST)
        abort();
    claims[count++] = claim;
}

void claims_share(CMFixtureFunction set_up, CMFixtureFunction tear_down)
{
    set_up_all = set_up;
    tear_down_all = tear_down;
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN); /* as in each service: peers disconnect */
    return _cmocka_run_group_tests("claims", claims, count, set_up_all, tear_down_all);
}
