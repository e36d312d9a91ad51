/* Commands for changing items: one row each. */
#include "frontends/cli/commands.h"

static const struct command edit[] = {
    { "edit", "ID|PATH|QUERY… KEY=VALUE…", "Change items",
      "Keys: name, pack, notes, remote (a URL, or a provider's id),"
      " origin, favourite, hidden, and facts: bpm, key, class, … An empty value "
      "removes your fact. A fact that no query knows is refused unless --any is given. " MANY,
      "any all limit yes expect request-id", 2, ANY, false, edit_item },
    { "tag", "ID|PATH|QUERY… +TAG -TAG…", "Add tags to items, and remove tags", MANY, "all limit yes expect request-id",
      2, ANY, DASHES_TAGS, edit_tags },
    { "rate", "ID|PATH|QUERY… 0-5", "Rate items; 0 removes the rating", "rating:>=4 finds them. " MANY,
      "all limit yes expect request-id", 2, ANY, true, edit_rate },
    { "colour", "ID|PATH|QUERY… COLOUR", "Mark items with a colour; the colour none removes it",
      "Colours: red orange yellow green blue purple pink grey. colour:red finds them. " MANY,
      "all limit yes expect request-id", 2, ANY, true, edit_colour },
    { "trim", "ID|PATH|QUERY…", "Set the part of a file that is played and sent",
      "play, preview and send then begin at --from and end before --until. The file does not change. play and preview "
      "ignore trim and fades if they are given --from, --until or --loop-from. --off removes the trim. The queries "
      "trim_from:>0 and trim_until:>0 find trimmed items; the facts are frames of the file. " MANY,
      "from until off all limit yes request-id", 1, ANY, true, treat_trim },
    { "fade", "ID|PATH|QUERY…", "Set fades with which items are played and sent",
      "The fades lie inside the trimmed part; no file changes. fade_in:>0 and fade_out:>0 find such items. " MANY,
      "fade-in fade-out off all limit yes request-id", 1, ANY, true, treat_fade },
    { "normalise", "ID|PATH|QUERY…", "Set the gain of items so that their highest sample is at -0.1 dB, or --to",
      "The command measures the trimmed part with its fades, in the sandbox of the decoders, and sets the gain, at "
      "most 60 dB, as the fact gain_db; repeat it after another trim. The file does not change. " MANY,
      "to off all limit yes budget request-id", 1, ANY, true, treat_normalise },
    { "labels write", "ID|PATH|QUERY…", "Write the tags, the key and the tempo of items into their own files",
      "WAV files get them in the chunks bext (BWF) and iXML, MP3 and AIFF files in ID3. All other bytes of the file "
      "stay the same. The command writes a new file beside the old one, compares their sound, and then replaces the "
      "old one. `undo` restores all files of the command, `labels restore` single files. A label for which an item has "
      "no value stays unchanged. " MANY_ITEMS,
      "all limit yes budget", 1, ANY, true, labels_write },
    { "labels restore", "ID|PATH|QUERY…", "Restore the files as they were before the last `labels write`",
      "Each byte is restored. A file that was changed since is not touched. Repeat the command to restore earlier "
      "versions. " MANY_ITEMS,
      "all limit yes budget", 1, ANY, true, labels_restore },
    { "undo", "", "Undo the last edit",
      "A step is one edit, or all items of one command. --times N undoes N steps one after another; --to STEP "
      "undoes that step and all later ones, or none of them. --mine or --by NAME undoes the last step of one client, "
      "if no later step changed its items. One that is not the newest of all is refused if it is too large to be "
      "undone at once, and redo skips it. "
      "A project has steps of its own (--scope ID). "
      "Moves that scans followed are in the scope moves.",
      "times to by mine scope request-id budget", 0, 0, false, undo_take },
    { "undo list", "", "List the steps that can be undone, newest first, with the client that made each", "",
      "limit scope", 0, 0, false, undo_list },
    { "redo", "", "Redo the last step that was undone", "", "times scope request-id budget", 0, 0, false, undo_redo },
};
const struct command_group commands_edit = { "Edit", edit, sizeof(edit) / sizeof(*edit) };
