/* asks.c: the table of the asks. */
#include "services/audio/control/audio.h"
#include "services/audio/control/pads.h"
#include "services/audio/control/ports.h"
#include "services/audio/control/report.h"
#include "services/audio/control/rows.h"
#include "services/audio/control/set_mixer.h"
#include "services/audio/control/set_pattern.h"
#include "services/audio/control/song.h"
#include "services/audio/control/sound_asks.h"
#include "services/audio/control/sounding.h"
#include "services/audio/control/transport_asks.h"

const struct audio_handlers audio_handlers = {
    .transport = audio_ask_transport,
    .start = audio_ask_start,
    .stop = audio_ask_stop,
    .toggle = audio_ask_toggle,
    .locate = audio_ask_locate,
    .set_tempo = audio_ask_set_tempo,
    .set_swing = audio_ask_set_swing,
    .tap = audio_ask_tap,
    .set_metronome = audio_ask_set_metronome,
    .set_quantise = audio_ask_set_quantise,
    .set_sync = audio_ask_set_sync,
    .mixer = audio_ask_mixer,
    .set_strip = audio_ask_set_strip,
    .set_limiter = audio_ask_set_limiter,
    .set_preview = audio_ask_set_preview,
    .monitoring = audio_ask_monitoring,
    .set_monitoring = audio_ask_set_monitoring,
    .chain = audio_ask_chain,
    .insert = audio_ask_insert,
    .inserts = audio_ask_inserts,
    .panic = audio_ask_panic,
    .set_pattern = audio_ask_set_pattern,
    .leave_song = audio_ask_leave_song,
    .pattern = audio_ask_pattern,
    .note_pattern = audio_ask_note_pattern,
    .rows = audio_ask_rows,
    .set_row = audio_ask_set_row,
    .sounding = audio_ask_sounding,
    .set_pad_controls = audio_ask_set_pad_controls,
    .sounding_kept = audio_ask_sounding_kept,
    .pads = audio_ask_pads,
    .set_pads = audio_ask_set_pads,
    .hit = audio_ask_hit,
    .start_sound = audio_ask_start_sound,
    .set_sound = audio_ask_set_sound,
    .stop_sound = audio_ask_stop_sound,
    .release = audio_ask_release,
    .meters = audio_ask_meters,
    .reset_meters = audio_ask_reset_meters,
    .server = audio_ask_server,
    .ports = audio_ask_ports,
    .foreign_ports = audio_ask_foreign_ports,
    .send_midi = audio_ask_send_midi,
    .connect = audio_ask_connect,
    .disconnect = audio_ask_disconnect,
};
