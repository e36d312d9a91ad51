/* sound_commands.h: the commands about sound: transport, patterns, loops, pads, mixer and kits. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SOUND_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_SOUND_COMMANDS_H

#include "frontends/cli/base/cli.h"

/* play.c */
enum err play_start(struct cli *cli, struct fault *fault);
enum err play_stop(struct cli *cli, struct fault *fault);

/* voices.c */
enum err voices_pause(struct cli *cli, struct fault *fault);

/* play.c */
enum err play_preview(struct cli *cli, struct fault *fault);
enum err play_preview_stop(struct cli *cli, struct fault *fault);
enum err play_preview_next(struct cli *cli, struct fault *fault);
enum err play_preview_apart(struct cli *cli, struct fault *fault);

/* voices.c */
enum err voices_show(struct cli *cli, struct fault *fault);
enum err voices_seek(struct cli *cli, struct fault *fault);
enum err voices_gain(struct cli *cli, struct fault *fault);
enum err voices_queue(struct cli *cli, struct fault *fault);
enum err voices_fade(struct cli *cli, struct fault *fault);

/* takes.c */
enum err takes_start(struct cli *cli, struct fault *fault);
enum err takes_keep(struct cli *cli, struct fault *fault);
enum err takes_monitor(struct cli *cli, struct fault *fault);
enum err takes_stop(struct cli *cli, struct fault *fault);
enum err takes_cancel(struct cli *cli, struct fault *fault);
enum err takes_list(struct cli *cli, struct fault *fault);
enum err takes_delete(struct cli *cli, struct fault *fault);
enum err takes_recover(struct cli *cli, struct fault *fault);

/* transport.c */
enum err transport_show(struct cli *cli, struct fault *fault);
enum err transport_start(struct cli *cli, struct fault *fault);
enum err transport_stop(struct cli *cli, struct fault *fault);
enum err transport_toggle(struct cli *cli, struct fault *fault);
enum err transport_locate(struct cli *cli, struct fault *fault);
enum err transport_tempo(struct cli *cli, struct fault *fault);
enum err transport_tap(struct cli *cli, struct fault *fault);
enum err transport_swing(struct cli *cli, struct fault *fault);
enum err transport_metronome(struct cli *cli, struct fault *fault);
enum err transport_sync(struct cli *cli, struct fault *fault);
enum err transport_clock(struct cli *cli, struct fault *fault);

/* pattern.c */
enum err pattern_play(struct cli *cli, struct fault *fault);

/* rows.c */
enum err rows_set(struct cli *cli, struct fault *fault);

/* pattern.c */
enum err pattern_export_midi(struct cli *cli, struct fault *fault);
enum err pattern_import_midi(struct cli *cli, struct fault *fault);

/* slots.c */
enum err slots_save(struct cli *cli, struct fault *fault);
enum err slots_load(struct cli *cli, struct fault *fault);
enum err slots_show(struct cli *cli, struct fault *fault);
enum err slots_list(struct cli *cli, struct fault *fault);
enum err slots_delete(struct cli *cli, struct fault *fault);
enum err slots_copy(struct cli *cli, struct fault *fault);
enum err slots_move(struct cli *cli, struct fault *fault);
enum err slots_swap(struct cli *cli, struct fault *fault);
enum err slots_rename(struct cli *cli, struct fault *fault);
enum err slots_bank(struct cli *cli, struct fault *fault);

/* midi.c */
enum err midi_list(struct cli *cli, struct fault *fault);
enum err midi_learn(struct cli *cli, struct fault *fault);
enum err midi_forget(struct cli *cli, struct fault *fault);

/* song.c */
enum err song_show(struct cli *cli, struct fault *fault);
enum err song_set(struct cli *cli, struct fault *fault);
enum err song_play(struct cli *cli, struct fault *fault);
enum err song_stop(struct cli *cli, struct fault *fault);

/* pattern_library.c */
enum err pattern_library_save(struct cli *cli, struct fault *fault);

/* slots.c */
enum err slots_load_file(struct cli *cli, struct fault *fault);

/* pattern_library.c */
enum err pattern_library_archive(struct cli *cli, struct fault *fault);
enum err pattern_library_unarchive(struct cli *cli, struct fault *fault);
enum err pattern_library_undo(struct cli *cli, struct fault *fault);
enum err pattern_library_redo(struct cli *cli, struct fault *fault);
enum err pattern_library_similar(struct cli *cli, struct fault *fault);

/* transport.c */
enum err transport_panic(struct cli *cli, struct fault *fault);

/* meters.c */
enum err meters_show(struct cli *cli, struct fault *fault);
enum err meters_reset(struct cli *cli, struct fault *fault);
enum err meters_mixer(struct cli *cli, struct fault *fault);

/* pads.c */
enum err pads_show(struct cli *cli, struct fault *fault);
enum err pads_set(struct cli *cli, struct fault *fault);
enum err pads_clear(struct cli *cli, struct fault *fault);
enum err pads_layer(struct cli *cli, struct fault *fault);

/* sounds.c */
enum err sounds_start(struct cli *cli, struct fault *fault);
enum err sounds_set(struct cli *cli, struct fault *fault);
enum err sounds_stop(struct cli *cli, struct fault *fault);

/* pads.c */
enum err pads_hit(struct cli *cli, struct fault *fault);
enum err pads_release(struct cli *cli, struct fault *fault);
enum err pads_layout(struct cli *cli, struct fault *fault);
enum err pads_quantise(struct cli *cli, struct fault *fault);

/* preset.c */
enum err preset_print_all(struct cli *cli, struct fault *fault);
enum err preset_print_one(struct cli *cli, struct fault *fault);
enum err preset_save(struct cli *cli, struct fault *fault);
enum err preset_remove(struct cli *cli, struct fault *fault);

/* kit.c */
enum err kit_make(struct cli *cli, struct fault *fault);
enum err kit_print_all(struct cli *cli, struct fault *fault);
enum err kit_print_one(struct cli *cli, struct fault *fault);
enum err kit_change(struct cli *cli, struct fault *fault);
enum err kit_copy(struct cli *cli, struct fault *fault);
enum err kit_save(struct cli *cli, struct fault *fault);
enum err kit_remove(struct cli *cli, struct fault *fault);

/* kit_loaded.c */
enum err kit_load(struct cli *cli, struct fault *fault);
enum err kit_swap(struct cli *cli, struct fault *fault);
enum err kit_randomise(struct cli *cli, struct fault *fault);
enum err kit_lock(struct cli *cli, struct fault *fault);

/* kit_commit.c */
enum err kit_commit(struct cli *cli, struct fault *fault);

/* loop.c */
enum err loop_capture(struct cli *cli, struct fault *fault);
enum err loop_play(struct cli *cli, struct fault *fault);
enum err loop_stop(struct cli *cli, struct fault *fault);
enum err loop_volume(struct cli *cli, struct fault *fault);
enum err loop_lock(struct cli *cli, struct fault *fault);
enum err loop_delete(struct cli *cli, struct fault *fault);
enum err loop_undo(struct cli *cli, struct fault *fault);
enum err loop_adopt(struct cli *cli, struct fault *fault);
enum err loop_list(struct cli *cli, struct fault *fault);
enum err loop_show(struct cli *cli, struct fault *fault);

/* region.c */
enum err region_save(struct cli *cli, struct fault *fault);
enum err region_play(struct cli *cli, struct fault *fault);
enum err region_arm(struct cli *cli, struct fault *fault);
enum err region_lock(struct cli *cli, struct fault *fault);
enum err region_delete(struct cli *cli, struct fault *fault);
enum err region_list(struct cli *cli, struct fault *fault);
enum err region_pads(struct cli *cli, struct fault *fault);

/* audio.c */
enum err audio_devices(struct cli *cli, struct fault *fault);
enum err audio_use(struct cli *cli, struct fault *fault);
enum err audio_status(struct cli *cli, struct fault *fault);
enum err audio_ports(struct cli *cli, struct fault *fault);
enum err audio_connect(struct cli *cli, struct fault *fault);
enum err audio_insert(struct cli *cli, struct fault *fault);
enum err audio_disconnect(struct cli *cli, struct fault *fault);

#endif
