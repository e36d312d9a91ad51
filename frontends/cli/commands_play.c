/* Commands for playing and recording: one row each. */
#include "frontends/cli/commands.h"

static const struct command hear[] = {
    { "play", "ID|PATH|QUERY…", "Play a file, or the first item that a query finds",
      "The sound continues after the command ends; `loophole stop` stops it. --loop repeats it, or the part from "
      "--from or --loop-from to --until, or --bars N of it. --at bar begins at the next bar; with --stretch the sound "
      "follows the tempo of the transport. The trim, the fades and the gain of an item (loophole trim, fade, "
      "normalise) apply unless --whole is given.",
      "loop gain from until loop-from bars at stretch whole", 1, ANY, true, play_start },
    { "stop", "[VOICE]", "Stop one voice, or all voices", "", "fade", 0, 1, false, play_stop },
    { "pause", "[VOICE]", "Pause one voice, or all voices that play files; --off lets them go on",
      "They go on with the frame at which they were paused. Loops, previews and stretched voices are not paused.",
      "off", 0, 1, false, voices_pause },
    { "voice", "", "List the voices that play", "", "", 0, 0, false, voices_show },
    { "voice seek", "VOICE S", "Continue at second S of the file", "", "", 2, 2, false, voices_seek },
    { "voice gain", "VOICE GAIN [PAN]", "Change gain (linear, -6dB, 50%) and pan of a voice",
      "The change takes 20 ms, or --fade.", "fade", 2, 3, DASHES_WORDS, voices_gain },
    { "voice queue", "VOICE ID|PATH|QUERY…", "Queue a file on a voice: it follows without a gap", "", "", 2, ANY, true,
      voices_queue },
    { "voice fade", "VOICE S", "Stop a voice over S seconds", "", "", 2, 2, false, voices_fade },
    { "preview", "ID|PATH|QUERY…", "Play a sound on the preview ports",
      "A new preview replaces the current one. No other sound changes. The trim, the fades and the gain of an item "
      "apply unless --whole is given.",
      "in-context chain stretch key at start-transport gain loop from until loop-from bars whole", 1, ANY, true,
      play_preview },
    { "preview stop", "", "Stop the preview", "", "", 0, 0, false, play_preview_stop },
    { "preview apart", "on|off", "Send previews to the preview ports only, or also to main", "", "", 1, 1, false,
      play_preview_apart },
    { "preview next", "", "Preview the next item of the last search with the same options",
      "The command goes through the result of the last `search`, `similar` or `preview QUERY`, up to 1,000 items. "
      "After the preview of any other file, it goes through the folder of that file.",
      "", 0, 0, false, play_preview_next },
};
const struct command_group commands_hear = { "Hear", hear, sizeof(hear) / sizeof(*hear) };

static const struct command record[] = {
    { "record start", "", "Record the two inputs",
      "The take is a media item from its beginning; it is pending until it ends. Its file is in the open project, "
      "otherwise in the folder of the setting recording.folder, by default DATA/recordings. A FLAC is made from the "
      "WAV after the take; the WAV stays if a sample is over full scale or the disk has no room for both. The position "
      "of the take is corrected by the latency that JACK reports, or by recording.latency_frames. With --bars, "
      "--at-bar, --punch or --count-in the take waits for its bar (without --at-bar, the next one), and its first "
      "frame is the sound that was played on the beat.",
      "name inputs seconds bars at-bar punch count-in loop source format gaps budget", 0, 0, false, takes_start },
    { "record keep", "BARS", "Make a take of the last BARS whole bars, which were already played", "",
      "name format gaps budget", 1, 1, false, takes_keep },
    { "record monitor", "[on|off]", "Send the inputs to the main ports, or stop sending them", "", "", 0, 1, false,
      takes_monitor },
    { "record stop", "", "End the take; it becomes an ordinary media item",
      "The command waits until the FLAC is made; if you interrupt it, the encoding continues. `loophole "
      "tasks` shows the encoding; `loophole cancel` stops it and keeps the WAV. A take that ended early, for "
      "example on a full disk, is a media item too, but the exit code shows the reason.",
      "budget", 0, 0, false, takes_stop },
    { "record cancel", "", "Abandon the take",
      "The setting recording.cancelled decides whether its file is kept or deleted.", "budget", 0, 0, false,
      takes_cancel },
    { "record takes", "", "List the take under way, unfinished takes, and abandoned takes, with their size", "", "", 0,
      0, false, takes_list },
    { "record delete", "ID|PATH", "Delete an abandoned take and its file", "", "", 1, 1, false, takes_delete },
    { "recover", "", "Finish the takes that a crash interrupted",
      "The engine does this when it starts; the command waits for it and lists the takes.", "budget", 0, 0, false,
      takes_recover },
};
const struct command_group commands_record = { "Record", record, sizeof(record) / sizeof(*record) };
