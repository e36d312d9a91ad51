/* Commands for other programs and other studios: one row each. */
#include "frontends/cli/commands.h"

static const struct command share[] = {
    { "send", "ID|PATH|QUERY… DIR", "Copy sounds into a folder, for a sampler, a memory card or another program",
      "Without --rate, --bits, --mono and --normalise each file is copied unchanged. With one of them the command "
      "makes a WAV, which keeps root note, loops and tempo (smpl, acid, inst chunks); a file that has that form "
      "already is copied. The command sends all results of a query, or the first N with --limit. --rename makes the "
      "names: '{n} {name} {bpm}'. A second file of the same name gets a number: kick (2).wav. Existing files are never "
      "replaced. A file is complete before it gets its name. Repeat the command to continue where it ended: it sends "
      "only new or changed sounds; DIR/.loophole-sent lists the files that it sent. A sound whose decoder sends "
      "nothing for a minute, or for --budget, is listed and skipped. If an item has a trim, fades or a gain, they are "
      "applied and the sound is sent as a WAV, unless --whole is given.",
      "rate bits mono normalise rename whole limit budget", 2, ANY, true, send_run },
    { "basket add", "ID|PATH|QUERY…", "Put links to items into the basket, a folder for the file browsers of DAWs",
      "`loophole basket list` shows the folder. The links are symbolic. --hard makes hard links, for programs that "
      "do not follow symbolic links: the sounds must be on the same file system as the basket. " MANY_ITEMS,
      "all limit yes hard", 1, ANY, true, basket_put },
    { "basket list", "", "List the links in the basket, and its folder", "", "", 0, 0, false, basket_print },
    { "basket clear", "", "Remove all links from the basket; the sounds stay",
      "Files in the folder that are not links stay, too.", "", 0, 0, false, basket_empty },
    { "reveal", "ID|PATH|QUERY…", "Show the file of an item in the file manager",
      "The file manager of the desktop selects it in its folder. If it cannot, xdg-open opens the folder. For a query, "
      "the command shows the first result.",
      "", 1, ANY, true, reveal_show },
    { "use", "CONTEXT ID|PATH|QUERY…", "Record that a context (a song, an album, a kit) uses items",
      "The query used:\"CONTEXT\" finds them, unused:\"CONTEXT\" and unused find others, and `show` lists the contexts "
      "of an item. --off ends all uses of the items in the context, or only those of --role and --section. `undo` "
      "reverts neither: --off ends a use, and the command without it records the use again. " MANY_ITEMS,
      "role section all limit yes off request-id", 2, ANY, true, uses_note },
    { "sessions", "", "List session files of other programs, and the items that they use",
      "Scans find the sessions of Ardour, REAPER, LMMS, Hydrogen and Ableton Live in the libraries. For each file that "
      "a session names, the scan takes the item at that path, or the only item with its name and, where the session "
      "has them, its size or length. The command lists files without an item. used:\"NAME\" finds the items that a "
      "session uses.",
      "", 0, 0, false, sessions_list },
    { "composer status", "", "Show the exchange with a community of studios",
      "--json: level, server, reachable, outbox, inbox, last_sync (microseconds since 1970), error, and more.", "", 0,
      0, false, composer_show },
    { "composer level", "off|ask|descriptors|use", "Set what this studio shares",
      "off (the default): nothing. ask: only reads the knowledge of the community. descriptors: also shares the "
      "classes and tags that you gave, by content hash. use: also shares which sounds are used together. After a "
      "change to a lower level, the next exchange withdraws everything above it. docs/composer.md describes what the "
      "server learns.",
      "request-id", 1, 1, false, composer_set_level },
    { "composer preview", "", "Show the exact bytes of the next exchange, and explain them", "Nothing is sent.", "", 0,
      0, false, composer_show_next },
    { "composer exclude", "list|add|remove [PATH]", "Choose folders whose sounds are not shared",
      "add: the sounds in the folder at PATH are not shared. After a sound there is analysed, copies of it in other "
      "folders are not shared either. The folder must be in the catalogue. It stays excluded when it is renamed or "
      "moved, and after a restore. Sounds that were shared before are withdrawn at the next exchange. remove: the "
      "sounds are shared again. If loophole.conf excludes the folder, remove it there first. list: the excluded "
      "folders, and the number of items below each.",
      "request-id", 1, 2, false, composer_exclude },
    { "composer sync", "", "Exchange with the server now", "The engine also exchanges every five minutes.", "", 0, 0,
      false, composer_exchange },
    { "composer forget", "", "Remove from the server everything that this studio shared",
      "The engine then counts the rows of this studio over another connection, and prints the count: 0. The level "
      "becomes off. The next round of the server withdraws everything that fewer than least_studios studios still "
      "share.",
      "", 0, 0, false, composer_forget_all },
    { "composer team", "show|create|code|join|leave|said [NAME|ENGINES|CODE]",
      "Share what you know about sounds with your other machines",
      "create NAME: makes a team on the server. code [ENGINES]: prints a code by which so many engines (1 without it) "
      "may join within 24 hours; --off revokes all codes. join CODE: joins the team; --name is the name of this engine "
      "for the others. After a restore `join` without a code goes on as the same member. show: the members, and the "
      "state of the exchange. said: fields about which members said different things, who did, and when; --all: all "
      "fields. leave: what was learned stays here; --all also removes from the server what this engine said. "
      "docs/composer.md describes what members see.",
      "name all off request-id", 1, 2, false, composer_team },
    { "composer packs", "", "List the packs that the community knows, and how many sounds of each are here", "", "", 0,
      0, false, composer_list_packs },
    { "composer layouts", "", "List the kit layouts that the community knows: the class and the tags of each slot", "",
      "", 0, 0, false, composer_list_layouts },
    { "composer serve", "", "Print the schema of a server as a script for psql",
      "`loophole composer serve | psql -d composer` makes the schema of a PostgreSQL server, or updates it.", "", 0, 0,
      false, composer_serve },
};
const struct command_group commands_share = { "Other programs and studios", share, sizeof(share) / sizeof(*share) };
