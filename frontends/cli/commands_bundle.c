/* Commands for bundles: one row each. */
#include "frontends/cli/commands.h"

static const struct command bundles[] = {
    { "bundle export", "[PROJECT]", "Write a project with its patterns and sounds as a new folder, for another machine",
      "The folder of --bundle-root appears whole or not at all, and replaces nothing; --zip also writes an archive. "
      "The same project always gives the same bytes. While sounds are missing or offline, nothing is written, unless "
      "--without-missing is given: the manifest then lists them. docs/bundles.md has the files.",
      "bundle-root zip project-file mixer-snapshot asset sampler-manifest strict without-missing progress budget", 0, 1,
      false, bundle_export },
    { "bundle import", "", "Make a project of a bundle, in a new folder, and open it",
      "--bundle-root is a folder or an archive (.zip), also of another program. All of it is verified first; without "
      "--destination-root that is all. A project that is here already is refused: --name imports it as a copy.",
      "bundle-root destination-root name request-id progress budget", 0, 0, false, bundle_import },
    { "bundle plan", "", "Say what a sampler manifest offers, and the filters of a file dialogue for it",
      "Without --sampler-manifest the filters are *.wav and *.flac.", "sampler-manifest", 0, 0, false, bundle_offer },
    { "bundle qa", "DIR", "Print a page for those who test a bundle, in Markdown",
      "Has the commands, a run of `autosave stress`, the stated and the measured values of each sound (differences of "
      "more than 0.5 LU are marked), and a checklist. docs/demo has an example.",
      "sampler-manifest budget", 1, 1, false, bundle_qa },
    { "bundle verify", "PATH", "Read all of a bundle, and say what is wrong with it",
      "PATH is a folder or an archive (.zip), also of another program. Nothing is written. --quick does not read the "
      "sounds of a folder.",
      "quick progress budget", 1, 1, false, bundle_verify },
};
const struct command_group commands_bundles = { "Bundles", bundles, sizeof(bundles) / sizeof(*bundles) };
