/* own_home: linked into every program of the tests and benches that may open a home. Without LOOPHOLE_HOME such a
 * program would open the home of the user who runs it. Here it gets a path that cannot be created, so it fails. */
#include <stdlib.h>

__attribute__((constructor)) static void keep_off_the_users_home(void)
{
    const char *home = getenv("LOOPHOLE_HOME");

    if (!home || !*home)
        setenv("LOOPHOLE_HOME", "/dev/null/set LOOPHOLE_HOME to a folder for this program", 1);
}
