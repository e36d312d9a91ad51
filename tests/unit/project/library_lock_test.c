/* How long a thread waits for the lock of the library of patterns: by the clock, whatever each look takes. */
#include <stdlib.h>

#include "services/project/library/library.h"
#include "tests/unit/claim.h"

enum { SLOW_LOOK_US = 1000000 };

static usec_t now = SLOW_LOOK_US;
static int looks;

/* A machine on which one look takes a second. The real clock is ahead, so no look waits. */
usec_t __wrap_clock_steady(void);
usec_t __wrap_clock_steady(void)
{
    return now;
}

bool __wrap_errand_goes_on(struct errand *errand);
bool __wrap_errand_goes_on(struct errand *errand)
{
    (void)errand;
    looks++;
    now += SLOW_LOOK_US;
    return true;
}

CLAIM(slow_looks_do_not_make_the_wait_for_the_lock_longer)
{
    struct pattern_library *library = library_new("/no/folder");
    struct errand holder = { 0 }, second = { 0 };
    struct fault fault = { 0 };

    assert_int_equal(library_lock(library, &holder, NULL, &fault), ERR_OK);
    assert_int_equal(library_lock(library, &second, NULL, &fault), ERR_BUSY);
    assert_int_equal(looks, LIBRARY_LOCK_S);
    library_unlock(library);
    assert_int_equal(library_lock(library, &second, NULL, &fault), ERR_OK);
    library_unlock(library);
    free(library);
}
