/* Commands for sending sounds, care, and the command line itself: one row each. */
#include "frontends/cli/commands.h"

static const struct command rows[] = {
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
      "for --budget, is listed and skipped. A sound with a trim, fades or a gain becomes a WAV with them, unless "
      "--whole is given.",
      "rate bits mono normalise rename whole limit budget", 2, ANY, true, send_run },
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
const struct command_list commands_care = { rows, sizeof(rows) / sizeof(*rows) };
