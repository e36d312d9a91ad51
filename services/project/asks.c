#include "services/project/handlers/handler_save.h"
#include "services/project/import/import_handler.h"
#include "services/project/kit/kit_handlers.h"
#include "services/project/kit/kit_workspace.h"
#include "services/project/kit/preset_handlers.h"
#include "services/project/library/library_handlers.h"
#include "services/project/loop/loop_handlers.h"
#include "services/project/loop/region_pads.h"
#include "services/project/loop/region_play.h"
#include "services/project/midi/bindings.h"
#include "services/project/pattern/save_as.h"
#include "services/project/pattern/slot_handlers.h"
#include "services/project/pattern/song.h"
#include "services/project/recovery/recovery_handlers.h"

/* Answers an ask, for the project that it names, with the work of `handler`. */
#define ANSWER(function, ask_type, answer_type, named, handler)                                                        \
    static enum err function(struct project *p, struct call *call, const struct ask_type *ask,                         \
                             struct answer_type *answer)                                                               \
    {                                                                                                                  \
        (void)answer; /* answered later */                                                                             \
        return work_begin(p, call, handler, ask, named);                                                               \
    }
#define NO_NAME ((struct text){ 0 })

ANSWER(answer_current, project_current, project_line, NO_NAME, &handler_current)
ANSWER(answer_list, project_list, project_lines, NO_NAME, &handler_list)
ANSWER(answer_new, project_new, project_line, NO_NAME, &handler_new)
ANSWER(answer_open, project_open, project_line, NO_NAME, &handler_open)
ANSWER(answer_close, project_close, project_line, NO_NAME, &handler_close)
ANSWER(answer_state, project_state, project_line, ask->project, &handler_state)
ANSWER(answer_show, project_show, project_parts, ask->project, &handler_show)
ANSWER(answer_document, project_document, whole_project, ask->project, &handler_document)
ANSWER(answer_check_document, project_check_document, nothing, NO_NAME, &handler_check_document)
ANSWER(answer_read_document, project_read_document, whole_project, NO_NAME, &handler_document_read)
ANSWER(answer_import_document, project_import_document, project_import, NO_NAME, &import_handler)
ANSWER(answer_set, project_set, project_line, ask->project, &handler_set)
ANSWER(answer_put, project_put, project_part, ask->project, &handler_put)
ANSWER(answer_remove, project_remove, project_line, ask->project, &handler_remove)
ANSWER(answer_save, project_save, project_line, ask->project, &handler_save)
ANSWER(answer_draft, project_draft, project_line, ask->project, &handler_draft)
ANSWER(answer_load, project_load, project_line, ask->project, &handler_load)
ANSWER(answer_saves, project_saves, project_save_lines, ask->project, &handler_saves)
ANSWER(answer_recoveries, project_recoveries, recoveries, NO_NAME, &recovery_handler_list)
ANSWER(answer_recover, project_recover, project_line, ask->project, &recovery_handler_answer)
ANSWER(answer_checkpoint, project_checkpoint, checkpoint, NO_NAME, &recovery_handler_checkpoint)
ANSWER(answer_collect, project_collect, collected, ask->project, &handler_collect)
ANSWER(answer_undo, project_undo, project_undone, ask->project, &region_handler_undo)
ANSWER(answer_redo, project_redo, project_undone, ask->project, &region_handler_redo)
ANSWER(answer_save_as, project_save_as, project_line, ask->project, &save_as_handler)
ANSWER(answer_save_pattern, project_save_pattern, slot_said, ask->project, &slot_handler_save)
ANSWER(answer_load_pattern, project_load_pattern, slot_said, ask->project, &slot_handler_load)
ANSWER(answer_list_patterns, project_list_patterns, slot_said, ask->project, &slot_handler_list)
ANSWER(answer_compare_slots, project_compare_slots, slot_said, ask->project, &slot_handler_compare)
ANSWER(answer_change_slot, project_change_slot, slot_said, ask->project, &slot_handler_change)
ANSWER(answer_bank, project_bank, slot_said, ask->project, &slot_handler_bank)
ANSWER(answer_song, project_song, song_said, ask->project, &song_handler_show)
ANSWER(answer_set_song, project_set_song, song_said, ask->project, &song_handler_set)
ANSWER(answer_play_song, project_play_song, slot_said, NO_NAME, &song_handler_play)
ANSWER(answer_stop_song, project_stop_song, song_said, NO_NAME, &song_handler_stop)
ANSWER(answer_bindings, project_bindings, midi_bindings, ask->project, &binding_handler_list)
ANSWER(answer_bind, project_bind, midi_bindings, ask->project,
       ask->check ? &binding_handler_check : &binding_handler_bind)
ANSWER(answer_unbind, project_unbind, midi_bindings, ask->project, &binding_handler_unbind)
ANSWER(answer_snapshot, project_snapshot, pattern_state, NO_NAME, &state_handler_snapshot)
ANSWER(answer_apply_snapshot, project_apply_snapshot, slot_said, ask->project, &state_handler_apply)
ANSWER(answer_capture_all_states, project_capture_all_states, pattern_state, NO_NAME, &state_handler_capture)
ANSWER(answer_restore_all_states, project_restore_all_states, slot_said, ask->project, &state_handler_restore)
ANSWER(answer_list_library, project_list_library, library_said, NO_NAME, &library_handler_list)
ANSWER(answer_save_file, project_save_file, library_said, NO_NAME, &library_handler_save)
ANSWER(answer_load_file, project_load_file, slot_said, ask->project, &library_handler_load)
ANSWER(answer_export_midi, project_export_midi, midi_said, ask->project,
       ask->slot.len ? &library_handler_export_slot : &library_handler_export)
ANSWER(answer_read_pattern, project_read_pattern, pattern_state, ask->project,
       ask->slot.len ? &library_handler_read_slot : &library_handler_read)
ANSWER(answer_import_midi, project_import_midi, midi_said, NO_NAME, &library_handler_import)
ANSWER(answer_change_library, project_change_library, library_said, NO_NAME, &library_handler_change)
ANSWER(answer_undo_library, project_undo_library, library_said, NO_NAME, &library_handler_undo)
ANSWER(answer_redo_library, project_redo_library, library_said, NO_NAME, &library_handler_redo)
ANSWER(answer_similar_patterns, project_similar_patterns, library_said, ask->project,
       ask->slot.len ? &library_handler_similar_to_slot : &library_handler_similar)
ANSWER(answer_kits, project_kits, kits, ask->project, &kit_handler_list)
ANSWER(answer_kit, project_kit, kit, ask->project, &kit_handler_show)
ANSWER(answer_new_kit, project_new_kit, kit, ask->project,
       ask->scope.value == KIT_SCOPE_PROJECT ? &kit_handler_new_in_project : &kit_handler_new)
ANSWER(answer_set_kit, project_set_kit, kit, ask->project, &kit_handler_set)
ANSWER(answer_copy_kit, project_copy_kit, kit, ask->project,
       ask->scope.value == KIT_SCOPE_PROJECT ? &kit_handler_copy_in_project : &kit_handler_copy)
ANSWER(answer_remove_kit, project_remove_kit, nothing, ask->project, &kit_handler_remove)
ANSWER(answer_build_kit, project_build_kit, kit, ask->project,
       ask->scope.value == KIT_SCOPE_PROJECT ? &kit_handler_build_in_project : &kit_handler_build)
ANSWER(answer_presets, project_presets, presets, ask->project, &preset_handler_list)
ANSWER(answer_preset, project_preset, preset, ask->project, &preset_handler_show)
ANSWER(answer_save_preset, project_save_preset, preset, ask->project,
       ask->has_scope && ask->scope.value == KIT_SCOPE_PROJECT ? &preset_handler_save_in_project : &preset_handler_save)
ANSWER(answer_remove_preset, project_remove_preset, nothing, ask->project, &preset_handler_remove)
ANSWER(answer_load_kit, project_load_kit, kit_loaded, NO_NAME, &kit_handler_load)
ANSWER(answer_set_layout, project_set_layout, nothing, NO_NAME, &kit_handler_layout)
ANSWER(answer_swap_kit, project_swap_kit, kit, NO_NAME, &kit_handler_swap)
ANSWER(answer_randomise_kit, project_randomise_kit, kit, NO_NAME, &kit_handler_randomise)
ANSWER(answer_commit_kit, project_commit_kit, kit_committed, ask->project, &kit_handler_commit)
ANSWER(answer_played_pattern, project_played_pattern, kit_pattern, ask->project, &kit_handler_pattern)
ANSWER(answer_lock_kit, project_lock_kit, kit, NO_NAME, &kit_handler_lock)
ANSWER(answer_loop_list, project_loop_list, loops, ask->project, &loop_handler_list)
ANSWER(answer_loop_show, project_loop_show, loop, ask->project, &loop_handler_show)
ANSWER(answer_loop_capture, project_loop_capture, loop, ask->project, &loop_handler_capture)
ANSWER(answer_loop_play, project_loop_play, loops, ask->project, &loop_handler_play)
ANSWER(answer_loop_stop, project_loop_stop, loops, ask->project, &loop_handler_stop)
ANSWER(answer_loop_volume, project_loop_volume, loop, ask->project, &loop_handler_volume)
ANSWER(answer_loop_lock, project_loop_lock, loop, ask->project, &loop_handler_lock)
ANSWER(answer_loop_delete, project_loop_delete, loop, ask->project, &loop_handler_delete)
ANSWER(answer_loop_undo, project_loop_undo, loop, ask->project, &loop_handler_undo)
ANSWER(answer_loop_adopt, project_loop_adopt, loops, ask->project, &loop_handler_adopt)
ANSWER(answer_region_list, project_region_list, regions, ask->project, &region_handler_list)
ANSWER(answer_region_save, project_region_save, regions, ask->project, &region_handler_save)
ANSWER(answer_region_play, project_region_play, regions, ask->project, &region_handler_play)
ANSWER(answer_region_arm, project_region_arm, regions, ask->project, &region_handler_arm)
ANSWER(answer_region_pads, project_region_pads, regions, ask->project, &region_handler_pads)
ANSWER(answer_region_lock, project_region_lock, regions, ask->project, &region_handler_lock)
ANSWER(answer_region_delete, project_region_delete, regions, ask->project, &region_handler_delete)

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
