#include "services/project/import/import_deed.h"
#include "services/project/kit/kit_deeds.h"
#include "services/project/kit/kit_workspace.h"
#include "services/project/kit/preset_deeds.h"
#include "services/project/library/library_deeds.h"
#include "services/project/loop/loop_deeds.h"
#include "services/project/loop/region_deeds.h"
#include "services/project/loop/region_pads.h"
#include "services/project/midi/bindings.h"
#include "services/project/pattern/save_as.h"
#include "services/project/pattern/slot_deeds.h"
#include "services/project/pattern/song.h"
#include "services/project/recovery/recovery_deeds.h"

/* The handler of an ask that `deed` does for the project that the ask names. */
#define HANDLER_BY(ask_name, answer_type, named, deed)                                                                 \
    static enum err answer_##ask_name(struct project *p, struct call *call, const struct project_##ask_name *ask,      \
                                      struct answer_type *answer)                                                      \
    {                                                                                                                  \
        (void)answer; /* answered later */                                                                             \
        return work_begin(p, call, &(deed), ask, named);                                                               \
    }
#define HANDLER_OF(ask_name, answer_type, named) HANDLER_BY(ask_name, answer_type, named, deed_##ask_name)
#define HANDLER(ask_name, answer_type)           HANDLER_OF(ask_name, answer_type, ask->project)
#define NO_NAME                                  ((struct text){ 0 })

HANDLER_OF(current, project_line, NO_NAME)
HANDLER_OF(list, project_lines, NO_NAME)
HANDLER_OF(new, project_line, NO_NAME)
HANDLER_OF(open, project_line, NO_NAME)
HANDLER_OF(close, project_line, NO_NAME)
HANDLER(state, project_line)
HANDLER(show, project_parts)
HANDLER(document, whole_project)
HANDLER_OF(check_document, nothing, NO_NAME)
HANDLER_BY(read_document, whole_project, NO_NAME, deed_document_read)
HANDLER_BY(import_document, project_import, NO_NAME, import_deed)
HANDLER(set, project_line)
HANDLER(put, project_part)
HANDLER(remove, project_line)
HANDLER(save, project_line)
HANDLER(draft, project_line)
HANDLER(load, project_line)
HANDLER(saves, project_save_lines)
HANDLER_BY(recoveries, recoveries, NO_NAME, recovery_deed_list)
HANDLER_BY(recover, project_line, ask->project, recovery_deed_answer)
HANDLER_BY(checkpoint, checkpoint, NO_NAME, recovery_deed_checkpoint)
HANDLER(collect, collected)
HANDLER_BY(undo, project_undone, ask->project, region_deed_undo)
HANDLER_BY(redo, project_undone, ask->project, region_deed_redo)
HANDLER_BY(save_as, project_line, ask->project, save_as_deed)
HANDLER_BY(save_pattern, slot_said, ask->project, slot_deed_save)
HANDLER_BY(load_pattern, slot_said, ask->project, slot_deed_load)
HANDLER_BY(list_patterns, slot_said, ask->project, slot_deed_list)
HANDLER_BY(compare_slots, slot_said, ask->project, slot_deed_compare)
HANDLER_BY(change_slot, slot_said, ask->project, slot_deed_change)
HANDLER_BY(bank, slot_said, ask->project, slot_deed_bank)
HANDLER_BY(song, song_said, ask->project, song_deed_show)
HANDLER_BY(set_song, song_said, ask->project, song_deed_set)
HANDLER_BY(play_song, slot_said, NO_NAME, song_deed_play)
HANDLER_BY(stop_song, song_said, NO_NAME, song_deed_stop)
HANDLER_BY(bindings, midi_bindings, ask->project, binding_deed_list)
HANDLER_BY(bind, midi_bindings, ask->project, *(ask->check ? &binding_deed_check : &binding_deed_bind))
HANDLER_BY(unbind, midi_bindings, ask->project, binding_deed_unbind)
HANDLER_BY(snapshot, pattern_state, NO_NAME, state_deed_snapshot)
HANDLER_BY(apply_snapshot, slot_said, ask->project, state_deed_apply)
HANDLER_BY(capture_all_states, pattern_state, NO_NAME, state_deed_capture)
HANDLER_BY(restore_all_states, slot_said, ask->project, state_deed_restore)
HANDLER_BY(list_library, library_said, NO_NAME, library_deed_list)
HANDLER_BY(save_file, library_said, NO_NAME, library_deed_save)
HANDLER_BY(load_file, slot_said, ask->project, library_deed_load)
HANDLER_BY(export_midi, midi_said, ask->project, *(ask->slot.len ? &library_deed_export_slot : &library_deed_export))
HANDLER_BY(read_pattern, pattern_state, ask->project, *(ask->slot.len ? &library_deed_read_slot : &library_deed_read))
HANDLER_BY(import_midi, midi_said, NO_NAME, library_deed_import)
HANDLER_BY(change_library, library_said, NO_NAME, library_deed_change)
HANDLER_BY(undo_library, library_said, NO_NAME, library_deed_undo)
HANDLER_BY(redo_library, library_said, NO_NAME, library_deed_redo)
HANDLER_BY(similar_patterns, library_said, ask->project,
           *(ask->slot.len ? &library_deed_similar_to_slot : &library_deed_similar))
HANDLER_BY(kits, kits, ask->project, kit_deed_list)
HANDLER_BY(kit, kit, ask->project, kit_deed_show)
HANDLER_BY(new_kit, kit, ask->project,
           *(ask->scope.value == KIT_SCOPE_PROJECT ? &kit_deed_new_in_project : &kit_deed_new))
HANDLER_BY(set_kit, kit, ask->project, kit_deed_set)
HANDLER_BY(copy_kit, kit, ask->project,
           *(ask->scope.value == KIT_SCOPE_PROJECT ? &kit_deed_copy_in_project : &kit_deed_copy))
HANDLER_BY(remove_kit, nothing, ask->project, kit_deed_remove)
HANDLER_BY(build_kit, kit, ask->project,
           *(ask->scope.value == KIT_SCOPE_PROJECT ? &kit_deed_build_in_project : &kit_deed_build))
HANDLER_BY(presets, presets, ask->project, preset_deed_list)
HANDLER_BY(preset, preset, ask->project, preset_deed_show)
HANDLER_BY(save_preset, preset, ask->project,
           *(ask->has_scope && ask->scope.value == KIT_SCOPE_PROJECT ? &preset_deed_save_in_project
                                                                     : &preset_deed_save))
HANDLER_BY(remove_preset, nothing, ask->project, preset_deed_remove)
HANDLER_BY(load_kit, kit_loaded, NO_NAME, kit_deed_load)
HANDLER_BY(set_layout, nothing, NO_NAME, kit_deed_layout)
HANDLER_BY(swap_kit, kit, NO_NAME, kit_deed_swap)
HANDLER_BY(randomise_kit, kit, NO_NAME, kit_deed_randomise)
HANDLER_BY(commit_kit, kit_committed, ask->project, kit_deed_commit)
HANDLER_BY(played_pattern, kit_pattern, ask->project, kit_deed_pattern)
HANDLER_BY(lock_kit, kit, NO_NAME, kit_deed_lock)
HANDLER_BY(loop_list, loops, ask->project, loop_deed_list)
HANDLER_BY(loop_show, loop, ask->project, loop_deed_show)
HANDLER_BY(loop_capture, loop, ask->project, loop_deed_capture)
HANDLER_BY(loop_play, loops, ask->project, loop_deed_play)
HANDLER_BY(loop_stop, loops, ask->project, loop_deed_stop)
HANDLER_BY(loop_volume, loop, ask->project, loop_deed_volume)
HANDLER_BY(loop_lock, loop, ask->project, loop_deed_lock)
HANDLER_BY(loop_delete, loop, ask->project, loop_deed_delete)
HANDLER_BY(loop_undo, loop, ask->project, loop_deed_undo)
HANDLER_BY(loop_adopt, loops, ask->project, loop_deed_adopt)
HANDLER_BY(region_list, regions, ask->project, region_deed_list)
HANDLER_BY(region_save, regions, ask->project, region_deed_save)
HANDLER_BY(region_play, regions, ask->project, region_deed_play)
HANDLER_BY(region_arm, regions, ask->project, region_deed_arm)
HANDLER_BY(region_pads, regions, ask->project, region_deed_pads)
HANDLER_BY(region_lock, regions, ask->project, region_deed_lock)
HANDLER_BY(region_delete, regions, ask->project, region_deed_delete)

const struct project_handlers project_asks = {
    .current = answer_current,
    .list = answer_list,
    .new = answer_new,
    .open = answer_open,
    .close = answer_close,
    .state = answer_state,
    .show = answer_show,
    .document = answer_document,
    .check_document = answer_check_document,
    .read_document = answer_read_document,
    .import_document = answer_import_document,
    .set = answer_set,
    .put = answer_put,
    .remove = answer_remove,
    .save = answer_save,
    .save_as = answer_save_as,
    .draft = answer_draft,
    .load = answer_load,
    .saves = answer_saves,
    .recoveries = answer_recoveries,
    .recover = answer_recover,
    .checkpoint = answer_checkpoint,
    .collect = answer_collect,
    .undo = answer_undo,
    .redo = answer_redo,
    .save_pattern = answer_save_pattern,
    .load_pattern = answer_load_pattern,
    .list_patterns = answer_list_patterns,
    .compare_slots = answer_compare_slots,
    .change_slot = answer_change_slot,
    .bank = answer_bank,
    .song = answer_song,
    .set_song = answer_set_song,
    .play_song = answer_play_song,
    .stop_song = answer_stop_song,
    .bindings = answer_bindings,
    .bind = answer_bind,
    .unbind = answer_unbind,
    .snapshot = answer_snapshot,
    .apply_snapshot = answer_apply_snapshot,
    .capture_all_states = answer_capture_all_states,
    .restore_all_states = answer_restore_all_states,
    .list_library = answer_list_library,
    .save_file = answer_save_file,
    .load_file = answer_load_file,
    .export_midi = answer_export_midi,
    .read_pattern = answer_read_pattern,
    .import_midi = answer_import_midi,
    .change_library = answer_change_library,
    .undo_library = answer_undo_library,
    .redo_library = answer_redo_library,
    .similar_patterns = answer_similar_patterns,
    .kits = answer_kits,
    .kit = answer_kit,
    .new_kit = answer_new_kit,
    .set_kit = answer_set_kit,
    .copy_kit = answer_copy_kit,
    .remove_kit = answer_remove_kit,
    .build_kit = answer_build_kit,
    .presets = answer_presets,
    .preset = answer_preset,
    .save_preset = answer_save_preset,
    .remove_preset = answer_remove_preset,
    .load_kit = answer_load_kit,
    .set_layout = answer_set_layout,
    .swap_kit = answer_swap_kit,
    .randomise_kit = answer_randomise_kit,
    .lock_kit = answer_lock_kit,
    .commit_kit = answer_commit_kit,
    .played_pattern = answer_played_pattern,
    .loop_list = answer_loop_list,
    .loop_show = answer_loop_show,
    .loop_capture = answer_loop_capture,
    .loop_play = answer_loop_play,
    .loop_stop = answer_loop_stop,
    .loop_volume = answer_loop_volume,
    .loop_lock = answer_loop_lock,
    .loop_delete = answer_loop_delete,
    .loop_undo = answer_loop_undo,
    .loop_adopt = answer_loop_adopt,
    .region_list = answer_region_list,
    .region_save = answer_region_save,
    .region_play = answer_region_play,
    .region_arm = answer_region_arm,
    .region_pads = answer_region_pads,
    .region_lock = answer_region_lock,
    .region_delete = answer_region_delete,
};
