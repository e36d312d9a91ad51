#include "frontends/osc/routes.h"

#include <stddef.h>

#define SLOT(name, field)            { name, ROUTE_SLOT, field, false, 1, 128, NULL }
#define WHOLE(name, field, min, max) { name, ROUTE_WHOLE, field, false, min, max, NULL }
#define REAL(name, field, min, max)  { name, ROUTE_REAL, field, false, min, max, NULL }
#define SWITCH(name, field)          { name, ROUTE_SWITCH, field, false, 0, 1, NULL }
#define WORDS(name, field)           { name, ROUTE_TEXT, field, false, 0, 0, NULL }
#define CHANGE(path, verb, about)                                                                                      \
    {                                                                                                                  \
        path, "project.change_slot", { "verb=" verb }, 0, 0, about,                                                    \
        {                                                                                                              \
            SLOT("slot_number", "slot"), SLOT("to", "to")                                                              \
        }                                                                                                              \
    }

#define STRIP(bus)                                                                                                     \
    { "/mixer/" bus "/gain",                                                                                           \
      "audio.set_strip",                                                                                               \
      { "strip.bus=" bus },                                                                                            \
      0,                                                                                                               \
      'f',                                                                                                             \
      "Gain, linear",                                                                                                  \
      { REAL("gain", "strip.gain", 0, 4) } },                                                                          \
        { "/mixer/" bus "/pan",                                                                                        \
          "audio.set_strip",                                                                                           \
          { "strip.bus=" bus },                                                                                        \
          0,                                                                                                           \
          'f',                                                                                                         \
          "Position from left to right",                                                                               \
          { REAL("pan", "strip.pan", -1, 1) } },                                                                       \
        { "/mixer/" bus "/mute",           "audio.set_strip", { "strip.bus=" bus }, 0, 'i', "Silence this channel",    \
          { SWITCH("mute", "strip.mute") } },                                                                          \
        { "/mixer/" bus "/solo",                                                                                       \
          "audio.set_strip",                                                                                           \
          { "strip.bus=" bus },                                                                                        \
          0,                                                                                                           \
          'i',                                                                                                         \
          "Silence the channels that are not solo",                                                                    \
          { SWITCH("solo", "strip.solo") } },                                                                          \
    {                                                                                                                  \
        "/meters/" bus, NULL, { NULL }, 0, 'f', "Peak, linear",                                                        \
        { { 0 } }                                                                                                      \
    }

/* The values of channels that have ports of their own, and of channels that have sends. */
#define OUTPUTS(bus)                                                                                                   \
    { "/mixer/" bus "/apart",                                                                                          \
      "audio.set_strip",                                                                                               \
      { "strip.bus=" bus },                                                                                            \
      0,                                                                                                               \
      'i',                                                                                                             \
      "Only at its own ports, not at main",                                                                            \
      { SWITCH("apart", "strip.apart") } },                                                                            \
    {                                                                                                                  \
        "/mixer/" bus "/pfl", "audio.set_strip", { "strip.bus=" bus }, 0, 'i', "Pre-fader listen: at the PFL ports",   \
        {                                                                                                              \
            SWITCH("pfl", "strip.pfl")                                                                                 \
        }                                                                                                              \
    }
#define SEND(bus, effect)                                                                                              \
    {                                                                                                                  \
        "/mixer/" bus "/" effect, "audio.set_strip", { "strip.bus=" bus }, 0, 'f', "Send to an effect, 0 to 1",        \
        {                                                                                                              \
            REAL(effect, "strip." effect, 0, 1)                                                                        \
        }                                                                                                              \
    }

/* Buttons and values of the loop of a key F1 to F12. */
#define LOOP(number, key)                                                                                              \
    { "/loop/" number "/capture",                                                                                      \
      "project.loop_capture",                                                                                          \
      { "fkey=" key },                                                                                                 \
      0,                                                                                                               \
      0,                                                                                                               \
      "Begin or end to capture what a voice plays",                                                                    \
      { { 0 } } },                                                                                                     \
        { "/loop/" number "/capture_at", "project.loop_capture",   { "fkey=" key }, 0, 0,                              \
          "Capture at a beat or bar",    { WORDS("grid", "grid") } },                                                  \
        { "/loop/" number "/play", "project.loop_play", { "fkeys=[" key "]" }, 0, 0, "Play the loop", { { 0 } } },     \
        { "/loop/" number "/play_at", "project.loop_play",      { "fkeys=[" key "]" }, 0, 0,                           \
          "Play at a beat or bar",    { WORDS("grid", "grid") } },                                                     \
        { "/loop/" number "/stop", "project.loop_stop", { "fkeys=[" key "]" }, 0, 0, "Stop the loop", { { 0 } } },     \
        { "/loop/" number "/volume",         "project.loop_volume", { "fkey=" key }, 0, 0, "Volume, linear",           \
          { REAL("volume", "volume", 0, 8) } },                                                                        \
        { "/loop/" number "/lock",   "project.loop_lock",   { "fkey=" key }, 0, 0,                                     \
          "Lock or unlock the loop", { SWITCH("on", "on") } },                                                         \
        { "/loop/" number "/undo", "project.loop_undo", { "fkey=" key }, 0, 0, "The loop before", { { 0 } } },         \
    {                                                                                                                  \
        "/loop/" number "/delete", "project.loop_delete", { "fkey=" key }, 0, 0, "Remove the loop",                    \
        {                                                                                                              \
            {                                                                                                          \
                0                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }

/* Buttons of the region of a number key. */
#define REGION(digit, key)                                                                                             \
    { "/region/" digit "/play",                                                                                        \
      "project.region_play",                                                                                           \
      { "key=" key },                                                                                                  \
      0,                                                                                                               \
      0,                                                                                                               \
      "Play the region of a clip, once",                                                                               \
      { { "clip", ROUTE_TEXT, "clip", true, 0, 0, NULL } } },                                                          \
        { "/region/" digit "/save",                                                                                    \
          "project.region_save",                                                                                       \
          { "key=" key },                                                                                              \
          0,                                                                                                           \
          0,                                                                                                           \
          "Give the key a part of a clip",                                                                             \
          { WORDS("clip", "clip"), WHOLE("start", "start", 0, 1099511627776.0),                                        \
            WHOLE("end", "end", 1, 1099511627776.0) } },                                                               \
        { "/region/" digit "/lock",    "project.region_lock", { "key=" key }, 0, 0,                                    \
          "Lock or unlock the region", { SWITCH("on", "on") } },                                                       \
    {                                                                                                                  \
        "/region/" digit "/delete", "project.region_delete", { "key=" key }, 0, 0, "Remove the region",                \
        {                                                                                                              \
            {                                                                                                          \
                0                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }

const struct osc_route routes[] = {
    REGION("0", "48"),
    REGION("1", "49"),
    REGION("2", "50"),
    REGION("3", "51"),
    REGION("4", "52"),
    REGION("5", "53"),
    REGION("6", "54"),
    REGION("7", "55"),
    REGION("8", "56"),
    REGION("9", "57"),
    LOOP("1", "1073741882"),
    LOOP("2", "1073741883"),
    LOOP("3", "1073741884"),
    LOOP("4", "1073741885"),
    LOOP("5", "1073741886"),
    LOOP("6", "1073741887"),
    LOOP("7", "1073741888"),
    LOOP("8", "1073741889"),
    LOOP("9", "1073741890"),
    LOOP("10", "1073741891"),
    LOOP("11", "1073741892"),
    LOOP("12", "1073741893"),
    { "/loop/play", "project.loop_play", { NULL }, 0, 0, "Play all loops from one frame on", { { 0 } } },
    { "/loop/stop", "project.loop_stop", { NULL }, 0, 0, "Stop all loops", { { 0 } } },
    { "/transport/start",
      "audio.start",
      { NULL },
      0,
      0,
      "Start the transport, after a count-in in bars",
      { { "count_in", ROUTE_WHOLE, "count_in", true, 0, 8, NULL } } },
    { "/transport/stop", "audio.stop", { NULL }, 0, 0, "Stop the transport", { { 0 } } },
    { "/transport/toggle", "audio.toggle", { NULL }, 0, 0, "Start or stop the transport", { { 0 } } },
    { "/transport/locate",
      "audio.locate",
      { NULL },
      0,
      0,
      "Go to the beginning of a bar; the first is 0",
      { WHOLE("bar", "bar", 0, 1000000) } },
    { "/transport/tempo",
      "audio.set_tempo",
      { NULL },
      0,
      'f',
      "Tempo in beats per minute",
      { REAL("bpm", "bpm", 20, 400) } },
    { "/transport/swing",
      "audio.set_swing",
      { NULL },
      0,
      'f',
      "Every second step starts late by half of this, in steps",
      { REAL("swing", "swing", 0, 0.999) } },
    { "/transport/metronome", "audio.set_metronome", { NULL }, 0, 'i', "Sound the metronome", { SWITCH("on", "on") } },
    { "/transport/sync",
      "audio.set_sync",
      { NULL },
      0,
      's',
      "The leader of the transport",
      { { "source", ROUTE_WORD, "source", false, 0, 0, "none,jack,lead,midi" } } },
    { "/transport/tap", "audio.tap", { NULL }, 0, 0, "Tap the tempo", { { 0 } } },
    { "/transport/running", NULL, { NULL }, 0, 'i', "The transport runs", { { 0 } } },
    { "/transport/bar", NULL, { NULL }, 0, 'i', "The bar; the first is 0", { { 0 } } },
    { "/voice/pause",
      "streamer.pause",
      { NULL },
      0,
      0,
      "Pause all voices that play files, or let them go on",
      { SWITCH("on", "on") } },
    { "/panic", "audio.panic", { NULL }, 0, 0, "Silence all sound, and stop the transport", { { 0 } } },
    { "/pads/hit",
      "audio.hit",
      { "velocity=1" },
      0,
      0,
      "Hit a pad",
      { WHOLE("pad", "pad", 0, 127), { "velocity", ROUTE_REAL, "velocity", true, 0, 1, NULL } } },
    { "/pads/release", "audio.release", { NULL }, 0, 0, "Release a pad", { WHOLE("pad", "pad", 0, 127) } },
    STRIP("streams"),
    STRIP("sounds"),
    STRIP("pads"),
    STRIP("sequencer"),
    STRIP("preview"),
    STRIP("metronome"),
    STRIP("master"),
    OUTPUTS("streams"),
    OUTPUTS("sounds"),
    OUTPUTS("pads"),
    OUTPUTS("sequencer"),
    OUTPUTS("metronome"),
    SEND("streams", "reverb_send"),
    SEND("streams", "delay_send"),
    SEND("sounds", "reverb_send"),
    SEND("sounds", "delay_send"),
    SEND("pads", "reverb_send"),
    SEND("pads", "delay_send"),
    { "/pattern/save",
      "project.save_pattern",
      { NULL },
      0,
      0,
      "Save current pattern to slot 1-128",
      { SLOT("slot_number", "slot"), { "name", ROUTE_TEXT, "name", true, 0, 0, NULL } } },
    { "/pattern/load",
      "project.load_pattern",
      { NULL },
      0,
      0,
      "Load pattern from slot 1-128",
      { SLOT("slot_number", "slot"), { "immediate", ROUTE_SWITCH, "immediate", true, 0, 1, NULL } } },
    { "/pattern/list",
      "project.list_patterns",
      { NULL },
      0,
      0,
      "List all saved patterns",
      { { "genre=G tag=T recent=N", ROUTE_FIELDS, NULL, true, 0, 0, "genre,tag,recent" } } },
    { "/pattern/slots",
      "project.list_patterns",
      { NULL },
      0,
      0,
      "List the slots of the bank that are not empty",
      { { 0 } } },
    { "/pattern/delete",
      "project.change_slot",
      { "verb=delete" },
      0,
      0,
      "Delete the pattern of a slot",
      { SLOT("slot_number", "slot") } },
    CHANGE("/pattern/copy", "copy", "Copy a pattern to another slot"),
    CHANGE("/pattern/swap", "swap", "Exchange the patterns of two slots"),
    CHANGE("/pattern/move", "move", "Move a pattern to another slot"),
    { "/pattern/rename",
      "project.change_slot",
      { "verb=rename" },
      0,
      0,
      "Rename the pattern of a slot",
      { SLOT("slot_number", "slot"), WORDS("name", "to") } },
    { "/pattern/bank",
      "project.bank",
      { NULL },
      0,
      0,
      "Choose a bank by number or name, or name the current bank",
      { { "bank", ROUTE_TEXT, "bank", true, 0, 0, NULL } } },
    { "/pattern/save_file",
      "project.save_file",
      { NULL },
      0,
      0,
      "Save current pattern to the library",
      { WORDS("file", "name") } },
    { "/pattern/load_file",
      "project.load_file",
      { NULL },
      0,
      0,
      "Load a pattern of the library",
      { WORDS("file", "name"), { "immediate", ROUTE_SWITCH, "immediate", true, 0, 1, NULL } } },
    { "/pattern/export_midi",
      "project.export_midi",
      { NULL },
      0,
      0,
      "Write a slot, a pattern of the library, or the current pattern, as a MIDI file to the folder of exports",
      { { "pattern", ROUTE_PATTERN, "name", true, 0, 0, NULL } } },
    { "/pattern/import_midi",
      "project.import_midi",
      { NULL },
      0,
      0,
      "Save a MIDI file of the folder of exports to the library",
      { WORDS("file", "name") } },
    { "/pattern/archive",
      "project.change_library",
      { "verb=archive" },
      0,
      0,
      "Archive a pattern of the library",
      { { "file", ROUTE_NAMES, "names", false, 0, 0, NULL } } },
    { "/pattern/unarchive",
      "project.change_library",
      { "verb=unarchive" },
      0,
      0,
      "Take a pattern out of the archive",
      { { "file", ROUTE_NAMES, "names", false, 0, 0, NULL } } },
    { "/pattern/library",
      "project.list_library",
      { "limit=100" },
      0,
      0,
      "List patterns of the library",
      { { "genre=G tag=T name=N folder=F recent=N offset=N limit=N", ROUTE_FIELDS, NULL, true, 0, 0,
          "genre,tag,name,folder,recent,offset,limit" } } },
    { "/pattern/similar",
      "project.similar_patterns",
      { NULL },
      0,
      0,
      "List patterns of the library whose rhythm is like that of a slot, of one of them, or of the current pattern",
      { { "slot=N name=NAME limit=N", ROUTE_FIELDS, NULL, true, 0, 0, "slot,name,limit" } } },
    { "/pattern/undo", "project.undo_library", { NULL }, 0, 0, "Undo the last step of the library", { { 0 } } },
    { "/pattern/redo", "project.redo_library", { NULL }, 0, 0, "Redo the last undone step of the library", { { 0 } } },
    { "/project/undo",
      "project.undo",
      { NULL },
      0,
      0,
      "Undo the last step of the open project, for example a change of a slot",
      { { 0 } } },
    { "/project/redo", "project.redo", { NULL }, 0, 0, "Redo the last undone step of the open project", { { 0 } } },
    { "/kit/load",
      "project.load_kit",
      { NULL },
      0,
      0,
      "Set the pads to the slots of a kit, from a pad on, at once or at the next step or bar",
      { WORDS("kit", "kit"),
        { "first", ROUTE_WHOLE, "first", true, 0, 127, NULL },
        { "at", ROUTE_WORD, "at", true, 0, 0, "now,step,bar" } } },
    { "/kit/swap",
      "project.swap_kit",
      { "to=next" },
      0,
      0,
      "Give a slot of the loaded kit another sound: next, previous, random, back, or the id of an item",
      { WORDS("slot", "slot"),
        { "to", ROUTE_TEXT, "to", true, 0, 0, NULL },
        { "like", ROUTE_SWITCH, "like", true, 0, 1, NULL } } },
    { "/kit/randomise",
      "project.randomise_kit",
      { "spread=0.5" },
      0,
      0,
      "Give slots of the loaded kit other sounds of their classes",
      { { "slots=S,S spread=N seed=N", ROUTE_FIELDS, NULL, true, 0, 0, "slots,spread,seed" } } },
    { "/kit/lock",
      "project.lock_kit",
      { "on=true" },
      0,
      0,
      "Hold a slot of the loaded kit, or let it go",
      { { "slot", ROUTE_NAMES, "slots", false, 0, 0, NULL }, { "on", ROUTE_SWITCH, "on", true, 0, 1, NULL } } },
    { "/kit/build",
      "project.build_kit",
      { "scope=global", "family=drum" },
      0,
      0,
      "Make a kit from the library",
      { { "family=F name=N slots=S,S query=Q tags=T,T without=T,T section=N like=NAME,ID key=K seed=N scope=S",
          ROUTE_FIELDS, NULL, true, 0, 0, "family,name,slots,query,tags,without,section,like,key,seed,scope" } } },
    { "/kit/new",
      "project.new_kit",
      { "scope=global", "family=free" },
      0,
      0,
      "Make an empty kit",
      { WORDS("name", "name"),
        { "family=F tags=T,T author=A licence=L scope=S", ROUTE_FIELDS, NULL, true, 0, 0,
          "family,tags,author,licence,scope" } } },
    { "/kit/set",
      "project.set_kit",
      { NULL },
      0,
      0,
      "Change a kit; remove: slots that it loses",
      { WORDS("kit", "kit"),
        { "name=N family=F tags=T,T author=A licence=L remove=S,S", ROUTE_FIELDS, NULL, true, 0, 0,
          "name,family,tags,author,licence,remove" } } },
    { "/kit/quantise",
      "audio.set_quantise",
      { NULL },
      0,
      0,
      "Let hits on the pads wait for the lines of a grid: their number in a bar, 0 for none",
      { WHOLE("lines", "lines", 0, 64) } },
    { "/kit/commit",
      "project.commit_kit",
      { "track=Pads" },
      0,
      0,
      "Keep what was played on the pads in the last bars as a MIDI file and a clip on a track",
      { { "bars", ROUTE_WHOLE, "bars", false, 1, 64, NULL },
        { "track", ROUTE_TEXT, "track", true, 0, 0, NULL },
        { "quantise", ROUTE_WHOLE, "quantise", true, 1, 64, NULL },
        { "strength", ROUTE_REAL, "strength", true, 0, 1, NULL } } },
    { "/kit/chop",
      "web.chop_kit",
      { "scope=global", "family=vocal" },
      0,
      0,
      "Make a kit of the parts of a sound: of a voice at its syllables, of a loop (drum) at its beats",
      { WORDS("sound", "sound"), { "family", ROUTE_WORD, "family", true, 0, 0, "vocal,drum" } } },
    { "/kit/save",
      "project.copy_kit",
      { "move=true" },
      0,
      0,
      "Move a kit to another scope",
      { WORDS("kit", "kit"), { "scope", ROUTE_WORD, "scope", false, 0, 0, "global,project,ephemeral" } } },
    { "/kit/copy",
      "project.copy_kit",
      { "scope=global" },
      0,
      0,
      "Copy a kit to a new name",
      { WORDS("kit", "kit"),
        WORDS("name", "name"),
        { "scope", ROUTE_WORD, "scope", true, 0, 0, "global,project,ephemeral" } } },
    { "/kit/remove", "project.remove_kit", { NULL }, 0, 0, "Remove a kit; the pads stay", { WORDS("kit", "kit") } },
    { "/kit/list", "project.kits", { NULL }, 0, 0, "List the kits", { { 0 } } },
    { "/kit/show", "project.kit", { NULL }, 0, 0, "List the slots of a kit", { WORDS("kit", "kit") } },
    { "/preset/list", "project.presets", { NULL }, 0, 0, "List the presets of synth voices", { { 0 } } },
    { "/preset/show", "project.preset", { NULL }, 0, 0, "Show the values of a preset", { WORDS("preset", "preset") } },
    { "/preset/save",
      "project.save_preset",
      { NULL },
      0,
      0,
      "Give a preset these values, and the usual ones for the others; it is made if there is none",
      { WORDS("preset", "preset"),
        { "wave=W freq=N …", ROUTE_FIELDS, "voice", true, 0, 0,
          "wave,freq,amp,filter_freq,filter_q,adsr.attack,adsr.decay,adsr.sustain,adsr.release,reverb_send,delay_send,"
          "acid" } } },
    { "/preset/remove",
      "project.remove_preset",
      { NULL },
      0,
      0,
      "Remove a preset, with used also if kits or patterns use it: they keep its values",
      { WORDS("preset", "preset"), { "used", ROUTE_SWITCH, "used", true, 0, 1, NULL } } },
    { "/pattern/mute",
      "audio.set_row",
      { NULL },
      0,
      0,
      "Mute a row of the playing pattern",
      { WORDS("row", "name"), SWITCH("mute", "mute") } },
    { "/pattern/solo",
      "audio.set_row",
      { NULL },
      0,
      0,
      "Solo a row of the playing pattern",
      { WORDS("row", "name"), SWITCH("solo", "solo") } },
    { "/pattern/name", NULL, { NULL }, 0, 's', "The playing pattern", { { 0 } } },
    { "/pattern/queued", NULL, { NULL }, 0, 'i', "The bar at which another pattern begins; -1: none", { { 0 } } },
    { "/song/play",
      "project.play_song",
      { NULL },
      0,
      0,
      "Play the song of the project from an entry on",
      { { "entry", ROUTE_WHOLE, "entry", true, 1, 256, NULL } } },
    { "/song/stop", "project.stop_song", { NULL }, 0, 0, "End the song; the current pattern continues", { { 0 } } },
    { "/song/set",
      "project.set_song",
      { NULL },
      0,
      0,
      "Set the song: slots in their order, each with its bars",
      { WORDS("SLOT:BARS SLOT:BARS", "entries"), { "loop", ROUTE_SWITCH, "loop", true, 0, 1, NULL } } },
    { "/song/entry", NULL, { NULL }, 0, 'i', "The entry of the song that plays; 0: none", { { 0 } } },
    { "/ping", NULL, { NULL }, OWN_PING, 0, "Answers /pong", { { 0 } } },
    { "/routes", NULL, { NULL }, OWN_ROUTES, 0, "List all addresses, each as one /route", { { 0 } } },
    { "/subscribe",
      NULL,
      { NULL },
      OWN_SUBSCRIBE,
      0,
      "Send all values, and then each change, to the sender",
      { { "port", ROUTE_WHOLE, NULL, true, 1, 65535, NULL } } },
    { "/unsubscribe",
      NULL,
      { NULL },
      OWN_UNSUBSCRIBE,
      0,
      "End a subscription",
      { { "port", ROUTE_WHOLE, NULL, true, 1, 65535, NULL } } },
};
const uint32_t routes_count = sizeof(routes) / sizeof(*routes);
_Static_assert(sizeof(routes) / sizeof(*routes) <= ROUTES_MOST, "each route has room for a value");

const struct osc_route *routes_find(struct text path)
{
    for (uint32_t i = 0; i < routes_count; i++)
        if (text_is(path, routes[i].path))
            return &routes[i];
    return NULL;
}

bool routes_takes_fields(const struct osc_route *route)
{
    return route->arguments[0].kind == ROUTE_FIELDS;
}
