/* Commands for loops and regions: one row each. */
#include "frontends/cli/commands.h"

static const struct command loops[] = {
    { "loop capture", "KEY [VOICE]", "Begin to capture what a voice plays, or end the capture: KEY is F1 to F12",
      "What was heard between the two commands is the loop of the key then. Nothing is to be saved. With --at bar or "
      "beat, it begins and ends there: at most half a step late counts as on time, otherwise the next one counts. A "
      "second command before it has begun takes it back.",
      "at project request-id budget", 1, 2, false, loop_capture },
    { "loop play", "KEY…|all", "Play loops, all from one frame on, until they are stopped",
      "--at bar or beat begins at the next one of a running transport; at most half a step late counts as on time. "
      "With --stretch they follow its tempo. A loop that plays begins again.",
      "at stretch project request-id budget", 1, 12, false, loop_play },
    { "loop stop", "KEY…|all", "Stop loops", "", "project request-id budget", 1, 12, false, loop_stop },
    { "loop volume", "KEY GAIN", "Set the volume of a loop (linear, -6dB, 50%), also while it plays", "",
      "project request-id budget", 2, 2, DASHES_WORDS, loop_volume },
    { "loop lock", "KEY", "Lock a loop: no capture, undo or delete changes it; --off unlocks it", "",
      "off project request-id budget", 1, 1, false, loop_lock },
    { "loop delete", "KEY", "Remove the loop of a key; its sound stays where it is", "", "project request-id budget", 1,
      1, false, loop_delete },
    { "loop undo", "KEY", "Bring back the loop before the last capture, delete or undo of a key", "",
      "project request-id budget", 1, 1, false, loop_undo },
    { "loop adopt", "", "Take over the loops that were captured without an open project, on keys that are free", "",
      "project request-id budget", 0, 0, false, loop_adopt },
    { "loop list", "", "List the loops of the project", "", "project", 0, 0, false, loop_list },
    { "loop show", "KEY", "Show the loop of a key, with its actions", "", "project", 1, 1, false, loop_show },
    { "region save", "CLIP KEY START END", "Give a number key, 0 to 9, a part of the item of a clip",
      "START and END are frames of the item. The keys of the clip are armed then. --gain sets the volume of the "
      "region. Nothing is to be saved.",
      "gain project request-id budget", 4, 4, false, region_save },
    { "region play", "KEY [CLIP]", "Play a region once; with CLIP, its ten keys are armed first", "",
      "project request-id budget", 1, 2, false, region_play },
    { "region arm", "CLIP", "Arm the ten keys of a clip, and load its sound",
      "`region play KEY` then plays its regions. Playing the item of the clip does the same.",
      "project request-id budget", 1, 1, false, region_arm },
    { "region pads", "[PAD]", "Put the regions of the armed clip on ten pads, from PAD on; --off empties them",
      "Keys 1 to 9, then 0. Each clip that is armed later sets the pads; so does each change of a region. Choose pads "
      "that no kit uses: `region pads 118` takes the last ten, but only those up to pad 91 have a MIDI note.",
      "off project request-id budget", 0, 1, false, region_pads },
    { "region lock", "KEY [CLIP]", "Lock a region: no save and no delete changes it; --off unlocks it", "",
      "off project request-id budget", 1, 2, false, region_lock },
    { "region delete", "KEY [CLIP]", "Remove a region; its sound stays where it is", "", "project request-id budget", 1,
      2, false, region_delete },
    { "region list", "[CLIP]", "List the regions of a clip, or of the one whose keys are armed", "", "project", 0, 1,
      false, region_list },
    { "import-k", "FILE", "Import the projects of a database of K, with their loops, clips and regions",
      "FILE is the SQLite file, also while K has it open: a copy is read, in a sandbox. Each project becomes a project "
      "of its own, as one step of undo. With --project only the one of that name or number is imported; of a database "
      "with one project, it names the project here. What was changed here stays, so a second one "
      "changes nothing; what only K changed since is updated. The open project stays open, and is autosaved first. "
      "Videos without a file here are placeholders. docs/loops.md says what cannot be read.",
      "project dry-run budget", 1, 1, false, import_k },
};
const struct command_group commands_loops = { "Loops and regions", loops, sizeof(loops) / sizeof(*loops) };
