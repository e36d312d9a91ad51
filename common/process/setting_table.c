#include "common/process/setting.h"
#include "common/process/setting_form.h"

enum { PATH_BYTES = 4000 };

#define WHOLE(key, usual, least, most) key, SETTING_WHOLE, usual, least, most, NULL, NULL, NULL, NULL, false
#define REAL(key, usual, least, most)  key, SETTING_REAL, usual, least, most, NULL, NULL, NULL, NULL, false
#define SWITCH(key, usual)             key, SETTING_SWITCH, usual, 0, 0, NULL, NULL, NULL, NULL, false
#define WORD(key, usual, words)        key, SETTING_WORD, usual, 0, 0, words, NULL, NULL, NULL, false
#define FOLDER(key)                    key, SETTING_PATH, "", 0, PATH_BYTES, NULL, NULL, NULL, NULL, false
#define DEVICE_FORM                                                                                                    \
    "auto, none, dummy, pipewire, jack, jack:SERVER or alsa:CARD, as `loophole audio devices` lists them"

/* By section and name; docs/settings.md has the same order. */
const struct setting setting_table[] = {
    { "audio.device", SETTING_TEXT, "auto", 0, SETTING_DEVICE_SIZE - 1, NULL, setting_is_device, DEVICE_FORM, NULL,
      false, "engine", "the sound device; `none`: no sound" },
    { WORD("audio.limiter", "instant", "instant lookahead true_peak"), "audio", "the limiter of the main output" },
    { "audio.period", SETTING_WHOLE, "256", 16, 8192, NULL, setting_is_period, "a power of two from 16 to 8192", NULL,
      false, "engine", "frames in one period of the engine's own JACK server" },
    { WHOLE("audio.rate", "48000", 22050, 192000), "engine", "Hz: the sample rate of the engine's own JACK server" },
    { SWITCH("audio.standby", "no"), "engine", "run a second core, which takes over within one period" },

    { "availability.cloud", SETTING_TEXT, "", 0, 4095, NULL, NULL, NULL, NULL, false, "indexer",
      "patterns of folders that a cloud's program manages: `~/Dropbox, /mnt/*/cloud`; none without it" },
    { WHOLE("availability.fetch_files", "4", 1, 16), "availability", "files that are fetched at the same time" },
    { WHOLE("availability.fetch_patience_s", "30", 1, 3600), "availability",
      "seconds without progress after which a fetch fails" },
    { WHOLE("availability.fetch_tries", "5", 1, 100), "availability", "attempts for each file" },

    { "composer.exclude", SETTING_TEXT, "", 0, 4095, NULL, NULL, NULL, NULL, false, "composer",
      "folders of which nothing is shared, with colons between them; none without it" },
    { "composer.server", SETTING_TEXT, "", 0, 1023, NULL, NULL, NULL, NULL, true, "composer",
      "the community's server, as a libpq connection string; none without it" },
    { "composer.team_server", SETTING_TEXT, "", 0, 1023, NULL, NULL, NULL, NULL, true, "composer",
      "the server of the team, as a libpq connection string; composer.server without it" },

    { WHOLE("indexer.deadline_s", "60", 1, 3600), "indexer", "seconds for the analysis of one file of up to 64 MiB" },
    { WHOLE("indexer.rescan_minutes", "10", 1, 10080), "indexer", "minutes between two scans of all libraries" },
    { WHOLE("indexer.workers", "", 1, 16), "indexer", "processes that analyse files; one for each core without it" },

    { WHOLE("limits.data_mb", "", 0, 1 << 24), "engine",
      "MiB of private memory of a service; 0: no limit; half of the machine's memory, at least 4096, without it" },
    { WHOLE("limits.files", "65536", 256, 1 << 20), "engine", "open files of a service" },

    { "osc.listen", SETTING_TEXT, "127.0.0.1", 0, 15, NULL, setting_is_ipv4, "an IPv4 address of this machine", NULL,
      false, "osc", "the address that receives OSC messages; 0.0.0.0: all" },
    { WHOLE("osc.port", "", 0, 65535), "osc", "the UDP port; 0: any free one; 7770, or a free one, without it" },
    { WORD("osc.users", "own", "own any"), "osc", "the users of this machine whose programs may send" },

    { WORD("pattern.view", "slots", "slots library"), "", "what the pattern commands name first" },

    { REAL("preview.loudness", "-18", -60, 0), "streamer", "LUFS: the loudness of previews that are matched" },
    { SWITCH("preview.match", "yes"), "streamer", "match the loudness of previews" },
    { REAL("preview.volume_db", "0", -80, 12), "streamer", "dB: the volume of previews" },

    { SWITCH("project.autosave", "yes"), "project",
      "write autosaves beside projects; all edits are in the store without them, too" },
    { FOLDER("project.folder"), "project", "where new projects are made; DATA/projects without it" },

    { WORD("recording.cancelled", "keep", "keep delete"), "streamer", "the file of a take that was cancelled" },
    { FOLDER("recording.folder"), "streamer",
      "where takes outside of projects are recorded; DATA/recordings without it" },
    { WORD("recording.format", "wav", "wav wav24 flac"), "streamer", "the format of takes" },
    { WORD("recording.gaps", "fill", "fill skip"), "streamer", "fill lost frames with silence, or skip them" },
    { WHOLE("recording.latency_frames", "-1", -1, 1000000), "streamer",
      "frames of the hardware by which takes of inputs are corrected, beside our own delay; -1: as JACK reports" },
    { SWITCH("recording.look_back", "yes"), "streamer", "keep the last minutes of the inputs for `record keep`" },

    { WHOLE("store.backup_growth_mib", "256", 1, 1 << 20), "engine",
      "MiB that the store may grow during one backup, which then ends" },
    { WHOLE("store.map_mib", "262144", 1, 64 << 20), "engine", "MiB of address space of the store: its largest size" },
    { WHOLE("store.reader_growth_mib", "1024", 1, 1 << 20), "persist",
      "MiB that the store may grow while one process reads an old state, which is then ended" },

    { WHOLE("supervisor.hang_ms", "", 500, 3600000), "engine",
      "ms without a heartbeat after which a service is replaced; 500 to 1,700 by service without it" },
    { WHOLE("supervisor.start_ms", "60000", 1000, 3600000), "engine",
      "ms without progress after which a starting service is replaced" },

    { SWITCH("web.announce", "yes"), "web",
      "let other machines find the gateway by Avahi, if `listen` is set to an address that they can reach" },
    { "web.certificate", SETTING_PATH, "", 0, PATH_BYTES, NULL, NULL, NULL, NULL, false, "web",
      "the PEM file of the certificate for `listen`" },
    { "web.key", SETTING_PATH, "", 0, PATH_BYTES, NULL, NULL, NULL, NULL, false, "web",
      "the PEM file of the certificate's key" },
    { "web.listen", SETTING_TEXT, "", 0, 80, NULL, setting_is_listen,
      "an address of this machine and a port, as 192.168.1.20:8443", "web.certificate web.key web.password", false,
      "web", "where browsers of other machines connect; nowhere without it" },
    { "web.name", SETTING_TEXT, "", 0, 127, NULL, NULL, NULL, NULL, false, "web",
      "another name of this machine in the browsers' addresses" },
    { "web.password", SETTING_TEXT, "", 12, 256, NULL, NULL, NULL, NULL, true, "web",
      "the password for browsers of other machines" },
    { WORD("web.users", "own", "own any"), "web", "the users of this machine whose browsers may enter" },
};
const uint32_t setting_count = sizeof(setting_table) / sizeof(*setting_table);
