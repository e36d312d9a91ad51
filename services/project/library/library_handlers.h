/* library_handlers.h: the handlers of the asks about the library of patterns. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_LIBRARY_HANDLERS_H
#define LOOPHOLE_PROJECT_LIBRARY_HANDLERS_H

extern const struct handler library_handler_list, library_handler_save, library_handler_load, library_handler_change;
extern const struct handler library_handler_undo, library_handler_redo;
extern const struct handler library_handler_similar, library_handler_similar_to_slot; /* library_similar.c */
extern const struct handler library_handler_export, library_handler_export_slot,
    library_handler_import;                                                  /* library_midi.c */
extern const struct handler library_handler_read, library_handler_read_slot; /* library_midi.c */

#endif
