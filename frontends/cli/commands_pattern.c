/* Commands for the transport, patterns and songs: one row each. */
#include "frontends/cli/commands.h"

static const struct command patterns[] = {
    { "transport", "", "Show the transport's position", "", "", 0, 0, false, transport_show },
    { "transport start", "[COUNT-IN]", "Start the transport, after COUNT-IN bars of the metronome",
      "--from BAR starts at the beginning of a bar; the first is 1.", "from", 0, 1, false, transport_start },
    { "transport stop", "", "Stop the transport", "", "", 0, 0, false, transport_stop },
    { "transport toggle", "[COUNT-IN]", "Start or stop the transport", "", "", 0, 1, false, transport_toggle },
    { "transport locate", "BAR", "Go to the start of a bar; the first is 1", "", "", 1, 1, false, transport_locate },
    { "transport tempo", "BPM", "Set the tempo", "", "", 1, 1, false, transport_tempo },
    { "transport tap", "", "Tap the tempo: call it on the beat", "", "", 0, 0, false, transport_tap },
    { "transport swing", "S|P%", "Delay every odd step by S/2 steps",
      "As a percentage, the share of two steps that the first one takes: 50% is straight, 66% a triplet.", "", 1, 1,
      false, transport_swing },
    { "transport metronome", "on|off", "Switch the metronome", "", "", 1, 1, false, transport_metronome },
    { "transport sync", "none|jack|lead|midi", "Follow JACK's transport, lead it, or follow MIDI clock", "", "", 1, 1,
      false, transport_sync },
    { "transport clock", "on|off|always [offset=TIME]", "Send MIDI clock while the transport runs, or always",
      "offset=12ms is later than the music, offset=-12ms earlier; 100 ms at most.", "", 1, 2, false, transport_clock },
    { "pattern", "FILE.json", "Play a pattern from the next bar, or now if the transport is stopped",
      "frontends/examples/acid.json is one; docs/patterns.md describes the file. A row plays a synth voice, or "
      "with `media_id` a media item: its id, or the absolute path of its file. --wait ends when it sounds.",
      "immediate wait", 1, 1, false, pattern_play },
    { "pattern rows", "[ROW KEY=VALUE…]", "List the rows of the pattern that plays, or mute one or make it solo",
      "ROW is its name, or its number from 1. Keys: mute solo (on or off). While a row is solo, all others are "
      "silent. The next pattern has its own.",
      "", 0, ANY, false, rows_set },
    { "pattern save", "SLOT [FILE.json]", "Save the pattern that plays, or that of a file, to a slot (1 to 128)",
      "Slots belong to the open project; their files are in its folder patterns/slots.", "name", 0, 2, true,
      slots_save },
    { "pattern load", "SLOT [immediate]", "Load a slot at the next bar; at once when the transport is stopped",
      "--wait ends when it sounds.", "immediate wait", 0, 2, true, slots_load },
    { "pattern slots", "", "List the slots of the current bank that are not empty", "", "", 0, 0, false, slots_show },
    { "pattern list", "[view=library] [genre=X] [tag=X] [recent=N]",
      "List patterns by genre, by tag, or the newest N: those of the slots, or of the library",
      "The setting [pattern] view = library makes the library the first choice; view=slots or view=library chooses. "
      "The library takes name=PART folder=F bpm_from=N bpm_until=N and archived=true too.",
      "limit", 0, 9, false, slots_list },
    { "pattern save_file", "NAME [FILE.json] [folder=F]",
      "Save the pattern that plays, or that of a file, to the library",
      "F is user (the default), templates, or a genre; NAME may begin with it: techno/Acid. A pattern of that name "
      "is replaced. All projects share the library.",
      "request-id", 0, 3, true, pattern_library_save },
    { "pattern load_file", "NAME [immediate]", "Load a pattern of the library at the next bar",
      "NAME is its name or its place, techno/Acid. --wait ends when it sounds.", "immediate wait", 0, 2, true,
      slots_load_file },
    { "pattern archive", "NAME…", "Archive patterns of the library: lists omit them, their files stay",
      "With --all, the filters KEY=VALUE of `pattern list` choose the patterns instead of names. All changes are one "
      "step.",
      "all request-id", 0, ANY, true, pattern_library_archive },
    { "pattern unarchive", "NAME…", "Take patterns out of the archive again", "", "all request-id", 0, ANY, true,
      pattern_library_unarchive },
    { "pattern undo", "", "Take back the last change of the library of patterns",
      "The last 64 changes can be taken back. `loophole project undo` takes back changes of slots.", "request-id", 0, 0,
      false, pattern_library_undo },
    { "pattern redo", "", "Redo what `pattern undo` took back", "", "request-id", 0, 0, false, pattern_library_redo },
    { "pattern similar", "[SLOT|NAME|FILE.json]", "List patterns of the library by the likeness of their rhythm",
      "The rhythm is compared with that of a slot, of a pattern of the library (NAME, or its place), or of a file; "
      "without an argument, with that of the pattern that plays.",
      "limit", 0, 1, true, pattern_library_similar },
    { "pattern delete", "SLOT|NAME…", "Empty a slot, or delete patterns of the library",
      "A place with a slash, techno/Acid, is in the library. With the setting [pattern] view = library, so is any "
      "name. "
      "Several patterns of the library are one step.",
      "all", 0, ANY, true, slots_delete },
    { "pattern copy", "SLOT SLOT", "Copy a slot to another one, or a pattern of the library to another place", "", "",
      0, 2, true, slots_copy },
    { "pattern move", "SLOT SLOT", "Move a slot to another one, or patterns of the library to a folder",
      "`pattern move user/Acid user/Dub techno` moves two.", "all", 0, ANY, true, slots_move },
    { "pattern swap", "SLOT SLOT", "Exchange two slots, or patterns of the library", "", "", 0, 2, true, slots_swap },
    { "pattern rename", "SLOT NAME", "Rename the pattern of a slot, or one of the library", "", "", 0, 2, true,
      slots_rename },
    { "pattern bank", "[N|NAME]", "Choose a bank by its number or name, or name the current bank", "", "", 0, 1, true,
      slots_bank },
    { "pattern export_midi", "[SLOT|NAME|FILE.json] FILE.mid",
      "Write a pattern as a Standard MIDI File, and list the values that it cannot keep",
      "The first argument names a slot, a pattern of the library or a file; without it, the pattern that plays is "
      "exported. 960 ticks a quarter note; row N is on channel N. docs/patterns.md describes the controllers. An "
      "existing file that is not a MIDI file is replaced only with --force.",
      "force", 1, 2, true, pattern_export_midi },
    { "pattern import_midi", "FILE.mid FILE.json",
      "Make a pattern of a Standard MIDI File, and list the values that change",
      "Types 0 and 1, any ticks per quarter note. Notes off the grid move to the nearest step. An existing file that "
      "loophole did not write is replaced only with --force.",
      "force", 2, 2, false, pattern_import_midi },
    { "song", "", "Show the song of the project: its patterns, one after the other", "A * marks the entry that plays.",
      "", 0, 0, false, song_show },
    { "song set", "[SLOT[:BARS]…]", "Set the song: slots of patterns, in the order in which they play",
      "Each plays for BARS, or for the length of its pattern; BANK/SLOT is a slot of another bank: `song set 1:4 2 "
      "2/7:8`. With --loop the first entry follows the last one; otherwise the pattern of the last one continues. "
      "Without slots the song is empty.",
      "loop", 0, ANY, false, song_set },
    { "song play", "[ENTRY]", "Play the song from its first entry, or from ENTRY on, and start the transport",
      "The next pattern is ready while one plays, so they follow without a gap. A pattern that is loaded ends the "
      "song. --wait ends when the first entry sounds.",
      "wait", 0, 1, false, song_play },
    { "song stop", "", "End the song: the present pattern continues", "", "", 0, 0, false, song_stop },
};
const struct command_group commands_patterns = { "Transport, patterns and songs", patterns,
                                                 sizeof(patterns) / sizeof(*patterns) };
