/* Commands for the engine and the libraries: one row each. */
#include "frontends/cli/commands.h"

static const struct command engine[] = {
    { "up", "", "Start the engine", "The command ends when every service is ready.", "", 0, 0, false, engine_up },
    { "down", "", "Stop all services in order",
      "If a project is open, transport, mixer, pads and pattern return at the next start; otherwise they are lost. The "
      "catalogue, saved queries and connections stay.",
      "", 0, 0, false, engine_down },
    { "status", "", "Show each service: state, pid, uptime, restarts, last death", "", "watch", 0, 0, false,
      engine_status },
    { "restart", "SERVICE", "Restart one service, and release it from quarantine", "", "", 1, 1, false,
      engine_restart },
    { "logs", "[SERVICE]", "Show the logs of the services", "", "follow all", 0, 1, false, logs_show },
    { "tasks", "", "List long work in progress", "", "watch", 0, 0, false, tasks_list },
    { "cancel", "TASK", "Stop a task; the finished part of its work stays", "", "", 1, 1, false, tasks_cancel },
    { "config list", "[SECTION]", "List all settings of loophole.conf: value, default and meaning",
      "A star marks the settings that the file has. docs/settings.md has the same list.", "", 0, 1, false,
      settings_list },
    { "config check", "", "Check loophole.conf, and list each mistake with its line", "", "", 0, 0, false,
      settings_check },
    { "config get", "SECTION.NAME", "Print one setting, or its default", "", "", 1, 1, false, settings_get },
    { "config set", "SECTION.NAME VALUE", "Check a value and write it into loophole.conf",
      "It takes effect when the program that reads it starts again.", "", 2, 2, true, settings_set },
    { "events", "[TOPIC]", "Print events as they happen",
      "A TOPIC is a service, or a service and an event: persist, persist.changed.", "limit", 0, 1, false,
      events_follow },
};
const struct command_group commands_engine = { "The engine", engine, sizeof(engine) / sizeof(*engine) };

static const struct command libraries[] = {
    { "library add", "DIR", "Add a folder: scan and watch it", "", "ignore hidden-files follow-links wait budget", 1, 1,
      false, library_add },
    { "library remove", "DIR", "Remove a library and forget its items; files are not touched",
      "`loophole undo` or `loophole library add DIR` brings the items back, with tags, ids and facts. The command "
      "warns when no other copy of a sound can be read now.",
      "budget", 1, 1, false, library_remove },
    { "library list", "", "List all libraries", "", "", 0, 0, false, library_print },
    { "library rescan", "[DIR]", "Scan again, now",
      "When more than ten files and more than 5 % of a library are gone, a scan marks none of them as missing and "
      "asks first: `status`, `doctor` and `library list` show the question. Confirm with --accept-missing. "
      "The question disappears when the files come back. When over half of a library is gone, the library counts as "
      "offline, like a volume that is away.",
      "accept-missing retry-failed full wait budget", 0, 1, false, library_rescan },
    { "library set", "DIR KEY=VALUE…", "Change the settings of a library",
      "fetch=all fetches its online-only files without asking; fetch=ask (the default) leaves them in the cloud. "
      "backend=cloud means that the program of a cloud manages the folder: a file with a size and without blocks on "
      "the disk is then online-only. Other backends: local, external, project, and volume, the default. DIR may also "
      "be a folder inside a library: with a backend it becomes a tree of its own, which goes offline and comes back as "
      "a whole; backend=volume ends that. docs/storage.md describes the details.",
      "", 2, 3, false, library_set },
    { "fetch", "ID|PATH|QUERY…", "Fetch the files of online-only items from their cloud to this machine",
      "The fetch is a task, which `loophole tasks` shows and `loophole cancel` ends. A failed fetch is repeated after "
      "longer and longer pauses. Fetched items are analysed. No other command reads an online-only file. Name the "
      "items by several ids and paths, or by one query; a query that matches more than one needs --all or --limit N. "
      "--wait waits until the fetch ends.",
      "all limit yes wait", 1, ANY, true, fetch_begin },
    { "fetches", "", "List the items that are being fetched, and those whose fetch failed, with the reason", "", "", 0,
      0, false, fetch_list },
    { "volume list", "", "List the volumes of the libraries, and whether they are here",
      "docs/storage.md describes how a volume is recognised.", "", 0, 0, false, volume_list },
    { "volume mark", "PATH", "Write a marker file to the root of a volume, to recognise the volume by it",
      "PATH is the volume's mount point, or any path on it. --new replaces the marker of a volume that is a "
      "copy of another one. --name sets the label.",
      "new name", 1, 1, false, volume_mark },
    { "volume label", "ID LABEL", "Give a volume another name", "", "", 2, 2, false, volume_label },
    { "whereis", "ID|PATH|QUERY…", "List every known copy of a sound, with its volume and state",
      "Copies are items of the same content, also on volumes that are away.", "", 1, ANY, false, whereis_list },
    { "index", "DIR", "Add a folder, or scan it again, and analyse new files", "",
      "ignore hidden-files follow-links wait", 1, 1, false, library_index },
    { "summary", "", "Count files, hours, formats and failures", "", "", 0, 0, false, library_summary },
    { "relink", "[ID|DIR]", "List candidate files for missing items, or relink the items to them",
      "Candidates are files in the catalogue, with a score of 0 to 1 by name, size, duration, content, last "
      "folders of the path, and likeness if ID names one item. --to PATH names a file, or a folder with the "
      "candidates. --apply relinks each item to its best candidate, as one step of undo, unless the score is below "
      "0.5 or a second candidate has the same score. For more items than one step can undo, give --limit. The item "
      "keeps its id, its tags and the facts of a person. The item that the file belonged to is forgotten; what a "
      "person said of it is added: tags and notes of both, of other facts, such as ratings, those of the missing item. "
      "For files outside all libraries, add their folder first.",
      "to apply limit", 0, 1, false, relink_run },
    { "suggest", "ID|PATH|QUERY…", "Find replacements for an item: similar sounds whose files are here", "",
      "limit fields", 1, ANY, true, find_suggest },
    { "moves", "", "List moved files and folders whose items followed them", "", "limit undo request-id", 0, 0, false,
      undo_moves },
};
const struct command_group commands_libraries = { "Libraries", libraries, sizeof(libraries) / sizeof(*libraries) };
