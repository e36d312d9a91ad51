/* commands.c: the table of all commands, one row each. */

#include "frontends/cli/base/cli.h"

#define ANY 1000000

#define MANY_ITEMS                                                                                                     \
    "Several ids and paths, or one query, name the items. A query that matches more than one item changes none of "    \
    "them unless --all, or --limit N for the first N, is given. A change of more than 100 items asks first, unless "   \
    "--yes or --limit is given."
#define MANY MANY_ITEMS " All items are one step of undo, up to 10,000."

const struct command command_table[] = {
    { "up", "", "Start the engine", "The command ends when every service is ready.", "", 0, 0, false, engine_up },
    { "down", "", "Stop all services in order",
      "Transport, mixer, pads and pattern are forgotten. The catalogue, saved queries and connections stay.", "", 0, 0,
      false, engine_down },
    { "status", "", "Show each service: state, pid, uptime, restarts, last death", "", "watch", 0, 0, false,
      engine_status },
    { "restart", "SERVICE", "Restart one service; releases it from quarantine", "", "", 1, 1, false, engine_restart },
    { "logs", "[SERVICE]", "Show the logs of the services", "", "follow all", 0, 1, false, logs_show },
    { "tasks", "", "List long work under way", "", "watch", 0, 0, false, tasks_list },
    { "cancel", "TASK", "Stop a task; the finished part of its work stays", "", "", 1, 1, false, tasks_cancel },
    { "events", "[TOPIC]", "Print events as they happen",
      "A TOPIC is a service or a service and an event: persist, persist.changed.", "limit", 0, 1, false,
      events_follow },
    { "library add", "DIR", "Add a folder: scan and watch it", "", "ignore hidden-files wait", 1, 1, false,
      library_add },
    { "library remove", "DIR", "Remove a library, and put its items among the forgotten; files are not touched",
      "`loophole undo` or `loophole library add DIR` brings them back, with tags, ids and facts. It warns when no "
      "other copy of a sound can be read now.",
      "", 1, 1, false, library_remove },
    { "library list", "", "List all libraries", "", "", 0, 0, false, library_print },
    { "library rescan", "[DIR]", "Scan again, now",
      "When more than ten files and more than 5 % of a library are gone, a scan marks none as missing and "
      "asks first: `status`, `doctor` and `library list` show the question. Confirm with --accept-missing. "
      "The question disappears when the files come back. When over half of a library is gone, it counts as "
      "offline, like a volume that is away.",
      "accept-missing retry-failed wait", 0, 1, false, library_rescan },
    { "library set", "DIR KEY=VALUE…", "Change the settings of a library",
      "fetch=all fetches its online-only files without asking, fetch=ask (the default) leaves them in the cloud. "
      "backend=cloud declares a folder that a program of a cloud keeps: a file with a size and without blocks on the "
      "disk is then online-only. backend=local, external or project; backend=volume is the default. DIR may also be a "
      "folder inside a library: with a backend it becomes a tree of its own, which goes and comes back as one, and "
      "backend=volume ends that. docs/storage.md describes all of it.",
      "", 2, 3, false, library_set },
    { "fetch", "ID|PATH|QUERY…", "Bring the files of online-only items from their cloud to this machine",
      "A task, which `loophole tasks` shows and `loophole cancel` ends; a failed fetch is repeated after longer and "
      "longer pauses. Fetched items are analysed. Nothing else reads such a file. Several ids and paths, or one "
      "query, name the items; a query that matches more than one needs --all or --limit N. --wait waits until it "
      "ends.",
      "all limit yes wait", 1, ANY, true, fetch_begin },
    { "fetches", "", "List the items that are fetched, and those whose fetch failed, with the reason", "", "", 0, 0,
      false, fetch_list },
    { "volume list", "", "List the volumes of the libraries, and whether they are here",
      "docs/storage.md describes how a volume is recognised.", "", 0, 0, false, volume_list },
    { "volume mark", "PATH", "Write a marker file to the root of a volume, by which it is recognised from then on",
      "PATH is the volume's mount point, or any path on it. --new replaces the marker of a volume that is a "
      "copy of another one. --name sets the label.",
      "new name", 1, 1, false, volume_mark },
    { "volume label", "ID LABEL", "Give a volume another name", "", "", 2, 2, false, volume_label },
    { "whereis", "ID|PATH", "List every known copy of a sound, with its volume and state",
      "Copies are items of the same content, also on volumes that are away.", "", 1, 1, false, whereis_list },
    { "index", "DIR", "Add a folder, or scan it again, and analyse new files", "", "ignore hidden-files wait", 1, 1,
      false, library_index },
    { "summary", "", "Count files, hours, formats and failures", "", "", 0, 0, false, library_summary },
    { "search", "QUERY…", "Find media items",
      "Words (kick), ranges (bpm:120-130, dur:<1s), key:~Am, tag:warm, -is:loop, class:snare, is:missing, "
      "\"quoted words\", or. docs/query.md describes the language. --project NAME finds what that project uses.",
      "limit page sort fields facets cursor save view project", 0, ANY, true, find_search },
    { "history", "", "List the last queries, latest first", "--off clears the history.", "limit off request-id", 0, 0,
      false, saved_history },
    { "queries", "[NAME]", "List saved queries (`search --save NAME`)", "NAME --off removes one.", "off request-id", 0,
      1, false, saved_queries },
    { "similar", "[ID|PATH|QUERY…]", "Find sounds like an item or like any file",
      "--like A,B adds examples; --unlike C adds counter-examples: no result is nearer to one of these "
      "than to all examples. --port CLIENT:PORT listens to a JACK port for 4 seconds, or --seconds N, and "
      "finds sounds like it; nothing is kept.",
      "limit fields in aspect like unlike port seconds", 0, ANY, true, find_similar },
    { "unlike", "ID|PATH|QUERY ID|PATH|QUERY", "Mark two items as not alike: `similar` doubles their distance", "",
      "off request-id", 2, 2, false, edit_unlike },
    { "favourite", "ID|PATH|QUERY…", "Make items favourites (is:favourite)", MANY, "all limit yes off request-id", 1,
      ANY, true, edit_favourite },
    { "hide", "ID|PATH|QUERY…", "Hide items from all results (is:hidden shows them)", MANY,
      "all limit yes off request-id", 1, ANY, true, edit_hide },
    { "forget", "ID|PATH|QUERY…", "Forget items: results leave them out, but nothing of them is lost",
      "`loophole forgotten` lists them, `loophole undo` and `forget ID --off` bring them back, and so does `loophole "
      "library add` of their folder. No scan does. Files are not touched. It warns when no other copy of a sound can "
      "be read now. " MANY,
      "all limit yes off request-id", 1, ANY, true, edit_forget },
    { "forgotten", "", "List the forgotten items, or remove them for good",
      "--empty removes all of them from the catalogue, with their tags and facts, and asks first; nothing else removes "
      "an item. Files are not touched.",
      "limit empty yes request-id", 0, 0, false, forgotten_list },
    { "map", "[QUERY…]", "Map the library: sounds that are alike are near each other",
      "The map is made once and kept: a new item gets a place, and no other item moves. Prints the number "
      "of items of each class; --json prints the positions, --png draws them with a legend.",
      "png room seed remake", 0, ANY, true, map_run },
    { "duplicates", "[QUERY…]", "List groups of items with the same sound",
      "Kinds: same_file (equal bytes), same_audio (equal samples in different files), same_sound (coded "
      "with loss, resampled, louder or trimmed; velocity layers of a drum can sound alike: listen first). "
      "A group of a looser kind has all items of the stricter groups that it joins. The list names the "
      "copy to keep and the reason (docs/query.md). With QUERY, at least two copies of a group match; with "
      "--inside QUERY, at least one: --inside path:backup.",
      "kind inside limit budget", 0, ANY, true, alike_duplicates },
    { "show", "ID|PATH|QUERY…", "Show all of an item, or of the first item of a query",
      "docs/protocol.md lists the keys of --json: record item_line.", "fields", 1, ANY, true, find_show },
    { "artefact", "ID|PATH|QUERY [TYPE]", "Print an artefact of an item as JSON, or draw it",
      "Types: waveform, loudness, onsets, beats, spectrum, embedding, print, gist (docs/ear.md).", "type png", 1, 2,
      false, artefact_show },
    { "play", "ID|PATH|QUERY…", "Play a file, or the first item that a query finds",
      "The sound continues after the command ends; `loophole stop` stops it. --loop repeats it, or the part from "
      "--from or --loop-from to --until, or --bars N of it. --at bar begins at the next bar, --stretch brings it to "
      "the present tempo.",
      "loop gain from until loop-from bars at stretch", 1, ANY, true, play_start },
    { "stop", "[VOICE]", "Stop one voice, or all voices", "", "fade", 0, 1, false, play_stop },
    { "voice", "", "List the voices that play", "", "", 0, 0, false, voices_show },
    { "voice seek", "VOICE S", "Continue at second S of the file", "", "", 2, 2, false, voices_seek },
    { "voice gain", "VOICE GAIN [PAN]", "Change gain (linear, -6dB, 50%) and pan of a voice",
      "The change takes 20 ms, or --fade.", "fade", 2, 3, DASHES_WORDS, voices_gain },
    { "voice queue", "VOICE ID|PATH|QUERY…", "Queue a file on a voice: it follows without a gap", "", "", 2, ANY, true,
      voices_queue },
    { "voice fade", "VOICE S", "Stop a voice over S seconds", "", "", 2, 2, false, voices_fade },
    { "preview", "ID|PATH|QUERY…", "Play a sound on the preview ports",
      "A new preview replaces the present one. Nothing else changes.",
      "in-context chain stretch key at start-transport gain loop from until loop-from bars", 1, ANY, true,
      play_preview },
    { "preview stop", "", "Stop the preview", "", "", 0, 0, false, play_preview_stop },
    { "preview apart", "on|off", "Send previews to the preview ports only, or also to main", "", "", 1, 1, false,
      play_preview_apart },
    { "preview next", "", "Preview the next item of the last search with the same options",
      "It walks what the last `search`, `similar` or `preview QUERY` found, up to 1,000 items. After the preview of "
      "any other file it walks the folder of that file.",
      "", 0, 0, false, play_preview_next },
    { "record start", "", "Record the two inputs",
      "The take is a media item from its beginning; it is pending until it ends. Its file is in the folder of the "
      "setting recording.folder, by default DATA/recordings. A FLAC is made from the WAV after the take; the WAV stays "
      "if a sample is over full scale or the disk has no room for both. The latency that JACK reports, or "
      "recording.latency_frames, corrects its position. With --bars, --at-bar, --punch or --count-in the take waits "
      "for its bar; what was played on the beat is the file's first frame. Without --at-bar it is the next bar.",
      "name inputs seconds bars at-bar punch count-in loop source format gaps budget", 0, 0, false, takes_start },
    { "record keep", "BARS", "Record what was played already: the last whole bars", "", "name format gaps budget", 1, 1,
      false, takes_keep },
    { "record monitor", "[on|off]", "Hear the inputs on the main ports, or not", "", "", 0, 1, false, takes_monitor },
    { "record stop", "", "End the take; it becomes an ordinary media item",
      "Waits until its FLAC is made; if you interrupt the command, the encoding continues. `loophole "
      "tasks` shows it; `loophole cancel` keeps the WAV instead.",
      "budget", 0, 0, false, takes_stop },
    { "record cancel", "", "Abandon the take",
      "The setting recording.cancelled says what becomes of its file: keep or delete.", "budget", 0, 0, false,
      takes_cancel },
    { "record takes", "", "List the take under way, unfinished takes, and abandoned takes, with their size", "", "", 0,
      0, false, takes_list },
    { "record delete", "ID|PATH", "Delete an abandoned take and its file", "", "", 1, 1, false, takes_delete },
    { "recover", "", "Finish the takes that a crash interrupted",
      "The engine does this when it starts; the command waits for it and lists the takes.", "budget", 0, 0, false,
      takes_recover },
    { "edit", "ID|PATH|QUERY… KEY=VALUE…", "Change items",
      "Keys: name, pack, notes, remote (a URL, or a provider's id),"
      " origin, favourite, hidden, and facts: bpm, key, class, … An empty value "
      "removes your fact. " MANY,
      "all limit yes expect request-id", 2, ANY, false, edit_item },
    { "tag", "ID|PATH|QUERY… +TAG -TAG…", "Add tags to items, and remove tags", MANY, "all limit yes expect request-id",
      2, ANY, DASHES_TAGS, edit_tags },
    { "rate", "ID|PATH|QUERY… 0-5", "Rate items; 0 removes the rating", "rating:>=4 finds them. " MANY,
      "all limit yes expect request-id", 2, ANY, true, edit_rate },
    { "colour", "ID|PATH|QUERY… COLOUR", "Mark items with a colour; none removes it",
      "Colours: red orange yellow green blue purple pink grey. colour:red finds them. " MANY,
      "all limit yes expect request-id", 2, ANY, true, edit_colour },
    { "use", "CONTEXT ID|PATH|QUERY…", "Note that a context (a song, an album, a kit) uses items",
      "The query used:\"CONTEXT\" finds them, unused:\"CONTEXT\" and unused find others, and `show` lists the contexts "
      "of an item. --off: the context does not use them any more. " MANY_ITEMS,
      "role section all limit yes off request-id", 2, ANY, true, uses_note },
    { "sessions", "", "List session files of other programs, and the items that they use",
      "Scans find the sessions of Ardour, REAPER, LMMS, Hydrogen and Ableton Live in the libraries. A file that a "
      "session names is an item at that path, or the only item with its name and, where the session has them, its size "
      "or length. The list names the other files. used:\"NAME\" finds what a session uses.",
      "", 0, 0, false, sessions_list },
    { "composer status", "", "Show the exchange with a community of studios",
      "--json: level, server, reachable, outbox, inbox, last_sync (microseconds since 1970), error, and more.", "", 0,
      0, false, composer_show },
    { "composer level", "off|ask|descriptors|use", "Set what this studio shares",
      "off (the default): nothing. ask: reads what the community knows. descriptors: also shares the classes and tags "
      "that you gave, by content hash. use: also shares which sounds are used together. A lower level withdraws the "
      "rest at the next exchange. docs/composer.md describes what the server learns.",
      "request-id", 1, 1, false, composer_set_level },
    { "composer preview", "", "Show the exact bytes of the next exchange, and what they reveal", "Nothing is sent.", "",
      0, 0, false, composer_show_next },
    { "composer sync", "", "Exchange with the server now", "The engine also exchanges by itself every five minutes.",
      "", 0, 0, false, composer_exchange },
    { "composer forget", "", "Remove from the server all that this studio shared",
      "The engine then counts the rows of this studio over another connection, and prints the count: 0. The level "
      "becomes off. The next round of the server withdraws what fewer than k studios still share.",
      "", 0, 0, false, composer_forget_all },
    { "composer packs", "", "List the packs that the community knows, and how much of each is here", "", "", 0, 0,
      false, composer_list_packs },
    { "composer serve", "", "Print the schema of a server as a script for psql",
      "loophole composer serve | psql -d composer makes the schema of a PostgreSQL server, or brings it up to date.",
      "", 0, 0, false, composer_serve },
    { "undo", "", "Take back the last edit",
      "A step is one edit, or all items of one command. --times N takes N steps back one after another; --to STEP "
      "takes that step and all later ones back, or none. A project has steps of its own (--scope ID). Moves that "
      "scans followed are the scope moves.",
      "times to scope request-id", 0, 0, false, undo_take },
    { "undo list", "", "List the steps that undo takes back, newest first", "", "limit scope", 0, 0, false, undo_list },
    { "redo", "", "Do again what undo took back", "", "times scope request-id", 0, 0, false, undo_redo },
    { "relink", "[ID|DIR]", "List files that may be those of missing items, or take them",
      "Candidates are files that the catalogue knows, with a score of 0 to 1 by name, size, duration, content, last "
      "folders of the path, and likeness if ID names one item. --to PATH names a file, or a folder with the "
      "candidates. --apply takes the best candidate of each item, as one step of undo, unless its score is below "
      "0.5 or a second candidate has the same; more than undo keeps need --limit. The item keeps its id, tags and "
      "facts of a person, and the item that the file had so far is forgotten. For files outside all libraries, add "
      "their folder first.",
      "to apply limit", 0, 1, false, relink_run },
    { "suggest", "ID|PATH|QUERY…", "Find replacements for an item: sounds like it whose file is there", "",
      "limit fields", 1, ANY, true, find_suggest },
    { "moves", "", "List files that were found at another place, and whose items followed them", "",
      "limit undo request-id", 0, 0, false, undo_moves },
    { "project new", "NAME [KEY=VALUE…]", "Make a project and open it",
      "Its folder is DATA/projects/NAME, or below the setting project.folder. Keys: bpm swing key tempo_lock.",
      "folder request-id", 1, ANY, false, project_make },
    { "project open", "NAME|DIR", "Open a project by its name or id, or the project.json of a folder",
      "A folder may come from another machine. Its sounds are found by id, else by content, else they are missing.",
      "request-id", 1, 1, false, project_enter },
    { "project close", "", "Close the open project; the draft project takes its place", "", "request-id", 0, 0, false,
      project_leave },
    { "project list", "", "List all projects", "A * marks a project that differs from its last save.", "", 0, 0, false,
      project_print_all },
    { "project state", "[NAME]", "Show the state of a project", "", "project", 0, 1, false, project_print_state },
    { "project show", "[NAME]", "Show a project with its parts", "docs/projects.md has the keys of each kind of part.",
      "project", 0, 1, false, project_print_parts },
    { "project set", "KEY=VALUE…", "Change keys of the project; an empty value removes a key",
      "Keys: name bpm swing key tempo_lock, and any other, which is kept.", "project label expect request-id", 1, ANY,
      false, project_change },
    { "project add", "KIND KEY=VALUE…", "Add a track, section, clip, mixer snapshot, …",
      "KIND is track, section, clip, mixer, pads, sound or pattern: docs/projects.md. item= may be a query or path.",
      "project label expect request-id", 1, ANY, false, project_add },
    { "project put", "ID|NAME KEY=VALUE…", "Change keys of a part; an empty value removes a key", "",
      "project label expect request-id", 2, ANY, false, project_put_part },
    { "project remove", "ID|NAME", "Remove a part", "", "project label expect request-id", 1, 1, false,
      project_remove_part },
    { "project save", "[NAME]", "Save the project under the next number, and write its project.json",
      "If another program changed project.json, --force overwrites it, and `project load --file` loads it.",
      "project force request-id", 0, 1, false, project_store },
    { "project saves", "", "List the saves, the newest first", "", "project", 0, 0, false, project_print_saves },
    { "project save_as", "NAME", "Copy the project to another name and folder, and open the copy", "",
      "project folder request-id", 1, 1, false, project_copy },
    { "project draft", "", "Write the project as it is to draft.json in its folder; this is no save", "",
      "project request-id", 0, 0, false, project_write_draft },
    { "project load", "[REVISION|NAME]", "Go back to a save, as one step of undo", "", "project file request-id", 0, 1,
      false, project_go_back },
    { "project collect", "", "Copy the sounds in use into the project's Media",
      "Each content once, verified. Equal names get a part of the digest. While sounds are missing or offline, nothing "
      "is copied, unless --without-missing is given.",
      "project check without-missing request-id budget", 0, 0, false, project_gather },
    { "project undo", "", "Take back the last step of the project", "", "project request-id", 0, 0, false,
      project_take_back },
    { "project redo", "", "Do again what undo took back", "", "project request-id", 0, 0, false, project_do_again },
    { "ask", "SERVICE.NAME [FIELD=VALUE…]", "Send any message of the protocol",
      "Fields of nested records: edit.notes=flat. Lists: a,b,c or JSON in brackets.", "body request-id budget", 1, ANY,
      false, raw_ask },
    { "web", "", "Print the address of the web app, or open it in a browser",
      "The address is valid for one browser, once, for ten minutes; afterwards the browser has a cookie.", "open", 0, 0,
      false, web_show },
    { "osc", "", "Show where OSC messages are taken, and their counts", "", "", 0, 0, false, osc_show },
    { "stats", "[SERVICE]", "Show count and latency of every ask, as measured in the services", "", "watch prometheus",
      0, 1, false, stats_show },
    { "bench", "SERVICE.NAME [FIELD=VALUE…]", "Measure the latency of one message", "",
      "clients seconds rate plot body", 1, ANY, false, bench_run },
    { "transport", "", "Show the transport's position", "", "", 0, 0, false, transport_show },
    { "transport start", "[COUNT-IN]", "Start the transport, after COUNT-IN bars of the metronome",
      "--from BAR starts at the beginning of a bar; the first is 1.", "from", 0, 1, false, transport_start },
    { "transport stop", "", "Stop the transport", "", "", 0, 0, false, transport_stop },
    { "transport toggle", "[COUNT-IN]", "Start or stop the transport", "", "", 0, 1, false, transport_toggle },
    { "transport locate", "BAR", "Go to the start of a bar; the first is 1", "", "", 1, 1, false, transport_locate },
    { "transport tempo", "BPM", "Set the tempo", "", "", 1, 1, false, transport_tempo },
    { "transport tap", "", "Tap the tempo: call it on the beat", "", "", 0, 0, false, transport_tap },
    { "transport swing", "S|P%", "Delay every odd step by S/2 steps",
      "As percent, the part of two steps that the first one takes: 50% is straight, 66% a triplet.", "", 1, 1, false,
      transport_swing },
    { "transport metronome", "on|off", "Switch the metronome", "", "", 1, 1, false, transport_metronome },
    { "transport sync", "none|jack|lead|midi", "Follow JACK's transport, lead it, or follow MIDI clock", "", "", 1, 1,
      false, transport_sync },
    { "transport clock", "on|off|always", "Send MIDI clock while the transport runs, or always", "", "", 1, 1, false,
      transport_clock },
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
      "F is user (as without it), templates, or a genre; NAME may begin with it: techno/Acid. A pattern of that name "
      "is replaced. All projects share the library.",
      "request-id", 0, 3, true, pattern_library_save },
    { "pattern load_file", "NAME [immediate]", "Load a pattern of the library at the next bar",
      "NAME is its name or its place, techno/Acid. --wait ends when it sounds.", "immediate wait", 0, 2, true,
      slots_load_file },
    { "pattern archive", "NAME…", "Archive patterns of the library: lists omit them, their files stay",
      "KEY=VALUE instead of names, as of `pattern list`, chooses all that match, with --all. All are one step.",
      "all request-id", 0, ANY, true, pattern_library_archive },
    { "pattern unarchive", "NAME…", "Take patterns out of the archive again", "", "all request-id", 0, ANY, true,
      pattern_library_unarchive },
    { "pattern undo", "", "Take back the last change of the library of patterns",
      "The last 64 changes can be taken back. `loophole project undo` takes back changes of slots.", "request-id", 0, 0,
      false, pattern_library_undo },
    { "pattern redo", "", "Redo what `pattern undo` took back", "", "request-id", 0, 0, false, pattern_library_redo },
    { "pattern similar", "[NAME|FILE.json]", "List patterns of the library by the likeness of their rhythm",
      "Without a name: those like the pattern that plays.", "limit", 0, 1, true, pattern_library_similar },
    { "pattern delete", "SLOT|NAME…", "Empty a slot, or delete patterns of the library",
      "A place with a slash, techno/Acid, is in the library; so is any name with the setting [pattern] view = library. "
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
    { "song", "", "Show the song of the project: its patterns, one after the other", "A * marks the entry that plays.",
      "", 0, 0, false, song_show },
    { "song set", "[SLOT[:BARS]…]", "Set the song: slots of patterns, in the order in which they play",
      "Each plays for BARS, or as long as its pattern; BANK/SLOT is a slot of another bank: `song set 1:4 2 2/7:8`. "
      "--loop: the first follows the last; otherwise the last one plays on. Without slots the song is empty.",
      "loop", 0, ANY, false, song_set },
    { "song play", "[ENTRY]", "Play the song from its first entry, or another one, on; it starts the transport",
      "The next pattern is ready while one plays, so they follow without a gap. A pattern that is loaded ends the "
      "song. --wait ends when the first entry sounds.",
      "wait", 0, 1, false, song_play },
    { "song stop", "", "End the song: the present pattern continues", "", "", 0, 0, false, song_stop },
    { "pattern export_midi", "FILE.json FILE.mid",
      "Write a pattern as a Standard MIDI File, and list the values that it cannot keep",
      "960 ticks a quarter note; row N is on channel N. docs/patterns.md describes the controllers. A file that is "
      "no MIDI file is replaced with --force only.",
      "force", 2, 2, false, pattern_export_midi },
    { "pattern import_midi", "FILE.mid FILE.json",
      "Make a pattern of a Standard MIDI File, and list the values that change",
      "Types 0 and 1, any ticks per quarter note. Notes off the grid move to the nearest step. A file that "
      "loophole did not write is replaced with --force only.",
      "force", 2, 2, false, pattern_import_midi },
    { "midi", "", "List the MIDI controls that move something in the project", "", "", 0, 0, false, midi_list },
    { "midi learn", "TARGET [KEY=VALUE…]", "Bind the next MIDI control that is moved, of a device at the port midi_in",
      "Targets: mixer/CHANNEL/gain, pan, mute or solo; transport/tempo, toggle, …; pads/PAD; rows/ROW/mute or solo; "
      "pattern/load/SLOT; song/play: docs/midi.md. Keys: mode (pickup, jump, toggle, hold, or the code of an encoder) "
      "from until control. --force takes a control away from another target.",
      "force budget", 1, ANY, false, midi_learn },
    { "midi forget", "TARGET|CONTROL|all", "Forget a binding of a MIDI control", "", "", 1, 1, false, midi_forget },
    { "panic", "", "Silence all sound at once", "", "", 0, 0, false, transport_panic },
    { "mixer", "[CHANNEL KEY=VALUE…]", "Show the mixer, or change a channel",
      "Channels: streams sounds pads sequencer preview metronome master. Keys: gain (linear, -6dB, 50%) pan "
      "mute solo. `mixer limiter` takes ceiling (linear, or -1dB) and kind: instant, or lookahead, which "
      "delays all sound by 1.5 ms.",
      "", 0, ANY, false, meters_mixer },
    { "pads", "", "List the pads with a sound or a MIDI note", "", "", 0, 0, false, pads_show },
    { "pads set", "PAD KEY=VALUE…", "Set the sound of a pad; other keys stay as they are",
      "Keys: sound gain pan ratio from until mode choke reverse note channel (1 to 16) keys_from keys_until bend "
      "attack decay sustain "
      "release loop_from loop_until filter_freq filter_q reverb_send delay_send "
      "curve. Units: gain=-6dB, ratio=+3st, attack=5ms, reverse=on. sound=ID, sound=PATH or "
      "sound=QUERY loads a file, sound=NUMBER is a loaded sound; sound= removes it. "
      "keys_from=36 keys_until=84: a keyboard plays the pad in its pitch, with pedal and pitch wheel; at note= it "
      "keeps its own. mode=gate ends with the key.",
      "", 1, ANY, false, pads_set },
    { "pads layer", "PAD ID|PATH|QUERY|off [KEY=VALUE…]", "Add a sound for a range of velocities; off removes all",
      "Keys: velocity=LOW-HIGH (0.5-1, or 64-127 as in MIDI) gain ratio. Sounds of one range take turns. A hit "
      "outside all ranges starts the pad's own sound. A pad has 32 layers at most.",
      "", 2, ANY, false, pads_layer },
    { "sound start", "ID|PATH|QUERY|SLOT [KEY=VALUE…]", "Start a short sound, and print its tag",
      "Keys: gain pan ratio from until loop loop_from loop_until reverse choke attack decay sustain release "
      "filter_freq filter_q reverb_send delay_send at. Units: gain=-6dB, ratio=+3st, from=0.2s, loop=on.",
      "", 1, ANY, false, sounds_start },
    { "sound set", "TAG KEY=VALUE…", "Change a sound that plays", "Keys: gain pan ratio ramp.", "", 2, ANY, false,
      sounds_set },
    { "sound stop", "TAG", "Stop a sound, over its release or --fade", "", "fade", 1, 1, false, sounds_stop },
    { "pads hit", "PAD [VELOCITY]", "Hit a pad; velocity is 0.0 to 1.0, or 2 to 127 as in MIDI", "", "", 1, 2, false,
      pads_hit },
    { "pads release", "PAD", "Release a pad", "", "", 1, 1, false, pads_release },
    { "meters", "", "Show levels of all channels, load and transport",
      "A bar shows the level; its stroke and the number show the highest peak of the last 2 s. Clips are "
      "samples at or over full scale. The limiter's figure is its gain reduction; loudness is that of the "
      "master (400 ms and 3 s).",
      "watch", 0, 0, false, meters_show },
    { "meters reset", "", "Reset clips, xruns, underruns, lost frames and the worst load to 0", "", "", 0, 0, false,
      meters_reset },
    { "audio devices", "", "List the sound devices of this machine", "", "", 0, 0, false, audio_devices },
    { "audio use", "DEVICE", "Use a sound device, now and after the next start",
      "auto, dummy (silent), pipewire, jack, jack:SERVER, alsa:CARD, or none.", "rate period", 1, 1, false, audio_use },
    { "audio status", "", "Show the JACK server and the audio core", "", "", 0, 0, false, audio_status },
    { "audio ports", "", "Show the connections of our ports", "", "", 0, 0, false, audio_ports },
    { "audio connect", "PORT CLIENT:PORT", "Connect two ports, now and whenever both exist", "", "", 2, 2, false,
      audio_connect },
    { "audio disconnect", "PORT CLIENT:PORT", "Remove a connection", "", "", 2, 2, false, audio_disconnect },
    { "basket add", "ID|PATH|QUERY…", "Put links to items into the basket, a folder for the file browsers of DAWs",
      "`loophole basket list` shows the folder. The links are symbolic. --hard makes hard ones, for programs that "
      "follow no symbolic links: the sounds must lie on the file system of the basket. " MANY_ITEMS,
      "all limit yes hard", 1, ANY, true, basket_put },
    { "basket list", "", "List the links in the basket, and its folder", "", "", 0, 0, false, basket_print },
    { "basket clear", "", "Remove all links from the basket; the sounds stay",
      "A file in the folder that is no link stays, too.", "", 0, 0, false, basket_empty },
    { "send", "ID|PATH|QUERY… DIR", "Copy sounds into a folder: for a sampler, a card, another program",
      "Without --rate, --bits, --mono and --normalise each file is copied as it is. With one of them a WAV is made, "
      "which keeps root note, loops and tempo (smpl, acid, inst chunks); a file that has that form already is "
      "copied. A query sends all its results, or the first N of --limit. --rename makes the names: '{n} {name} "
      "{bpm}'. A second file of the same name gets a number: kick (2).wav. Existing files are never replaced. A file "
      "is complete before it gets its name. Repeat the command to continue where it ended: it sends only new or "
      "changed sounds; DIR/.loophole-sent lists what it sent. A sound whose decoder sends nothing for a minute, or "
      "for --budget, is listed and skipped.",
      "rate bits mono normalise rename limit budget", 2, ANY, true, send_run },
    { "doctor", "", "Check the machine and the engine, and say what to do", "", "loopback inputs", 0, 0, false,
      doctor_run },
    { "crash list", "", "List the deaths of services", "", "", 0, 0, false, crash_print },
    { "crash show", "NAME", "Show one death: signal, backtrace, message in hand", "", "", 1, 1, false, crash_print },
    { "store check", "", "Check every record and reference of the store",
      "Lost or changed artefact files are counted, but are no damage: the engine makes them again.", "", 0, 0, false,
      store_check_run },
    { "store forget-old", "", "Remove the old stores that migrations and restores put aside",
      "These are DATA/store.before-N, where N is the version of the old store, and "
      "DATA/store.before-restore. `loophole doctor` lists them with their sizes.",
      "", 0, 0, false, store_forget_old_run },
    { "backup", "FILE", "Copy the store while in use, with a digest", "", "force", 1, 1, false, store_backup_run },
    { "restore", "FILE", "Verify a backup and replace the store with it (the engine must be down)",
      "A backup contains no waveforms or other artefacts. The engine makes missing ones again from the "
      "sounds.",
      "", 1, 1, false, store_restore_run },
    { "complete", "QUERY…", "List possible continuations of a query", "--line is for the shells' completion scripts.",
      "line", 1, ANY, true, complete_run },
    { "completion", "bash|zsh|fish", "Print the shell's completion script",
      "bash: source <(loophole completion bash). zsh, after compinit: source <(loophole completion zsh). "
      "fish: loophole completion fish | source. `make install` puts all three in place.",
      "", 1, 1, false, completion_print },
    { "man", "", "Print the man page", "", "", 0, 0, false, man_print },
};
const int command_count = sizeof command_table / sizeof command_table[0];
