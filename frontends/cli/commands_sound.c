/* Commands for the mixer, pads, MIDI and JACK: one row each. */
#include "frontends/cli/commands.h"

static const struct command mixer[] = {
    { "panic", "", "Silence all sound at once", "", "", 0, 0, false, transport_panic },
    { "mixer", "[CHANNEL KEY=VALUE…]", "Show the mixer, or change a channel",
      "Channels: streams sounds pads sequencer preview metronome master. Keys: gain (linear, -6dB, 50%) pan "
      "mute solo apart (only at its own ports) pfl (pre-fader listen); for streams, sounds and pads also reverb_send "
      "delay_send. `mixer limiter` takes ceiling (linear, or -1dB) and kind: instant, or lookahead, which "
      "delays all sound by 1.5 ms, or true_peak, which does so and holds the peaks between the samples too.",
      "", 0, ANY, false, meters_mixer },
    { "meters", "", "Show levels of all channels, load and transport",
      "A bar shows the level; its mark and the number show the highest peak of the last 2 s. Clips are "
      "samples at or over full scale. The limiter's figure is its gain reduction; loudness is that of the "
      "master (400 ms and 3 s).",
      "watch", 0, 0, false, meters_show },
    { "meters reset", "", "Reset clips, xruns, underruns, lost frames and the worst load to 0", "", "", 0, 0, false,
      meters_reset },
    { "pads", "", "List the pads that have a sound or values of their own", "", "", 0, 0, false, pads_show },
    { "pads set", "PAD KEY=VALUE…", "Set the sound of a pad; other keys keep their values",
      "Keys: sound gain pan ratio from until mode choke reverse note channel (1 to 16) keys_from keys_until bend "
      "attack decay sustain release loop_from loop_until filter_freq filter_q reverb_send delay_send "
      "curve wave (sine saw square triangle noise: an oscillator in place of a sound) output (1 to 4: the ports "
      "out_N_left and out_N_right). "
      "Units: gain=-6dB, ratio=+3st, attack=5ms, reverse=on. sound=ID, sound=PATH or "
      "sound=QUERY loads a file, sound=NUMBER is a loaded sound; sound= removes it. "
      "With keys_from=36 keys_until=84, keys play the pad in their pitch, with pedal and pitch wheel; the key of "
      "note= plays it unchanged. With mode=gate a note ends when its key is released.",
      "", 1, ANY, false, pads_set },
    { "pads clear", "PAD", "Remove the sounds of a pad and all its values", "", "", 1, 1, false, pads_clear },
    { "pads layer", "PAD ID|PATH|QUERY|off [KEY=VALUE…]",
      "Add a sound for a range of velocities; off removes all of them",
      "Keys: velocity=LOW-HIGH (0.5-1, or 64-127 as in MIDI, both included) gain ratio. Sounds with the same range "
      "take turns. A hit outside all ranges starts the pad's own sound. A pad has 32 layers at most. The other values "
      "of the pad stay.",
      "", 2, ANY, false, pads_layer },
    { "pads hit", "PAD [VELOCITY]", "Hit a pad; velocity is 0.0 to 1.0, or 2 to 127 as in MIDI", "", "", 1, 2, false,
      pads_hit },
    { "pads release", "PAD", "Release a pad", "", "", 1, 1, false, pads_release },
    { "pads quantise", "1/N|off", "Move hits to a grid as they are played: 1/16 has 16 lines in a bar",
      "While the transport runs, a hit just before a line waits for it. A late hit sounds at once. The project keeps "
      "the grid.",
      "", 1, 1, false, pads_quantise },
    { "pads layout", "[4x4|8x8]", "Print or choose the layout in which the page shows the pads; the project keeps it",
      "", "", 0, 1, false, pads_layout },
    { "kit build", "", "Make a kit from the library, and print why each sound was chosen",
      "--kind drum (the usual one), vocal or texture. A slot for which the library has nothing is a placeholder. The "
      "same --seed and library give the same kit; without it each kit is another. --in takes only items that match, "
      "--tags only those with one of these tags, and --without none with one of those. Sounds that go with the open "
      "project come earlier: with its tempo, key, tracks and clips, or the clips of --section. "
      "--like NAME|ID|PATH,… takes the sounds nearest to those of a kit, or to an item. Tonal sounds are tuned to the "
      "key of the open project, or to --key; --key none tunes none. --chops makes the kit of the parts of one sound: "
      "the phrases and syllables of a voice, or with --kind drum the beats of a loop.",
      "kind name slots tags without section chops seed in like key scope project request-id budget", 0, 0, false,
      kit_build },
    { "kit load", "NAME|ID", "Set the pads to the slots of a kit, all at once or none",
      "The first pad is 0, or that of --from. Pad 0 plays MIDI note 36 (C2), pad 1 note 37, … up to pad 91. Other pads "
      "stay. "
      "--at step or bar changes all of them at the next step or bar of a running transport; what sounds goes on. "
      "`project undo` brings the pads before back.",
      "from at project request-id budget", 1, 1, false, kit_load },
    { "kit swap", "SLOT next|previous|random|back|ID|PATH|QUERY",
      "Give a slot of the loaded kit another sound, while it plays",
      "next and previous go through the sounds of the slot's class, the nearest first; back returns to the sound "
      "before, with its reason. --like counts a sound of another pack as farther away, as `kit build --like` does; "
      "with an item it takes the sound that is most like it. The next hit plays the new sound, and a hit under way "
      "ends as it began. Undo reverts it.",
      "any like! seed request-id", 2, ANY, false, kit_swap },
    { "kit randomise", "[SLOT…]", "Give the slots of the loaded kit other sounds of their classes",
      "The seed is printed: the same seed gives the same sounds again.", "seed spread request-id", 0, ANY, false,
      kit_randomise },
    { "kit lock", "[SLOT…]", "Hold slots of the loaded kit: swap, randomise and later loads leave them",
      "Without a slot: all of them. --off unlocks, also pads that stayed from kits loaded before; their sounds stay "
      "until they are changed.",
      "off request-id", 0, ANY, false, kit_lock },
    { "kit commit", "BARS",
      "Keep what was played on the pads in the last bars: as a MIDI clip, as audio, or as a pattern",
      "The bars end with the one of the last hit, and are those that were heard while the transport ran, up to 64. The "
      "file is in the project's Media, and the clip on the track of --track. --quantise moves hits towards a grid. "
      "--as-audio plays the hits off line, with the pads as they are now, into a WAV file. --as-pattern makes a "
      "pattern of up to 4 bars in place of the clip, with a row for each pad. Nothing that sounds changes.",
      "track quantise strength as-audio as-pattern project request-id budget", 1, 1, false, kit_commit },
    { "kit list", "", "List the kits of the open project, of the workspace, and the global ones", "", "project", 0, 0,
      false, kit_print_all },
    { "kit show", "NAME|ID", "Show a kit with its slots", "", "project", 1, 1, false, kit_print_one },
    { "kit new", "NAME [KEY=VALUE…]", "Make an empty kit",
      "Keys: family (drum vocal texture free) tags author licence.", "scope project request-id", 1, ANY, false,
      kit_make },
    { "kit set", "NAME|ID [SLOT] KEY=VALUE…|off", "Change a kit, or one of its slots; other keys keep their values",
      "Keys of a kit: name family tags author licence. Keys of a slot: sound= (ID, PATH or QUERY: its only sound), "
      "preset= (NAME or ID, in place of sounds), layer= (one more sound), then of that sound velocity=LOW-HIGH pitch "
      "(semitones) start end (frames); and pad gain pan mode choke reverse note channel (0 to 15) attack decay sustain "
      "release curve filter_freq filter_q reverb_send delay_send output, as of `pads set`. `kit set NAME SLOT off` "
      "removes a slot.",
      "expect project request-id", 2, ANY, false, kit_change },
    { "kit copy", "NAME|ID NEW", "Copy a kit to a new name", "", "scope project request-id", 2, 2, false, kit_copy },
    { "kit save", "NAME|ID", "Move a kit from the workspace, or from another scope, to the scope of --scope",
      "It keeps its name unless --name gives another one; and its id, unless it leaves the scope global.",
      "name scope project request-id budget", 1, 1, false, kit_save },
    { "kit import", "PATH [DIR]", "Make a kit from a Hydrogen drum kit, or from an SFZ",
      "PATH is its folder, or the drumkit.xml or .sfz in it. Nothing is written there. If the folder lies in no "
      "library, it becomes one, so that its sounds are in the catalogue. A sound that is not there is a placeholder. "
      "What a kit has no place for is listed with its count. An archive (.h2drumkit) is unpacked to a new folder with "
      "its name, beside it or in DIR.",
      "name scope project request-id budget", 1, 2, false, kit_import },
    { "kit export", "NAME|ID DIR", "Write a kit, with copies of its sounds, as a new folder or archive in DIR",
      "--format hydrogen (the usual one), h2drumkit (its archive) or sfz. It appears whole or not at all, and replaces "
      "nothing. A sound that is missing keeps its name in the kit. What the format has no place for is listed.",
      "format project budget", 2, 2, false, kit_export },
    { "kit remove", "NAME|ID", "Remove a kit; its sounds and the pads stay", "", "project request-id", 1, 1, false,
      kit_remove },
    { "preset list", "", "List the presets of synth voices: of the open project, of the workspace, and the global ones",
      "", "project", 0, 0, false, preset_print_all },
    { "preset show", "NAME|ID", "Show the values of a preset", "", "project", 1, 1, false, preset_print_one },
    { "preset save", "NAME|ID [KEY=VALUE…]", "Make a preset, or change one; other keys keep their values",
      "Keys: wave (sine saw square triangle noise) freq (Hz) amp filter_freq filter_q attack decay sustain release "
      "reverb_send delay_send acid (only of a row). A kit plays it with `kit set NAME SLOT preset=NAME`, the row "
      "of a pattern with the key `preset`.",
      "scope expect project request-id", 1, ANY, false, preset_save },
    { "preset remove", "NAME|ID", "Remove a preset",
      "If kits or patterns use it, it is removed only with --yes, or after a question: they keep its values.",
      "yes project request-id", 1, 1, false, preset_remove },
    { "sound start", "ID|PATH|QUERY|SLOT [KEY=VALUE…]", "Start a short sound, and print its tag",
      "Keys: gain pan ratio from until loop loop_from loop_until reverse choke attack decay sustain release "
      "filter_freq filter_q reverb_send delay_send at. Units: gain=-6dB, ratio=+3st, from=0.2s, loop=on.",
      "", 1, ANY, false, sounds_start },
    { "sound set", "TAG KEY=VALUE…", "Change a sound while it plays", "Keys: gain pan ratio ramp.", "", 2, ANY, false,
      sounds_set },
    { "sound stop", "TAG", "Stop a sound, over its release or --fade", "", "fade", 1, 1, false, sounds_stop },
    { "midi", "", "List the bindings of MIDI controls in the project", "", "", 0, 0, false, midi_list },
    { "midi learn", "TARGET [KEY=VALUE…]", "Bind the MIDI control that you move next, on a device at a port midi_in",
      "Targets: mixer/CHANNEL/gain, pan, mute or solo; transport/tempo, toggle, …; pads/PAD; rows/ROW/mute or solo; "
      "pattern/load/SLOT; song/play: docs/midi.md. Keys: mode (pickup, jump, toggle, hold, or the code of an encoder) "
      "from until (also -6dB, 50%, 20 of 127) control. --force takes a control away from another target.",
      "force budget", 1, ANY, false, midi_learn },
    { "midi forget", "TARGET|CONTROL|all", "Forget a binding of a MIDI control", "", "", 1, 1, false, midi_forget },
};
const struct command_group commands_mixer = { "Mixer, pads, kits and MIDI", mixer, sizeof(mixer) / sizeof(*mixer) };

static const struct command jack[] = {
    { "audio devices", "", "List the sound devices of this machine", "", "", 0, 0, false, audio_devices },
    { "audio use", "DEVICE", "Use a sound device, now and after the next start",
      "auto, dummy (silent), pipewire, jack, jack:SERVER, alsa:CARD, or none.", "rate period", 1, 1, false, audio_use },
    { "audio status", "", "Show the JACK server and the audio core", "", "", 0, 0, false, audio_status },
    { "audio ports", "", "Show the connections of our ports", "", "", 0, 0, false, audio_ports },
    { "audio connect", "PORT CLIENT:PORT", "Connect two ports, now and whenever both exist", "", "", 2, 2, false,
      audio_connect },
    { "audio disconnect", "PORT CLIENT:PORT", "Remove a connection", "", "", 2, 2, false, audio_disconnect },
    { "audio insert", "[CHANNEL CLIENT:PORT|off]", "Send a channel or the master through another JACK client and back",
      "Without arguments: list the inserts. For two inputs CLIENT:LEFT,RIGHT. Channels: streams sounds pads sequencer "
      "metronome master. While the client is away, the channel plays without it.",
      "", 0, 2, false, audio_insert },
};
const struct command_group commands_jack = { "JACK", jack, sizeof(jack) / sizeof(*jack) };
