/* Commands for loops: one row each. */
#include "frontends/cli/commands.h"

static const struct command loops[] = {
    { "loop capture", "KEY [VOICE]", "Begin to capture what a voice plays, or end the capture: KEY is F1 to F12",
      "What was heard between the two commands is the loop of the key then. Nothing is to be saved. With --at bar or "
      "beat, it begins and ends there: at most half a step late counts as on time, otherwise the next one counts. A "
      "second command before it has begun takes it back.",
      "at project request-id budget", 1, 2, false, loop_capture },
    { "loop play", "KEY…|all", "Play loops, all from one frame on, until they are stopped",
      "--at bar or beat begins at the next one of a running transport. A loop that plays begins again.",
      "at project request-id budget", 1, 12, false, loop_play },
    { "loop stop", "KEY…|all", "Stop loops", "", "project request-id budget", 1, 12, false, loop_stop },
    { "loop volume", "KEY GAIN", "Set the volume of a loop (linear, -6dB, 50%), also while it plays", "",
      "project request-id budget", 2, 2, DASHES_WORDS, loop_volume },
    { "loop lock", "KEY", "Lock a loop: no capture, undo or delete changes it; --off unlocks it", "",
      "off project request-id budget", 1, 1, false, loop_lock },
    { "loop delete", "KEY", "Remove the loop of a key; its sound stays where it is", "", "project request-id budget", 1,
      1, false, loop_delete },
    { "loop undo", "KEY", "Bring back the loop before the last capture, delete or undo of a key", "",
      "project request-id budget", 1, 1, false, loop_undo },
    { "loop list", "", "List the loops of the project", "", "project", 0, 0, false, loop_list },
    { "loop show", "KEY", "Show the loop of a key, with its actions", "", "project", 1, 1, false, loop_show },
};
const struct command_group commands_loops = { "Loops", loops, sizeof(loops) / sizeof(*loops) };
