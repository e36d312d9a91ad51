/* commands.c: every command of the command line, one row each. */
#include <string.h>

#include "frontends/cli/base/cli.h"

#define ANY 1000000

#define MANY                                                                                                           \
    "Several ids and paths, or one query, name the items. A query that matches more than one item changes none of "    \
    "them unless --all, or --limit N for the first N, is given. To undo a change of N items: loophole undo --times N."

const struct command command_table[] = {
    { "up", "", "Start the engine", "Ends when every service is ready.", "", 0, 0, false, engine_up },
    { "down", "", "Stop the engine, all services in order",
      "Transport, mixer, pads and pattern are forgotten. The catalogue, saved queries and connections are kept.", "", 0,
      0, false, engine_down },
    { "status", "", "Every service: state, pid, time up, restarts, last death", "", "watch", 0, 0, false,
      engine_status },
    { "restart", "SERVICE", "Restart one service; releases it from quarantine", "", "", 1, 1, false, engine_restart },
    { "logs", "[SERVICE]", "What the services logged", "", "follow all", 0, 1, false, logs_show },
    { "tasks", "", "Long work under way", "", "watch", 0, 0, false, tasks_list },
    { "cancel", "TASK", "Stop a task; what it has finished stays", "", "", 1, 1, false, tasks_cancel },
    { "events", "[TOPIC]", "What happens, as it happens",
      "A TOPIC is a service or a service and an event: persist, persist.changed.", "limit", 0, 1, false,
      events_follow },
    { "library add", "DIR", "Scan and watch a folder from now on", "", "ignore hidden-files wait", 1, 1, false,
      library_add },
    { "library remove", "DIR", "Forget a folder and its media items; files are not touched", "", "", 1, 1, false,
      library_remove },
    { "library list", "", "All libraries", "", "", 0, 0, false, library_print },
    { "library rescan", "[DIR]", "Look again, now",
      "When a scan finds that over ten files and over 5 % of a library are gone, it marks none as missing and asks "
      "first: `status`, `doctor` and `library list` show the question. If the files are really gone: "
      "--accept-missing. If they come back, the question disappears. Over half of a library that is gone "
      "counts as offline, like a volume that is away.",
      "accept-missing retry-failed wait", 0, 1, false, library_rescan },
    { "index", "DIR", "Add a folder if it is new, and analyse what is in it", "", "ignore hidden-files wait", 1, 1,
      false, library_index },
    { "summary", "", "What the catalogue holds: files, hours, formats, failures", "", "", 0, 0, false,
      library_summary },
    { "search", "QUERY…", "Find media items",
      "Words (kick), ranges (bpm:120-130, dur:<1s), key:~Am, tag:warm, -is:loop, class:snare, is:missing, "
      "\"quoted words\", or. All of it: docs/query.md.",
      "limit page sort fields facets cursor save", 0, ANY, true, find_search },
    { "history", "", "The queries that were asked last, the latest first", "--off forgets them.",
      "limit off request-id", 0, 0, false, saved_history },
    { "queries", "[NAME]", "The queries that were saved with `search --save NAME`", "NAME --off forgets one.",
      "off request-id", 0, 1, false, saved_queries },
    { "similar", "[ID|PATH|QUERY…]", "Find what sounds like this item, or like any file",
      "With --like A,B and --unlike C it is like all of the first, and nothing found is nearer to one of the second. "
      "With --port CLIENT:PORT it is like what sounds there for the next 4 seconds, or --seconds N; that is not kept.",
      "limit fields in aspect like unlike port seconds", 0, ANY, true, find_similar },
    { "unlike", "ID|PATH|QUERY ID|PATH|QUERY",
      "Mark two items as not alike: each comes later among what is similar to the other", "", "off request-id", 2, 2,
      false, edit_unlike },
    { "favourite", "ID|PATH|QUERY…", "Make items favourites (is:favourite)", MANY, "all limit off request-id", 1, ANY,
      true, edit_favourite },
    { "hide", "ID|PATH|QUERY…", "Leave items out of everything that is found (is:hidden shows them)", MANY,
      "all limit off request-id", 1, ANY, true, edit_hide },
    { "map", "[QUERY…]", "The library on a plane, by likeness: what lies together sounds alike",
      "Made once and kept: what is added later finds its place and moves nothing. Prints how many items each "
      "class has; --json prints the places, --png draws them, with a legend of the classes' colours.",
      "png room seed remake", 0, ANY, true, map_run },
    { "duplicates", "[QUERY…]", "Items that hold one sound, group by group",
      "Kinds: same_file (the same bytes), same_audio (the same samples in other files), same_sound (coded with "
      "loss, resampled, louder or trimmed; velocity layers of a drum can sound alike: listen first). "
      "A group of a looser kind has all items of the stricter ones. The copy to keep is here, sounds best, and is "
      "the original as far as dates and paths show; the reason is printed (docs/query.md). Of a QUERY a group has at "
      "least two copies; of --inside QUERY at least one: --inside path:backup.",
      "kind inside limit budget", 0, ANY, true, alike_duplicates },
    { "show", "ID|PATH|QUERY…", "One media item, whole; of a query the first one",
      "docs/protocol.md lists the keys of --json: record item_line.", "fields", 1, ANY, true, find_show },
    { "artefact", "ID|PATH|QUERY [TYPE]", "A piece of analysis of an item, as JSON or as a picture",
      "Types: waveform, loudness, onsets, beats, spectrum, embedding, print, gist (docs/ear.md).", "type png", 1, 2,
      false, artefact_show },
    { "play", "ID|PATH|QUERY…", "Play a file, or the first item that a query finds",
      "It goes on when the command has ended; `loophole stop` stops it.", "loop gain from", 1, ANY, true, play_start },
    { "stop", "[VOICE]", "Stop one voice, or all that play", "", "", 0, 1, false, play_stop },
    { "preview", "ID|PATH|QUERY…", "Hear a sound on the preview ports; changes nothing",
      "A new preview takes the place of the one before.", "in-context chain stretch key at start-transport gain loop",
      1, ANY, true, play_preview },
    { "preview stop", "", "Silence the preview", "", "", 0, 0, false, play_preview_stop },
    { "preview next", "", "Preview the next item of the folder in the same way", "", "", 0, 0, false,
      play_preview_next },
    { "record start", "", "Record what comes in at the two inputs",
      "The take is a media item at once, pending until it has ended. Files lie in the folder of the setting "
      "recording.folder, else in DATA/recordings, as --format or recording.format says (wav, wav24 or flac). FLAC is "
      "made of a WAV when the take has ended; a sample over full scale, or a disk without room for both, leaves the "
      "WAV. A take is moved by the latency that JACK reports, or by recording.latency_frames. Where frames are "
      "missing, --gaps or recording.gaps says what is there: silence of the same length (fill), or nothing (skip); "
      "markers in the WAV and `loophole show` name the places.",
      "name inputs seconds format gaps budget", 0, 0, false, takes_start },
    { "record stop", "", "End the take: it is a media item like others then",
      "Waits while FLAC is made of it; that goes on when the command is ended. `loophole tasks` shows it too, and "
      "`loophole cancel` leaves the WAV.",
      "budget", 0, 0, false, takes_stop },
    { "record cancel", "", "Give the take up: kept as abandoned, or deleted",
      "The setting recording.cancelled says which: keep, or delete.", "budget", 0, 0, false, takes_cancel },
    { "record takes", "", "The take under way, unfinished ones, and those given up, with their size", "", "", 0, 0,
      false, takes_list },
    { "record delete", "ID|PATH", "Delete a take that was given up, its file too", "", "", 1, 1, false, takes_delete },
    { "recover", "", "Finish the takes that a crash left",
      "A started engine does so by itself; this waits for it and says which they were.", "budget", 0, 0, false,
      takes_recover },
    { "edit", "ID|PATH|QUERY… KEY=VALUE…", "Change what is known of items",
      "Keys: name, pack, notes, origin, favourite, hidden, and facts of your own: bpm, key, class, … An empty value "
      "takes a fact of your own back. " MANY,
      "all limit expect request-id", 2, ANY, false, edit_item },
    { "tag", "ID|PATH|QUERY… +TAG -TAG…", "Add tags to items, and remove tags", MANY, "all limit expect request-id", 2,
      ANY, DASHES_TAGS, edit_tags },
    { "undo", "", "Take back the last edit", "Each changed item is a step of its own: --times N takes N of them back.",
      "times request-id", 0, 0, false, edit_undo },
    { "redo", "", "Do again what undo took back", "", "times request-id", 0, 0, false, edit_redo },
    { "ask", "SERVICE.NAME [FIELD=VALUE…]", "Send any message of the protocol",
      "Fields of nested records: edit.notes=flat. Lists: a,b,c or JSON in brackets.", "body request-id budget", 1, ANY,
      false, raw_ask },
    { "stats", "[SERVICE]", "Count and latency of every ask, measured in the services", "", "watch prometheus", 0, 1,
      false, stats_show },
    { "bench", "SERVICE.NAME [FIELD=VALUE…]", "Measure the latency of one message", "",
      "clients seconds rate plot body", 1, ANY, false, bench_run },
    { "transport", "", "Show the transport's position", "", "", 0, 0, false, transport_show },
    { "transport start", "[COUNT-IN]", "Start it, after COUNT-IN bars of the metronome", "", "", 0, 1, false,
      transport_start },
    { "transport stop", "", "Stop it", "", "", 0, 0, false, transport_stop },
    { "transport toggle", "[COUNT-IN]", "Start it, or stop it", "", "", 0, 1, false, transport_toggle },
    { "transport locate", "BAR", "Go to the beginning of a bar; the first is 1", "", "", 1, 1, false,
      transport_locate },
    { "transport tempo", "BPM", "Set the tempo", "", "", 1, 1, false, transport_tempo },
    { "transport tap", "", "Tap the tempo: call it on the beat", "", "", 0, 0, false, transport_tap },
    { "transport swing", "S", "Delay every odd step by S/2 steps", "", "", 1, 1, false, transport_swing },
    { "transport metronome", "on|off", "Let the metronome sound", "", "", 1, 1, false, transport_metronome },
    { "transport sync", "none|jack|lead|midi", "Follow JACK's transport, lead it, or follow MIDI clock", "", "", 1, 1,
      false, transport_sync },
    { "pattern", "FILE.json", "Play a pattern from the next bar, or now if the transport is stopped",
      "frontends/examples/acid.json is one; docs/protocol.md (record pattern) has its fields. A row plays a synth "
      "voice, or with `sound` a loaded sound: loophole ask streamer.load_sound path=FILE prints its number.",
      "immediate", 1, 1, false, transport_pattern },
    { "panic", "", "Silence, now", "", "", 0, 0, false, transport_panic },
    { "mixer", "[CHANNEL KEY=VALUE…]", "The mixer; or change a channel",
      "Channels: streams sounds pads sequencer preview metronome master. Keys: gain (linear, or -6dB) pan mute solo. "
      "`mixer limiter` takes ceiling (linear, or -1dB) and kind: instant, or lookahead, which makes all 1.5 ms late.",
      "", 0, ANY, false, meters_mixer },
    { "pads", "", "The pads that have a sound or a MIDI note", "", "", 0, 0, false, pads_show },
    { "pads set", "PAD KEY=VALUE…", "What a hit of this pad starts; other keys stay as they are",
      "Keys: sound gain pan ratio from until mode choke reverse note channel (1 to 16) attack release curve. "
      "sound=ID, sound=PATH or sound=QUERY loads a file, sound=NUMBER is one that is loaded already; "
      "sound= takes it away.",
      "", 1, ANY, false, pads_set },
    { "pads hit", "PAD [VELOCITY]", "Hit a pad; velocity is 0 to 1", "", "", 1, 2, false, pads_hit },
    { "pads release", "PAD", "Let go of a pad", "", "", 1, 1, false, pads_release },
    { "meters", "", "Levels of all channels, load, transport",
      "A bar is the level, its stroke and the numbers are the highest peak of the last 2 s. Clips are samples at or "
      "over full scale. The limiter's figure is what it took; loudness is the master's (400 ms and 3 s).",
      "watch", 0, 0, false, meters_show },
    { "meters reset", "", "Count clips, xruns, underruns, lost frames and the worst load from 0 on", "", "", 0, 0,
      false, meters_reset },
    { "audio devices", "", "What can make sound here, and what does", "", "", 0, 0, false, audio_devices },
    { "audio use", "DEVICE", "Make sound with this, now and from now on",
      "auto, dummy (silent), pipewire, jack, jack:SERVER, alsa:CARD, or none.", "rate period", 1, 1, false, audio_use },
    { "audio status", "", "The JACK server, and the sound core on it", "", "", 0, 0, false, audio_status },
    { "audio ports", "", "What our ports are connected to", "", "", 0, 0, false, audio_ports },
    { "audio connect", "PORT CLIENT:PORT", "Connect a port, now and whenever both are there", "", "", 2, 2, false,
      audio_connect },
    { "audio disconnect", "PORT CLIENT:PORT", "Take a connection away, and forget it", "", "", 2, 2, false,
      audio_disconnect },
    { "doctor", "", "Check the machine and the engine, and say what to do", "", "", 0, 0, false, doctor_run },
    { "crash list", "", "Every death of a service", "", "", 0, 0, false, crash_print },
    { "crash show", "NAME", "One death: time, signal, backtrace, what was in hand", "", "", 1, 1, false, crash_print },
    { "store check", "", "Check every record and reference of the store",
      "Files of artefacts that are gone or changed are counted. They are no damage: the engine makes them again.", "",
      0, 0, false, store_check_run },
    { "store forget-old", "", "Remove the old stores that migrations and restores put aside",
      "They are DATA/store.before-N, N being the version of the old store, and DATA/store.before-restore. "
      "`loophole doctor` lists them with their size.",
      "", 0, 0, false, store_forget_old_run },
    { "backup", "FILE", "Copy the store while it is in use, with a digest", "", "force", 1, 1, false,
      store_backup_run },
    { "restore", "FILE", "Put a backup in the store's place, verified first (the engine must be down)",
      "A backup holds no waveforms and other artefacts. The engine makes missing ones again, from the sounds.", "", 1,
      1, false, store_restore_run },
    { "complete", "QUERY…", "How a query could go on", "--line is for the shells' completion scripts.", "line", 1, ANY,
      true, complete_run },
    { "completion", "bash|zsh|fish", "Print the shell's completion script",
      "bash: source <(loophole completion bash). zsh, after compinit: source <(loophole completion zsh). "
      "fish: loophole completion fish | source. `make install` puts all three in place.",
      "", 1, 1, false, completion_print },
    { "man", "", "Print the man page", "", "", 0, 0, false, man_print },
};
const int command_count = sizeof command_table / sizeof command_table[0];

static const struct {
    const char *first, *group;
} groups[] = {
    { "up", "The engine" },
    { "library add", "Libraries" },
    { "search", "Find" },
    { "play", "Hear" },
    { "record start", "Record" },
    { "edit", "Edit" },
    { "transport", "Transport, pattern, mixer and pads" },
    { "audio devices", "JACK" },
    { "ask", "Messages" },
    { "doctor", "Care" },
    { "complete", "This command line" },
};

const char *command_group(const struct command *command)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        if (strcmp(groups[i].first, command->name) == 0)
            return groups[i].group;
    return NULL;
}
