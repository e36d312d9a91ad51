/* Commands for finding items: one row each. */
#include "frontends/cli/commands.h"

static const struct command find[] = {
    { "search", "QUERY…", "Find media items",
      "Words (kick), ranges (bpm:120-130, dur:<1s), key:~Am, tag:warm, -is:loop, class:snare, is:missing, "
      "\"quoted words\", or. docs/query.md describes the language. --project NAME finds the items that this project "
      "uses.",
      "limit page sort fields facets cursor totals save view project", 0, ANY, true, find_search },
    { "history", "", "List the last queries, latest first", "--off clears the history.", "limit off request-id", 0, 0,
      false, saved_history },
    { "queries", "[NAME]", "List saved queries (`search --save NAME`)", "NAME --off removes one.", "off request-id", 0,
      1, false, saved_queries },
    { "similar", "[ID|PATH|QUERY…]", "Find sounds like an item or like any file",
      "--like A,B adds examples. --unlike C adds counter-examples: sounds that are nearer to one of these "
      "than to every example are left out. --more bright=.5,length=-25% finds those that are brighter by half of the "
      "spread of brightness in the library, and shorter by a quarter of that of lengths. --port CLIENT:PORT records a "
      "JACK port for 4 seconds, or --seconds N, finds similar sounds, and deletes the recorded file.",
      "limit fields totals in aspect like unlike more port seconds", 0, ANY, true, find_similar },
    { "unlike", "ID|PATH|QUERY ID|PATH|QUERY", "Mark two items as not alike: `similar` doubles their distance", "",
      "off request-id", 2, 2, false, edit_unlike },
    { "favourite", "ID|PATH|QUERY…", "Make items favourites (is:favourite)", MANY, "all limit yes off request-id", 1,
      ANY, true, edit_favourite },
    { "hide", "ID|PATH|QUERY…", "Hide items from all results (is:hidden shows them)", MANY,
      "all limit yes off request-id", 1, ANY, true, edit_hide },
    { "forget", "ID|PATH|QUERY…", "Forget items: results leave them out, but the catalogue keeps them",
      "`loophole forgotten` lists them. `loophole undo`, `forget ID --off` and `loophole library add` of their folder "
      "bring them back; a scan does not. Files are not touched. The command warns if no other copy of a sound can be "
      "read now. " MANY,
      "all limit yes off request-id", 1, ANY, true, edit_forget },
    { "forgotten", "", "List the forgotten items, or remove them for good",
      "--empty removes all of them from the catalogue, with their tags and facts, after a question. No other command "
      "removes items. Files are not touched.",
      "limit empty yes request-id", 0, 0, false, forgotten_list },
    { "map", "[QUERY…]", "Draw a map of the library: similar sounds are near each other",
      "The map is computed once and kept: a new item gets a position, and no other item moves. The command prints the "
      "number of items of each class; --json prints the positions, --png draws them with a legend.",
      "png room seed remake budget", 0, ANY, true, map_run },
    { "duplicates", "[QUERY…]", "List groups of items with the same sound",
      "Kinds: same_file (equal bytes), same_audio (equal samples in different files), same_sound (coded "
      "with loss, resampled, louder or trimmed; velocity layers of a drum can sound alike: listen first). "
      "A group of a less strict kind has all items of the stricter groups that it joins. The list names the "
      "copy to keep and the reason (docs/query.md). With QUERY, at least two copies of a group match; with "
      "--inside QUERY, at least one does: --inside path:backup.",
      "kind inside limit budget", 0, ANY, true, alike_duplicates },
    { "duplicates remove", "[QUERY…]", "Move copies with equal bytes to the trash, or to the folder --to",
      "One copy of each group stays: one that a project or another context uses, then one outside of --inside, then "
      "the copy that `duplicates` advises. It gets the tags, ratings, notes and other facts of the removed ones; its "
      "own values stay. Copies in use, takes, and files in the Media of projects are never moved. All bytes are "
      "compared just before. `undo` takes it back, with the files.",
      "inside to dry-run limit yes budget", 0, ANY, true, duplicates_remove },
    { "duplicates restore", "", "Move the files of the last `duplicates remove` back", "", "dry-run", 0, 0, false,
      duplicates_restore },
    { "show", "ID|PATH|QUERY…", "Show everything about an item, or about the first item of a query",
      "docs/protocol.md lists the keys of --json: record item_line.", "fields content", 1, ANY, true, find_show },
    { "artefact", "ID|PATH|QUERY [TYPE]", "Print an artefact of an item as JSON, or draw it",
      "Types: waveform, loudness, onsets, beats, spectrum, spectrogram, embedding, print, gist "
      "(docs/ear.md).",
      "type png budget", 1, 2, false, artefact_show },
};
const struct command_group commands_find = { "Find", find, sizeof(find) / sizeof(*find) };
