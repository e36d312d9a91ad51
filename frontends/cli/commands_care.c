/* Commands for care, and the command line itself: one row each. */
#include "frontends/cli/commands.h"
#include "frontends/cli/complete.h"
#include "frontends/cli/completion.h"

static const struct command care[] = {
    { "doctor", "", "Check the machine and the engine, and suggest what to do", "", "loopback inputs", 0, 0, false,
      doctor_run },
    { "crash list", "", "List the deaths of services", "", "", 0, 0, false, crash_print },
    { "crash show", "NAME", "Show one death: signal, backtrace, and the message that the service was handling", "", "",
      1, 1, false, crash_print },
    { "store check", "", "Check every record and reference of the store",
      "Lost or changed artefact files are counted, but are not damage: the engine makes them again.", "", 0, 0, false,
      store_check_run },
    { "store forget-old", "", "Remove the old stores that migrations and restores kept",
      "These are DATA/store.before-N, where N is the version of the old store, and "
      "DATA/store.before-restore. `loophole doctor` lists them with their sizes.",
      "", 0, 0, false, store_forget_old_run },
    { "backup", "FILE", "Write all that the engine knows into one file, while it runs",
      "That is the catalogue, the library of patterns, the records that `labels restore` needs, and the settings; with "
      "--with-projects also the projects. It has no sounds and no takes outside of these projects.",
      "force with-projects budget", 1, 1, false, store_backup_run },
    { "restore", "FILE", "Verify a backup, and restore the engine from it (the engine must be down)",
      "What it replaces stays as NAME.before-restore. A backup contains no waveforms or other artefacts. The engine "
      "makes missing ones again from the sounds. It contains no takes either: those that were recorded since are found "
      "when their projects are opened, or when `library add` adds the recordings folder.",
      "settings budget", 1, 1, false, store_restore_run },
};
const struct command_group commands_care = { "Care", care, sizeof(care) / sizeof(*care) };

static const struct command shell[] = {
    { "complete", "QUERY…", "List possible continuations of a query", "--line is for the shells' completion scripts.",
      "line", 1, ANY, true, complete_run },
    { "completion", "bash|zsh|fish", "Print the shell's completion script",
      "bash: source <(loophole completion bash). zsh, after compinit: source <(loophole completion zsh). "
      "fish: loophole completion fish | source. `make install` installs all three.",
      "", 1, 1, false, completion_print },
    { "man", "", "Print the man page", "", "", 0, 0, false, man_print },
};
const struct command_group commands_shell = { "This command line", shell, sizeof(shell) / sizeof(*shell) };
