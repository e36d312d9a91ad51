/* loophole-streamer: files to sound: streams, previews, short sounds for pads and steps. */
#include <stdlib.h>

#include "common/alloc.h"
#include "services/streamer/streamer.h"

int main(int argc, char **argv)
{
    struct service *s = service_start(argc, argv, &schema_streamer); /* options, log, limits, lock, sockets */
    struct streamer *streamer = alloc_zeroed(1, sizeof(*streamer));

    streamer_open(streamer, s);                  /* the studio, workers; continues with what was playing */
    service_answer(s, &asks_handlers, streamer); /* one function for each ask */
    service_each_turn(s, streamer_turn, streamer);
    service_set_report(s, streamer_report, streamer_cancel, streamer);
    service_ready(s); /* the supervisor sees it on the board */
    service_loop(s);  /* until the supervisor asks it to stop */

    streamer_close(streamer);
    free(streamer);
    return service_end(s);
}
