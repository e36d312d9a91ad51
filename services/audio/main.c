/* loophole-audio: the audio core. Its audio thread is JACK's and runs rt/. */
#include "common/process/heap.h"
#include "common/process/log.h"
#include "services/audio/control/audio.h"
#include "services/audio/control/report.h"
#include "services/audio/control/run.h"
#include "services/audio/offline/render.h"

#define EVERY  10000      /* microseconds between two ticks */
#define MEMORY (16 << 20) /* bytes */

int main(int argc, char **argv)
{
    if (render_is_asked(argc, argv))
        return render_run(); /* another service wants a file of what pads play */

    bool stands_by = audio_stands_by(&argc, argv);
    struct service *s;
    struct audio audio;
    struct fault fault = { 0 };

    heap_take(MEMORY); /* takes all memory before it is ready */
    s = service_start_as(argc, argv, &schema_audio, stands_by ? "audio-standby" : "audio");
    if (audio_open(&audio, s, stands_by, &fault) != ERR_OK) { /* shared memory, locked; the score; JACK */
        log_fault("cannot start", &fault);
        service_stop(s, err_exit_code(fault.code));
        return service_end(s);
    }
    if (!stands_by)
        service_answer(s, &audio_handlers, &audio); /* one function for each ask */
    service_set_report(s, audio_report_status, NULL, &audio);
    service_beats_while(s, audio_is_alive, &audio); /* heartbeats require a live audio thread */
    service_every(s, EVERY, audio_tick, &audio);    /* notes into events; ready once there is a server */
    service_loop(s);                                /* until the service must stop */

    audio_close(&audio);
    return service_end(s);
}
