/* loophole-composer: exchanges with a community of studios what they know about sounds. */
#include "services/composer/composer.h"

int main(int argc, char **argv)
{
    struct service *s = service_start(argc, argv, &schema_composer); /* options, log, limits, lock, sockets */
    struct composer composer = { .service = s };

    composer_open(&composer);                     /* its settings */
    service_answer(s, &asks_handlers, &composer); /* one function for each ask */
    service_set_report(s, composer_report, composer_cancel, &composer);
    service_ready(s);
    service_loop(s); /* until the supervisor asks it to stop */

    composer_close(&composer);
    return service_end(s);
}
