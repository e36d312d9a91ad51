/* Why an ask to end a take fails before the take has ended. */

#include "services/streamer/record/take_end.h"
#include "services/streamer/record/take_state.h"
#include "tests/unit/claim.h"

enum { ASKED = 100000000, LATE = ASKED + 4000000, ENDS = ASKED + 30000000, SECOND = 1000000 };

static const struct take take = { .late_at = LATE, .answer_by = ENDS };

CLAIM(a_disk_that_does_not_answer_is_named_after_a_while)
{
    assert_int_equal(take_why_late(&take, LATE - 1, 4 * SECOND), TAKE_NOT_LATE);
    assert_int_equal(take_why_late(&take, LATE, 4 * SECOND), TAKE_LATE_DISK);
    assert_int_equal(take_why_late(&take, ENDS, 30 * SECOND), TAKE_LATE_DISK);
}

CLAIM(a_disk_that_answers_is_not_blamed_for_a_busy_machine)
{
    assert_int_equal(take_why_late(&take, LATE, 0), TAKE_NOT_LATE);
    assert_int_equal(take_why_late(&take, ENDS - 1, SECOND), TAKE_NOT_LATE);
    assert_int_equal(take_why_late(&take, ENDS, SECOND), TAKE_LATE_BUSY);
}
