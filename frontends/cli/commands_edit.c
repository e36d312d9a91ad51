/* Commands for changing items, the exchange with a community, undo and projects: one row each. */
#include "frontends/cli/commands.h"

static const struct command rows[] = {
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
    { "trim", "ID|PATH|QUERY…", "Let items be played and sent as a part of their file",
      "play, preview and send then begin at --from and end before --until. The file does not change. With --from, "
      "--until or --loop-from of their own, play and preview leave trim and fades aside. --off makes the item whole "
      "again. The query trim_from:>0 finds beginnings, trim_until:>0 ends; the facts are frames of the file. " MANY,
      "from until off all limit yes request-id", 1, ANY, true, treat_trim },
    { "fade", "ID|PATH|QUERY…", "Let items be played and sent with fades",
      "The fades lie inside the trimmed part; no file changes. fade_in:>0 and fade_out:>0 find such items. " MANY,
      "fade-in fade-out off all limit yes request-id", 1, ANY, true, treat_fade },
    { "normalise", "ID|PATH|QUERY…", "Let items be played and sent with their highest sample at -0.1 dB, or --to",
      "The command measures the trimmed part with its fades, in the sandbox of the decoders, and notes the gain, at "
      "most 60 dB, as the fact gain_db; repeat it after another trim. The file does not change. " MANY,
      "to off all limit yes budget request-id", 1, ANY, true, treat_normalise },
    { "labels write", "ID|PATH|QUERY…", "Write the tags, the key and the tempo of items into their own files",
      "WAV gets them in the chunks bext (BWF) and iXML, MP3 and AIFF in ID3. All else in the file stays byte for "
      "byte. A new file is written beside the old one, its sound is compared with that of the old one, and then it "
      "takes its place. `undo` takes all of it back, `labels restore` one file. What an item lacks stays "
      "as it is in the file. " MANY_ITEMS,
      "all limit yes budget", 1, ANY, true, labels_write },
    { "labels restore", "ID|PATH|QUERY…", "Make files again what they were before the last `labels write`",
      "Each byte is as it was. A file that was changed since is left alone. Repeat it to go back further. " MANY_ITEMS,
      "all limit yes budget", 1, ANY, true, labels_restore },
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
    { "moves", "", "List files and folders that were found at another place, and whose items followed them", "",
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
};
const struct command_list commands_edit = { rows, sizeof(rows) / sizeof(*rows) };
