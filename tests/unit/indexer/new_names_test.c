#include "services/indexer/scan/new_names.h"
#include "tests/unit/claim.h"

CLAIM(a_name_that_nobody_wrote_is_taken_after_its_time)
{
    struct new_names names = { 0 };

    new_names_add(&names, 7, "kits.pack", 1000);
    new_names_add(&names, 7, "log.txt", 1000);
    new_names_add(&names, 8, "log.txt", 1000);
    new_names_drop(&names, 7, "log.txt");
    assert_int_equal(new_names_take(&names, NEW_NAMES_UNWRITTEN_US), 0);
    assert_int_equal(new_names_take(&names, 1000 + NEW_NAMES_UNWRITTEN_US), 7);
    assert_int_equal(new_names_take(&names, 1000 + NEW_NAMES_UNWRITTEN_US), 8);
    assert_int_equal(new_names_take(&names, 1000 + NEW_NAMES_UNWRITTEN_US), 0);
}

CLAIM(more_names_than_there_is_room_for_are_left_to_the_scans)
{
    struct new_names names = { 0 };
    int taken = 0;

    for (int i = 0; i < 2 * NEW_NAMES; i++)
        new_names_add(&names, i + 1, "x.y", 0);
    while (new_names_take(&names, NEW_NAMES_UNWRITTEN_US))
        taken++;
    assert_int_equal(taken, NEW_NAMES);
}
