/* Any sequence of asks to the audio core's control thread, while periods run without a JACK server. Each ask is
 * answered, refused or postponed, and the sound is finite. An input: asks as in tests/fuzz/asks.h. */
#include "tests/fuzz/asks.h"

#include <math.h>

#include "services/audio/control/audio.h"
#include "services/audio/control/note_events.h"
#include "services/audio/control/report.h"
#include "services/audio/control/run.h"
#include "services/audio/rt/engine.h"

enum { FRAMES = 64, RATE = 48000 };

static void load_sound(struct audio *audio)
{
    static float out[4][FRAMES], back[FRAMES];
    static struct engine_midi midi[ENGINE_MIDI];
    static int64_t frame;
    struct engine_period period = { .frames = FRAMES,
                                    .rate = RATE,
                                    .at = clock_steady(),
                                    .frame = frame,
                                    .capture = { back, back },
                                    .main = { out[0], out[1] },
                                    .preview = { out[2], out[3] },
                                    .midi_out = midi,
                                    .jack_frame = frame,
                                    .jack_step = -1 };

    engine_run(audio->engine, &period);
    frame += FRAMES;
    for (int i = 0; i < 4; i++)
        for (int f = 0; f < FRAMES; f++)
            holds(fabsf(out[i][f]) <= 1);
}

static void begin_audio(struct audio *audio)
{
    struct service *service = fuzz_service(&schema_audio);

    holds(studio_make(fuzz_home(), NULL) == ERR_OK);
    holds(audio_open(audio, service, false, NULL) == ERR_OK);
    holds(studio_remove(fuzz_home()) == ERR_OK); /* removes only the names: the mappings stay */
    service_answer(service, &audio_handlers, audio);
    service_set_report(service, audio_report_status, NULL, audio);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct audio audio;
    static const struct id_list none;
    struct fuzz_input input = { bytes, len };

    if (!audio.service)
        begin_audio(&audio);
    load_sound(&audio);
    while (fuzz_next_ask(audio.service, &input, &none))
        load_sound(&audio);
    fuzz_watches(audio.service);
    audio_take_notes(&audio);
    held_keep(&audio.held, KEEPER_KEEPS, false, UINT64_MAX); /* a project keeps all changes, so their answers leave */
    return 0;
}
