/* Any sequence of asks to a streamer without workers and other services, with an audio core that has run before. Each
 * is answered, refused or postponed. An input: asks as in tests/fuzz/asks.h. */
#include "tests/fuzz/asks.h"

#include <stdio.h>

#include "common/file.h"
#include "services/streamer/streamer.h"

static void begin_streamer(struct streamer *streamer)
{
    const struct paths *paths = fuzz_home();
    struct service *service = fuzz_service(&schema_streamer);
    char path[PATH_MAX + 32], settings[2 * PATH_MAX];
    int len;

    (void)snprintf(path, sizeof(path), "%s/loophole.conf", paths->config);
    len = snprintf(settings, sizeof(settings), "[recording]\nfolder = %s/takes\n", paths->home);
    holds(file_write_atomic(path, bytes_of(settings, (uint32_t)len), 0600, NULL) == ERR_OK);
    holds(studio_make(paths, NULL) == ERR_OK);
    streamer_open(streamer, service);
    holds(streamer->core.studio != NULL);
    holds(studio_remove(paths) == ERR_OK); /* removes only the names: the mappings stay */
    service_answer(service, &asks_handlers, streamer);
    service_each_turn(service, streamer_turn, streamer);
    service_set_report(service, streamer_report, streamer_cancel, streamer);
}

/* As if a core sounded now. */
static void write_sound(struct streamer *streamer)
{
    struct state state = { .at = clock_steady(), .rate = 48000, .frame = 48000 };

    slots_put(&streamer->core.slots, &state);
}

static void turn_streamer(struct streamer *streamer)
{
    fuzz_timers(streamer->service);
    fuzz_watches(streamer->service);
    streamer_turn(streamer);
    fuzz_offline(streamer->service);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct streamer streamer;
    static const struct id_list none;
    struct fuzz_input input = { bytes, len };

    if (!streamer.service)
        begin_streamer(&streamer);
    write_sound(&streamer);
    while (fuzz_next_ask(streamer.service, &input, &none))
        ;
    turn_streamer(&streamer);
    return 0;
}
